"""What a reader of a comparison must know first."""

from layerscope.analysis import Analysis
from layerscope.core.names import printable


def notices_of(fat: Analysis, lean: Analysis) -> tuple[str, ...]:
    """One line each, with what to try: the same image twice, the wrong order, different platforms, unreadable parts."""
    found: list[str] = []
    if _same_image(fat, lean):
        found.append("both references name the same image: give two different ones")
    elif fat.sizes.stored < lean.sizes.stored:
        found.append("the first image is the smaller one: give the fat image first, then the lean one")
    if fat.image.config.platform != lean.image.config.platform:
        platforms = " and ".join(printable(str(side.image.config.platform)) for side in (fat, lean))
        found.append(f"the images are for different platforms, {platforms}: choose one with --platform")
    for name, side in (("first", fat), ("second", lean)):
        if side.problems:
            parts = "a part" if len(side.problems) == 1 else f"{len(side.problems)} parts"
            found.append(f"{parts} of the {name} image could not be read: its numbers are too small")
    if "demo" in (fat.image.source, lean.image.source):
        found.append("the demo has no real file contents: files of equal size are taken to be the same")
    return tuple(found)


def _same_image(fat: Analysis, lean: Analysis) -> bool:
    """Whether both are one image: the same configuration on the same layers."""
    one, other = fat.image, lean.image
    if one.config_digest and other.config_digest:
        return one.config_digest == other.config_digest
    return one.config == other.config and bool(one.layers) and _diff_ids(fat) == _diff_ids(lean)


def _diff_ids(analysis: Analysis) -> list[str]:
    return [layer.diff_id for layer in analysis.image.layers]
