"""What a comparison says in one second: both sizes, and the change from the fat image to the lean one."""

from collections.abc import Iterator

from rich.text import Text

from layerscope.comparison.model import Comparison
from layerscope.core.units import counted, percent
from layerscope.tui.text import signed, size
from layerscope.tui.widgets.headline import Headline


class GapHeadline(Headline):
    """``879 MB → 12.3 MB``, ``−98.6 %``."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self._comparison = comparison
        self.set_class(comparison.gap < 0, "-growth")

    def figures(self) -> Iterator[tuple[str, str, str]]:
        yield "before", size(self._comparison.fat.sizes.stored), "in the\nfat image"
        yield "after", size(self._comparison.lean.sizes.stored), "in the\nlean image"
        yield "change", self._sign + share(self._comparison).removeprefix("< "), "from fat\nto lean"

    @property
    def _sign(self) -> str:
        return signed(-self._comparison.gap)[0] if self._comparison.gap else ""

    def aside(self) -> Text:
        explained = Text(f"{signed(-self._comparison.gap)} explained below, to the last byte", style="bold")
        return Text("\n", no_wrap=True, overflow="ellipsis").join((explained, *map(Text, self._facts())))

    def _facts(self) -> tuple[str, str]:
        shared = self._comparison.shared_layers
        layers = f"{counted(shared.count, 'layer')} shared, {size(shared.stored)}" if shared.count else "no layer is shared"
        return layers, f"{counted(len(self._comparison.remaining), 'finding')} in the lean image"

    def one_line(self) -> Text:
        comparison, change = self._comparison, share(self._comparison)
        line = Text(f" {size(comparison.fat.sizes.stored)}", style="bold", no_wrap=True, overflow="ellipsis")
        if change.startswith("<"):
            change += " less" if comparison.gap > 0 else " more"
        else:
            change = self._sign + change
        line.append(f" → {size(comparison.lean.sizes.stored)}  {change}")
        line.append(f"   {' · '.join((signed(-comparison.gap), *self._facts()))}", style="not bold")
        return line


def share(comparison: Comparison) -> str:
    """The change of the size in percent of the fat image, without its sign."""
    return percent(abs(comparison.gap), comparison.fat.sizes.stored)
