"""The recommendation: which stage boundary, which base, which COPY --from lines, and what the image then weighs."""

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.dockerfile.config import Carried, carry
from layerscope.advice.dockerfile.improvements import improvements
from layerscope.advice.dockerfile.write import About, last_stage, prepared_stage, site_stage, whole_file
from layerscope.advice.golang.build import WITHOUT_C, NotAgain, Rebuild, pure_program, rebuild_in, without_c_library
from layerscope.advice.model import Alternative, Base, Boundary, Recommendation
from layerscope.advice.plan.base import own_alpine, requested, runtime_bases
from layerscope.advice.plan.base_choice import choose, demand_of
from layerscope.advice.plan.base_content import Opener
from layerscope.advice.plan.boundary import find_boundary
from layerscope.advice.plan.nginx import configuration
from layerscope.advice.plan.plan import Ground, Plan, alternatives, naming_nothing, plan_on
from layerscope.advice.plan.refusals import is_lean, lean_reasons, refusal, risks
from layerscope.attribution.model import Attribution
from layerscope.core.errors import UsageError
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import Ecosystem
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.needs.model import Runtime
from layerscope.sources.image import Config, Image
from layerscope.sources.image_names import is_image_name

_TRIGGERS = (
    "no image is recommended: it has ONBUILD instructions, which would run in whatever starts from it, and no name by which"
    " files could be copied out of it otherwise"
)
_NOT_AGAIN = {
    NotAgain.UNKNOWN_WORDS: "{path} crosses with the C library: what built it says more than is known to be harmless",
    NotAgain.OTHER_OUTPUT: "{path} crosses with the C library: what built it names another file",
}
_TRANSPORTS = ("docker-daemon:", "podman:", "docker://")


class RecommendOptions(Struct, frozen=True, kw_only=True):
    """What the user asks of a recommendation.

    ``base`` is a reference that overrides the choice, ``keep`` are globs of absolute paths that are kept besides. With
    ``dockerfile``, the text of the image's own Dockerfile, that text becomes the result; ``target`` is its stage that is built
    (the last one when empty), ``dockerfile_name`` what to call it in messages. ``open_base`` opens bases, so that they are
    counted and listed instead of guessed. Without ``strip``, programs cross as they are: with their symbol tables, and linked
    to the C library where they are.
    """

    base: str | None = None
    keep: tuple[str, ...] = ()
    dockerfile: str | None = None
    dockerfile_name: str = "Dockerfile"
    target: str = ""
    open_base: Opener | None = None
    strip: bool = True


def recommend(
    image: Image,
    history: History,
    filesystem: Filesystem,
    attribution: Attribution,
    runtime: Runtime,
    options: RecommendOptions | None = None,
) -> Recommendation:
    """The plan that leaves behind what the program does not need.

    Where no image can honestly be recommended (no program found, an interpreter, a script) ``dockerfile`` is "" and ``risks``
    say why; the same for an image with nothing to remove. ``predicted_size`` is what an engine will report, in bytes; at least
    that where the base's size is unknown.

    Raises :class:`UsageError` for a base that is no image name, or a Dockerfile that has no such stage or is
    another image's.
    """
    options = options or RecommendOptions()
    if options.base is not None and not is_image_name(options.base):
        raise UsageError(f"{printable(options.base)} is no name of an image", "for example --base alpine:3.19")
    doubts = (*_doubts_of_file(history, options), *naming_nothing(filesystem, options.keep))
    found = _recommended(image, history, filesystem, attribution=attribution, runtime=runtime, options=options)
    return replace(found, risks=(*found.risks, *doubts), doubts=doubts)


def _doubts_of_file(history: History, options: RecommendOptions) -> tuple[str, ...]:
    """What says that the user's Dockerfile did not make the image; UsageError where that is certain."""
    if options.dockerfile is None:
        return ()
    from layerscope.advice.dockerfile.matches_image import misfit

    found = misfit(history, options.dockerfile, options.dockerfile_name, options.target)
    if found is None:
        return ()
    name = printable(options.dockerfile_name)
    if found.certain:
        raise UsageError(f"{name} is not what this image was built from: {found.what}", "give the image's own Dockerfile")
    return (f"{name} may not be what this image was built from, and the Dockerfile may not build: {found.what}",)


