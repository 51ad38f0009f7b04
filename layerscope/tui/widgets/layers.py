"""The list of layers: what each stores, how much of it is shadowed, and the instruction that made it."""

from layerscope.analysis import Analysis
from layerscope.report.wording import instruction_of, visible
from layerscope.tui.text import bar, shorten, size
from layerscope.tui.widgets.trees.rows import Piece, Rows


class Layers(Rows):
    """The first row is the whole image; then the layers, counted from 0 as in every report, the lowest first."""

    BINDING_GROUP_TITLE = "Layers"
    HELP = """
    ## Layers

    Each layer with the bytes that it stores and the instruction that made it. `·` and a number: bytes that a later layer
    overwrote or deleted. The file tree follows the layer under the cursor; the first row is the whole image.
    """

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

    def pieces(self, position: int, width: int) -> list[Piece]:
        bar_width = 12 if width >= 64 else 6 if width >= 40 else 4
        if not position:
            sizes = self._analysis.sizes
            left: list[Piece] = [
                ("  Σ ", "rows--mark"),
                (" " * bar_width, ""),
                (f"{size(sizes.stored):>8} ", "rows--strong"),
            ]
            return [*left, *_shadow(sizes.shadowed), (shorten("the whole image", width - bar_width - 22), "rows--strong")]
        layer = position - 1
        stored = self._analysis.layer_sizes[layer]
        base = layer < self._analysis.history.base_layers
        style = "rows--dim" if base else "rows--plain"
        return [
            (f"{layer:>3} ", "rows--dim"),
            (bar(stored.stored, self._largest, bar_width), "category--os" if base else "category--runtime"),
            (f"{size(stored.stored):>8} ", "rows--plain" if stored.stored else "rows--dim"),
            *_shadow(stored.shadowed),
            (
                shorten(
                    ("base: " if base and layer == 0 else "") + instruction_text(self._analysis, layer), width - bar_width - 22
                ),
                style,
            ),
        ]


def _shadow(shadowed: int) -> list[Piece]:
    return [(f"{'·' + size(shadowed):>8} " if shadowed else " " * 9, "rows--bad")]


def instruction_text(analysis: Analysis, layer: int) -> str:
    """What made the layer, in one printable line."""
    if problem := analysis.image.layers[layer].problem:
        return f"unreadable: {visible(problem)}"
    return visible(instruction_of(analysis, layer))
