"""The recommendation: which stage boundary, which base, which COPY --from lines, and what the image then weighs."""

from collections.abc import Iterable, Iterator
from operator import attrgetter

from msgspec.structs import replace

from layerscope.advice.dockerfile.config import Carried, carry
from layerscope.advice.dockerfile.improvements import improvements
from layerscope.advice.dockerfile.write import Text, image_name, last_stages, whole_file
from layerscope.advice.golang.build import WITHOUT_C, NotAgain, Rebuild, pure_program, rebuild_in, without_c_library
from layerscope.advice.ground import Ground
from layerscope.advice.model import Base, Recommendation
from layerscope.advice.plan.base import Candidate, own_alpine, requested, runtime_bases, system_base
from layerscope.advice.plan.base_choice import choose, demand_of
from layerscope.advice.plan.boundary import find_boundary
from layerscope.advice.plan.brief import Brief
from layerscope.advice.plan.plan import Plan, alternatives, followed, lighter, naming_nothing, plan_on
from layerscope.advice.plan.refusals import is_lean, lean_reasons, refusal, risks
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.advice.rungs import footings, packages
from layerscope.advice.tight import tightened
from layerscope.core.errors import UsageError
from layerscope.core.names import absolute, path_text, printable
from layerscope.core.vocabulary import Ecosystem
from layerscope.layers.index import LayerIndex
from layerscope.sources.image_names import is_image_name

_NOT_AGAIN: dict[NotAgain | None, Code] = {
    NotAgain.UNKNOWN_WORDS: Code.BUILT_BY_UNKNOWN_WORDS,
    NotAgain.OTHER_OUTPUT: Code.BUILT_ELSEWHERE,
}

_SYSTEMS = ("linux", "unknown")
"""What an image's config may call the system that it is for; ``unknown`` is one that names none."""
_SYSTEM_NAMES = {"windows": "Windows", "freebsd": "FreeBSD"}


def recommend(ground: Ground) -> Recommendation:
    """The plan that drops what the program does not need.

    Where no image can honestly be recommended (no program found, an interpreter, a script) ``dockerfile`` is "" and ``risks``
    say why; the same for an image with nothing to remove. ``predicted_size`` is what an engine will report, in bytes; at least
    that where the base's size is unknown.

    Raises :class:`UsageError` for a base that is no image name, or a Dockerfile that has no such stage or is
    another image's.
    """
    base = ground.options.base
    if base is not None and not is_image_name(base):
        raise UsageError(f"{printable(base)} is no name of an image", "for example --base alpine:3.19")
    doubts = (*_doubts_of_file(ground), *naming_nothing(ground), *_doubts_of_rung(ground))
    found = _recommendation(tightened(ground))
    doubts = (*found.doubts, *doubts)
    return replace(found, risks=(*found.risks, *doubts), doubts=doubts)


def _doubts_of_rung(ground: Ground) -> Iterator[Remark]:
    """What may fail where less is kept than is known to be safe."""
    if ground.options.tight:
        yield remark(Code.TIGHT)
    if ground.options.rung is not None:
        yield remark(Code.PROVED_BELOW)


def _doubts_of_file(ground: Ground) -> tuple[Remark, ...]:
    """What says that the user's Dockerfile did not make the image; UsageError where that is certain."""
    options = ground.options
    if options.dockerfile is None:
        return ()
    from layerscope.advice.dockerfile.matches_image import misfit

    found = misfit(ground.history, options.dockerfile, options.dockerfile_name, options.target)
    if found is None:
        return ()
    name = printable(options.dockerfile_name)
    if found.certain:
        raise UsageError(f"{name} is not what this image was built from: {found.what}", "give the image's own Dockerfile")
    return (remark(Code.OTHER_DOCKERFILE, file=name, difference=found.what),)


def _recommendation(ground: Ground) -> Recommendation:
    if reasons := _refusals(ground):
        return _no_plan(ground, reasons)
    brief = _brief(ground)
    plan = followed(plan_on(_base(brief), brief), brief)
    if _may_stay(ground, plan):
        return _already_lean(brief, plan)
    return _rebased(brief, plan) or _composed(brief, plan)


def _may_stay(ground: Ground, plan: Plan) -> bool:
    """Whether the image is lean already, and nothing else was asked for."""
    grows = bool(ground.runtime.parts) and plan.size >= ground.stored
    return not (ground.options.base or ground.options.keep) and (grows or is_lean(ground, plan.size))


def _refusals(ground: Ground) -> tuple[Remark, ...]:
    """Why no image is recommended; empty when one can be."""
    if ground.damaged:
        return (remark(Code.UNREADABLE),)
    system = ground.config.platform.os
    if system not in _SYSTEMS:
        return (remark(Code.OTHER_SYSTEM, system=printable(_SYSTEM_NAMES.get(system, system))),)
    return refusal(ground) or ((remark(Code.NAMELESS_WITH_TRIGGERS),) if _is_nameless_with_triggers(ground) else ())


