"""The whole way from an opened image to advice: the one value that every reader shares."""

from collections.abc import Iterable, Sequence
from itertools import compress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from layerscope.layers.cache import file_names
from layerscope.layers.index import Kind, LayerIndex
from layerscope.layers.indexing import Indexing
from layerscope.layers.keep import Picks
from layerscope.sources.image import Config, Image, Progress, silent

if TYPE_CHECKING:
    from layerscope.advice.ground import Ground, RecommendOptions
    from layerscope.advice.model import Finding, Recommendation
    from layerscope.advice.plan.base_content import Opener
    from layerscope.attribution.model import Attribution
    from layerscope.filesystem.dive import DiveScore
    from layerscope.filesystem.merged import Filesystem
    from layerscope.history.history import History
    from layerscope.layers.contents import Contents
    from layerscope.needs.model import Runtime

_NAMELESS = bytes((Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE))


class LayerSize(Struct, frozen=True):
    """Bytes of one layer: stored content, what of it a later layer hides, names that are not directories, its tar."""

    stored: int
    shadowed: int
    files: int
    tar: int


class Sizes(Struct, frozen=True, kw_only=True):
    """The image's sizes in bytes, reconciled: Σ stored over the layers = live + shadowed.

    ``files`` counts the final filesystem's names that are not directories. ``uncompressed`` is the sum of the layers' tars,
    ``compressed`` the sum of the stored blobs where the source has them compressed, ``engine`` what an engine reports,
    ``shared_with_base`` the content in the base image's layers; None where unknown.
    """

    files: int
    live: int
    shadowed: int
    uncompressed: int
    compressed: int | None
    engine: int | None
    shared_with_base: int | None

    @property
    def stored(self) -> int:
        """What all layers store."""
        return self.live + self.shadowed


class Analysis(Struct, frozen=True, eq=False, kw_only=True):
    """Everything that is known of an image. ``problems`` are the parts that could not be read, one line each."""

    image: Image
    history: "History"
    filesystem: "Filesystem"
    contents: "Contents"
    layer_sizes: tuple[LayerSize, ...]
    sizes: Sizes
    attribution: "Attribution"
    runtime: "Runtime"
    findings: "tuple[Finding, ...]"
    recommendation: "Recommendation"
    dive: "DiveScore"
    problems: tuple[str, ...]

    @property
    def ground(self) -> "Ground":
        """What advice about the image stands on."""
        from layerscope.advice.ground import Ground

        return Ground(
            image=self.image,
            history=self.history,
            filesystem=self.filesystem,
            attribution=self.attribution,
            runtime=self.runtime,
        )


