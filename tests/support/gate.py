"""A small image for the gate: it wastes something of every kind, and every number of it is known."""

from datetime import date
from pathlib import Path

from msgspec.structs import replace

from layerscope.advice.dockerfile.lines import lines_of
from layerscope.analysis import Analysis, analyze
from layerscope.checking.check import check
from layerscope.checking.files import defaults
from layerscope.checking.model import Outcome, Verdict
from layerscope.checking.settings import Settings, from_table
from layerscope.report.sarif.located import Located
from layerscope.sources import open_image
from tests.support.archives import Entry, config_json, docker_archive, layer_tar

TODAY = date(2026, 6, 1)

HOSTILE = (
    "x[/foo].txt",
    "esc\x1b[31m.txt",
    "new\nline::error::",
    "##[add-path]x",
    "bar|`tick`.txt",
    "rtl\u202egpj.exe",
    "a&b<c>\"d'",
    "{0} [link](https://example.org)",
    "nul\ufffe\uffff",
    "percent%0A,colon:",
)
"""Names that mean something to a terminal, a log, a page or a document."""

BASE, DATA, CACHE, REMOVED = 10_000, 30_000, 40_000, 20_000
STORED = BASE + 2 * DATA + CACHE + REMOVED

DOCKERFILE = """\
# the shop
FROM debian:12

WORKDIR /app
COPY data /app/data
RUN make \\
    --quiet
RUN chmod 600 /app/data
CMD ["/app/data"]
"""
LINES = {"FROM": 2, "WORKDIR": 4, "COPY": 5, "make": 6, "chmod": 8, "CMD": 9}

HISTORY = (
    ("debian root filesystem", False),
    ('CMD ["bash"]', True),
    ("WORKDIR /app", False),
    ("COPY data /app/data # buildkit", False),
    ("RUN /bin/sh -c make --quiet # buildkit", False),
    ("RUN /bin/sh -c chmod 600 /app/data # buildkit", False),
    ('CMD ["/app/data"]', True),
)
LAYERS: tuple[list[Entry], ...] = (
    [("usr/lib/base", b"b" * BASE), ("srv/removed", b"r" * REMOVED)],
    [("app/", None)],
    [("app/data", b"d" * DATA)],
    [("root/.cache/go-build/aa/object", b"c" * CACHE)],
    [("app/data", b"d" * DATA), ("srv/.wh.removed", b"")],
)


def archive(path: Path, *more: list[Entry], **config: object) -> Path:
    """The image as a docker-archive, with ``more`` layers on top."""
    tars = [layer_tar(entries) for entries in (*LAYERS, *more)]
    entries = [{"created_by": text, "empty_layer": empty} for text, empty in HISTORY]
    entries += [{"created_by": f"COPY more{number} / # buildkit"} for number in range(len(more))]
    return docker_archive(path, tars, config_json(tars, entries, **{"Cmd": ["/app/data"], **config}), ["shop:1"])


def shop(directory: Path, *more: list[Entry], **config: object) -> Analysis:
    """The analysis of the image."""
    return analyze(open_image(f"docker-archive:{archive(directory / 'shop.tar', *more, **config)}"))


def judged(analysis: Analysis, reference: Analysis | None = None, **settings: object) -> Verdict:
    """What the gate says on :data:`TODAY`; ``settings`` as in a file, with underscores in their keys."""
    table = {key.replace("_", "-"): value for key, value in settings.items()}
    return check(analysis, defaults(from_table(table, "settings")), TODAY, reference)


def located(analysis: Analysis, path: str = "Dockerfile") -> Located:
    """The image's own Dockerfile."""
    return Located(path, lines_of(analysis.history, DOCKERFILE))


def hostile(directory: Path) -> Verdict:
    """A verdict that fails in every way, on an image whose names are hostile. The last lost the most, the first are
    stored the most, so that each is among the largest of some rule."""
    names = [f"app/{number}-{name}" for number, name in enumerate(HOSTILE)]
    first: list[Entry] = [(name, bytes([number]) * 10_000 * (number + 10)) for number, name in enumerate(names)]
    second: list[Entry] = [(name, bytes([number + 100]) * 100_000 * (10 - number)) for number, name in enumerate(names)]
    analysis = shop(directory, first, second, Env=["API_TOKEN=abc123def456", "X=::error::x"])
    damaged = replace(analysis, problems=("layer 7: ::set-output name=x::y ##[error] <b>&]]>",))
    verdict = judged(
        damaged, analysis, max_size=1, max_waste=0, max_shadowed=0, highest_wasted_bytes=1, forbid=["cache", "/app"]
    )
    image = replace(analysis.image, reference="a:\x1b[31m\n::error::b,c%")
    return replace(verdict, analysis=replace(damaged, image=image), notices=("note: 100%\nof ::warning::",))


def outcome(verdict: Verdict, identity: str) -> Outcome:
    """One rule's outcome."""
    (found,) = (item for item in verdict.outcomes if item.id == identity)
    return found


def said(verdict: Verdict) -> dict[str, str]:
    """The status of every rule."""
    return {item.id: item.status for item in verdict.outcomes}


__all__ = ["Settings", "archive", "hostile", "judged", "located", "outcome", "said", "shop"]
