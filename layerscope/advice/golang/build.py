"""``go build`` as it could be: without symbol tables, and without the C library where only Go's own packages call it.

A program that ``go build`` linked to the C library because packages net and os/user can use it (cmd/cgo, "Using cgo with the go
command") is the same program without it: then it needs no loader and no libraries. What it was built from may still lie in the
image, so that it can be built again there.
"""

import posixpath
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.golang.command import GoBuild, Unknown, is_plain_path, known_flags, read_build
from layerscope.advice.plan.base import SHELLS, has_any
from layerscope.core.names import absolute, path_bytes
from layerscope.core.vocabulary import Ecosystem, Linkage, Role
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.history.instructions import Instruction
from layerscope.needs.linker import loader_of
from layerscope.needs.model import Link, Need, Program, Runtime
from layerscope.sources.image import Config

_STANDARD_CALLERS = frozenset(("net", "os/user"))
"""Go's own packages that can do without C code (their ``netgo`` and ``osusergo`` files)."""

_LINKED = frozenset(Link)
_READS_ORDER = "net.parseNSSConfFile"
_LONGEST = 1000

WITHOUT_C = (
    "it is built again with CGO_ENABLED=0: hosts and users are then looked up by Go's own code, which reads /etc/hosts,"
    " /etc/resolv.conf and /etc/passwd and knows no other name services"
)
"""What is different about such a program."""


class Rebuild(Struct, frozen=True):
    """A program that is built again, without the C library. ``commands`` do it in a stage on the image, ``path`` is its own."""

    path: bytes
    commands: tuple[str, ...] = ()


class NotAgain(StrEnum):
    """Why the image does not build its program again, and the program crosses as it is."""

    TRIGGERS = "triggers"
    """ONBUILD would run in the stage that builds."""
    NOT_RECORDED = "not-recorded"
    """The history does not say by which command the program was made."""
    UNKNOWN_WORDS = "unknown-words"
    """The command, or GOFLAGS, says something that is not known to be harmless."""
    OTHER_OUTPUT = "other-output"
    """What the command builds is not the program."""
    NO_TOOLS = "no-tools"
    NO_SOURCES = "no-sources"


def pure_program(config: Config, runtime: Runtime) -> Program | None:
    """The one program of an image that is linked to the C library and would be the same without it; None for any other image.

    Nothing else in the image may need the C library: no shell, no second program, nothing that is preloaded.
    """
    if len(runtime.programs) != 1 or "CGO_ENABLED" in config.environment():
        return None
    program = runtime.programs[0]
    return program if _is_linked_go(program) and _is_alone(program, runtime) else None


def _is_alone(program: Program, runtime: Runtime) -> bool:
    """Whether only the program needs the C library."""
    checked = all(check.linkage == Linkage.STATIC or check.path == program.path for check in runtime.checks)
    return checked and {program.path}.issuperset(runtime.linked) and all(map(partial(_serves, program), runtime.needs))


def _is_linked_go(program: Program) -> bool:
    """Whether it is a Go program that is linked to a C library, which only Go's own packages call."""
    linked = program.linkage in (Linkage.GLIBC, Linkage.MUSL) and _STANDARD_CALLERS.issuperset(program.c_callers)
    return program.ecosystem == Ecosystem.GO and program.followed and linked and not program.sealed


def _serves(program: Program, need: Need) -> bool:
    """Whether something is no library and no loader, or needed because the program is linked to it, and for nothing else."""
    if need.role not in (Role.LIBRARY, Role.INTERPRETER):
        return True
    known = need.role == Role.LIBRARY or loader_of(need.path) != Linkage.UNKNOWN
    steps = [step for step in need.because if step.path]
    return bool(steps) and known and steps[-1].path == program.path and all(step.what in _LINKED for step in steps)


def without_c_library(runtime: Runtime) -> Runtime:
    """What an image needs once its one program is built without the C library."""
    needs = tuple(_asked_by_go(need, runtime.programs) for need in runtime.needs if not of_c_library(need))
    static = tuple(replace(program, linkage=Linkage.STATIC, c_callers=()) for program in runtime.programs)
    return replace(runtime, programs=static, needs=needs, glibc="", linked={})


def _asked_by_go(need: Need, programs: Iterable[Program]) -> Need:
    """The order of name services as Go's own code asks for it (package net)."""
    if need.first.what != Link.NAME_SERVICE or not any(_READS_ORDER in item.mentions for item in programs):
        return need
    what = f"the order of name services: {_READS_ORDER} is linked into"
    return replace(need, because=(replace(need.first, what=what), *need.because[1:]))


def of_c_library(need: Need) -> bool:
    """Whether such a program's need is the loader, a library, or a link on the way to one."""
    is_link = need.role == Role.LINK and need.first.what in _LINKED
    return is_link or need.role in (Role.LIBRARY, Role.INTERPRETER)


