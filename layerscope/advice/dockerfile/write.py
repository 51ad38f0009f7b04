"""The Dockerfile of a plan, with the reason beside each line: it is what people take away."""

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from layerscope.advice.dockerfile import quoting
from layerscope.advice.dockerfile.config import Carried
from layerscope.advice.model import Boundary, Copy
from layerscope.advice.plan.base import Candidate
from layerscope.core.names import printable

FIRST_LINE = "# Written by layerscope: an image without what only its build needs."
"""What a Dockerfile of ours begins with. Builders read directives (``syntax``, ``escape``, ``check``) in the first lines, up to
the first one that is none; so no text of an image can become one."""


_WHAT_RUNS = (
    "# What RUN starts is the image's own. It gets no secret and no file of yours; where the image is a stranger's,",
    "# docker build --network none keeps it off the network, too.",
)


def size_text(size: int) -> str:
    """Bytes for people, in decimal units as engines print them: ``7.4 MB``."""
    for limit, unit in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if size >= limit:
            return f"{size / limit:.{2 if unit == 'GB' else 1}f} {unit}"
    return f"{size} B"


def last_stage(base: Candidate, copies: Sequence[Copy], carried: Carried, source: str) -> tuple[str, list[str]]:
    """The new last stage, which copies from ``source`` (an image or a stage), and what could not be written into it."""
    problems = list(carried.problems)
    lines = [f"# {quoting.comment(base.why)}", f"FROM {quoting.image(base.reference)}", ""]
    if carried.before:
        libraries = [line for line in carried.before if line.startswith("ENV LD_LIBRARY_PATH=")]
        others = [line for line in carried.before if line not in libraries]
        lines += ["# Environment of the image, without what only its builder reads", *others, ""] if others else []
        told = "# Where the loader finds the copied libraries: no ld.so.cache comes along"
        lines += [told, *libraries, ""] if libraries else []
    for because, group in groupby(copies, key=lambda copy: copy.because):
        members = list(group)
        size = sum(copy.size for copy in members)
        lines.append(f"# {quoting.comment(because)}{f' ({size_text(size)})' if size else ''}")
        lines += [line for copy in members if (line := _copy(copy, source, problems))]
    if carried.after:
        lines += ["", "# Configuration of the image", *carried.after]
    return "\n".join(lines) + "\n", problems


def _copy(copy: Copy, source: str, problems: list[str]) -> str:
    """The COPY out of ``source``; "" where a Dockerfile cannot say it, which ``problems`` then say."""
    try:
        owner = f" --chown={quoting.owner(copy.owner)}" if copy.owner else ""
        return f"COPY --from={source}{owner} {quoting.copy_paths(copy.source, copy.target)}"
    except quoting.Unwritable:
        problems.append(f"{printable(copy.source)} cannot be copied: a Dockerfile cannot hold its name")
        return ""


def prepared_stage(origin: str, name: str, commands: Sequence[str]) -> str:
    """The stage in which what crosses is first cut to what is needed; as root, whoever the image runs as."""
    return "\n".join([f"FROM {origin} AS {name}", "USER 0", *commands]) + "\n"


def site_stage(
    base: Candidate, copies: Sequence[Copy], settings: Sequence[str], carried: Carried, source: str
) -> tuple[str, list[str]]:
    """The last stage of an image that only serves files, where the server's own command stays; and what could not be written
    into it."""
    problems: list[str] = []
    lines = [f"# {quoting.comment(base.why)}", f"FROM {quoting.image(base.reference)}", "", *settings]
    for copy in copies:
        if line := _copy(copy, source, problems):
            lines += [f"# {quoting.comment(copy.because)} ({size_text(copy.size)})", line]
    config = [line for line in carried.after if line.startswith(("LABEL ", "EXPOSE "))]
    return "\n".join([*lines, *(["", *config] if config else [])]) + "\n", problems


class About(Struct, frozen=True, kw_only=True):
    """What the first lines of a Dockerfile say. ``before`` and ``after`` are sizes in bytes; with ``lower_bound`` nobody knows
    the base's, and ``after`` is without it. ``named`` is whether an engine knows the image by ``name``; ``runs`` whether
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
    lines = [
        FIRST_LINE,
        f"# {quoting.comment(printable(about.name))}: {bound} {size_text(about.after)} instead of {size_text(about.before)}.",
        "# Files are copied out of the image as it is; it must be known to the engine that builds this.",
    ]
    lines += _WHAT_RUNS if about.runs else ()
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
