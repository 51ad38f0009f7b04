"""The list of layers: what each stores, how much of it is shadowed, and the instruction that made it."""

from rich.text import Text

from layerscope.analysis import Analysis
from layerscope.tui import details
from layerscope.tui.details import instruction_text
from layerscope.tui.keys import help_page
from layerscope.tui.text import bar, shorten, size
from layerscope.tui.widgets.trees.rows import Piece, Rows


class Layers(Rows):
    """The first row is the whole image; then the layers, counted from 0 as in every report, the lowest first."""

    BORDER_TITLE = BINDING_GROUP_TITLE = "Layers"
    HELP = help_page("Layers")

    def __init__(self, analysis: Analysis) -> None:
        super().__init__("layers")
        self._analysis = analysis
        self._largest = max((layer.stored for layer in analysis.layer_sizes), default=0)

    @property
    def selected_layer(self) -> int | None:
        """The layer under the cursor, from 0; None for the whole image."""
        return self.cursor - 1 if self.cursor else None

    def row_count(self) -> int:
        return len(self._analysis.layer_sizes) + 1

    def details(self) -> Text:
        layer = self.selected_layer
        return details.of_image(self._analysis) if layer is None else details.of_layer(self._analysis, layer)

    def pieces(self, position: int, width: int) -> list[Piece]:
        bar_width = 12 if width >= 64 else 6 if width >= 40 else 4
        room = width - bar_width - 22
        return self._layer(position - 1, bar_width, room) if position else self._image(bar_width, room)

    def _image(self, bar_width: int, room: int) -> list[Piece]:
        sizes = self._analysis.sizes
        return [
            ("  Σ ", "rows--mark"),
            (" " * bar_width, ""),
            (f"{size(sizes.stored):>8} ", "rows--strong"),
            _shadow(sizes.shadowed),
            (shorten("the whole image", room), "rows--strong"),
        ]

    def _layer(self, layer: int, bar_width: int, room: int) -> list[Piece]:
        stored = self._analysis.layer_sizes[layer]
        is_base = layer < self._analysis.history.base_layers
        style = "rows--dim" if is_base else "rows--plain"
        instruction = ("base: " if is_base and not layer else "") + instruction_text(self._analysis, layer)
        return [
            (f"{layer:>3} ", "rows--dim"),
            (bar(stored.stored, self._largest, bar_width), "category--os" if is_base else "category--runtime"),
            (f"{size(stored.stored):>8} ", "rows--plain" if stored.stored else "rows--dim"),
            _shadow(stored.shadowed),
            (shorten(instruction, room), style),
        ]


def _shadow(shadowed: int) -> Piece:
    return f"{'·' + size(shadowed):>8} " if shadowed else " " * 9, "rows--bad"
