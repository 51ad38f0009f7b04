"""What a shell script starts: every program that it could, and the one that it hands the container to in the end."""

from operator import itemgetter
from typing import NamedTuple

from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.core.names import path_bytes, printable
from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, End, Program, Proof
from layerscope.needs.system import take_accounts
from layerscope.start.launch import entry_launch
from layerscope.start.programs import base_name
from layerscope.start.programs import knowledge as programs
from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.knowledge import knowledge
from layerscope.start.shell.machine import Called, Machine
from layerscope.start.shell.run import read_script, run_script

_LARGEST_SCRIPT = 1024 * 1024


def follow(start: Start) -> Program:
    """Takes every program that the script could start as needed, each with what it needs.

    The result is the program that the script hands over to (``exec``), else the last that it starts; ``followed`` when each
    program and all of the script are known.
    """
    ledger = start.ledger
    if base_name(start.words[0]) not in programs().shells:
        return replace(start.program, followed=True)  # an applet of busybox
    image = ShellImage(ledger.filesystem, lambda entry: _text(ledger, entry), start.config.volumes)
    script = read_script(start.words, start.directory, image)
    if script.text is None:
        ledger.miss(start.program.path, "starts a shell without a script that can be read")
        ledger.leave_open(start.program, End.SHELL)
        return start.program
    caller = _Caller(start, _started_by(start, script.path))
    machine = run_script(script, start.directory, start.environment, image)
    caller.note(machine)
    return caller.start_all(list(machine.called.values()), not machine.problems)


def _text(ledger: Ledger, entry: int) -> str | None:
    """The text of a script, None where it cannot be read or is too large for one."""
    filesystem = ledger.filesystem
    if filesystem.sizes[filesystem.holder(entry)] > _LARGEST_SCRIPT:
        return None
    try:
        return ledger.text(entry)
    except ImageError:
        return None


def _started_by(start: Start, path: str) -> Proof:
    """Why the programs that a script calls are started. A script that the shell was given by its path is needed then."""
    ledger, entry = start.ledger, start.script
    if path and entry is None:
        entry = ledger.ask(path_bytes(path), Role.DATA, ledger.proof(start.program.entry, "run by"))
    return ledger.proof(start.program.entry if entry is None else entry, "started by")


class _Caller(NamedTuple):
    """A script that calls programs, and why it runs."""

    start: Start
    because: Proof

    @property
    def path(self) -> bytes:
        """The script's path, or the shell's where the command line has the script."""
        return self.because[0].path

    def note(self, machine: Machine) -> None:
        """Takes the scripts that the script reads as needed, and records what of it is not understood."""
        for path in machine.sourced:
            self.start.ledger.ask(path_bytes(path), Role.DATA, (Because("read by", self.path), *self.because[1:]))
        for line, what in machine.problems:
            self.start.ledger.miss(self.path, f"line {line} {what}" if line else what)
        if machine.problems:
            self._leave_open()

    def _leave_open(self) -> None:
        """Records that not everything that the script starts is known."""
        script = self.start.program.entry if self.start.script is None else self.start.script
        path = self.start.ledger.filesystem.paths[script]
        self.start.ledger.leave_open(replace(self.start.program, path=path, entry=script), End.SCRIPT)

    def start_all(self, called: list[Called], understood: bool) -> Program:
        """Starts what the script calls. The program that it hands over to."""
        followed, main = understood, list[tuple[int, Program]]()
        for call in called:
            program, known = self._start(call)
            followed = followed and known
            if program is not None and not _is_tool(call):
                main.append((max(2 * call.replaces, not call.background), program))
        if len(main) > 1:
            self.start.ledger.site = None  # the server is not all that runs
        chosen = max(reversed(main), key=itemgetter(0), default=(0, self.start.program))[1]
        return replace(chosen, followed=followed)

    def _start(self, call: Called) -> tuple[Program | None, bool]:
        """Starts one program; it (None when the image does not have it), and whether all that it needs is known."""
        word = call.words[0].known
        if call.path is None:
            self._miss(call, f"{printable(word)}, which is not in the image")
            if call.replaces:
                self._leave_open()
            return None, not call.replaces
        if base_name(word) in programs().wrappers:
            return self._start_wrapped(call)
        program = self.start.run((call.path, *_words(call)[1:]), call.directory, self.because)
        if program is None or _is_tool(call):
            return program, _is_tool(call) or not call.replaces
        if call.port != self.start.environment.get("PORT"):
            self.start.ledger.site = None  # it listens elsewhere than its words say
        return program, self._is_known(call, program)

    def _is_known(self, call: Called, program: Program) -> bool:
        name = base_name(call.words[0].known)
        if programs().ecosystem_of(name) and any(word.text is None for word in call.words):
            self._miss(call, f"{printable(name)} with words that are made while it runs")
            self._leave_open()
            return False
        return self.start.knows(program)

    def _miss(self, call: Called, what: str) -> None:
        self.start.ledger.miss(self.path, f"line {call.line} starts {what}")

    def _start_wrapped(self, call: Called) -> tuple[Program | None, bool]:
        """Starts a wrapper (tini, gosu, env) and what it wraps."""
        start, words = self.start, _words(call)
        launch = entry_launch(replace(start.config, entrypoint=words, cmd=()))
        start.run((call.path or words[0],), call.directory, self.because)
        found = [start.run(item.words, item.directory or call.directory, self.because) for item in launch.commands]
        if launch.user and not launch.user.partition(":")[0].isdigit():
            take_accounts(start.ledger, (Because(f"line {call.line} switches to this user by name", self.path),))
        return [None, *found][-1], all(map(_is_followed, found))


def _words(call: Called) -> tuple[str, ...]:
    """The words of a call, as far as they are known."""
    return tuple(word.known for word in call.words)


def _is_tool(call: Called) -> bool:
    """Whether a call only helps the script, and is not what it is for."""
    return base_name(call.words[0].known) in knowledge().tools


def _is_followed(program: Program | None) -> bool:
    return program is not None and program.followed
