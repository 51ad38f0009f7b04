"""The Dockerfile of a plan, with the reason beside each line: it is what people take away."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from msgspec import Struct

from layerscope.advice.dockerfile import quoting
from layerscope.advice.dockerfile.config import Carried
from layerscope.advice.model import Boundary, Copy
from layerscope.advice.plan.base import Candidate
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.core import units
from layerscope.core.names import printable

FIRST_LINE = "# Written by layerscope: an image without what only its build needs."
"""What a Dockerfile of ours begins with. Builders read directives (``syntax``, ``escape``, ``check``) in the first lines, up to
the first one that is none; so no text of an image can become one."""

_WHAT_RUNS = (
    "# What RUN starts is the image's own. It gets no secret and no file of yours; where the image is a stranger's,",
    "# docker build --network none keeps it off the network, too.",
)
_LIBRARY_PATH = "ENV LD_LIBRARY_PATH="


class Text(NamedTuple):
    """Stages of a Dockerfile, and what could not be written into them."""

    text: str
    problems: list[Remark]


def last_stage(base: Candidate, copies: Sequence[Copy], carried: Carried, source: str) -> Text:
    """The new last stage, which copies from ``source`` (an image or a stage)."""
    problems = list(carried.problems)
    libraries = [line for line in carried.before if line.startswith(_LIBRARY_PATH)]
    others = [line for line in carried.before if not line.startswith(_LIBRARY_PATH)]
    lines = [
        *_beginning(base),
        *_block("# Environment of the image, without what only its builder reads", others),
        *_block("# Where the loader finds the copied libraries: no ld.so.cache comes along", libraries),
        *_copies(copies, source, problems),
        *(["", "# Configuration of the image", *carried.after] if carried.after else []),
    ]
    return Text("\n".join(lines) + "\n", problems)


def site_stage(base: Candidate, copies: Sequence[Copy], settings: Sequence[str], carried: Carried, source: str) -> Text:
    """The last stage of an image that only serves files, where the server's own command stays."""
    problems: list[Remark] = []
    lines = [*_beginning(base), *settings, *_copies(copies, source, problems)]
    config = [line for line in carried.after if line.startswith(("LABEL ", "EXPOSE "))]
    return Text("\n".join([*lines, *(["", *config] if config else [])]) + "\n", problems)


def _beginning(base: Candidate) -> list[str]:
    return [f"# {quoting.comment(base.why)}", f"FROM {quoting.image(base.reference)}", ""]


def _block(title: str, lines: list[str]) -> list[str]:
    """Lines below their title, nothing without lines."""
    return [title, *lines, ""] if lines else []


def _copies(copies: Sequence[Copy], source: str, problems: list[Remark]) -> list[str]:
    """The COPY lines, each reason once in front of its own."""
    lines: list[str] = []
    for because, group in groupby(copies, key=lambda copy: copy.because):
        members = list(group)
        size = sum(copy.size for copy in members)
        lines.append(f"# {quoting.comment(because)}{f' ({units.size(size)})' if size else ''}")
        lines += filter(None, (_copy(copy, source, problems) for copy in members))
    return lines


def _copy(copy: Copy, source: str, problems: list[Remark]) -> str:
    """The COPY out of ``source``; "" where a Dockerfile cannot say it, which ``problems`` then say."""
    try:
        owner = f" --chown={quoting.owner(copy.owner)}" if copy.owner else ""
        return f"COPY --from={source}{owner} {quoting.copy_paths(copy.source, copy.target)}"
    except quoting.Unwritable:
        problems.append(remark(Code.NOT_COPIED, path=printable(copy.source)))
        return ""


def prepared_stage(origin: str, name: str, commands: Sequence[str]) -> str:
    """The stage in which what crosses is first cut to what is needed; as root, whichever user the image runs as."""
    return "\n".join([f"FROM {origin} AS {name}", "USER 0", *commands]) + "\n"


class About(Struct, frozen=True, kw_only=True):
    """What the first lines of a Dockerfile say. ``before`` and ``after`` are sizes in bytes; with ``lower_bound``, ``after``
    is without the base's, which is not known. ``named`` is whether an engine knows the image by ``name``; ``runs`` whether
    something of the image is run."""

    name: str
    named: bool
    before: int
    after: int
    lower_bound: bool
    runs: bool


def whole_file(about: About, stage: str, boundary: Boundary | None) -> str:
    """The Dockerfile that builds from the image alone."""
    bound = "at least" if about.lower_bound else "about"
    sizes = f"{bound} {units.size(about.after)} instead of {units.size(about.before)}"
    lines = [
        FIRST_LINE,
        f"# {quoting.comment(printable(about.name))}: {sizes}.",
        "# Files are copied out of the image as it is; it must be known to the engine that builds this.",
        *(_WHAT_RUNS if about.runs else ()),
    ]
    if boundary is not None:
        lines += [
            f"# The boundary is `{quoting.comment(boundary.instruction[:300])}`: it is the last instruction that only builds.",
            f"# In your own Dockerfile, name its stage `AS {boundary.stage}`, add this stage behind it,",
            f"# and write --from={boundary.stage} (layerscope recommend -f Dockerfile does it).",
        ]
    if not about.named:
        lines += [
            "#",
            "# The image has no name that an engine would know: load it, then build with --build-arg IMAGE=its-name.",
            "ARG IMAGE",
            "FROM ${IMAGE} AS fat",
        ]
    return "\n".join(lines) + "\n\n" + stage
