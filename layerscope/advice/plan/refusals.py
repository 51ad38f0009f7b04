"""Where no image can honestly be recommended, or none is needed; and what is risky about the one that is."""

from collections.abc import Collection, Iterator
from functools import partial

from layerscope.advice.ground import Ground
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.base_choice import Demand, runs_on
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.advice.rules import document
from layerscope.attribution.model import Attribution
from layerscope.core import units
from layerscope.core.names import absolute, path_text, printable
from layerscope.core.vocabulary import BUILD_CATEGORIES, Category, Ecosystem, Linkage, Role
from layerscope.needs.model import End, Need, Program, Runtime, Unresolved, UnresolvedCode
from layerscope.start.programs import base_name
from layerscope.start.programs import knowledge as programs

FEW_BYTES = 10_000_000
"""An image without traces of a build that could lose less than this is lean: another base is offered, not recommended."""

TRACES = 1_000_000
"""Bytes of sources, caches and tools that a runtime image may well have."""

_NOT_STARTED = {
    UnresolvedCode.NO_COMMAND: Code.NOTHING_STARTED,
    UnresolvedCode.NOT_EXECUTABLE: Code.NOT_EXECUTABLE,
    UnresolvedCode.DIRECTORY: Code.DIRECTORY_STARTED,
    UnresolvedCode.CARRIAGE_RETURN: Code.CARRIAGE_RETURN,
}


def refusal(ground: Ground) -> tuple[Remark, ...]:
    """Why no image is recommended; empty when one can be."""
    runtime = ground.runtime
    if not runtime.programs:
        return tuple(map(_why_not_started, runtime.unresolved)) or (remark(Code.NOTHING_STARTED),)
    if builders := list(_builders(ground)):
        return tuple(remark(Code.BUILDS_WHEN_STARTED, path=absolute(path)) for path in builders)
    if _climbed(runtime):
        return ()
    reasons = (*map(partial(_why_not, ground), runtime.programs), *map(_why_not_checked, runtime.checks))
    return tuple(dict.fromkeys(filter(None, reasons)))


def _why_not_started(item: Unresolved) -> Remark:
    """Why what the command names cannot be started, with what helps against it."""
    what = f"{absolute(item.path)} {item.what}" if item.path else item.what
    return remark(_NOT_STARTED.get(item.code, Code.START_UNKNOWN), what=what)


def _builders(ground: Ground) -> Iterator[bytes]:
    """The programs that make what then runs of sources and of the rest of their toolchain: those that the image starts, and
    those that a makefile starts."""
    runtime = ground.runtime
    is_run = any(_is_called(program.path, "runners") for program in runtime.programs)
    started = ((program.path, program.entry) for program in runtime.programs)
    run = ((need.path, need.entry) for need in runtime.needs if is_run and _is_run_by_recipe(need))
    for path, entry in dict((*started, *run)).items():
        if _is_called(path, "builders") and _is_installed(ground.attribution, entry):
            yield path


def _is_run_by_recipe(need: Need) -> bool:
    """Whether a makefile's recipe starts a program: make does, by a shell, and nothing else stands between."""
    between = [link.path for link in need.because if link.path]
    return any(_is_called(path, "runners") for path in between) and all(map(_runs_lines, between))


def _runs_lines(path: bytes) -> bool:
    return _is_called(path, "runners") or base_name(path_text(path)) in programs().shells


def _is_called(path: bytes, table: str) -> bool:
    return base_name(path_text(path)) in document("building.toml")[table]


def _is_installed(attribution: Attribution, entry: int) -> bool:
    """Whether a program is a tool that was installed; one of the application's own may be called like that."""
    return attribution.component_of(entry).category not in (Category.APPLICATION, Category.UNKNOWN)


def _climbed(runtime: Runtime) -> bool:
    """Whether what is not followed to its end stands on an upper rung. A shell that waits for commands says nothing."""
    started = {program.entry for program in runtime.programs}
    return bool(runtime.ends) and not any(end.why == End.SHELL and end.entry in started for end in runtime.ends)


def _why_not(ground: Ground, program: Program) -> Remark | None:
    """Why what a program needs is not known; None when it is."""
    path, what = absolute(program.path), _obstacle(ground.runtime, program)
    if program.followed:
        return None
    if program.linkage == Linkage.SCRIPT:
        return remark(Code.SCRIPT_NOT_FOLLOWED, path=path, what=what)
    if program.ecosystem == Ecosystem.SHELL:
        return remark(Code.BARE_SHELL, path=path)
    if program.ecosystem != Ecosystem.C:
        code = f"{program.ecosystem} code" if program.ecosystem else "it"
        return remark(Code.CODE_NOT_FOLLOWED, path=path, code=code, what=what)
    package = _package(ground.attribution, program)
    return remark(Code.PACKAGE_NOT_FOLLOWED, path=path, package=printable(package)) if package else None


