"""What a shell script starts: every program that it could, and the one that it hands the container to in the end."""

from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from msgspec.structs import replace

from layerscope.core.names import path_bytes, printable
from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Run, Start
from layerscope.needs.model import Because, End, Program, Proof
from layerscope.needs.named.arguments import take_arguments
from layerscope.needs.named.children import image_of
from layerscope.needs.system.files import take_own_accounts
from layerscope.sources.image import Config
from layerscope.start.launch import Launch, entry_launch, shell_line
from layerscope.start.programs import Command, base_name
from layerscope.start.programs import knowledge as programs
from layerscope.start.script import Script, read_script, run_script
from layerscope.start.shell.builtins import Called
from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.knowledge import knowledge
from layerscope.start.shell.machine import Machine
from layerscope.start.shell.states import HOLE, UNKNOWN, State, is_made
from layerscope.start.shell.tree import split_fields
from layerscope.start.wrappers import behind_wrapper, commands_of_find


def follow(start: Start) -> Program:
    """Takes every program that the script could start as needed, each with what it needs.

    The result is the program that the script hands over to (``exec``), else the last that it starts; ``followed`` when each
    program and all of the script are known.
    """
    ledger = start.ledger
    if base_name(start.words[0]) not in programs().shells:
        return replace(start.program, followed=True)  # an applet of busybox
    image = image_of(ledger, start.config)
    script = read_script(start.words, start.directory, image)
    if script.text is None:
        ledger.miss(start.program.path, "starts a shell without a script that can be read")
        ledger.leave_open(start.program, End.SHELL)
        return start.program
    caller = _Caller(start, _started_by(start, script.path), image)
    machine = run_script(script, start.directory, start.environment, image)
    caller.note(machine)
    found = caller.start_all(list(machine.called.values()), not machine.problems)
    if script.arguments and _are_of_cmd(script, start.config):
        otherwise = run_script(script._replace(arguments=()), start.directory, start.environment, image)
        caller.start_others([call for key, call in otherwise.called.items() if key not in machine.called])
    return found


def _are_of_cmd(script: Script, config: Config) -> bool:
    """Whether a script's arguments are those that whoever starts a container may replace."""
    return bool(config.entrypoint) and script.arguments == config.cmd


def _started_by(start: Start, path: str) -> Proof:
    """Why the programs that a script calls are started. A script that the shell was given by its path is needed then."""
    ledger, entry = start.ledger, start.script
    if path and entry is None:
        entry = ledger.ask(path_bytes(path), Role.DATA, ledger.proof(start.program.entry, "run by"))
    return ledger.proof(start.program.entry if entry is None else entry, "started by")


class _Outcome(NamedTuple):
    """The program that a call starts (None when the image does not have it), whether all that it needs is known, and whether it
    is what the script is for, not a tool of the script."""

    program: Program | None
    known: bool
    is_main: bool = False