def _recommended(
    image: Image,
    history: History,
    filesystem: Filesystem,
    attribution: Attribution,
    runtime: Runtime,
    options: RecommendOptions,
) -> Recommendation:
    stored = sum(filesystem.sizes)
    ecosystem = runtime.programs[0].ecosystem if runtime.programs else ""
    if image.problems or any(index.problem for index in filesystem.indexes):
        reason = "no image is recommended: parts of this one could not be read, so what the program needs cannot be known"
        return _no_plan(ecosystem, None, stored, (reason,))
    if reasons := refusal(attribution, runtime):
        return _no_plan(ecosystem, None, stored, reasons)
    if image.config.on_build and options.dockerfile is None and not image_name(image):
        return _no_plan(ecosystem, None, stored, (_TRIGGERS,))
    decided = _rebuild(image.config, history, filesystem, runtime, options)
    rebuild = decided if isinstance(decided, Rebuild) else None
    if rebuild is not None:
        runtime = without_c_library(runtime)
    demand = demand_of(filesystem, runtime, image.config.platform.architecture)
    own = own_alpine(filesystem)
    languages = runtime_bases(filesystem, runtime)
    strip = (
        frozenset((Ecosystem.GO, Ecosystem.C) if options.dockerfile is None else (Ecosystem.C,))
        if options.strip
        else frozenset[str]()
    )
    ground = Ground(
        config=image.config,
        history=history,
        filesystem=filesystem,
        runtime=runtime,
        demand=demand,
        keep=options.keep,
        languages=languages,
        open_base=options.open_base,
        strip=strip,
        rebuild=rebuild,
    )
    fitting = (*((own,) if own else ()), *languages)
    plan = plan_on(requested(options.base, fitting) if options.base else choose(demand, runtime, own, languages), ground)
    others = alternatives(plan, ground, own)
    if not options.base and not options.keep and is_lean(attribution, stored, plan):
        return _already_lean(
            history, filesystem, attribution, runtime=runtime, plan=plan, others=others, stored=stored, options=options
        )
    boundary = find_boundary(filesystem, history, attribution, runtime)
    if (
        found := _rebased(
            history,
            filesystem,
            runtime,
            plan=plan,
            boundary=boundary,
            others=others,
            stored=stored,
            options=options,
            rebuild=rebuild,
        )
    ) is not None:
        return replace(found, improvements=improvements(image.config, history, filesystem, attribution, runtime))
    carried = _carried(image.config, plan)
    plan_before = plan
    text, plan, problems = _text(
        image, runtime, plan, carried=carried, boundary=boundary, stored=stored, options=options, pure=rebuild is not None
    )
    base = Base(plan.base.reference, plan.base.size, plan.base.why)
    saved = max(plan_before.size - plan.size, 0)
    others = tuple(replace(other, predicted_size=other.predicted_size - saved) for other in others)
    told = (*risks(plan.base, demand, runtime, filesystem), *plan.problems, *problems)
    told += (f"{absolute(rebuild.path)}: {WITHOUT_C}",) if rebuild is not None else ()
    told += (_NOT_AGAIN[decided].format(path=absolute(runtime.programs[0].path)),) if decided in _NOT_AGAIN else ()
    removed = max(stored - plan.size, 0)
    config = (*carried.before, *carried.after)
    return Recommendation(
        ecosystem=ecosystem,
        boundary=boundary,
        base=base,
        copies=plan.copies,
        packages=(),
        config=config,
        predicted_size=plan.size,
        removed=removed,
        dockerfile=text,
        risks=tuple(dict.fromkeys(told)),
        alternatives=others,
        kept=plan.kept,
        cut=plan.cut,
        files=plan.files,
        base_content=plan.base.content,
        improvements=improvements(image.config, history, filesystem, attribution, runtime),
        rebuilt=rebuild.path if rebuild is not None else b"",
        lower_bound=base.size is None,
    )


