"""The formats of reports, by name and by the ending of a file's name; each one's module is imported when it is asked for."""

from collections.abc import Callable, Collection, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from layerscope.core.expressions import expression

IMAGE = {
    "markdown": "layerscope.report.markdown",
    "json": "layerscope.report.document",
    "html": "layerscope.report.html.single",
    "sarif": "layerscope.report.sarif.findings",
    "csv": "layerscope.report.csv",
}
"""For one image: each format's module, whose ``render(analysis)`` makes the report."""

PAIR = {
    "text": "layerscope.report.comparison.text",
    "json": "layerscope.report.comparison.document",
    "markdown": "layerscope.report.comparison.markdown",
    "html": "layerscope.report.html.pair",
}
"""For two images: each format's module, whose ``render(comparison)`` makes the report."""

CHECK = {
    "text": "layerscope.report.checking.text",
    "json": "layerscope.report.checking.document",
    "sarif": "layerscope.report.checking.sarif",
    "junit": "layerscope.report.checking.junit",
    "github": "layerscope.report.checking.github",
    "gitlab": "layerscope.report.checking.gitlab",
}
"""For the gate: each format's module, whose ``render(verdict, located)`` makes the report."""

_ENDINGS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
    ".csv": "csv",
    ".sarif": "sarif",
    ".txt": "text",
    ".xml": "junit",
    ".dockerfile": "dockerfile",
    ".diff": "diff",
    ".patch": "diff",
}
_DOCKERFILES = ("dockerfile", "containerfile")
_UNKNOWN = expression(r"\.[A-Za-z][A-Za-z0-9]{0,4}")
"""An ending that tells a format, unlike the ``.2`` of a version or the ten letters of a temporary name."""


def named(path: Path) -> str:
    """The format that a file's name tells by its ending, or as ``Dockerfile.lean`` does; empty where it tells none."""
    by_stem = "dockerfile" if path.name.lower().partition(".")[0] in _DOCKERFILES else ""
    return _ENDINGS.get(path.suffix.lower(), by_stem)


def unknown_ending(path: Path) -> str:
    """The ending of a name that tells a format, but none of ours: ``.pdf``; empty for every other name."""
    return path.suffix if not named(path) and _UNKNOWN.fullmatch(path.suffix) else ""


def named_by(path: Path, formats: Collection[str]) -> str | None:
    """The format that a file's name ends in, if it is one of ``formats``."""
    return named(path) if named(path) in formats else None


def endings(formats: Iterable[str]) -> str:
    """The endings of these formats, for a question: ``.md, .json``."""
    own = {name: ending for ending, name in reversed(_ENDINGS.items())}
    return ", ".join(own[chosen] for chosen in formats if chosen in own)


def renderer(formats: Mapping[str, str], chosen: str) -> Callable[..., str | bytes]:
    """What makes a report in the chosen format."""
    module: Any = import_module(formats[chosen])
    render: Callable[..., str | bytes] = module.render
    return render
