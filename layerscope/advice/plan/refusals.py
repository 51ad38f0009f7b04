"""Where no image can honestly be recommended, or none is needed; and what is risky about the one that is."""

from layerscope.advice.dockerfile.write import size_text
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.base_choice import Demand, runs_on
from layerscope.advice.plan.plan import Plan
from layerscope.attribution.model import Attribution
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import BUILD_CATEGORIES, Category, Ecosystem, Linkage, Role
from layerscope.filesystem.merged import Filesystem
from layerscope.needs.model import Program, Runtime

FEW_BYTES = 10_000_000
"""An image without traces of a build that could lose less than this is lean: another base is offered, not recommended."""

TRACES = 1_000_000
"""Bytes of sources, caches and tools that a runtime image may well have."""


def refusal(attribution: Attribution, runtime: Runtime) -> tuple[str, ...]:
    """Why no image is recommended, in sentences; empty when one can be."""
    if not runtime.programs:
        return tuple(f"no image is recommended: {item.what}" for item in runtime.unresolved) or (
            "no image is recommended: nothing is started by it",
        )
    reasons = [reason for program in runtime.programs if (reason := _not_followed(attribution, program))]
    reasons += [
        f"HEALTHCHECK runs {absolute(check.path)}, and what its {check.ecosystem} code reads is not followed"
        for check in runtime.checks
        if not check.followed and check.ecosystem not in (Ecosystem.C, Ecosystem.SHELL, Ecosystem.NONE)
    ]
    return tuple(f"no image is recommended: {reason}" for reason in dict.fromkeys(reasons))


def _not_followed(attribution: Attribution, program: Program) -> str:
    path = absolute(program.path)
    if program.followed:
        return ""
    if program.linkage == Linkage.SCRIPT:
        return f"{path} is a script, and the programs that it calls are not followed"
    if program.ecosystem == Ecosystem.SHELL:
        return f"the command starts {path}, a shell, and not a program of its own"
    if program.ecosystem != Ecosystem.C:
        kind = f"{program.ecosystem} code" if program.ecosystem else "it"
        return f"the command starts {path}, and what {kind} reads when it runs is not followed"
    package = attribution.component_of(program.entry).package
    if package and program.linkage != Linkage.STATIC:
        return f"{path} belongs to the package {printable(package)}, and what else that package reads is not followed"
    return ""


def is_lean(attribution: Attribution, stored: int, plan: Plan) -> bool:
    """Whether there is little to remove: no traces of a build, nothing much shadowed, and another base would save little."""
    shadowed = sum(size.shadowed for size in attribution.sizes)
    return _of_builds(attribution) < TRACES and shadowed < FEW_BYTES and stored - plan.size < FEW_BYTES


def _of_builds(attribution: Attribution) -> int:
    return sum(size.live for size in attribution.sizes if attribution.components[size.component].category in BUILD_CATEGORIES)


def lean_reasons(attribution: Attribution, stored: int, plan: Plan) -> tuple[str, ...]:
    """Why nothing is to be removed, in sentences."""
    built = _of_builds(attribution)
    traces = f"only {size_text(built)}" if built else "nothing"
    others = stored - sum(
        size.live for size in attribution.sizes if attribution.components[size.component].category == Category.APPLICATION
    )
    reasons = [
        f"nothing to remove: {traces} of the image is toolchain, cache or source",
        f"nothing to remove: {size_text(others)} of its {size_text(stored)} is not the application itself",
    ]
    if stored > plan.size:
        saved = size_text(stored - plan.size)
        reasons.append(
            f"another base ({plan.base.reference}) would save {saved}; see the alternatives for what it gains and loses"
        )
    return tuple(reasons)


def risks(base: Candidate, demand: Demand, runtime: Runtime, filesystem: Filesystem) -> list[str]:
    """What may go wrong with the recommended image, in sentences."""
    found = [f"{absolute(item.path)}: {item.what}" if item.path else item.what for item in runtime.remarks]
    if base.size is None:
        found.append(
            f"{printable(base.reference)} is neither in layerscope's catalogue nor in the image's engine: the prediction is "
            "without its size, which is unknown, and all that the program needs is copied onto it"
        )
    elif not base.known:
        found.append(f"{printable(base.reference)} is not in layerscope's catalogue: its size and content are estimates")
    if not runs_on(base, demand):
        found.append(_does_not_run(base, demand))
    if Linkage.GLIBC in demand.libcs:
        found.append(
            "libraries that a program loads by name while it runs (dlopen, iconv, name services) are not in its NEEDED list; "
            "add what is missing with --keep"
        )
        if all(program.linkage == Linkage.STATIC for program in runtime.programs):
            helpers = [
                absolute(need.path)
                for need in runtime.needs
                if need.role in (Role.HEALTHCHECK, Role.INTERPRETER) and not need.because[0].path
            ]
            found.append(f"only {' and '.join(helpers)} need a C library; a static program in their place needs no base at all")
    found += [
        f"layer {number} is not read completely ({index.problem})"
        for number, index in enumerate(filesystem.indexes)
        if index.problem
    ]
    return found


def _does_not_run(base: Candidate, demand: Demand) -> str:
    name = printable(base.reference)
    if base.machines and demand.machine not in base.machines:
        return f"{name} is not made for {printable(demand.machine)}"
    if demand.libcs and base.libc and demand.libcs == {base.libc}:
        return f"the program asks for glibc {demand.glibc}, and {name} has {base.glibc}"
    if demand.libcs:
        asked = " and ".join(sorted(demand.libcs))
        return f"the program is linked against {asked}, which {name} does not bring; its libraries are copied along"
    return f"the command line needs a shell, which {name} does not have"