def analyze(
    image: Image, progress: Progress | None = None, wanted: "RecommendOptions | None" = None, thorough: bool = False
) -> Analysis:
    """Goes the whole way. ``progress`` follows the long part (reading layers) and may raise Cancelled.

    ``wanted`` is what is asked of the recommendation; bases that the image's engine has are opened for it, whoever asks.
    ``thorough`` also compares files in compressed layers by content, which inflates these once more. The later rooms are
    imported here, while layers inflate.

    The image of the analysis has no credentials any more: they are masked in its configuration and history.
    """
    from layerscope.advice.secrets.redaction import redacted
    from layerscope.credentials.files import holds_credential

    image, leaks = redacted(image)  # from here on, no credential is known: to no room, no reader, no cache
    config = image.config
    healthcheck = config.healthcheck.test if config.healthcheck else ()
    picks = Picks.of_commands(config.entrypoint, config.cmd, healthcheck)
    with Indexing(image.layers, picks, holds_credential) as indexing:
        from layerscope.advice.findings.find import find_waste
        from layerscope.advice.ground import Ground, RecommendOptions
        from layerscope.advice.plan.base_content import opener
        from layerscope.advice.recommend import recommend
        from layerscope.attribution.cached import Known, remembered
        from layerscope.filesystem.dive import score
        from layerscope.filesystem.stacking import stack
        from layerscope.filesystem.unpacking import not_unpacked
        from layerscope.history.history import read_history
        from layerscope.layers.contents import Contents
        from layerscope.needs.needs import find_needs

        indexes = indexing.read(progress)
        contents = Contents(image.layers, indexes)
        contents.forget()
        (progress or silent)("attributing every byte", 0, None)
        filesystem = stack(indexes)
        history = read_history(config, len(image.layers), image.annotations)
        whole = not any(index.problem for index in indexes)
        names = file_names(layer.blob for layer in image.layers) if whole else ()
        known = Known(names, config, history, len(filesystem), holds_credential)
        attribution = remembered(known, lambda: _attribute(filesystem, config, history))
        runtime = find_needs(filesystem, contents, config, attribution, history)
        contents.forget()
        readable = contents if image.source != "demo" else None
        ground = Ground(
            image=image,
            history=history,
            filesystem=filesystem,
            attribution=attribution,
            runtime=runtime,
            options=with_opener(wanted or RecommendOptions(), opener(image, progress)),
        )
        findings = find_waste(ground, readable, leaks, thorough)
        contents.forget()
        dive = score(filesystem)
        indexes = _with_problems(indexing.verified(progress), not_unpacked(filesystem))
    filesystem = replace(filesystem, indexes=tuple(indexes))
    layer_sizes = tuple(_layer_size(filesystem, layer) for layer in range(len(indexes)))
    plan = recommend(replace(ground, filesystem=filesystem))
    contents.forget()
    return Analysis(
        image=image,
        history=history,
        filesystem=filesystem,
        contents=contents,
        layer_sizes=layer_sizes,
        sizes=_sizes(image, history, filesystem, layer_sizes),
        attribution=attribution,
        runtime=runtime,
        findings=findings,
        recommendation=plan,
        dive=dive,
        problems=problems_of(image, indexes),
    )


def _with_problems(indexes: list[LayerIndex], problems: dict[int, str]) -> list[LayerIndex]:
    """The indexes with further problems of some layers."""
    return [
        replace(index, problem="; ".join(filter(None, (index.problem, problems.get(layer, "")))))
        for layer, index in enumerate(indexes)
    ]


def with_opener(options: "RecommendOptions", open_base: "Opener | None") -> "RecommendOptions":
    """What is asked of the recommendation, with what opens bases where the asker brings nothing for it."""
    return options if options.open_base is not None else replace(options, open_base=open_base)


def _attribute(filesystem: "Filesystem", config: Config, history: "History") -> "Attribution":
    from layerscope.attribution.attribute import attribute  # only where the cache has no answer

    return attribute(filesystem, config, history)


def _layer_size(filesystem: "Filesystem", layer: int) -> LayerSize:
    index = filesystem.indexes[layer]
    start = filesystem.starts[layer]
    stored = sum(index.sizes)
    live = sum(compress(index.sizes, filesystem.stored_live[start : start + len(index)]))
    return LayerSize(stored, stored - live, len(index) - sum(map(index.kinds.count, _NAMELESS)), index.tar_size)


def _sizes(image: Image, history: "History", filesystem: "Filesystem", layers: tuple[LayerSize, ...]) -> Sizes:
    stored, shadowed = _stored(layers), sum(layer.shadowed for layer in layers)
    visible_kinds = bytes(map(filesystem.kinds.__getitem__, filesystem.visible.values()))
    return Sizes(
        files=len(visible_kinds) - visible_kinds.count(Kind.DIRECTORY),
        live=stored - shadowed,
        shadowed=shadowed,
        uncompressed=sum(layer.tar for layer in layers),
        compressed=_compressed(image),
        engine=image.engine_size,
        shared_with_base=_stored(layers[: history.base_layers]) if history.base_known else None,
    )


def _stored(layers: Iterable[LayerSize]) -> int:
    return sum(layer.stored for layer in layers)


def _compressed(image: Image) -> int | None:
    """The stored size of all layers, None unless each is stored compressed."""
    sizes = [layer.compressed_size for layer in image.layers if layer.compressed_size is not None]
    return sum(sizes) if sizes and len(sizes) == len(image.layers) else None


def problems_of(image: Image, indexes: Sequence[LayerIndex]) -> tuple[str, ...]:
    """The parts of an image that could not be read, one line each."""
    return image.problems + tuple(f"layer {number}: {index.problem}" for number, index in enumerate(indexes) if index.problem)
