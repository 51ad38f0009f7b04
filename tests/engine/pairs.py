"""The guides' pairs, built on the engine and compared; ``python -m tests.engine.pairs`` prints the guides' summary table with
ours beside it."""

import hashlib
import json
import subprocess
import tarfile
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from layerscope.analysis import analyze
from layerscope.comparison.compare import compare
from layerscope.comparison.model import Comparison
from layerscope.core.units import percent, signed, size
from layerscope.report.escaping import row, table
from layerscope.sources import open_image
from tests.engine.conftest import CONTEXTS, DOCKER, Engine, run


class Pair(NamedTuple):
    """One row of the guides' table: what it calls the program, both sizes and the reduction that it promises.

    ``fat`` and ``lean`` are a tag and a Dockerfile of the context each. ``named`` are components that the guides blame, and
    ``gone`` categories of which the lean image has less.
    """

    name: str
    published: tuple[str, str, int]
    directory: str
    fat: tuple[str, str]
    lean: tuple[str, str]
    named: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.lean[0].replace(":", "-")


PAIRS = (
    Pair(
        "Go (Alpine)",
        ("~850MB", "~15MB", 98),
        "go-app",
        ("go-app:single", "single.Dockerfile"),
        ("go-app:multistage", "multistage.Dockerfile"),
        ("Go toolchain", "Go build cache", "gcc-12"),
        ("toolchain", "cache", "source", "docs"),
    ),
    Pair(
        "Go (Scratch)",
        ("~850MB", "~7MB", 99),
        "go-api",
        ("go-api", "Dockerfile"),
        ("go-api:scratch", "scratch.Dockerfile"),
        ("Go toolchain", "Go build cache", "gcc-12"),
        ("toolchain", "cache", "source", "docs", "os"),
    ),
    Pair(
        "Python",
        ("~1.1GB", "~200MB", 82),
        "python-app",
        ("python-app", "Dockerfile"),
        ("python-app:multistage", "multistage.Dockerfile"),
        ("gcc-12",),
        ("toolchain", "docs"),
    ),
    Pair(
        "React/Node",
        ("~1.1GB", "~40MB", 96),
        "react-app",
        ("react-app", "Dockerfile"),
        ("react-app:multistage", "multistage.Dockerfile"),
        ("Node.js", "gcc-12"),
        ("toolchain", "docs", "source"),
    ),
    Pair(
        ".NET",
        ("~900MB", "~110MB", 88),
        "dotnet-app",
        ("dotnet-app", "Dockerfile"),
        ("dotnet-app:multistage", "multistage.Dockerfile"),
        (".NET SDK",),
        ("toolchain", "source"),
    ),
)
"""The guides' summary table, in its order."""


class Built(NamedTuple):
    """A pair on the engine, by the names of its images, and their comparison."""

    pair: Pair
    fat: str
    lean: str
    comparison: Comparison


@cache
def built(pair: Pair) -> Built:
    """Builds and compares both images as the engine has them."""
    engine = Engine()
    fat, lean = (engine.build(tag, CONTEXTS / pair.directory, dockerfile) for tag, dockerfile in (pair.fat, pair.lean))
    return Built(pair, fat, lean, compare(*(analyze(open_image(f"docker-daemon:{name}")) for name in (fat, lean))))


Content: TypeAlias = tuple[str, str]
"""What is at a path: its kind, and the SHA-256 of a file or the target of a link."""

STUBS = frozenset(
    [
        ".dockerenv",
        "dev",
        "dev/console",
        "dev/pts",
        "dev/shm",
        "etc",
        "etc/hostname",
        "etc/hosts",
        "etc/mtab",
        "etc/resolv.conf",
        "proc",
        "sys",
    ]
)
"""What the engine itself puts over every container before it starts, whatever the image has there (its init layer)."""


@cache
def exported(name: str) -> dict[str, Content]:
    """What ``docker export`` says of a container of the image, without the engine's own stubs."""
    identity = run(DOCKER, "create", name).strip()
    found: dict[str, Content] = {}
    try:
        with subprocess.Popen([DOCKER, "export", identity], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
                for member in tar:
                    found[member.name.strip("/")] = _content(tar, member, found)
            process.stdout.read()
        assert process.returncode == 0
    finally:
        run(DOCKER, "rm", "-f", identity)
    return {path: content for path, content in found.items() if path not in STUBS}


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo, found: dict[str, Content]) -> Content:
    if member.isreg():
        stream = tar.extractfile(member)
        assert stream is not None
        return "file", hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    if member.islnk():
        return found[member.linkname.strip("/")]
    return ("link", member.linkname) if member.issym() else (str(member.type), "")


def inspected(name: str) -> dict[str, Any]:
    """The configuration as ``docker inspect`` tells it."""
    document: dict[str, Any] = json.loads(run(DOCKER, "image", "inspect", "-f", "{{json .Config}}", name))
    return document


def render(pairs: list[Built]) -> str:
    """The guides' table, and what the stand-in images of this engine come to."""
    rows = []
    for pair, _, _, comparison in pairs:
        fat, lean = (side.sizes.stored for side in (comparison.fat, comparison.lean))
        guide = f"{pair.published[0]} → {pair.published[1]}", f"{pair.published[2]} %"
        parts = ", ".join(f"{part.name} {signed(-part.gap)}" for part in comparison.components[:3])
        rows.append(row(pair.name, *guide, f"{size(fat)} → {size(lean)}", percent(comparison.gap, fat), parts))
    return "\n".join(table("pair|the guide|>|here|>|largest parts of the gap", rows))


if __name__ == "__main__":
    print(render([built(pair) for pair in PAIRS]))
