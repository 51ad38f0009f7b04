"""The keys of the app: one table, the bar at the foot of a screen that shows them, and pages of help."""

from functools import cache
from pathlib import Path

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from layerscope.core.tables import read_table


class _Key(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``keys.toml``: keys separated by commas, the action, its name in a word or two, and what it does in a line."""

    key: str
    action: str
    label: str
    tip: str
    display: str | None = None
    shown: bool = True
    priority: bool = False
    group: str = ""
    rank: int = 100


_TABLE = read_table(__file__, "keys.toml", dict[str, dict[str, _Key]])
_RANKS: dict[str | None, int] = {f"{owner}.{name}": key.rank for owner, keys in _TABLE.items() for name, key in keys.items()}


def keys(owner: str) -> list[BindingType]:
    """The keys of a screen or widget, by its name in the table."""
    return [
        Binding(
            key.key,
            key.action,
            key.label,
            key.shown,
            key.display,
            priority=key.priority,
            tooltip=key.tip,
            id=f"{owner}.{name}",
            group=Binding.Group(key.group, compact=True) if key.group else None,
        )
        for name, key in _TABLE[owner].items()
    ]


@cache
def _pages() -> dict[str, str]:
    pages = Path(__file__).with_name("help.md").read_text("utf-8").split("## ")[1:]
    return {page.partition("\n")[0]: f"## {page}" for page in pages}


def help_page(title: str) -> str:
    """What the help tells about a pane, by the title of its page."""
    return _pages()[title]


class KeyBar(Footer):
    """Every key of the screen and of the focused pane, the most used first. What does not fit is cut at the end, and can be
    scrolled to; the help and the palette have all of them."""

    shown: list[tuple[Binding, bool, str]] | None = None
    """What is in the bar: bindings, whether they are enabled, and their tooltips; nothing before the first are known."""

    def compose(self) -> ComposeResult:
        if not self._bindings_ready:
            return
        self.shown = self._ranked()
        self.styles.grid_size_columns = len(self.shown)
        for binding, enabled, tooltip in self.shown:
            display = self.app.get_key_display(binding)
            key = FooterKey(binding.key, display, binding.description, binding.action, disabled=not enabled, tooltip=tooltip)
            key.set_reactive(FooterKey.compact, self.compact)  # Bound to it, each key would get its style three times.
            yield key

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Makes the bar anew where other keys are valid now; a focus that moves between alike panes leaves it as it is."""
        if self.shown is None or self.shown != self._ranked():
            super().bindings_changed(screen)

    def _ranked(self) -> list[tuple[Binding, bool, str]]:
        shown: dict[str, tuple[Binding, bool, str]] = {}
        for _, binding, enabled, tooltip in self.screen.active_bindings.values():
            if binding.show:
                shown.setdefault(binding.action, (binding, enabled, tooltip))
        return sorted(shown.values(), key=lambda item: _RANKS.get(item[0].id, 100))
