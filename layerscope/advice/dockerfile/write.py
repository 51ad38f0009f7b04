"""The Dockerfile of a plan, with the reason beside each line: it is what people take away.

It copies out of the image, and needs nothing else; or it is the user's own with a new last stage.
"""

from collections.abc import Sequence
from functools import reduce
from itertools import filterfalse, groupby
from operator import attrgetter, methodcaller
from typing import NamedTuple

from msgspec.structs import replace

from layerscope.advice.delivery.model import Copy
from layerscope.advice.dockerfile import quoting
from layerscope.advice.dockerfile.config import Carried
from layerscope.advice.ground import Ground
from layerscope.advice.model import Boundary
from layerscope.advice.plan.nginx import configure
from layerscope.advice.plan.plan import Plan
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.advice.rungs import highest, install_command, sentence
from layerscope.core import units
from layerscope.core.grouping import grouped
from layerscope.core.names import printable
from layerscope.core.vocabulary import Rung
from layerscope.sources.image import Image
from layerscope.sources.image_names import is_image_name

FIRST_LINE = "# Written by layerscope: an image without what only its build needs."
"""What a Dockerfile of ours begins with. Builders read directives (``syntax``, ``escape``, ``check``) in the first lines, up to
the first one that is none; so no text of an image can become one."""

_WHAT_RUNS = (
    "# What RUN starts is the image's own. It gets no secret and no file of yours; where the image is a stranger's,",
    "# docker build --network none keeps it off the network, too.",
)
_NAMELESS = (
    "#",
    "# The image has no name that an engine would know: load it, then build with --build-arg IMAGE=its-name.",
    "ARG IMAGE",
    "FROM ${IMAGE} AS fat",
)
_LIBRARY_PATH = "ENV LD_LIBRARY_PATH="
_TRANSPORTS = ("docker-daemon:", "podman:", "docker://")
_ENGINES = ("docker-daemon", "podman", "docker")
_LAYOUTS = ("oci", "oci-archive", "dir")
"""Sources that may know their images by bare tags, which are no names of images."""


class Text(NamedTuple):
    """A Dockerfile or stages of one, and what could not be written into it."""

    text: str
    problems: list[Remark]


def whole_file(ground: Ground, plan: Plan, carried: Carried, boundary: Boundary | None) -> Text:
    """The Dockerfile that builds from the image alone."""
    name = image_name(ground.image)
    stages = last_stages(ground, plan, carried, name or "fat", frozenset(("fat",)))
    bound = "at least" if plan.base.size is None else "about"
    lines = [
        FIRST_LINE,
        f"# {quoting.comment(printable(name or ground.image.reference))}: "
        f"{bound} {units.size(plan.size)} instead of {units.size(ground.stored)}.",
        "# Files are copied out of the image as it is; it must be known to the engine that builds this.",
        *(_WHAT_RUNS if plan.prepared else ()),
        *(_about_boundary(boundary) if boundary is not None else ()),
        *(() if name else _NAMELESS),
    ]
    return Text("\n".join(lines) + "\n\n" + stages.text, stages.problems)


def _about_boundary(boundary: Boundary) -> tuple[str, ...]:
    return (
        f"# The boundary is `{quoting.comment(boundary.instruction[:300])}`: it is the last instruction that only builds.",
        f"# In your own Dockerfile, name its stage `AS {boundary.stage}`, add this stage behind it,",
        f"# and write --from={boundary.stage} (layerscope recommend -f Dockerfile does it).",
    )


def last_stages(ground: Ground, plan: Plan, carried: Carried, origin: str, taken: frozenset[str]) -> Text:
    """The last stage, after the one that prepares what it copies where there is something to prepare. ``origin`` is the image
    or the stage to copy from, ``taken`` are the names of stages that are there already, in small letters."""
    if plan.base.reference in taken:  # FROM would take the stage
        plan = replace(plan, base=replace(plan.base, reference=f"{plan.base.reference}:latest"))
    if not plan.prepared:
        return _last_stage(ground, plan, carried, origin)
    name = next(filterfalse(taken.__contains__, ("prepared", *map("prepared{}".format, range(2, 100)))))
    last = _last_stage(ground, plan, carried, name)
    # as root, whichever user the image runs as
    prepared = [f"FROM {origin} AS {name}", "USER 0", *plan.prepared, "", last.text]
    return Text("\n".join(prepared), last.problems)


def _last_stage(ground: Ground, plan: Plan, carried: Carried, source: str) -> Text:
    """The new last stage, which copies from ``source``; where it serves files, the server's own command stays."""
    problems: list[Remark] = []
    site = ground.runtime.site if plan.base.site else None
    lines = [
        *_about_rungs(ground, plan),
        f"# {quoting.comment(plan.base.why)}",
        f"FROM {quoting.image(plan.base.reference)}",
        "",
    ]
    if site is not None:
        lines += [*configure(site, plan.base), *_copies(plan.copies, source, problems)]
        lines += _block("", [line for line in carried.after if line.startswith(("LABEL ", "EXPOSE "))])
    else:
        problems += carried.problems
        lines += [*_environment(carried), *_copies(plan.copies, source, problems)]
        lines += _block("\n# Configuration of the image", carried.after)
    return Text("\n".join(lines) + "\n", problems)


def _about_rungs(ground: Ground, plan: Plan) -> list[str]:
    """On which rung the plan stands where some of it is not followed, and how packages could be installed instead."""
    rung = highest(ground.runtime)
    if rung == Rung.FOLLOWED:
        return []
    command = install_command(ground.runtime, plan.base)
    instead = [f"# Instead of copying what was installed: {quoting.comment(command)}"] if command else []
    return [f"# {quoting.comment(sentence(rung))}", *instead]


def _environment(carried: Carried) -> list[str]:
    of_loader = grouped(carried.before, methodcaller("startswith", _LIBRARY_PATH))
    return [
        *_block("# Environment of the image, without what only its builder reads", of_loader.get(False, ()), ""),
        *_block("# Where the loader finds the copied libraries: no ld.so.cache comes along", of_loader.get(True, ()), ""),
    ]


def _block(title: str, lines: Sequence[str], *end: str) -> list[str]:
    """Lines below their title, nothing without lines."""
    return [title, *lines, *end] if lines else []


def _copies(copies: Sequence[Copy], source: str, problems: list[Remark]) -> list[str]:
    """The COPY lines, each reason once in front of its own."""
    lines: list[str] = []
    for because, group in groupby(copies, key=attrgetter("because")):
        members = list(group)
        size = sum(map(attrgetter("size"), members))
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


def image_name(image: Image) -> str:
    """The name under which an engine knows the image, "" when it has none that can stand in a Dockerfile."""
    named = map(_whole, filter(is_image_name, _names(image)))
    return next(filter("scratch:latest".__ne__, named), "")


def _names(image: Image) -> list[str]:
    """What the image may be known by, the name by which it was asked for first."""
    text = reduce(str.removeprefix, _TRANSPORTS, image.reference)
    names = [*({text} & set(image.repository_tags)), *image.repository_tags, *((text,) if image.source in _ENGINES else ())]
    return list(filterfalse(_is_bare, names)) if image.source in _LAYOUTS else names


def _is_bare(name: str) -> bool:
    return set(name).isdisjoint(":/")


def _whole(name: str) -> str:
    """The name with its tag: a bare word or number could be a stage's."""
    return f"{name}:latest" if set(name).isdisjoint(":/@") else name
