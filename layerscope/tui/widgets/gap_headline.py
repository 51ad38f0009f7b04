"""What a comparison says in one second: both sizes, and the change from the fat image to the lean one."""

from rich.text import Text

from layerscope.comparison.model import Comparison
from layerscope.names import printable
from layerscope.tui.text import counted, percent, signed, size, split_size
from layerscope.tui.widgets.headline import Headline


class GapHeadline(Headline):
    """``879 MB → 12.3 MB``, ``−98.6 %``."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self._comparison = comparison
        self.set_class(comparison.gap < 0, "-growth")

    def figures(self) -> list[tuple[str, str, str]]:
        fat, lean = (split_size(side.sizes.stored) for side in (self._comparison.fat, self._comparison.lean))
        return [
            ("before", fat[0], f"{fat[1]}\nin the\nfat image"),
            ("after", lean[0], f"{lean[1]}\nin the\nlean image"),
            ("change", change(self._comparison).removesuffix(" %").removeprefix("< "), "%\nfrom fat\nto lean"),
        ]

    def aside(self) -> Text:
        comparison = self._comparison
        lines = [Text(f"{signed(-comparison.gap)} explained below, to the last byte", style="bold")]
        shared = comparison.shared_layers
        if shared.count:
            lines.append(Text(f"{counted(shared.count, 'layer')} shared, {size(shared.stored)}"))
        else:
            lines.append(Text("no layer is shared"))
        lines.append(Text(f"{counted(len(comparison.remaining), 'finding')} in the lean image"))
        return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)

    def one_line(self) -> Text:
        comparison = self._comparison
        line = Text(f" {size(comparison.fat.sizes.stored)}", style="bold", no_wrap=True, overflow="ellipsis")
        line.append(f" → {size(comparison.lean.sizes.stored)}  {change(comparison)}")
        line.append(f"   {signed(-comparison.gap)}", style="not bold")
        names = " → ".join(printable(side.image.reference) for side in (comparison.fat, comparison.lean))
        line.append(f"   {names}", style="not bold")
        return line


def change(comparison: Comparison) -> str:
    """The change of the size in percent of the fat image, with its sign."""
    share = percent(abs(comparison.gap), comparison.fat.sizes.stored)
    if not comparison.gap or share.startswith("<"):
        return share
    return f"{'−' if comparison.gap > 0 else '+'}{share}"
