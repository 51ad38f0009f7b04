"""What the image's program needs, from ENTRYPOINT, CMD and HEALTHCHECK on, each path with its proof."""

from layerscope.attribution.model import Attribution
from layerscope.errors import ImageError
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.contents import Contents
from layerscope.layers.index import Kind
from layerscope.names import printable
from layerscope.runtime.application import application_needs, environment_needs
from layerscope.runtime.command import Command, Launch, entry_launch, healthcheck_launch
from layerscope.runtime.elf import elf_needs, newest_glibc
from layerscope.runtime.go import go_needs
from layerscope.runtime.knowledge import base_name, knowledge
from layerscope.runtime.ledger import Ledger, normal, trace
from layerscope.runtime.model import Because, Program, Runtime
from layerscope.sources.image import Config

ENGINE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""PATH that engines give a process when the config has none."""

_SHEBANG_BYTES = 512
_NESTED_SHEBANGS = 4


def find_needs(filesystem: Filesystem, contents: Contents, config: Config, attribution: Attribution) -> Runtime:
    """What runs when the image is started, and every path that it needs.

    Programs are found as the engine finds them (WORKDIR, the config's PATH, symbolic links inside the image); then their
    scripts' interpreters, their dynamic libraries, what their linked-in functions read, and the files that were put beside
    them. What cannot be known is in ``unresolved``; nothing is raised for an image that is odd.
    """
    ledger = Ledger(filesystem, contents)
    launch = entry_launch(config)
    if launch.problem:
        ledger.miss(b"", launch.problem)
    programs = [] if launch.problem else _started(ledger, launch, config, "program")
    if programs:
        check = healthcheck_launch(config.healthcheck, config)
        if check is not None:
            if check.problem:
                ledger.miss(b"", f"HEALTHCHECK: {check.problem}")
            _started(ledger, check, config, "healthcheck")
        # what only starts others comes last, so that a library's first proof is the program that really needs it
        for item in (launch, check) if check is not None else (launch,):
            for helper in item.helpers:
                _program(ledger, helper, config, "interpreter", (Because(item.origin),))
        _user_needs(ledger, config.user, "USER names it")
        _user_needs(ledger, launch.user, "the command switches to this user by name")
        environment_needs(ledger, config, launch.commands)
        application_needs(ledger, attribution, config.working_dir)
    return Runtime(
        config.entrypoint + config.cmd,
        config.working_dir or "/",
        config.user,
        tuple(programs),
        ledger.needs,
        ledger.unresolved,
        newest_glibc(ledger),
    )


def _started(ledger: Ledger, launch: Launch, config: Config, role: str) -> list[Program]:
    """Takes the programs that a launch starts as needed; them, none when one of the entrypoint's is missing."""
    programs: list[Program] = []
    origin = (Because(launch.origin),)
    for command in launch.commands:
        program = _program(ledger, command, config, role, origin)
        if program is None and role == "program":
            return []
        programs.extend((program,) if program else ())
    return programs


def _program(ledger: Ledger, command: Command, config: Config, role: str, because: tuple[Because, ...]) -> Program | None:
    path = find_program(ledger, command, config)
    entry = ledger.ask(path, role, because) if path else None
    if entry is None:
        ledger.miss(b"", f"{because[0].what} starts {printable(command.words[0])}, which is not in the image")
        return None
    return _examined(ledger, entry, config, 0)


def find_program(ledger: Ledger, command: Command, config: Config) -> bytes | None:
    """The path by which the engine (or a shell) finds a command's program; None when there is no such file."""
    word = command.words[0]
    directory = f"/{config.working_dir}/{command.directory}" if not command.directory.startswith("/") else command.directory
    if "/" in word:
        places = [word if word.startswith("/") else f"{directory}/{word}"]
    else:
        search = config.environment().get("PATH", ENGINE_PATH)
        places = [f"{part}/{word}" if part.startswith("/") else f"{directory}/{part}/{word}" for part in search.split(":")]
    for place in places:
        path = normal(place.encode("utf-8", "surrogateescape"))
        entry = trace(ledger.filesystem, path).entry
        if entry is not None and ledger.is_file(entry) and ledger.filesystem.mode(ledger.filesystem.holder(entry)) & 0o111:
            return path
    return None


def _examined(ledger: Ledger, entry: int, config: Config, depth: int) -> Program:
    """Takes what the program at ``entry`` needs, by what kind of file it is."""
    path = ledger.filesystem.paths[entry]
    program = elf_needs(ledger, entry, config.environment())
    if program is not None:
        if program.ecosystem == "go":
            go_needs(ledger, program, config.environment())
        return program
    words = _shebang(ledger, entry)
    if not words:
        ledger.miss(path, "is neither an ELF program nor a script with an interpreter")
        return Program(path, entry, "", "unknown")
    because = ledger.proof(entry, "interpreter of")
    wrapped = words[1:] if base_name(words[0]) == "env" else ()
    for command in (Command(words[:1]), *((Command(wrapped),) if wrapped and not wrapped[0].startswith("-") else ())):
        found = find_program(ledger, command, config)
        interpreter = ledger.ask(found, "interpreter", because) if found else None
        if interpreter is None:
            ledger.miss(path, f"needs the interpreter {printable(command.words[0])}, which is not in the image")
        elif depth < _NESTED_SHEBANGS:
            _examined(ledger, interpreter, config, depth + 1)
    name = wrapped[0] if wrapped else words[0]
    ledger.miss(path, "is a script; the programs that it calls are not followed")
    return Program(path, entry, knowledge().interpreted(name), "script")


def _shebang(ledger: Ledger, entry: int) -> tuple[str, ...]:
    """The interpreter of a script and its one argument, as the kernel splits them (execve(2)), env's argument split further."""
    try:
        start = ledger.read(entry, _SHEBANG_BYTES)
    except ImageError:
        return ()
    if not start.startswith(b"#!"):
        return ()
    line = start[2:].split(b"\n", 1)[0].strip().decode("utf-8", "surrogateescape")
    words = tuple(line.split())
    return tuple(word for word in words if word != "-S") if words and base_name(words[0]) == "env" else words


def _user_needs(ledger: Ledger, user: str, what: str) -> None:
    """A user or group by name is looked up in the image's own files; a number is not."""
    name, _, group = user.partition(":")
    if (name and not name.isdigit()) or (group and not group.isdigit()):
        because = (Because(what),)
        for path in (b"etc/passwd", b"etc/group"):
            entry = ledger.ask(path, "user", because)
            if entry is None or ledger.filesystem.kinds[entry] == Kind.DIRECTORY:
                ledger.miss(path, f"the user {printable(user)} is looked up here, and the image has no such file")