def _rebuild(
    config: Config, history: History, filesystem: Filesystem, runtime: Runtime, options: RecommendOptions
) -> Rebuild | NotAgain | None:
    """The program that is to be built again without the C library, by the user's Dockerfile or by the image itself, or why it
    is not; None where no program would be the same without it."""
    program = pure_program(config, runtime) if options.strip else None
    if program is None or options.dockerfile is None:
        return rebuild_in(filesystem, history, config, program) if program is not None else None
    from layerscope.advice.dockerfile.edit import builds_without_c

    return Rebuild(program.path) if builds_without_c(options.dockerfile, options.dockerfile_name) else None


def _rebased(
    history: History,
    filesystem: Filesystem,
    runtime: Runtime,
    plan: Plan,
    boundary: Boundary | None,
    others: tuple[Alternative, ...],
    stored: int,
    options: RecommendOptions,
    rebuild: Rebuild | None,
) -> Recommendation | None:
    """A file that copies into a last stage already, improved by another base for that stage; None where it has to be wrapped.

    That works where everything that the plan copies was put there by the last stage itself, above its base.
    """
    above = history.base_layers
    if options.dockerfile is None or not history.base_known or not above or plan.base.site:
        return None
    if any(filesystem.layers[filesystem.holder(entry)] < above for entry in plan.kept) or plan.library_path:
        return None
    from layerscope.advice.dockerfile.edit import improved, rebased

    text = rebased(options.dockerfile, options.target, plan.base.reference, options.dockerfile_name)
    if text is None:
        return None
    strip = _strippable(runtime)
    text = improved(text, strip > 0, options.dockerfile_name, rebuild is not None)
    copied = sum(sum(index.sizes) for index in filesystem.indexes[above:])
    size = (plan.base.size or 0) + copied - strip
    base = Base(plan.base.reference, plan.base.size, plan.base.why)
    ecosystem = runtime.programs[0].ecosystem
    told = tuple(plan.problems)
    removed = max(stored - size, 0)
    found = Recommendation(
        ecosystem=ecosystem,
        boundary=boundary,
        base=base,
        copies=plan.copies,
        packages=(),
        config=(),
        predicted_size=size,
        removed=removed,
        dockerfile=text,
        risks=told,
        alternatives=others,
        kept=plan.kept,
    )
    return replace(found, lower_bound=base.size is None)


def _no_plan(ecosystem: str, base: Base | None, stored: int, reasons: tuple[str, ...]) -> Recommendation:
    return Recommendation(
        ecosystem=ecosystem,
        boundary=None,
        base=base,
        copies=(),
        packages=(),
        config=(),
        predicted_size=stored,
        removed=0,
        dockerfile="",
        risks=reasons,
        alternatives=(),
    )


def _already_lean(
    history: History,
    filesystem: Filesystem,
    attribution: Attribution,
    runtime: Runtime,
    plan: Plan,
    others: tuple[Alternative, ...],
    stored: int,
    options: RecommendOptions,
) -> Recommendation:
    """Nothing to remove: the reasons, and the other bases as an offer. The user's own Dockerfile may still be improved."""
    ecosystem = runtime.programs[0].ecosystem
    size = sum(sum(index.sizes) for index in filesystem.indexes[: history.base_layers]) if history.base_layers else None
    base = Base(history.base_reference, size, "the image is lean as it is") if history.base_reference else None
    found = _no_plan(ecosystem, base, stored, lean_reasons(attribution, stored, plan))
    here = Alternative(plan.base.reference, plan.size, plan.base.gains, plan.base.loses)
    found = replace(
        found,
        alternatives=(*((here,) if plan.size < stored else ()), *(item for item in others if item.predicted_size < stored)),
    )
    if options.dockerfile is None:
        return found
    from layerscope.advice.dockerfile.edit import improved

    text = improved(options.dockerfile, strip=_strippable(runtime) > 0, name=options.dockerfile_name)
    if text == options.dockerfile:
        return found
    saved = _strippable(runtime)
    return replace(found, dockerfile=text, predicted_size=stored - saved, removed=saved)


def _strippable(runtime: Runtime) -> int:
    """Bytes that the linker's flags would leave out of the started Go programs."""
    return sum(program.strippable for program in (*runtime.programs, *runtime.checks) if program.ecosystem == Ecosystem.GO)


