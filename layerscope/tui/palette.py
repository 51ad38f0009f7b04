"""Every action in the command palette, by the same names as in the footer and the help."""

from collections.abc import AsyncIterator, Iterator
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from layerscope.tui.widgets.trees.rows import Rows


class Actions(Provider):
    """Offers what the keys of the screen, and of its lists that are on show, would do."""

    async def discover(self) -> Hits:
        for node, binding in self._bindings():
            yield DiscoveryHit(binding.description, partial(self._run, node, binding), help=binding.tooltip)

    async def search(self, query: str) -> AsyncIterator[Hit]:
        matcher = self.matcher(query)
        for node, binding in self._bindings():
            score = max(matcher.match(binding.description), matcher.match(binding.tooltip))
            if score > 0:
                yield Hit(
                    score, matcher.highlight(binding.description), partial(self._run, node, binding), help=binding.tooltip
                )

    def _bindings(self) -> Iterator[tuple[DOMNode, Binding]]:
        focused = self.screen.focused
        nodes: list[DOMNode] = [self.screen]
        if focused is not None:
            nodes.append(focused)
        nodes += [node for node in self.screen.query(Rows) if node is not focused and node.display]
        nodes.append(self.app)
        seen: set[str] = set()
        for node in nodes:
            for _, binding in node._bindings:
                if binding.id is not None and binding.id not in seen and binding.tooltip:
                    seen.add(binding.id)
                    yield node, binding

    async def _run(self, node: DOMNode, binding: Binding) -> None:
        await self.app.run_action(binding.action, default_namespace=node)
