"""The keys at the foot of a screen."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

FIRST = (
    "compare.next",
    "views.filter",
    "compare.only_fat",
    "compare.only_lean",
    "compare.changed",
    "compare.all",
    "main.why",
    "main.plan",
    "main.compare",
    "main.export",
    "views.next",
    "compare.swap",
    "app.help",
    "app.quit",
    "compare.export",
    "compare.least",
)
"""Bindings that a narrow terminal still has room for, in their order; the others follow as they are declared."""


class KeyBar(Footer):
    """Every key of the screen and of the focused pane, the most used first. What does not fit is cut at the end, and can be
    scrolled to; the help and the palette have all of them."""

    def compose(self) -> ComposeResult:
        if not self._bindings_ready:
            return
        shown: dict[str, tuple[Binding, bool, str]] = {}
        for _, binding, enabled, tooltip in self.screen.active_bindings.values():
            if binding.show:
                shown.setdefault(binding.action, (binding, enabled, tooltip))
        ranked = sorted(shown.values(), key=lambda item: FIRST.index(item[0].id) if item[0].id in FIRST else len(FIRST))
        self.styles.grid_size_columns = len(ranked)
        for binding, enabled, tooltip in ranked:
            display = self.app.get_key_display(binding)
            key = FooterKey(binding.key, display, binding.description, binding.action, not enabled, tooltip)
            yield key.data_bind(compact=Footer.compact)
