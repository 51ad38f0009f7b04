"""The recommendation: which stage boundary, which base, which COPY --from lines, and what the image then weighs."""

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.dockerfile.config import Carried, carry
from layerscope.advice.dockerfile.improvements import improvements
from layerscope.advice.dockerfile.write import Text, image_name, last_stages, whole_file
from layerscope.advice.golang.build import WITHOUT_C, NotAgain, Rebuild, pure_program, rebuild_in, without_c_library
from layerscope.advice.ground import Ground
from layerscope.advice.model import Alternative, Base, Recommendation
from layerscope.advice.plan.base import own_alpine, requested, runtime_bases
from layerscope.advice.plan.base_choice import choose, demand_of
from layerscope.advice.plan.boundary import find_boundary
from layerscope.advice.plan.brief import Brief
from layerscope.advice.plan.plan import Plan, alternatives, lighter, naming_nothing, plan_on
from layerscope.advice.plan.refusals import is_lean, lean_reasons, refusal, risks
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.core.errors import UsageError
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import Ecosystem
from layerscope.sources.image_names import is_image_name

_NOT_AGAIN = {NotAgain.UNKNOWN_WORDS: Code.BUILT_BY_UNKNOWN_WORDS, NotAgain.OTHER_OUTPUT: Code.BUILT_ELSEWHERE}


class _Draft(Struct, frozen=True, eq=False, kw_only=True):
    """The plan on the chosen base. ``others`` are those on other bases, ``not_again`` why the program is not built again."""

    brief: Brief
    plan: Plan
    others: tuple[Alternative, ...]
    not_again: NotAgain | None = None


def recommend(ground: Ground) -> Recommendation:
    """The plan that leaves behind what the program does not need.

    Where no image can honestly be recommended (no program found, an interpreter, a script) ``dockerfile`` is "" and ``risks``
    say why; the same for an image with nothing to remove. ``predicted_size`` is what an engine will report, in bytes; at least
    that where the base's size is unknown.

    Raises :class:`UsageError` for a base that is no image name, or a Dockerfile that has no such stage or is
    another image's.
    """
    base = ground.options.base
    if base is not None and not is_image_name(base):
        raise UsageError(f"{printable(base)} is no name of an image", "for example --base alpine:3.19")
    doubts = (*_doubts_of_file(ground), *naming_nothing(ground))
    found = _recommendation(ground)
    return replace(found, risks=(*found.risks, *doubts), doubts=doubts)


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
    draft = _draft(ground)
    if not ground.options.base and not ground.options.keep and is_lean(ground, draft.plan.size):
        return _already_lean(draft)
    return _rebased(draft) or _composed(draft)


def _refusals(ground: Ground) -> tuple[Remark, ...]:
    """Why no image is recommended; empty when one can be."""
    if ground.image.problems or any(index.problem for index in ground.filesystem.indexes):
        return (remark(Code.UNREADABLE),)
    if reasons := refusal(ground):
        return reasons
    if ground.config.on_build and ground.options.dockerfile is None and not image_name(ground.image):
        return (remark(Code.NAMELESS_WITH_TRIGGERS),)
    return ()


def _no_plan(ground: Ground, reasons: tuple[Remark, ...]) -> Recommendation:
    programs = ground.runtime.programs
    ecosystem = programs[0].ecosystem if programs else ""
    return Recommendation(ecosystem=ecosystem, predicted_size=ground.stored, risks=reasons)


def _draft(ground: Ground) -> _Draft:
    """The plan on the best base for what the needs ask, or on the one that the user asks for."""
    rebuild = _rebuild(ground)
    if isinstance(rebuild, Rebuild):
        ground = replace(ground, runtime=without_c_library(ground.runtime))
    filesystem, runtime = ground.filesystem, ground.runtime
    brief = Brief(
        ground=ground,
        demand=demand_of(filesystem, runtime, ground.config.platform.architecture),
        languages=runtime_bases(filesystem, runtime),
        own=own_alpine(filesystem),
        rebuild=rebuild if isinstance(rebuild, Rebuild) else None,
    )
    if ground.options.base:
        fitting = (brief.own, *brief.languages) if brief.own is not None else brief.languages
        base = requested(ground.options.base, fitting)
    else:
        base = choose(brief.demand, runtime, brief.own, brief.languages)
    plan = plan_on(base, brief)
    not_again = rebuild if isinstance(rebuild, NotAgain) else None
    return _Draft(brief=brief, plan=plan, others=alternatives(plan, brief), not_again=not_again)


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


def _already_lean(draft: _Draft) -> Recommendation:
    """Nothing to remove: the reasons, and the other bases as an offer. The user's own Dockerfile may still be improved."""
    ground, plan = draft.brief.ground, draft.plan
    stored, options = ground.stored, ground.options
    found = replace(
        _no_plan(ground, lean_reasons(ground, plan.base, plan.size)),
        base=_present_base(ground),
        alternatives=tuple(item for item in (plan.as_alternative, *draft.others) if item.predicted_size < stored),
    )
    text = _improved(ground, options.dockerfile) if options.dockerfile is not None else None
    if text is None or text == options.dockerfile:
        return found
    saved = sum(_linked_symbols(ground).values())
    return replace(found, dockerfile=text, predicted_size=stored - saved, removed=saved)