class _Caller(NamedTuple):
    """A script that calls programs, and why it runs."""

    start: Start
    because: Proof
    image: ShellImage

    @property
    def path(self) -> bytes:
        """The script's path, or the shell's where the command line has the script."""
        return self.because[0].path

    def note(self, machine: Machine) -> None:
        """Takes the files that the script reads as needed, and records what of it is not understood."""
        for path in machine.sourced:
            self._take(path, "read by")
        for path in self.image.looked_at:
            self._take(path, "asked for by")
        for line, what in machine.problems:
            self.start.ledger.miss(self.path, f"line {line} {what}" if line else what)
        if machine.problems:
            self._leave_open()

    def _leave_open(self) -> None:
        """Records that not everything that the script starts is known."""
        script = self.start.program.entry if self.start.script is None else self.start.script
        path = self.start.ledger.filesystem.paths[script]
        self.start.ledger.leave_open(replace(self.start.program, path=path, entry=script), End.SCRIPT)

    def _take(self, path: str, what: str) -> None:
        self.start.ledger.ask(path_bytes(path), Role.DATA, (Because(what, self.path), *self.because[1:]))

    def start_all(self, called: list[Called], understood: bool) -> Program:
        """Starts what the script calls. The program that it hands over to."""
        outcomes = [(call, self._start(call)) for call in called]
        main = [
            (max(2 * call.replaces, not call.background), found.program)
            for call, found in outcomes
            if found.is_main and found.program is not None
        ]
        if len(main) > 1:
            self.start.ledger.site = None  # the server is not all that runs
        chosen = max(reversed(main), key=itemgetter(0), default=(0, self.start.program))[1]
        return replace(chosen, followed=understood and all(found.known for _, found in outcomes))

    def start_others(self, called: list[Called]) -> None:
        """Starts what the script calls where a container is given other arguments than CMD has, as far as it is known."""
        with self.start.ledger.perhaps():
            for call in called:
                if call.path is not None and not call.is_argument:
                    self._start(call)

    def _start(self, call: Called) -> _Outcome:
        """Starts one program."""
        if call.path is None:
            return self._start_nothing(call, call.words[0].known)
        words = _words(call)
        started = self._commands_inside(call, words)
        if started or behind_wrapper(words).words or HOLE in _first_of_line(words):
            return self._start_wrapped(call, words, started)
        return self._start_program(call, words)

    def _start_nothing(self, call: Called, name: str) -> _Outcome:
        """Records that the image does not have the program of that name, or that nothing tells its name."""
        self._miss(call, call.nameless if is_made(name) else f"starts {printable(name)}, which is not in the image")
        if call.replaces or HOLE in name:
            self._leave_open()
        return _Outcome(None, not call.replaces and HOLE not in name)

    def _start_program(self, call: Called, words: tuple[str, ...]) -> _Outcome:
        program = self._run(call)(words, call.directory, self.because)
        is_tool = _is_tool(words)
        self._take_arguments(call, words, whole=not is_tool or base_name(words[0]) in knowledge().copiers)
        if program is None or is_tool:
            return _Outcome(program, is_tool or not call.replaces, program is not None and not is_tool)
        if call.variables.get("PORT", UNKNOWN).text != self.start.environment.get("PORT"):
            self.start.ledger.site = None  # it listens elsewhere than its words say
        return _Outcome(program, self._is_known(call, words, program), True)

    def _is_known(self, call: Called, words: tuple[str, ...], program: Program) -> bool:
        known = self.start.knows(program)
        if not known and any(HOLE in word for word in words):
            self._miss(call, f"starts {printable(base_name(words[0]))} with words that are made while it runs")
            self._leave_open()
        return known

    def _miss(self, call: Called, what: str) -> None:
        self.start.ledger.miss(self.path, f"line {call.line} {what}")

    def _run(self, call: Called) -> Run:
        """Starts programs with the variables that the script has set."""
        return self.start.within(self._environment(call))

    def _environment(self, call: Called) -> dict[str, str]:
        known = {name: value.text for name, value in call.variables.items() if value.text is not None}
        return {**self.start.environment, **known}

    def _take_arguments(self, call: Called, words: tuple[str, ...], whole: bool) -> None:
        """Takes the files that a call's words name; directories where it reads all of them."""
        because = (Because(f"line {call.line} names it", self.path), *self.because[1:])
        take_arguments(self.start.ledger, Command(words, call.directory), because, whole)

    def _commands_inside(self, call: Called, words: tuple[str, ...]) -> list[tuple[str, ...]]:
        """What ``find -exec`` and ``run-parts`` start."""
        name = base_name(words[0])
        if name == "run-parts":
            state = State.at(call.directory)
            return [(path,) for path in self.image.inside(words[-1], state) if self.image.locate(path, state)]
        return commands_of_find(words) if name == "find" else []

    def _start_wrapped(self, call: Called, words: tuple[str, ...], started: list[tuple[str, ...]]) -> _Outcome:
        """Starts a program that starts others (tini, gosu, env), and what it starts."""
        if base_name(words[0]) not in programs().shells:
            self._run(call)((call.path or words[0],), call.directory, self.because)
        variables = tuple(f"{name}={value}" for name, value in self._environment(call).items())
        config = replace(self.start.config, env=variables, cmd=())
        launches = [entry_launch(replace(config, entrypoint=inside)) for inside in started or [words]]
        found = list(chain.from_iterable(self._start_launch(call, launch) for launch in launches))
        known = all(outcome.known for outcome in found)
        return _Outcome(found[-1].program, known, any(outcome.is_main for outcome in found))

    def _start_launch(self, call: Called, launch: Launch) -> list[_Outcome]:
        """Starts what a wrapper starts, with the wrappers in between."""
        self._take_user(call, launch.user)
        run = self._run(call)
        for helper in launch.helpers:
            run(helper.words, call.directory, self.because)
        found: list[_Outcome] = []
        for command in self._without_settings(launch, call):
            if is_made(command.words[0]):
                found.append(self._start_nothing(call, command.words[0]))
                continue
            program, is_tool = run(command.words, command.directory or call.directory, self.because), _is_tool(command.words)
            self._take_arguments(call, command.words, whole=not is_tool)
            is_known = is_tool or (program is not None and self.start.knows(program))
            found.append(_Outcome(program, is_known, not is_tool))
        return found

    def _without_settings(self, launch: Launch, call: Called) -> list[Command]:
        """The commands of a launch. In ``env $(cat file) program`` what is not known are variables, where a program follows."""
        state = State.at(call.directory)
        if not any(programs().sets_variables(helper.words[0]) for helper in launch.helpers[-1:]):
            return list(launch.commands)
        return [
            replace(item, words=item.words[1:])
            if item.words[0] == HOLE and self.image.locate((*item.words, "")[1], state)
            else item
            for item in launch.commands
        ]

    def _take_user(self, call: Called, user: str) -> None:
        if user and not user.lstrip(":").partition(":")[0].isdigit():
            take_own_accounts(self.start.ledger, (Because(f"line {call.line} switches to this user by name", self.path),))


def _words(call: Called) -> tuple[str, ...]:
    """The words of a call with the path of its program; code that it is given as its input stands behind an option."""
    name, *rest = (word.shown for word in call.words)
    option = programs().code.get(programs().ecosystem_of(name), "")
    given = _with_code(rest, option, call.document) if option and call.document is not None else rest
    return (call.path or name, *given)


def _first_of_line(words: tuple[str, ...]) -> str:
    """The first word of the command line that a shell is given, "" where it is given none."""
    return (*split_fields(shell_line(words) or ""), "")[0]


def _with_code(words: list[str], option: str, code: str) -> list[str]:
    """The words of an interpreter that reads ``code`` from its input, as if it stood in the command; any others as they are."""
    place = next((place for place, word in enumerate(words) if word == "-" or not word.startswith("-")), len(words))
    if words[place : place + 1] not in ([], ["-"]):
        return words
    return [*(word for word in words[:place] if word != "-s"), option, code, *words[place + 1 :]]


def _is_tool(words: tuple[str, ...]) -> bool:
    """Whether a call only helps the script, and is not what it is for."""
    return base_name(words[0]) in knowledge().tools
