"""Where no image can honestly be recommended, or none is needed; and what is risky about the one that is."""

from collections.abc import Iterator

from layerscope.advice.ground import Ground
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.base_choice import Demand, runs_on
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.attribution.model import Attribution
from layerscope.core import units
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import BUILD_CATEGORIES, Category, Ecosystem, Linkage, Role
from layerscope.needs.model import Program, Runtime

FEW_BYTES = 10_000_000
"""An image without traces of a build that could lose less than this is lean: another base is offered, not recommended."""

TRACES = 1_000_000
"""Bytes of sources, caches and tools that a runtime image may well have."""


def refusal(ground: Ground) -> tuple[Remark, ...]:
    """Why no image is recommended; empty when one can be."""
    runtime = ground.runtime
    if not runtime.programs:
        unknown = tuple(remark(Code.START_UNKNOWN, what=item.what) for item in runtime.unresolved)
        return unknown or (remark(Code.NOTHING_STARTED),)
    reasons = [reason for program in runtime.programs for reason in _not_followed(ground.attribution, program)]
    reasons += [
        remark(Code.CHECK_NOT_FOLLOWED, path=absolute(check.path), ecosystem=check.ecosystem)
        for check in runtime.checks
        if not check.followed and check.ecosystem not in (Ecosystem.C, Ecosystem.SHELL, Ecosystem.NONE)
    ]
    return tuple(dict.fromkeys(reasons))


def _not_followed(attribution: Attribution, program: Program) -> Iterator[Remark]:
    path = absolute(program.path)
    if program.followed:
        return
    if program.linkage == Linkage.SCRIPT:
        yield remark(Code.SCRIPT_NOT_FOLLOWED, path=path)
    elif program.ecosystem == Ecosystem.SHELL:
        yield remark(Code.BARE_SHELL, path=path)
    elif program.ecosystem != Ecosystem.C:
        yield remark(Code.CODE_NOT_FOLLOWED, path=path, code=f"{program.ecosystem} code" if program.ecosystem else "it")
    else:
        package = attribution.component_of(program.entry).package
        if package and program.linkage != Linkage.STATIC:
            yield remark(Code.PACKAGE_NOT_FOLLOWED, path=path, package=printable(package))


def is_lean(ground: Ground, planned: int) -> bool:
    """Whether there is little to remove: no traces of a build, nothing much shadowed, and another base would save little.
    ``planned`` is the size of the image on that base."""
    shadowed = sum(size.shadowed for size in ground.attribution.sizes)
    return _of_builds(ground.attribution) < TRACES and shadowed < FEW_BYTES and ground.stored - planned < FEW_BYTES


def _of_builds(attribution: Attribution) -> int:
    return sum(size.live for size in attribution.sizes if attribution.components[size.component].category in BUILD_CATEGORIES)


def lean_reasons(ground: Ground, base: Candidate, planned: int) -> tuple[Remark, ...]:
    """Why nothing is to be removed; the image would have the ``planned`` size on that base."""
    attribution, stored = ground.attribution, ground.stored
    built = _of_builds(attribution)
    categories = ((attribution.components[size.component].category, size.live) for size in attribution.sizes)
    others = stored - sum(live for category, live in categories if category == Category.APPLICATION)
    reasons = [
        remark(Code.FEW_TRACES, traces=units.size(built)) if built else remark(Code.NO_TRACES),
        remark(Code.MOSTLY_APPLICATION, others=units.size(others), stored=units.size(stored)),
    ]
    if stored > planned:
        reasons.append(remark(Code.OTHER_BASE_SAVES, base=base.reference, saved=units.size(stored - planned)))
    return tuple(reasons)


def risks(ground: Ground, base: Candidate, demand: Demand) -> Iterator[Remark]:
    """What may go wrong with an image on a base."""
    for item in ground.runtime.remarks:
        yield remark(Code.UNRESOLVED, what=f"{absolute(item.path)}: {item.what}" if item.path else item.what)
    if base.size is None:
        yield remark(Code.BASE_SIZE_UNKNOWN, base=printable(base.reference))
    elif not base.known:
        yield remark(Code.BASE_ESTIMATED, base=printable(base.reference))
    if not runs_on(base, demand):
        yield _does_not_run(base, demand)
    if "glibc" in demand.libcs:
        yield from _risks_of_glibc(ground.runtime)
    for number, index in enumerate(ground.filesystem.indexes):
        if index.problem:
            yield remark(Code.LAYER_INCOMPLETE, layer=number, problem=index.problem)


def _risks_of_glibc(runtime: Runtime) -> Iterator[Remark]:
    yield remark(Code.LOADED_BY_NAME)
    if all(program.linkage == Linkage.STATIC for program in runtime.programs):
        asking = (
            need for need in runtime.needs if need.role in (Role.HEALTHCHECK, Role.INTERPRETER) and not need.because[0].path
        )
        yield remark(Code.HELPERS_NEED_LIBC, helpers=" and ".join(absolute(need.path) for need in asking))


def _does_not_run(base: Candidate, demand: Demand) -> Remark:
    name = printable(base.reference)
    if base.machines and demand.machine not in base.machines:
        return remark(Code.BASE_OF_OTHER_MACHINE, base=name, machine=printable(demand.machine))
    if demand.libcs and base.libc and demand.libcs == {base.libc}:
        return remark(Code.BASE_TOO_OLD, asked=demand.glibc, base=name, has=base.glibc)
    if demand.libcs:
        return remark(Code.BASE_OF_OTHER_LIBC, libcs=" and ".join(sorted(demand.libcs)), base=name)
    return remark(Code.BASE_WITHOUT_SHELL, base=name)
