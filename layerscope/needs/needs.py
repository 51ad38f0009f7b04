"""What the image's program needs, from ENTRYPOINT, CMD and HEALTHCHECK on, each path with its proof."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

from msgspec import Struct
from msgspec.structs import replace

from layerscope.attribution.application import base_layers
from layerscope.attribution.model import Attribution
from layerscope.core.names import absolute, path_bytes, path_text, printable
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Ecosystem, Linkage, Role
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.layers.contents import Contents
from layerscope.layers.elf import ElfFacts, may_start
from layerscope.layers.index import Kind
from layerscope.needs.application import application_needs
from layerscope.needs.closure.ladder import Image, climb
from layerscope.needs.closure.named import take_asked
from layerscope.needs.elf import elf_needs, newest_glibc
from layerscope.needs.follower import FOLLOWERS, Run, Start
from layerscope.needs.languages.go import go_needs
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, End, Program, Proof, Runtime, UnresolvedCode
from layerscope.needs.named.arguments import command_needs, environment_needs
from layerscope.needs.named.asked import Asked
from layerscope.needs.named.children import Children
from layerscope.needs.named.compiled import take_compiled
from layerscope.needs.named.settings import Settings
from layerscope.needs.startable import take_obstacles
from layerscope.needs.system.companions import take_all_companions
from layerscope.needs.system.files import system_files, take_own_accounts
from layerscope.sources.image import Config
from layerscope.start.launch import Launch, entry_launch, healthcheck_launch
from layerscope.start.programs import Command, base_name, knowledge
from layerscope.start.search import ENGINE_PATH, absolute_path, is_executable, places, shebang
from layerscope.start.shell.knowledge import knowledge as shell_knowledge

_SHEBANG_BYTES = 512
_MOST_STEPS = 8
_UNKNOWN_LANGUAGE = (Ecosystem.C, Ecosystem.GO, Ecosystem.RUST, Ecosystem.NONE)
_ABSENT = "which is not in the image"
_NO_SUCH_INTERPRETER = (
    "cannot be started: its first line ends in a carriage return, which the kernel takes for a part of the interpreter's name"
)
_NO_END = "which is a script itself, and so on: no kernel follows so many"


def find_needs(
    filesystem: Filesystem, contents: Contents, config: Config, attribution: Attribution, history: History
) -> Runtime:
    """What runs when the image is started, and every path that it needs.

    Programs are found as the engine finds them (WORKDIR, the config's PATH, symbolic links inside the image); then their
    scripts' interpreters, their dynamic libraries, what their linked-in functions read, the code that interpreters run, and the
    files that were put beside them. What cannot be known is in ``unresolved``; nothing is raised for an image that is odd.
    """
    ledger = Ledger(filesystem=filesystem, contents=contents, base_layers=base_layers(filesystem, history))
    walk = _Walk(ledger, config, attribution)
    launch = entry_launch(config)
    programs = walk.launch(launch, Role.PROGRAM)
    checks = walk.finish(launch, programs) if programs else []
    take_obstacles(ledger, config, launch)
    take_asked(ledger, attribution, history, config.environment())
    found = climb(Image(ledger, attribution, history, config.working_dir), programs)
    take_all_companions(ledger)
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
        ends=ledger.ends,
        parts=found.parts,
        system=found.system,
        used=found.used,
        linked=ledger.linked,
        askers=ledger.askers,
    )


class _Walk(Struct, frozen=True):
    """The way from one program to the next; ``depth`` counts the steps."""

    ledger: Ledger
    config: Config
    attribution: Attribution
    depth: int = 0

    def launch(self, launch: Launch, role: Role) -> list[Program]:
        """Takes the programs that a launch starts as needed; none where one that the entrypoint starts is missing."""
        if launch.problem:
            what = launch.problem if role == Role.PROGRAM else f"HEALTHCHECK: {launch.problem}"
            self.ledger.miss(b"", what, UnresolvedCode.NO_COMMAND)
        if launch.problem and role == Role.PROGRAM:
            return []
        programs: list[Program] = []
        for command in launch.commands:
            program = self.run(command, role, (Because(launch.origin),))
            if program is not None:
                programs.append(program)
            elif role == Role.PROGRAM:
                return []
        return programs

    def finish(self, launch: Launch, programs: list[Program]) -> list[Program]:
        """Takes what is needed beside the ``programs`` that ``launch`` starts. The programs that HEALTHCHECK starts."""
        check = healthcheck_launch(self.config.healthcheck, self.config)
        launches = (launch, check) if check is not None else (launch,)
        checks = [program for item in launches[1:] for program in self.launch(item, Role.HEALTHCHECK)]
        # what only starts others comes last, so that a library's first proof is the program that really needs it
        for item in launches:
            for helper in item.helpers:
                role = Role.INTERPRETER if _only_starts(helper) else Role.PROGRAM
                self.run(helper, role, (Because(item.origin),))
        _take_user(self.ledger, self.config.user, "USER names it")
        _take_user(self.ledger, launch.user, "the command switches to this user by name")
        if launch.user and not launch.user.lstrip(":").partition(":")[0].isdigit():
            take_own_accounts(self.ledger, (Because("the command switches to this user by name"),))
        command_needs(self.ledger, self.config, launch.commands, self.run_named)
        environment_needs(self.ledger, self.config, self.run_named)
        application_needs(self.ledger, self.attribution, self.config.working_dir)
        Asked(self.ledger, self.attribution, self.config).take(programs)
        Settings(self.ledger, self.attribution, self.run_named).take()
        return checks

    def run(self, command: Command, role: Role, because: Proof) -> Program | None:
        """Takes the program of a command as needed, with all that it needs; None when the image does not have it."""
        entry = self.ask(command, role, because)
        if entry is None:
            code, absence = _absence(self.ledger, command, self.config)
            starts = f"starts {printable(command.words[0])}, {absence}"
            self.ledger.miss(because[0].path, starts if because[0].path else f"{because[0].what} {starts}", code)
            return None
        if _ends_in_return(self.ledger.content(entry, _SHEBANG_BYTES)):
            self.ledger.miss(self.ledger.filesystem.paths[entry], _NO_SUCH_INTERPRETER, UnresolvedCode.CARRIAGE_RETURN)
            return None
        return self.start_children(self.examine(entry, command, role), command, role)

    def start_children(self, program: Program, command: Command, role: Role) -> Program:
        """Takes what a program starts by its settings: a supervisor, or a launcher of Python."""
        if self.depth > _MOST_STEPS:
            return program
        deeper = replace(self, depth=self.depth + 1)
        children = Children(
            ledger=self.ledger,
            config=self.config,
            attribution=self.attribution,
            parent=program,
            run=lambda child, because: deeper.run(child, role, because),
        )
        found = children.start(Command(command.words, working_directory(command, self.config)))
        known = all(child is not None and child.followed for child in found)
        return replace(program, followed=program.followed and known)

    def run_named(self, command: Command, because: Proof) -> Program | None:
        """As :meth:`run`, for a program that is named somewhere; None where the image has none by that name."""
        path = find_program(self.ledger, command, self.config)
        entry = self.ledger.file(path) if path is not None else None
        if entry is None or entry in self.ledger or not self.is_program(entry):
            return None
        return self.run(command, Role.PROGRAM, because)

    def is_program(self, entry: int) -> bool:
        """Whether a file is an ELF program or a script."""
        return self.ledger.facts(entry) is not None or bool(shebang(self.ledger.content(entry, _SHEBANG_BYTES)))

    def ask(self, command: Command, role: Role, because: Proof) -> int | None:
        """Takes the file of a command's program as needed. Its entry, None when there is none that can be executed."""
        path = find_program(self.ledger, command, self.config)
        return self.ledger.ask(path, role, because) if path is not None else None

    def examine(self, entry: int, command: Command, role: Role, script: int | None = None) -> Program:
        """Takes what the program at ``entry`` needs, by what kind of file it is; ``script`` is the file that it interprets."""
        facts = self.ledger.facts(entry)
        if facts is None:
            return self.interpret(entry, command, role)
        program = elf_needs(self.ledger, entry, facts, self.config.environment())
        _check_machine(self.ledger, program, facts.machine, self.config.platform.architecture)
        if program.ecosystem == Ecosystem.GO:
            go_needs(self.ledger, program, self.config.environment())
            take_compiled(self.start(program, facts, command, role, script))
            return replace(program, followed=True)
        if role == Role.INTERPRETER and script is None:
            return program  # it only starts others, which are followed from the command itself
        return self.follow(self.start(program, facts, command, role, script))

    def start(self, program: Program, facts: ElfFacts, command: Command, role: Role, script: int | None) -> Start:
        """How a program is started, for the module that knows its language."""
        deeper = replace(self, depth=self.depth + 1)
        return Start(
            ledger=self.ledger,
            program=program,
            facts=facts,
            words=command.words,
            directory=working_directory(command, self.config),
            environment=self.config.environment(),
            config=self.config,
            attribution=self.attribution,
            script=script,
            role=role,
            run=deeper.runner(role),
            within=lambda environment: deeper.having(environment).runner(role),
        )

    def having(self, environment: Mapping[str, str]) -> "_Walk":
        """The same way with other variables than those of ENV."""
        variables = tuple(f"{name}={value}" for name, value in environment.items())
        return replace(self, config=replace(self.config, env=variables))

    def runner(self, role: Role) -> Run:
        """Starts other programs, for the module that knows a language."""
        return lambda words, directory, because: self.run(Command(words, directory), role, because)

    def follow(self, start: Start) -> Program:
        """Takes what the code that an interpreter runs needs, where its language is known."""
        program = start.program
        module = FOLLOWERS.get(program.ecosystem)
        if module is None or find_spec(module) is None:
            self.ledger.leave_open(program, End.CODE)
            return program
        if self.depth > _MOST_STEPS:
            self.ledger.miss(program.path, "starts a chain of programs that is too long to follow")
            self.ledger.leave_open(program, End.CODE)
            return program
        found: Program = import_module(module).follow(start)
        found = replace(found, followed=found.followed or _reads_only_itself(start))
        self.leave_open(start, found)
        return found

    def leave_open(self, start: Start, found: Program) -> None:
        """Records where following ended early; scripts say themselves where they could not be read."""
        checked = start.role == Role.HEALTHCHECK and found.ecosystem == Ecosystem.C
        if found.followed or checked or found.linkage == Linkage.STATIC or start.program.ecosystem == Ecosystem.SHELL:
            return
        packaged = found.ecosystem == Ecosystem.C and start.script is None
        self.ledger.leave_open(found, End.PACKAGE if packaged else End.CODE)

    def interpret(self, entry: int, command: Command, role: Role) -> Program:
        """Follows a file with a ``#!`` line: its interpreter, started as the kernel does (execve(2)), through env(1)."""
        path = self.ledger.filesystem.paths[entry]
        words = shebang(self.ledger.content(entry, _SHEBANG_BYTES))
        if not words:
            self.ledger.miss(path, "is neither an ELF program nor a script with an interpreter")
            unknown = Program(path=path, entry=entry, ecosystem=Ecosystem.NONE, linkage=Linkage.UNKNOWN)
            self.ledger.leave_open(unknown, End.CODE)
            return unknown
        if base_name(words[0]) == "env":
            self.ask_interpreter(entry, words[0])
            words = words[1:] or ("",)
        interpreter = self.ask_interpreter(entry, words[0], followed=self.depth <= _MOST_STEPS)
        if interpreter is None:
            return Program(path=path, entry=entry, ecosystem=knowledge().ecosystem_of(words[0]), linkage=Linkage.SCRIPT)
        whole = Command((*words, "/" + path_text(path), *command.words[1:]), command.directory)
        program = replace(self, depth=self.depth + 1).examine(interpreter, whole, role, entry)
        if program.entry == interpreter and program.ecosystem in _UNKNOWN_LANGUAGE:
            self.ledger.miss(path, f"is a script for {printable(words[0])}, whose language is not known")
            program = replace(program, followed=False)
            self.ledger.leave_open(replace(program, path=path, entry=entry), End.CODE)
        if not program.followed:
            self.ledger.miss(path, "is a script; the programs that it calls are not followed")
        return replace(program, path=path, entry=entry, linkage=Linkage.SCRIPT, strippable=0)

    def ask_interpreter(self, script: int, name: str, followed: bool = True) -> int | None:
        """Takes an interpreter of a script as needed. Its entry; None, with a word about it, where it cannot be followed."""
        command = Command((name,))
        is_name = bool(name) and not name.startswith("-")
        entry = self.ask(command, Role.INTERPRETER, self.ledger.proof(script, "interpreter of")) if is_name else None
        if entry is not None and followed:
            return entry
        said = _NO_END if entry is not None else _absence(self.ledger, command, self.config)[1]
        self.ledger.miss(self.ledger.filesystem.paths[script], f"needs the interpreter {printable(name)}, {said}")
        return None


def _only_starts(helper: Command) -> bool:
    """Whether a program that starts others reads nothing else of the image."""
    return knowledge().is_plain(helper.words[0]) or base_name(helper.words[0]) in knowledge().shells


def _reads_only_itself(start: Start) -> bool:
    """Whether a program is a tool that reads what its arguments name, or a wrapper that only starts another program."""
    name = base_name(start.words[0])
    is_tool = name in shell_knowledge().tools or knowledge().is_plain(name)
    return is_tool and start.program.ecosystem == Ecosystem.C and start.script is None


def _ends_in_return(start: bytes) -> bool:
    """Whether a script's first line ends in a carriage return, which the kernel takes for a part of it."""
    return start.startswith(b"#!") and start.partition(b"\n")[0].endswith(b"\r")


def _check_machine(ledger: Ledger, program: Program, machine: str, architecture: str) -> None:
    """Says where a program is built for another machine than the image is for."""
    if not may_start(architecture, machine):
        what = f"is built for {machine}, and the image says {printable(architecture)}: no kernel of that machine starts it"
        ledger.miss(program.path, what)


def find_program(ledger: Ledger, command: Command, config: Config) -> bytes | None:
    """The path by which the engine (or a shell) finds a command's program; None when there is no such file."""
    for path in _places(command, config):
        entry = ledger.file(path)
        if entry is not None and is_executable(ledger.filesystem, entry):
            return path
    return None


def _absence(ledger: Ledger, command: Command, config: Config) -> tuple[UnresolvedCode, str]:
    """Why :func:`find_program` finds nothing for a command, and that in words that go on from its name."""
    is_path = "/" in command.words[0]
    for path in _places(command, config):
        entry = ledger.filesystem.trace(path).entry
        if ledger.is_file(entry):
            where = "" if is_path else f" as {absolute(path)}"
            return UnresolvedCode.NOT_EXECUTABLE, f"which is in the image{where}, but not executable"
        if is_path and entry is not None:
            return UnresolvedCode.DIRECTORY, "which is a directory"
    return UnresolvedCode.UNKNOWN, _ABSENT


def _places(command: Command, config: Config) -> list[bytes]:
    """Where a command's program is looked for, in this order."""
    search = config.environment().get("PATH", ENGINE_PATH)
    return [normal_path(path_bytes(place)) for place in places(command.words[0], working_directory(command, config), search)]


def working_directory(command: Command, config: Config) -> str:
    """The absolute directory that a command is started in."""
    return absolute_path(f"/{config.working_dir}", command.directory)


def _take_user(ledger: Ledger, user: str, what: str) -> None:
    """A user or group by name is looked up in the image's own files; a number is not."""
    if all(part.isdigit() for part in user.split(":", 1) if part):
        return
    for path in map(str.encode, system_files().accounts.files):
        entry = ledger.ask(path, Role.USER, (Because(what),))
        if entry is None or ledger.filesystem.kinds[entry] == Kind.DIRECTORY:
            ledger.miss(path, f"the user {printable(user)} is looked up here, and the image has no such file")