def _present_base(ground: Ground) -> Base | None:
    """The base that the image has."""
    history = ground.history
    if not history.base_reference:
        return None
    layers = ground.filesystem.indexes[: history.base_layers]
    size = sum(sum(index.sizes) for index in layers) if layers else None
    return Base(history.base_reference, size, "the image is lean as it is")


def _rebased(draft: _Draft) -> Recommendation | None:
    """The user's file with another base for its last stage, which copies already; None where it has to be wrapped."""
    ground, plan = draft.brief.ground, draft.plan
    options = ground.options
    if options.dockerfile is None or not _is_of_last_stage(draft):
        return None
    from layerscope.advice.dockerfile.edit import rebased

    text = rebased(options.dockerfile, options.target, plan.base.reference, options.dockerfile_name)
    if text is None:
        return None
    own = ground.filesystem.indexes[ground.history.base_layers :]
    size = (plan.base.size or 0) + sum(sum(index.sizes) for index in own) - sum(_linked_symbols(ground).values())
    found = replace(_planned(draft, plan, size), risks=plan.problems, cut=(), files={}, base_content=None, rebuilt=b"")
    return replace(found, dockerfile=_improved(ground, text, pure=draft.brief.rebuild is not None))


def _is_of_last_stage(draft: _Draft) -> bool:
    """Whether everything that the plan copies was put there by the last stage of the image itself, above its base."""
    filesystem, history, plan = draft.brief.ground.filesystem, draft.brief.ground.history, draft.plan
    if not history.base_known or not history.base_layers or plan.base.site or plan.library_path:
        return False
    return all(filesystem.layers[filesystem.holder(entry)] >= history.base_layers for entry in plan.kept)


def _planned(draft: _Draft, plan: Plan, size: int) -> Recommendation:
    """What a plan alone says of a recommendation; ``size`` is that of the image that it makes."""
    ground, rebuild = draft.brief.ground, draft.brief.rebuild
    return Recommendation(
        ecosystem=ground.runtime.programs[0].ecosystem,
        boundary=find_boundary(ground),
        base=plan.from_base,
        copies=plan.copies,
        predicted_size=size,
        removed=max(ground.stored - size, 0),
        alternatives=draft.others,
        kept=plan.kept,
        cut=plan.cut,
        files=plan.files,
        base_content=plan.base.content,
        improvements=improvements(ground),
        rebuilt=rebuild.path if rebuild is not None else b"",
        lower_bound=plan.base.size is None,
    )


def _composed(draft: _Draft) -> Recommendation:
    """The plan as a Dockerfile, which copies out of the image or extends the user's own."""
    brief, plan, ground = draft.brief, draft.plan, draft.brief.ground
    carried = carry(ground.config, plan)
    if ground.options.dockerfile is None:
        written = whole_file(ground, plan, carried, find_boundary(ground))
    else:
        plan, written = _extended(brief, plan, carried, ground.options.dockerfile)
    saved = max(draft.plan.size - plan.size, 0)
    remarks = [*risks(ground, plan.base, brief.demand), *plan.problems, *written.problems, *_about_rebuild(draft)]
    return replace(
        _planned(draft, plan, plan.size),
        config=(*carried.before, *carried.after),
        dockerfile=written.text,
        risks=tuple(dict.fromkeys(remarks)),
        alternatives=tuple(replace(other, predicted_size=other.predicted_size - saved) for other in draft.others),
    )


def _extended(brief: Brief, plan: Plan, carried: Carried, dockerfile: str) -> tuple[Plan, Text]:
    """The user's Dockerfile with a new last stage, and the plan with the sizes of what the file then builds."""
    from layerscope.advice.dockerfile.edit import credentials, extended, wrapped

    options = brief.ground.options
    text = _improved(brief.ground, dockerfile, pure=brief.rebuild is not None)
    builder = wrapped(text, options.target, options.dockerfile_name)
    if text != dockerfile:
        plan = replace(plan, copies=lighter(plan.copies, _linked_symbols(brief.ground)))
    stages = last_stages(brief.ground, plan, carried, builder.name, builder.names)
    problems = [*stages.problems, *credentials(dockerfile, options.dockerfile_name)]
    return plan, Text(extended(builder, stages.text), problems)


def _improved(ground: Ground, dockerfile: str, pure: bool = False) -> str:
    """The user's Dockerfile, whose builds leave out symbols and, if ``pure``, the C library."""
    from layerscope.advice.dockerfile.edit import improved

    return improved(dockerfile, bool(_linked_symbols(ground)), ground.options.dockerfile_name, pure)


def _linked_symbols(ground: Ground) -> dict[bytes, int]:
    """The bytes that the linker's flags would leave out of each started Go program, by its path."""
    programs = (program for program in ground.started if program.ecosystem == Ecosystem.GO)
    return {program.path: program.strippable for program in programs if program.strippable > 0}


def _about_rebuild(draft: _Draft) -> list[Remark]:
    """How the program that is built again differs, or why it is not built again."""
    rebuild = draft.brief.rebuild
    if rebuild is not None:
        return [remark(Code.BUILT_AGAIN, path=absolute(rebuild.path), difference=WITHOUT_C)]
    code = _NOT_AGAIN.get(draft.not_again) if draft.not_again is not None else None
    program = draft.brief.ground.runtime.programs[0]
    return [remark(code, path=absolute(program.path))] if code is not None else []
