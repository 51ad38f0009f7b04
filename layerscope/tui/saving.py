"""What the app writes to disk: the Dockerfile, the report, files out of the image. Each answers with what it wrote."""

import os
from collections.abc import Callable
from pathlib import Path

from layerscope.analysis import Analysis
from layerscope.comparison.model import Comparison
from layerscope.core.errors import UsageError
from layerscope.core.names import absolute, printable
from layerscope.core.saving import save
from layerscope.core.units import counted
from layerscope.extraction import extract as extract_from_image
from layerscope.layers.index import Kind
from layerscope.report.formats import IMAGE, PAIR, endings, named, named_by, renderer, unknown_ending
from layerscope.tui.text import size

Action = Callable[[], str]


def export(analysis: Analysis, destination: Path) -> str:
    """Writes the Dockerfile, or the report to a name that ends like one; replaces what is there."""
    promised = named(destination) or unknown_ending(destination)
    if promised not in ("", "dockerfile", "text"):
        return export_report(analysis, destination)
    save(analysis.recommendation.dockerfile, destination)
    return f"Wrote the Dockerfile to {shown(destination)}."


def export_report(analysis: Analysis, destination: Path) -> str:
    """Writes the report of an image in the format that the name ends in; replaces what is there."""
    return _export(analysis, destination, IMAGE, "report")


def export_comparison(comparison: Comparison, destination: Path) -> str:
    """Writes the report of two images in the format that the name ends in; replaces what is there."""
    return _export(comparison, destination, PAIR, "comparison")


def _export(content: Analysis | Comparison, destination: Path, formats: dict[str, str], what: str) -> str:
    chosen = named_by(destination, formats)
    if chosen is None:
        raise UsageError(f"{shown(destination)} tells no format", f"let the name end in one of {endings(formats)}")
    save(renderer(formats, chosen)(content), destination)
    return f"Wrote the {what} to {shown(destination)}."


def extract(analysis: Analysis, path: bytes, entry: int, destination: Path) -> str:
    """Writes a file or directory of the image under a name that does not exist yet.

    ``entry`` is the one under the cursor, -1 for a directory that no layer lists. A file that a later layer hides is written as
    its own layer stores it; everything else as the final filesystem has it.
    """
    if analysis.image.source == "demo":
        raise UsageError("the demo has no file contents to extract", "open an image of your own")
    filesystem = analysis.filesystem
    if entry >= 0 and filesystem.kinds[entry] == Kind.REGULAR and filesystem.visible.get(path) != entry:
        save(analysis.contents.read(filesystem.layers[entry], filesystem.row(entry)), destination)
        return f"Wrote {size(filesystem.sizes[entry])} of layer {filesystem.layers[entry]} to {shown(destination)}."
    done = extract_from_image(filesystem, analysis.image.layers, path, destination)
    left_out = f" Left out: {len(done.left_out):,}, the first: {done.left_out[0]}" if done.left_out else ""
    return f"Wrote {counted(done.files, 'file')} of {absolute(path)} to {shown(done.where)}.{left_out}"


def destination(name: str) -> Path:
    """The path that a name means on this disk; ``~`` is a home directory where there is one."""
    try:
        return Path(name.replace("\0", "")).expanduser()
    except RuntimeError:
        return Path(name)


def suggested_name(path: bytes) -> str:
    """A harmless name for a file on this disk: the printable last component."""
    name = printable(path.rpartition(b"/")[2]).lstrip(".-") or "file"
    return name.replace("\\", "_")[:200]


def shown(path: Path) -> str:
    """A path of this disk, printable."""
    return printable(os.fsencode(path))