def _obstacle(runtime: Runtime, program: Program) -> str:
    """The line or construct at which following a program ended."""
    said = (item.what for item in runtime.unresolved if item.path == program.path)
    return next(said, "--keep takes what it needs along, once another program is named")


def _package(attribution: Attribution, program: Program) -> str:
    """The package whose other files a compiled program may load, "" for none."""
    return "" if _is_static(program) else attribution.component_of(program.entry).package


def _why_not_checked(check: Program) -> Remark | None:
    """Why what a HEALTHCHECK needs is not known; None when it is."""
    if check.followed or check.ecosystem in (Ecosystem.C, Ecosystem.SHELL, Ecosystem.NONE):
        return None
    return remark(Code.CHECK_NOT_FOLLOWED, path=absolute(check.path), ecosystem=check.ecosystem)


def is_lean(ground: Ground, planned: int) -> bool:
    """Whether there is little to remove: no traces of a build, nothing much shadowed, and another base would save little.
    ``planned`` is the size of the image on that base."""
    shadowed = sum(size.shadowed for size in ground.attribution.sizes)
    return _live(ground.attribution, BUILD_CATEGORIES) < TRACES and shadowed < FEW_BYTES and ground.stored - planned < FEW_BYTES


def _live(attribution: Attribution, categories: Collection[Category]) -> int:
    """The live bytes of some categories."""
    return sum(size.live for size in attribution.sizes if attribution.components[size.component].category in categories)


def lean_reasons(ground: Ground, base: Candidate, planned: int) -> tuple[Remark, ...]:
    """Why nothing is to be removed; the image would have the ``planned`` size on that base."""
    stored, built = ground.stored, _live(ground.attribution, BUILD_CATEGORIES)
    others = units.size(stored - _live(ground.attribution, (Category.APPLICATION,)))
    reasons = (
        remark(Code.FEW_TRACES if built else Code.NO_TRACES, traces=units.size(built)),
        remark(Code.MOSTLY_APPLICATION, others=others, stored=units.size(stored)),
        remark(Code.OTHER_BASE_SAVES, base=base.reference, saved=units.size(stored - planned)),
    )
    return reasons if stored > planned else reasons[:-1]


def risks(ground: Ground, base: Candidate, demand: Demand) -> Iterator[Remark]:
    """What may go wrong with an image on a base."""
    for item in ground.runtime.remarks:
        yield remark(Code.UNRESOLVED, what=f"{absolute(item.path)}: {item.what}" if item.path else item.what)
    if base.size is None:
        yield remark(Code.BASE_SIZE_UNKNOWN, base=printable(base.reference))
    elif not base.counted:
        yield remark(Code.BASE_NOT_OPENED if base.known else Code.BASE_ESTIMATED, base=printable(base.reference))
    if not runs_on(base, demand):
        yield _does_not_run(base, demand)
    if Linkage.GLIBC in demand.libcs:
        yield remark(Code.LOADED_BY_NAME)
        yield from _only_helpers(ground.runtime)


def _only_helpers(runtime: Runtime) -> Iterator[Remark]:
    """Where the programs themselves need no C library, what does."""
    helpers = [absolute(need.path) for need in runtime.needs if _is_helper(need)]
    if helpers and all(map(_is_static, runtime.programs)):
        yield remark(Code.HELPERS_NEED_LIBC, helpers=" and ".join(helpers))


def _is_static(program: Program) -> bool:
    return program.linkage == Linkage.STATIC


def _is_helper(need: Need) -> bool:
    """Whether something is needed to start or to check the program."""
    return need.role in (Role.HEALTHCHECK, Role.INTERPRETER) and not need.because[0].path


def _does_not_run(base: Candidate, demand: Demand) -> Remark:
    """The first reason for which a base does not run the program."""
    reasons = {
        Code.BASE_OF_OTHER_MACHINE: not base.has_machine(demand.machine),
        Code.BASE_TOO_OLD: bool(base.libc) and demand.libcs == {base.libc},
        Code.BASE_OF_OTHER_LIBC: demand.libcs,
        Code.BASE_WITHOUT_SHELL: True,
    }
    return remark(
        next(filter(reasons.get, reasons)),
        base=printable(base.reference),
        machine=printable(demand.machine),
        asked=demand.glibc,
        has=base.glibc,
        libcs=" and ".join(sorted(demand.libcs)),
    )