def _stripped(plan: Plan, runtime: Runtime) -> Plan:
    """The plan with its Go programs as the linker leaves them without symbols and debug data."""
    copies = list(plan.copies)
    for program in (*runtime.programs, *runtime.checks):
        path = b"/" + program.path
        for number, copy in enumerate(copies):
            if program.ecosystem == Ecosystem.GO and (path == copy.source or path.startswith(copy.source + b"/")):
                copies[number] = replace(copy, size=copy.size - program.strippable)
    return replace(plan, copies=tuple(copies))


def _carried(config: Config, plan: Plan) -> Carried:
    targets = tuple(copy.target for copy in plan.copies)
    if plan.library_path and plan.base.reference:
        known = config.environment().get("LD_LIBRARY_PATH", "")
        paths = dict.fromkeys([*(part for part in known.split(":") if part), *plan.library_path])
        config = replace(config, env=(*config.env, f"LD_LIBRARY_PATH={':'.join(paths)}"))
    return carry(config, plan.base, targets, plan.base.shell or b"/bin/sh" in targets)


def _text(
    image: Image,
    runtime: Runtime,
    plan: Plan,
    carried: Carried,
    boundary: Boundary | None,
    stored: int,
    options: RecommendOptions,
    pure: bool,
) -> tuple[str, Plan, list[str]]:
    """The Dockerfile, the plan with the sizes of what it builds, and what could not be written into it."""
    if options.dockerfile is not None:
        from layerscope.advice.dockerfile.edit import credentials, extended, improved, wrapped

        improved_text = improved(options.dockerfile, _strippable(runtime) > 0, options.dockerfile_name, pure)
        builder = wrapped(improved_text, options.target, options.dockerfile_name)
        plan = plan if improved_text == options.dockerfile else _stripped(plan, runtime)
        addition, problems = _stages(runtime, plan, carried, builder.name, builder.names)
        problems += credentials(options.dockerfile, options.dockerfile_name)
        return extended(builder, addition), plan, problems
    name = image_name(image)
    stage_text, problems = _stages(runtime, plan, carried, name or "fat", frozenset(("fat",)))
    about = About(
        name=name or image.reference,
        named=bool(name),
        before=stored,
        after=plan.size,
        lower_bound=plan.base.size is None,
        runs=bool(plan.prepared),
    )
    return whole_file(about, stage_text, boundary), plan, problems


def _stages(runtime: Runtime, plan: Plan, carried: Carried, origin: str, taken: frozenset[str]) -> tuple[str, list[str]]:
    """The last stage, after the one that prepares what it copies where there is something to prepare. ``taken`` are the names
    of stages that are there already, in small letters."""
    name = next(word for word in ("prepared", *(f"prepared{number}" for number in range(2, 100))) if word not in taken)
    before = prepared_stage(origin, name, plan.prepared) + "\n" if plan.prepared else ""
    source = name if plan.prepared else origin
    base = plan.base
    if base.reference in taken:  # FROM would take the stage
        base = replace(base, reference=f"{base.reference}:latest")
    if base.site and runtime.site is not None:
        text, problems = site_stage(base, plan.copies, configuration(runtime.site, base), carried, source)
    else:
        text, problems = last_stage(base, plan.copies, carried, source)
    return before + text, problems


def image_name(image: Image) -> str:
    """The name under which an engine knows the image, "" when it has none that can stand in a Dockerfile."""
    text = image.reference
    for transport in _TRANSPORTS:
        text = text.removeprefix(transport)
    names = [text] if text in image.repository_tags else []
    names += image.repository_tags
    if image.source in ("docker-daemon", "podman", "docker"):
        names.append(text)
    # an OCI layout may know its images by bare tags, which are no names of images
    bare = image.source in ("oci", "oci-archive", "dir")
    usable = (name for name in names if is_image_name(name) and not (bare and not set(name) & {":", "/"}))
    return next((_whole(name) for name in usable if _whole(name) != "scratch:latest"), "")


def _whole(name: str) -> str:
    """The name with its tag: a bare word or number could be a stage's."""
    return name if set(name) & {":", "/", "@"} else f"{name}:latest"
