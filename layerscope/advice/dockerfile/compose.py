"""The Dockerfile of a recommendation: a file of its own that copies out of the image, or the user's with a new last stage."""

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.dockerfile.config import Carried
from layerscope.advice.dockerfile.write import About, Text, last_stage, prepared_stage, site_stage, whole_file
from layerscope.advice.ground import Ground
from layerscope.advice.model import Boundary
from layerscope.advice.plan.brief import Brief
from layerscope.advice.plan.nginx import configure
from layerscope.advice.plan.plan import Plan, lighter
from layerscope.advice.remarks import Remark
from layerscope.core.vocabulary import Ecosystem
from layerscope.needs.model import StaticSite
from layerscope.sources.image import Image
from layerscope.sources.image_names import is_image_name

_TRANSPORTS = ("docker-daemon:", "podman:", "docker://")
_ENGINES = ("docker-daemon", "podman", "docker")
_LAYOUTS = ("oci", "oci-archive", "dir")
"""Sources that may know their images by bare tags, which are no names of images."""


class Composed(Struct, frozen=True, kw_only=True):
    """A Dockerfile, the plan with the sizes of what it builds, and what could not be written into it."""

    text: str
    plan: Plan
    problems: list[Remark]


def compose(brief: Brief, plan: Plan, carried: Carried, boundary: Boundary | None) -> Composed:
    """The Dockerfile of a plan: the user's own, extended, or one that needs the image alone."""
    ground = brief.ground
    if ground.options.dockerfile is not None:
        return _extend_own(brief, plan, carried, ground.options.dockerfile)
    name = image_name(ground.image)
    stages = _stages(plan, carried, name or "fat", frozenset(("fat",)), ground.runtime.site)
    about = About(
        name=name or ground.image.reference,
        named=bool(name),
        before=ground.stored,
        after=plan.size,
        lower_bound=plan.base.size is None,
        runs=bool(plan.prepared),
    )
    return Composed(text=whole_file(about, stages.text, boundary), plan=plan, problems=stages.problems)


def _extend_own(brief: Brief, plan: Plan, carried: Carried, dockerfile: str) -> Composed:
    from layerscope.advice.dockerfile.edit import credentials, extended, wrapped

    options = brief.ground.options
    text = improve_own(brief.ground, dockerfile, pure=brief.rebuild is not None)
    builder = wrapped(text, options.target, options.dockerfile_name)
    if text != dockerfile:
        plan = replace(plan, copies=lighter(plan.copies, linked_symbols(brief.ground)))
    addition = _stages(plan, carried, builder.name, builder.names, brief.ground.runtime.site)
    problems = [*addition.problems, *credentials(dockerfile, options.dockerfile_name)]
    return Composed(text=extended(builder, addition.text), plan=plan, problems=problems)


def improve_own(ground: Ground, dockerfile: str, pure: bool = False) -> str:
    """The user's Dockerfile, whose builds leave out symbols, and if ``pure``, the C library."""
    from layerscope.advice.dockerfile.edit import improved

    return improved(dockerfile, bool(linked_symbols(ground)), ground.options.dockerfile_name, pure)


def linked_symbols(ground: Ground) -> dict[bytes, int]:
    """The bytes that the linker's flags would leave out of each started Go program, by its path."""
    programs = (program for program in ground.started if program.ecosystem == Ecosystem.GO)
    return {program.path: program.strippable for program in programs if program.strippable}


def _stages(plan: Plan, carried: Carried, origin: str, taken: frozenset[str], site: StaticSite | None) -> Text:
    """The last stage, after the one that prepares what it copies where there is something to prepare. ``taken`` are the names
    of stages that are there already, in small letters."""
    name = next(word for word in ("prepared", *(f"prepared{number}" for number in range(2, 100))) if word not in taken)
    source = name if plan.prepared else origin
    base = plan.base
    if base.reference in taken:  # FROM would take the stage
        base = replace(base, reference=f"{base.reference}:latest")
    if base.site and site is not None:
        last = site_stage(base, plan.copies, configure(site, base), carried, source)
    else:
        last = last_stage(base, plan.copies, carried, source)
    if not plan.prepared:
        return last
    return Text(f"{prepared_stage(origin, name, plan.prepared)}\n{last.text}", last.problems)


def image_name(image: Image) -> str:
    """The name under which an engine knows the image, "" when it has none that can stand in a Dockerfile."""
    text = image.reference
    for transport in _TRANSPORTS:
        text = text.removeprefix(transport)
    names = [text] if text in image.repository_tags else []
    names += image.repository_tags
    names += [text] if image.source in _ENGINES else []
    usable = (_whole(name) for name in names if is_image_name(name) and not (image.source in _LAYOUTS and _is_bare(name)))
    return next((name for name in usable if name != "scratch:latest"), "")


def _is_bare(name: str) -> bool:
    return set(name).isdisjoint(":/")


def _whole(name: str) -> str:
    """The name with its tag: a bare word or number could be a stage's."""
    return f"{name}:latest" if set(name).isdisjoint(":/@") else name
