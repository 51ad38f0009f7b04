"""The Dockerfile of a plan, with the reason beside each line: it is what people take away."""

import re
from collections.abc import Sequence
from itertools import groupby

from layerscope.advice import quoting
from layerscope.advice.base import Candidate
from layerscope.advice.carried import Carried
from layerscope.advice.model import Boundary, Copy
from layerscope.names import printable

_NAME = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?\Z",
    re.ASCII,
)


def usable_reference(name: str) -> bool:
    """Whether an engine takes ``name`` as the name of an image (distribution/reference): nothing else gets into --from."""
    return bool(_NAME.match(name)) and len(name) <= 512


def size_text(size: int) -> str:
    """Bytes for people, in decimal units as engines print them: ``7.4 MB``."""
    for limit, unit in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if size >= limit:
            return f"{size / limit:.{2 if unit == 'GB' else 1}f} {unit}"
    return f"{size} B"


def last_stage(base: Candidate, copies: Sequence[Copy], carried: Carried, source: str) -> tuple[str, list[str]]:
    """The new last stage, which copies from ``source`` (an image or a stage), and what could not be written into it."""
    problems = list(carried.problems)
    lines = [f"# {quoting.comment(base.why)}", f"FROM {base.reference}", ""]
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
        for copy in members:
            owner = f" --chown={copy.owner}" if copy.owner else ""
            try:
                lines.append(f"COPY --from={source}{owner} {quoting.copy_paths(copy.source, copy.target)}")
            except quoting.Unwritable:
                problems.append(f"{printable(copy.source)} cannot be copied: a Dockerfile cannot hold its name")
    if carried.after:
        lines += ["", "# Configuration of the image", *carried.after]
    return "\n".join(lines) + "\n", problems


def prepared_stage(origin: str, name: str, commands: Sequence[str]) -> str:
    """The stage in which what crosses is first cut to what is needed; as root, whoever the image runs as."""
    return "\n".join([f"FROM {origin} AS {name}", "USER 0", *commands]) + "\n"


def site_stage(base: Candidate, copies: Sequence[Copy], settings: Sequence[str], config: Sequence[str], source: str) -> str:
    """The last stage of an image that only serves files: the server's own command stays."""
    lines = [f"# {quoting.comment(base.why)}", f"FROM {base.reference}", "", *settings]
    for copy in copies:
        lines += [f"# {quoting.comment(copy.because)} ({size_text(copy.size)})"]
        lines += [f"COPY --from={source} {quoting.copy_paths(copy.source, copy.target)}"]
    return "\n".join([*lines, *(["", *config] if config else [])]) + "\n"


def whole_file(
    name: str, stage: str, boundary: Boundary | None, before: int, after: int, placeholder: bool, lower_bound: bool = False
) -> str:
    """The Dockerfile that builds from the image alone. ``before`` and ``after`` are sizes in bytes; with ``lower_bound`` nobody
    knows the base's, and ``after`` is without it."""
    about = "at least" if lower_bound else "about"
    lines = [
        f"# {quoting.comment(printable(name))}, without what only its build needs:",
        f"# {about} {size_text(after)} instead of {size_text(before)}.",
        "# Files are copied out of the image as it is; it must be known to the engine that builds this.",
    ]
    if boundary is not None:
        lines += [
            f"# The boundary is `{quoting.comment(boundary.instruction)[:300]}`: it is the last instruction that only builds.",
            f"# In your own Dockerfile, name its stage `AS {boundary.stage}`, add this stage behind it,",
            f"# and write --from={boundary.stage} (layerscope recommend -f Dockerfile does it).",
        ]
    if placeholder:
        lines += [
            "#",
            "# The image has no name that an engine would know: load it, then build with --build-arg IMAGE=its-name.",
            "ARG IMAGE",
            "FROM ${IMAGE} AS fat",
        ]
    return "\n".join(lines) + "\n\n" + stage
