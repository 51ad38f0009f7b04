"""What the image's program needs, from ENTRYPOINT, CMD and HEALTHCHECK on, each path with its proof."""

from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from msgspec.structs import replace

from layerscope.attribution.model import Attribution
from layerscope.core.errors import ImageError
from layerscope.core.names import absolute, path_bytes, path_text, printable
from layerscope.core.vocabulary import Ecosystem, Linkage, Role
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.contents import Contents
from layerscope.layers.index import Kind
from layerscope.needs.application import application_needs, environment_needs
from layerscope.needs.elf import elf_needs, newest_glibc
from layerscope.needs.follower import FOLLOWERS, Start
from layerscope.needs.languages.go import go_needs
from layerscope.needs.ledger import Ledger, normal
from layerscope.needs.model import Because, Program, Runtime
from layerscope.sources.image import Config
from layerscope.start.launch import Command, Launch, entry_launch, healthcheck_launch
from layerscope.start.programs import base_name, knowledge
from layerscope.start.search import ENGINE_PATH, places, shebang

_SHEBANG_BYTES = 512
_MOST_STEPS = 8


def find_needs(filesystem: Filesystem, contents: Contents, config: Config, attribution: Attribution) -> Runtime:
    """What runs when the image is started, and every path that it needs.

    Programs are found as the engine finds them (WORKDIR, the config's PATH, symbolic links inside the image); then their
    scripts' interpreters, their dynamic libraries, what their linked-in functions read, the code that interpreters run, and the
    files that were put beside them. What cannot be known is in ``unresolved``; nothing is raised for an image that is odd.
    """
    ledger = Ledger(filesystem=filesystem, contents=contents)
    walk = _Walk(ledger, config, attribution)
    launch = entry_launch(config)
    if launch.problem:
        ledger.miss(b"", launch.problem)
    programs = [] if launch.problem else _started(walk, launch, Role.PROGRAM)
    checks: list[Program] = []
    if programs:
        check = healthcheck_launch(config.healthcheck, config)
        if check is not None:
            if check.problem:
                ledger.miss(b"", f"HEALTHCHECK: {check.problem}")
            checks = _started(walk, check, Role.HEALTHCHECK)
        # what only starts others comes last, so that a library's first proof is the program that really needs it
        for item in (launch, check) if check is not None else (launch,):
            for helper in item.helpers:
                _program(walk, helper, Role.INTERPRETER, (Because(item.origin),))
        _user_needs(ledger, config.user, "USER names it")
        _user_needs(ledger, launch.user, "the command switches to this user by name")
        environment_needs(ledger, config, launch.commands)
        application_needs(ledger, attribution, config.working_dir)
    return Runtime(
        entrypoint=config.entrypoint + config.cmd,
        working_dir=config.working_dir or "/",
        user=config.user,
        programs=tuple(programs),
        needs=ledger.needs,
        unresolved=ledger.unresolved,
        glibc=newest_glibc(ledger),
        site=ledger.site if len(programs) == 1 else None,
        checks=tuple(checks),
        notes=ledger.notes,
    )


class _Walk(NamedTuple):
    """What stays the same while programs are followed from one to the next; ``depth`` counts the steps."""

    ledger: Ledger
    config: Config
    attribution: Attribution
    depth: int = 0

    def deeper(self) -> "_Walk":
        return self._replace(depth=self.depth + 1)


def _started(walk: _Walk, launch: Launch, role: Role) -> list[Program]:
    """Takes the programs that a launch starts as needed; them, none when one of the entrypoint's is missing."""
    programs: list[Program] = []
    origin = (Because(launch.origin),)
    for command in launch.commands:
        program = _program(walk, command, role, origin)
        if program is None and role == Role.PROGRAM:
            return []
        programs.extend((program,) if program else ())
    return programs


def _program(walk: _Walk, command: Command, role: Role, because: tuple[Because, ...]) -> Program | None:
    """Takes the program of a command as needed, with all that it needs; None when the image does not have it."""
    ledger = walk.ledger
    path = find_program(ledger, command, walk.config)
    entry = ledger.ask(path, role, because) if path else None
    if entry is None:
        said = _not_started(ledger, command, walk.config)
        ledger.miss(b"", f"{because[0].what} starts {printable(command.words[0])}, {said}")
        return None
    return _examined(walk, entry, command, role, None)


def find_program(ledger: Ledger, command: Command, config: Config) -> bytes | None:
    """The path by which the engine (or a shell) finds a command's program; None when there is no such file."""
    for path in _places(command, config):
        entry = ledger.filesystem.trace(path).entry
        if entry is not None and ledger.is_file(entry) and ledger.filesystem.mode(ledger.filesystem.holder(entry)) & 0o111:
            return path
    return None


