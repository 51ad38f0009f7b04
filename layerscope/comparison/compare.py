"""From two analyses to everything that is known of them together."""

from itertools import takewhile

from layerscope.analysis import Analysis
from layerscope.comparison.configuration import compare_configs
from layerscope.comparison.contents import side_of
from layerscope.comparison.impact import count_impact, known_sum
from layerscope.comparison.model import GUIDES_CLUSTER, Cluster, Comparison, LayerPair
from layerscope.comparison.notes import notes_of, notices_of
from layerscope.comparison.paths import compare_paths
from layerscope.comparison.purposes import compare_categories, compare_components
from layerscope.sources.image import Progress


def compare(
    fat: Analysis, lean: Analysis, *, cluster: Cluster = GUIDES_CLUSTER, progress: Progress | None = None
) -> Comparison:
    """Aligns two analysed images; only contents that may or may not be the same are read, each layer at most once.

    ``cluster`` is what the impact is counted for. ``progress`` follows the contents and may raise Cancelled.
    """
    components = compare_components(fat, lean)
    shared = _shared_layers(fat, lean)
    return Comparison(
        fat=fat,
        lean=lean,
        gap=fat.sizes.stored - lean.sizes.stored,
        categories=compare_categories(fat, lean),
        components=components,
        paths=compare_paths(side_of(fat), side_of(lean), progress),
        config=compare_configs(fat.image.config, lean.image.config),
        shared_layers=shared,
        notes=notes_of(fat, lean, components),
        remaining=lean.findings,
        impact=count_impact(fat, lean, shared, cluster),
        notices=notices_of(fat, lean),
    )


def _shared_layers(fat: Analysis, lean: Analysis) -> LayerPair:
    """The lowest layers, as long as their diff IDs agree. A blob's size is taken from the side that knows it."""
    pairs = zip(fat.image.layers, lean.image.layers, strict=False)
    shared = list(takewhile(lambda pair: pair[0].diff_id == pair[1].diff_id != "", pairs))
    stored = sum(size.stored for size in lean.layer_sizes[: len(shared)])
    packed = [one.compressed_size if other.compressed_size is None else other.compressed_size for one, other in shared]
    return LayerPair(len(shared), stored, known_sum(packed))
