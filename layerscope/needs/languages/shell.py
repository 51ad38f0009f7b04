"""What a shell script starts: every program that it could, and the one that it hands the container to in the end."""

from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.core.names import path_bytes, printable
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.needs.follower import Start
from layerscope.needs.model import Because, Program
from layerscope.needs.system import take_accounts
from layerscope.start.launch import entry_launch
from layerscope.start.programs import base_name
from layerscope.start.programs import knowledge as programs
from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.knowledge import knowledge
from layerscope.start.shell.machine import Called
from layerscope.start.shell.run import read_script, run_script

_LARGEST_SCRIPT = 1024 * 1024


def follow(start: Start) -> Program:
    """Takes every program that the script could start as needed, each with what it needs.

    The result is the program that the script hands over to (``exec``), else the last that it starts; ``followed`` when each
    program and all of the script are known.
    """
    if base_name(start.words[0]) not in programs().shells:
        return replace(start.program, followed=True)  # an applet of busybox
    image = ShellImage(start.ledger.filesystem, lambda entry: _text(start, entry), start.config.volumes)
    script = read_script(start.words, start.directory, image)
    if script.text is None:
        start.ledger.miss(start.program.path, "starts a shell without a script that can be read")
        return start.program
    asker = _Asker(start, script.path)
    machine = run_script(script, start.directory, start.environment, image)
    for path in machine.sourced:
        start.ledger.ask(path_bytes(path), Role.DATA, (Because("read by", asker.entry_path), *asker.because[1:]))
    for line, what in machine.problems:
        start.ledger.miss(asker.entry_path, f"line {line} {what}" if line else what)
    return _started(start, asker, list(machine.called.values()), not machine.problems)


def _text(start: Start, entry: int) -> str | None:
    """The text of a script, None where it cannot be read or is too large for one."""
    filesystem = start.ledger.filesystem
    if filesystem.sizes[filesystem.holder(entry)] > _LARGEST_SCRIPT:
        return None
    try:
        return start.ledger.text(entry)
    except ImageError:
        return None


class _Asker:
    """Why a script starts programs, and the path that problems of it are noted at."""

    def __init__(self, start: Start, path: str) -> None:
        self.because = start.ledger.proof(start.script if start.script is not None else start.program.entry, "started by")
        self.entry_path = start.program.path
        if path and start.script is None:
            entry = start.ledger.ask(path_bytes(path), Role.DATA, start.ledger.proof(start.program.entry, "run by"))
            if entry is not None:
                self.because = start.ledger.proof(entry, "started by")
        if self.because and self.because[0].path:
            self.entry_path = self.because[0].path


def _started(start: Start, asker: _Asker, called: list[Called], understood: bool) -> Program:
    """Starts what a script calls. The program that it hands over to."""
    followed = understood
    main: list[tuple[int, Program]] = []
    for call in called:
        program, known = _start(start, asker, call)
        followed = followed and known
        if program is not None and base_name(call.words[0].known) not in knowledge().tools:
            main.append((2 if call.replaces else 0 if call.background else 1, program))
    if len(main) > 1:
        start.ledger.site = None  # the server is not all that runs
    if not main:
        return replace(start.program, followed=followed)
    rank = max(rank for rank, _ in main)
    chosen = [program for place, program in main if place == rank][-1]
    return replace(chosen, followed=followed)


def _start(start: Start, asker: _Asker, call: Called) -> tuple[Program | None, bool]:
    """Starts one program; it (None when the image does not have it), and whether all that it needs is known."""
    ledger = start.ledger
    name = base_name(call.words[0].known)
    if call.path is None:
        ledger.miss(asker.entry_path, f"line {call.line} starts {printable(call.words[0].known)}, which is not in the image")
        return None, not call.replaces
    words = tuple(word.known for word in call.words)
    if name in programs().wrappers:
        return _wrapped(start, asker, call, words)
    if name in knowledge().tools:
        return start.run((call.path, *words[1:]), call.directory, asker.because), True
    unknown = any(word.text is None for word in call.words)
    program = start.run((call.path, *words[1:]), call.directory, asker.because)
    if program is None:
        return None, not call.replaces
    if call.port != start.environment.get("PORT"):
        ledger.site = None  # it listens elsewhere than its words say
    if unknown and programs().interpreted(name):
        ledger.miss(asker.entry_path, f"line {call.line} starts {printable(name)} with words that are made while it runs")
        return program, False
    compiled = program.ecosystem == Ecosystem.C and not start.attribution.component_of(program.entry).package
    return program, program.followed or compiled


def _wrapped(start: Start, asker: _Asker, call: Called, words: tuple[str, ...]) -> tuple[Program | None, bool]:
    """Starts a wrapper (tini, gosu, env) and what it wraps."""
    launch = entry_launch(replace(start.config, entrypoint=words, cmd=()))
    start.run((call.path or words[0],), call.directory, asker.because)
    found: Program | None = None
    known = True
    for command in launch.commands:
        found = start.run(command.words, command.directory or call.directory, asker.because)
        known = known and found is not None and found.followed
    if launch.user and not launch.user.partition(":")[0].isdigit():
        take_accounts(start.ledger, (Because(f"line {call.line} switches to this user by name", asker.entry_path),))
    return found, known