def _not_started(ledger: Ledger, command: Command, config: Config) -> str:
    """Why :func:`find_program` finds nothing for a command, in words that go on from its name."""
    for path in _places(command, config):
        entry = ledger.filesystem.trace(path).entry
        if entry is not None and (ledger.is_file(entry) or "/" in command.words[0]):
            where = "" if "/" in command.words[0] else f" as {absolute(path)}"
            kind = "not executable" if ledger.is_file(entry) else "no file"
            return f"which is in the image{where}, but {kind}"
    return "which is not in the image"


def _places(command: Command, config: Config) -> list[bytes]:
    """Where a command's program is looked for, in this order."""
    search = config.environment().get("PATH", ENGINE_PATH)
    return [normal(path_bytes(place)) for place in places(command.words[0], working_directory(command, config), search)]


def working_directory(command: Command, config: Config) -> str:
    """The absolute directory that a command is started in."""
    return command.directory if command.directory.startswith("/") else f"/{config.working_dir}/{command.directory}"


def _examined(walk: _Walk, entry: int, command: Command, role: Role, script: int | None) -> Program:
    """Takes what the program at ``entry`` needs, by what kind of file it is; ``script`` is the file that it interprets."""
    ledger, environment = walk.ledger, walk.config.environment()
    facts = ledger.facts(entry)
    if facts is None:
        return _script(walk, entry, command, role)
    program = elf_needs(ledger, entry, facts, environment)
    if program.ecosystem == Ecosystem.GO:
        go_needs(ledger, program, environment)
        return replace(program, followed=True)
    if role == Role.INTERPRETER and script is None:
        return program  # it only starts others, which are followed from the command itself
    start = Start(
        ledger=ledger,
        program=program,
        facts=facts,
        words=command.words,
        directory=working_directory(command, walk.config),
        environment=environment,
        config=walk.config,
        attribution=walk.attribution,
        script=script,
        role=role,
        run=lambda words, directory, because: _program(walk.deeper(), Command(words, directory), role, because),
    )
    return _follow(walk, start)


def _follow(walk: _Walk, start: Start) -> Program:
    """Takes what the code that an interpreter runs needs, where its language is known."""
    program = start.program
    module = FOLLOWERS.get(program.ecosystem)
    if module is None or find_spec(module) is None:
        return program
    if walk.depth > _MOST_STEPS:
        walk.ledger.miss(program.path, "starts a chain of programs that is too long to follow")
        return program
    found: Program = import_module(module).follow(start)
    return found


def _script(walk: _Walk, entry: int, command: Command, role: Role) -> Program:
    """A file with a ``#!`` line: its interpreter, started as the kernel does (execve(2)), with env(1) looked through."""
    ledger = walk.ledger
    path = ledger.filesystem.paths[entry]
    words = _shebang(ledger, entry)
    if not words:
        ledger.miss(path, "is neither an ELF program nor a script with an interpreter")
        return Program(path=path, entry=entry, ecosystem=Ecosystem.NONE, linkage=Linkage.UNKNOWN)
    because = ledger.proof(entry, "interpreter of")
    arguments = ("/" + path_text(path), *command.words[1:])
    if base_name(words[0]) == "env":
        found = find_program(ledger, Command(words[:1]), walk.config)
        if found is None or ledger.ask(found, Role.INTERPRETER, because) is None:
            said = _not_started(ledger, Command(words[:1]), walk.config)
            ledger.miss(path, f"needs the interpreter {printable(words[0])}, {said}")
        words = words[1:]
    name = words[0] if words else ""
    interpreter = find_program(ledger, Command((name,)), walk.config) if name and not name.startswith("-") else None
    asked = ledger.ask(interpreter, Role.INTERPRETER, because) if interpreter else None
    if asked is None or walk.depth > _MOST_STEPS:
        said = _not_started(ledger, Command((name,)), walk.config) if name else "which is not in the image"
        ledger.miss(path, f"needs the interpreter {printable(name)}, {said}")
        return Program(path=path, entry=entry, ecosystem=knowledge().interpreted(name), linkage=Linkage.SCRIPT)
    program = _examined(walk.deeper(), asked, Command((*words, *arguments), command.directory), role, entry)
    if not program.followed:
        ledger.miss(path, "is a script; the programs that it calls are not followed")
    return replace(program, path=path, entry=entry, linkage=Linkage.SCRIPT, strippable=0)


def _shebang(ledger: Ledger, entry: int) -> tuple[str, ...]:
    """The words that a script's first line starts it with; none where it cannot be read."""
    try:
        return shebang(ledger.read(entry, _SHEBANG_BYTES))
    except ImageError:
        return ()


def _user_needs(ledger: Ledger, user: str, what: str) -> None:
    """A user or group by name is looked up in the image's own files; a number is not."""
    name, _, group = user.partition(":")
    if (name and not name.isdigit()) or (group and not group.isdigit()):
        because = (Because(what),)
        for path in (b"etc/passwd", b"etc/group"):
            entry = ledger.ask(path, Role.USER, because)
            if entry is None or ledger.filesystem.kinds[entry] == Kind.DIRECTORY:
                ledger.miss(path, f"the user {printable(user)} is looked up here, and the image has no such file")
