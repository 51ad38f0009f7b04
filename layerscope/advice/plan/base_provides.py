"""What a base already brings of the needs, so that it need not be copied."""

from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.base_choice import Demand, loader_of
from layerscope.core.names import path_text
from layerscope.core.vocabulary import Role
from layerscope.filesystem.merged import Filesystem
from layerscope.needs.model import Need, Runtime

_SYSTEM = (b"etc/", b"usr/lib/", b"usr/share/", b"lib/")
_SHELLS = (b"bin/sh", b"usr/bin/sh")


def lacking(base: Candidate, demand: Demand, filesystem: Filesystem, runtime: Runtime) -> list[Need]:
    """The needs that ``base`` does not bring, in their order.

    A base that was opened is asked for the path; of another one the catalogue knows libraries by their sonames and places. A
    library that only brought files ask for comes along with them, for the base has what its own programs load.
    """
    if runtime.site is not None and base.site:
        root = runtime.site.root + b"/"
        return [need for need in runtime.needs if need.path.startswith(root)]
    brought: set[bytes] = set()
    missing = []
    started = {program.path for program in (*runtime.programs, *runtime.checks)}
    interpreters = {program.path for program in runtime.programs if program.ecosystem == base.ecosystem and base.ecosystem}
    for need in runtime.needs:
        if _brings(base, demand, filesystem, need=need, brought=brought, interpreters=interpreters, started=started):
            brought.add(need.path)
        else:
            missing.append(need)
    return missing


def _brings(
    base: Candidate,
    demand: Demand,
    filesystem: Filesystem,
    need: Need,
    brought: set[bytes],
    interpreters: set[bytes],
    started: set[bytes],
) -> bool:
    if need.role == Role.LINK:
        return True
    if base.own_layers and filesystem.layers[need.entry] < base.own_layers:
        return True
    if need.role == Role.DEPENDENCY:
        return False
    if _of_the_language(base, need, brought, interpreters):
        return True
    if need.role in (Role.PROGRAM, Role.HEALTHCHECK):
        return need.path not in started and base.content is not None and any(asked in base.content for asked in need.asked)
    if need.role == Role.USER:
        return demand.user in base.users if demand.user else bool(base.users)
    if need.role == Role.CERTIFICATES and demand.private_authorities:
        return False
    if need.role in (Role.LIBRARY, Role.INTERPRETER):
        return _brings_code(base, demand, need)
    if base.content is not None and any(_same(base, filesystem, need, asked) for asked in need.asked):
        return True
    return any(_lies_at(asked, path) for asked in need.asked for path in base.paths)


def _of_the_language(base: Candidate, need: Need, brought: set[bytes], interpreters: set[bytes]) -> bool:
    """Whether the need is part of the language's runtime that the base brings, or a library that only that loads."""
    if not base.ecosystem:
        return False
    asked = (need.path, *need.asked)
    if any(_lies_at(name, path) for name in asked for path in base.paths):
        return not any(_lies_at(name, path) for name in asked for path in base.lacks)
    if base.replaces and (need.role == Role.RUNTIME or need.path in interpreters):
        return True
    asker = need.because[0].path if need.because else b""
    return need.role in (Role.LIBRARY, Role.INTERPRETER) and asker in brought


def _brings_code(base: Candidate, demand: Demand, need: Need) -> bool:
    if base.shell and any(shell in need.asked for shell in _SHELLS):
        return True
    if base.content is not None and any(asked in base.content for asked in need.asked):
        return True
    if loader := loader_of(need):
        return loader == base.libc or (base.shell and not demand.libcs)
    names = [path_text(asked.rpartition(b"/")[2]) for asked in need.asked]
    return any(name in base.libraries for name in names) or (base.shell and not demand.libcs)


def _same(base: Candidate, filesystem: Filesystem, need: Need, asked: bytes) -> bool:
    """Whether an opened base has this file of the system, as far as its size tells; a runtime's file need only be there."""
    size = (base.content or {}).get(asked)
    if size is None:
        return False
    return need.role in (Role.RUNTIME, Role.ZONEINFO, Role.CERTIFICATES) or (
        asked.startswith(_SYSTEM) and size == filesystem.sizes[filesystem.holder(need.entry)]
    )


def _lies_at(asked: bytes, path: str) -> bool:
    place = path.encode()
    if path.endswith("*"):
        return asked.startswith(place[:-1])
    return asked == place or asked.startswith(place + b"/")