def _is_nameless_with_triggers(ground: Ground) -> bool:
    """Whether the image could only be copied from by a stage that stands on it, where its ONBUILD would run."""
    return bool(ground.config.on_build) and ground.options.dockerfile is None and not image_name(ground.image)


def _no_plan(ground: Ground, reasons: tuple[Remark, ...]) -> Recommendation:
    programs = ground.runtime.programs
    ecosystem = programs[0].ecosystem if programs else ""
    return Recommendation(ecosystem=ecosystem, predicted_size=ground.stored, risks=reasons)


def _brief(ground: Ground) -> Brief:
    """What the needs ask of a base, once it is known which program is built again."""
    rebuild = _rebuild(ground)
    if isinstance(rebuild, Rebuild):
        ground = replace(ground, runtime=without_c_library(ground.runtime))
    filesystem, runtime = ground.filesystem, ground.runtime
    return Brief(
        ground=ground,
        demand=demand_of(filesystem, runtime, ground.config.platform.architecture),
        languages=_of_languages(ground),
        own=own_alpine(filesystem) or (system_base(filesystem) if runtime.parts else None),
        rebuild=rebuild if isinstance(rebuild, Rebuild) else Rebuild(b""),
        not_again=rebuild if isinstance(rebuild, NotAgain) else None,
    )


def _of_languages(ground: Ground) -> tuple[Candidate, ...]:
    """The bases that bring the program's runtime; without those that would replace the one that packages of the system
    installed, where the engine has the system's base and not them."""
    bases, open_base = runtime_bases(ground.filesystem, ground.runtime), ground.options.open_base
    if open_base is None or not any(base.replaces for base in bases):
        return bases
    system = system_base(ground.filesystem)
    if system is None or open_base(system.reference) is None:
        return bases
    return tuple(base for base in bases if not base.replaces or open_base(base.reference) is not None)


def _base(brief: Brief) -> Candidate:
    """The best base for what the needs ask, or the one that the user asks for."""
    if not brief.ground.options.base:
        return choose(brief.demand, brief.ground.runtime, brief.own, brief.languages)
    return requested(brief.ground.options.base, tuple(filter(None, (brief.own, *brief.languages))))


def _rebuild(ground: Ground) -> Rebuild | NotAgain | None:
    """The program that is to be built again without the C library, by the user's Dockerfile or by the image itself, or why it
    is not; None where no program would be the same without it."""
    options = ground.options
    program = pure_program(ground.config, ground.runtime) if options.strip else None
    if program is None:
        return None
    if options.dockerfile is None:
        return rebuild_in(ground.filesystem, ground.history, ground.config, program)
    from layerscope.advice.dockerfile.edit import builds_without_c

    return Rebuild(program.path) if builds_without_c(options.dockerfile, options.dockerfile_name) else None


def _already_lean(brief: Brief, plan: Plan) -> Recommendation:
    """Nothing to remove: the reasons, and the other bases as an offer. The user's own Dockerfile may still be improved."""
    ground, dockerfile = brief.ground, brief.ground.options.dockerfile
    offered = (plan.as_alternative, *alternatives(plan, brief))
    found = replace(
        _no_plan(ground, lean_reasons(ground, plan.base, plan.size)),
        base=_present_base(ground),
        alternatives=tuple(item for item in offered if item.predicted_size < ground.stored),
    )
    if dockerfile is None or (text := _improved(ground, dockerfile)) == dockerfile:
        return found
    saved = sum(_linked_symbols(ground).values())
    return replace(found, dockerfile=text, predicted_size=ground.stored - saved, removed=saved)


def _present_base(ground: Ground) -> Base | None:
    """The base that the image has."""
    history = ground.history
    if not history.base_reference:
        return None
    layers = ground.filesystem.indexes[: history.base_layers]
    size = _bytes_of(layers) if layers else None
    return Base(history.base_reference, size, "the image is lean as it is")


def _bytes_of(layers: Iterable[LayerIndex]) -> int:
    return sum(sum(index.sizes) for index in layers)


def _rebased(brief: Brief, plan: Plan) -> Recommendation | None:
    """The user's file with another base for its last stage, which copies already; None where it has to be wrapped."""
    ground, options = brief.ground, brief.ground.options
    if options.dockerfile is None or not _is_of_last_stage(ground, plan):
        return None
    from layerscope.advice.dockerfile.edit import rebased

    carried = carry(ground.config, plan)
    configuration = (*carried.before, *carried.after)
    text = rebased(options.dockerfile, options.target, plan.base.reference, options.dockerfile_name, configuration)
    if text is None:
        return None
    own = _bytes_of(ground.filesystem.indexes[ground.history.base_layers :])
    size = (plan.base.size or 0) + own - sum(_linked_symbols(ground).values())
    planned = _planned(brief, replace(plan, cut=(), stripped=(), files={}, tree=None), size)
    found = replace(planned, risks=plan.problems, base_content=None, rebuilt=b"")
    return replace(found, dockerfile=_improved(ground, text, pure=bool(brief.rebuild.path)))


