"""From two analyses to everything that is known of them together."""

from layerscope.analysis import Analysis
from layerscope.comparison.configuration import compare_configs
from layerscope.comparison.contents import side_of
from layerscope.comparison.impact import BANDWIDTH, PODS, count_impact
from layerscope.comparison.model import Comparison, LayerPair
from layerscope.comparison.notes import notes_of
from layerscope.comparison.notices import notices_of
from layerscope.comparison.paths import compare_paths
from layerscope.comparison.purposes import compare_categories, compare_components
from layerscope.sources.image import Progress


def compare(
    fat: Analysis,
    lean: Analysis,
    *,
    pods: int = PODS,
    nodes: int | None = None,
    bandwidth: int = BANDWIDTH,
    progress: Progress | None = None,
) -> Comparison:
    """Aligns two analysed images; only contents that may or may not be the same are read, each layer at most once.

    ``pods``, ``nodes`` (as many as pods where None) and ``bandwidth`` (bits a second) are the cluster of the impact; UsageError
    when there is no such cluster. ``progress`` is told of the contents and may raise Cancelled.
    """
    components = compare_components(fat, lean)
    shared = _shared_layers(fat, lean)
    impact = count_impact(fat, lean, shared, pods=pods, nodes=nodes, bandwidth=bandwidth)
    diff_ids = tuple([layer.diff_id for layer in side.image.layers] for side in (fat, lean))
    return Comparison(
        fat=fat,
        lean=lean,
        gap=fat.sizes.stored - lean.sizes.stored,
        categories=compare_categories(fat, lean),
        components=components,
        paths=compare_paths(side_of(fat), side_of(lean), (diff_ids[0], diff_ids[1]), progress),
        config=compare_configs(fat.image.config, lean.image.config),
        shared_layers=shared,
        notes=notes_of(fat, lean, components),
        remaining=lean.findings,
        impact=impact,
        notices=notices_of(fat, lean),
    )


def _shared_layers(fat: Analysis, lean: Analysis) -> LayerPair:
    """The lowest layers, as long as their diff IDs agree. A blob's size is taken from the side that knows it."""
    count = stored = 0
    compressed: int | None = 0
    for one, other in zip(fat.image.layers, lean.image.layers, strict=False):
        if not one.diff_id or one.diff_id != other.diff_id:
            break
        size = other.compressed_size if other.compressed_size is not None else one.compressed_size
        compressed = None if size is None or compressed is None else compressed + size
        stored += lean.layer_sizes[count].stored
        count += 1
    return LayerPair(count, stored, compressed)