def rebuild_in(filesystem: Filesystem, history: History, config: Config, program: Program) -> Rebuild | NotAgain:
    """How the image builds its program again, without the C library and without anything from a network; or why it does not."""
    instruction = _made_by(filesystem, history, program)
    if config.on_build:
        return NotAgain.TRIGGERS
    if instruction is None:
        return NotAgain.NOT_RECORDED
    if not _has_tools(filesystem, config):
        return NotAgain.NO_TOOLS
    build, path = _recorded_build(history, instruction, config), absolute(program.path)
    if build is None or not is_plain_path(path):
        return NotAgain.UNKNOWN_WORDS
    if not _makes(build, filesystem, program):
        return NotAgain.OTHER_OUTPUT
    if not _has_sources(filesystem, config, build.directory, program):
        return NotAgain.NO_SOURCES
    commands = (
        f"# {path} again, without the C library: the image has all that it was built from",
        f"WORKDIR {build.directory}",
        f"RUN {build.command(path, program.strippable > 0)}",
    )
    return Rebuild(program.path, commands)


def _made_by(filesystem: Filesystem, history: History, program: Program) -> Instruction | None:
    """The RUN that made the program, where its text is what was written."""
    instruction = history.of_layer(filesystem.layers[filesystem.holder(program.entry)])
    return instruction if instruction is not None and _is_plain(instruction) else None


def _recorded_build(history: History, instruction: Instruction, config: Config) -> GoBuild | None:
    """The build that a RUN recorded; None when it, or GOFLAGS, has words that are not known."""
    if not known_flags(config.environment().get("GOFLAGS", "")):
        return None
    try:
        return read_build(instruction.text.removeprefix("RUN "), _directory(history, instruction))
    except Unknown:
        return None


def _makes(build: GoBuild, filesystem: Filesystem, program: Program) -> bool:
    """Whether what a build makes is the program, and not another one that lies beside it."""
    place = program.path.rpartition(b"/")[0]
    if build.installs:
        return place.rpartition(b"/")[2] == b"bin"
    if not build.output:
        return filesystem.real_path(build.directory.encode()) == place
    output = posixpath.normpath(posixpath.join(build.directory, build.output)).encode()
    return filesystem.real_path(output) in (program.path, place)


def _is_plain(instruction: Instruction) -> bool:
    """Whether the text of a RUN is what was written: no build arguments, no other shell, nothing escaped."""
    text = instruction.text
    simple = instruction.keyword == "RUN" and instruction.builder in ("classic", "buildkit") and "|" not in instruction.raw[:5]
    return simple and "/bin/sh -c " in instruction.raw and "\\" not in text and len(text) <= _LONGEST


def _directory(history: History, instruction: Instruction) -> str:
    """WORKDIR where the instruction stands."""
    directory = "/"
    for item in history.instructions[: instruction.index]:
        if item.keyword == "WORKDIR":
            directory = posixpath.normpath(posixpath.join(directory, item.text.removeprefix("WORKDIR ").strip('"')))
    return directory


def _has_tools(filesystem: Filesystem, config: Config) -> bool:
    """Whether the image has ``go`` on its PATH, and a shell."""
    directories = path_bytes(config.environment().get("PATH", "/usr/local/go/bin:/usr/bin")).split(b":")
    programs = (directory + b"/go" for directory in filter(None, directories))
    return has_any(filesystem, programs) and has_any(filesystem, SHELLS)


def _has_sources(filesystem: Filesystem, config: Config, directory: str, program: Program) -> bool:
    """Whether Go sources lie below the directory, and every module of the program in the module cache or in ``vendor``."""
    real = filesystem.real_path(path_bytes(directory))
    if real is None or not any(path.endswith(b".go") for path in filesystem.below(real)):
        return False
    caches = [*_module_caches(config), real + b"/vendor"]
    return all(_has_module(filesystem, module, caches) for module in program.modules)


def _module_caches(config: Config) -> Iterable[bytes]:
    environment = config.environment()
    named = environment.get("GOMODCACHE", "")
    paths = [named] if named else [f"{place}/pkg/mod" for place in (environment.get("GOPATH") or "/root/go").split(":")]
    return [path_bytes(path.strip("/")) for path in paths]


def _has_module(filesystem: Filesystem, module: str, caches: Iterable[bytes]) -> bool:
    """A module in a cache is in a directory with its version (golang.org/ref/mod#module-cache), a vendored one has none."""
    escaped = path_bytes(re.sub(r"[A-Z]", lambda letter: f"!{letter[0].lower()}", module))
    places = (
        cache + b"/" + (escaped if not cache.endswith(b"/vendor") else module.partition("@")[0].encode()) for cache in caches
    )
    return any(map(filesystem.visible.__contains__, places))