def _is_of_last_stage(ground: Ground, plan: Plan) -> bool:
    """Whether everything that the plan copies was put there by the last stage of the image itself, above its base."""
    filesystem, above = ground.filesystem, ground.history.base_layers
    if not ground.history.base_known or not above or plan.base.site or plan.library_path:
        return False
    return all(filesystem.layers[filesystem.holder(entry)] >= above for entry in plan.kept)


def _planned(brief: Brief, plan: Plan, size: int) -> Recommendation:
    """What a plan alone says of a recommendation; ``size`` is that of the image that it makes."""
    ground = brief.ground
    return Recommendation(
        ecosystem=ground.runtime.programs[0].ecosystem,
        boundary=find_boundary(ground),
        base=plan.from_base,
        copies=plan.copies,
        predicted_size=size,
        removed=max(ground.stored - size, 0),
        alternatives=alternatives(plan, brief),
        kept=plan.kept,
        cut=plan.cut,
        stripped=plan.stripped,
        files=plan.files,
        base_content=plan.base.content,
        improvements=improvements(ground),
        rebuilt=brief.rebuild.path,
        lower_bound=plan.base.size is None,
        estimated=not plan.base.counted,
        tree=plan.tree,
        packages=packages(ground.runtime),
        rungs=footings(ground.filesystem, ground.runtime, plan.kept),
    )


def _composed(brief: Brief, plan: Plan) -> Recommendation:
    """The plan as a Dockerfile, which copies out of the image or extends the user's own."""
    ground, dockerfile = brief.ground, brief.ground.options.dockerfile
    carried, size, doubts = carry(ground.config, plan), plan.size, tuple[Remark, ...]()
    if dockerfile is None:
        written = whole_file(ground, plan, carried, find_boundary(ground))
    else:
        plan, written, doubts = _extended(brief, plan, carried, dockerfile)
    found = _planned(brief, plan, plan.size)
    saved = max(size - plan.size, 0)
    remarks = [*risks(ground, plan.base, brief.demand), *plan.problems, *written.problems, *_about_rebuild(brief)]
    return replace(
        found,
        config=(*carried.before, *carried.after),
        dockerfile=written.text,
        doubts=doubts,
        risks=tuple(dict.fromkeys(remarks)),
        alternatives=tuple(replace(other, predicted_size=other.predicted_size - saved) for other in found.alternatives),
    )


def _extended(brief: Brief, plan: Plan, carried: Carried, dockerfile: str) -> tuple[Plan, Text, tuple[Remark, ...]]:
    """The user's Dockerfile with a new last stage, the plan with the sizes of what the file then builds, and what is no longer
    as it was."""
    from layerscope.advice.dockerfile.doubts import doubts_of
    from layerscope.advice.dockerfile.edit import credentials, extended, wrapped

    options = brief.ground.options
    text = _improved(brief.ground, dockerfile, pure=bool(brief.rebuild.path))
    builder = wrapped(text, options.target, options.dockerfile_name)
    if text != dockerfile:
        plan = replace(plan, copies=lighter(plan.copies, _linked_symbols(brief.ground)))
    stages = last_stages(brief.ground, plan, carried, builder.name, builder.names)
    problems = [*stages.problems, *credentials(dockerfile, options.dockerfile_name)]
    text, frozen = extended(builder, stages.text)
    paths = [path_text(path) for path in (*map(attrgetter("source"), plan.copies), *plan.targets)]
    return plan, Text(text, problems), tuple(doubts_of(builder, options.dockerfile_name, frozen, paths))


def _improved(ground: Ground, dockerfile: str, pure: bool = False) -> str:
    """The user's Dockerfile, whose builds leave out symbols and, if ``pure``, the C library."""
    from layerscope.advice.dockerfile.edit import improved

    return improved(dockerfile, bool(_linked_symbols(ground)), ground.options.dockerfile_name, pure)


def _linked_symbols(ground: Ground) -> dict[bytes, int]:
    """The bytes that the linker's flags would leave out of each started Go program, by its path."""
    return {program.path: program.strippable for program in ground.with_symbols(Ecosystem.GO)}


def _about_rebuild(brief: Brief) -> Iterator[Remark]:
    """How the program that is built again differs, or why it is not built again."""
    path = absolute(brief.ground.runtime.programs[0].path)
    if brief.rebuild.path:
        yield remark(Code.BUILT_AGAIN, path=path, difference=WITHOUT_C)
    elif brief.not_again in _NOT_AGAIN:
        yield remark(_NOT_AGAIN[brief.not_again], path=path)
