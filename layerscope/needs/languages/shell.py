"""What a shell script starts: every program that it could, and the one that it hands the container to in the end."""

import fnmatch

from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.core.names import path_bytes, path_text, printable
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.ledger import normal
from layerscope.needs.model import Because, Program
from layerscope.needs.system import take_accounts
from layerscope.start.launch import entry_launch
from layerscope.start.options import read_options
from layerscope.start.programs import base_name
from layerscope.start.programs import knowledge as programs
from layerscope.start.shell.builtins import Image
from layerscope.start.shell.knowledge import knowledge
from layerscope.start.shell.machine import Called, Machine
from layerscope.start.shell.states import State, Value

_LARGEST_SCRIPT = 1024 * 1024


def follow(start: Start) -> Program:
    """Takes every program that the script could start as needed, each with what it needs.

    The result is the program that the script hands over to (``exec``), else the last that it starts; ``followed`` when each
    program and all of the script are known.
    """
    if base_name(start.words[0]) not in programs().shells:
        return replace(start.program, followed=True)  # an applet of busybox
    path, script, arguments = _script(start)
    if script is None:
        start.ledger.miss(start.program.path, "starts a shell without a script that can be read")
        return start.program
    environment = {"PATH": _PATH, **start.environment}
    variables = {name: Value(text) for name, text in environment.items()}
    state = State(variables, arguments, path or start.words[0], start.directory)
    asker = _Asker(start, path)
    machine = Machine(asker.image())
    machine.run(script, state)
    for line, what in machine.problems:
        start.ledger.miss(asker.entry_path, f"line {line} {what}" if line else what)
    return _started(start, asker, list(machine.called.values()), not machine.problems)


def _script(start: Start) -> tuple[str, str | None, tuple[str, ...]]:
    """The path of what the shell runs ("" for a command line), its text, and its arguments."""
    line = read_options(start.words[1:], programs().shell)
    if not line.arguments:
        return "", None, ()
    first, *rest = line.arguments
    if line.has(("-c",)):
        return "", first, tuple(rest[1:])  # the word behind the command line is $0
    path = first if first.startswith("/") else f"{start.directory}/{first}"
    return path, _read(start, path), tuple(rest)


def _read(start: Start, path: str) -> str | None:
    ledger = start.ledger
    entry = ledger.filesystem.trace(path_bytes(path)).entry
    if entry is None or not ledger.is_file(entry) or ledger.filesystem.sizes[ledger.filesystem.holder(entry)] > _LARGEST_SCRIPT:
        return None
    try:
        return ledger.text(entry)
    except ImageError:
        return None


class _Asker:
    """What a script asks of the image."""

    def __init__(self, start: Start, path: str) -> None:
        self._start = start
        self._changing = tuple(normal(path_bytes(place)) + b"/" for place in (*knowledge().changing, *start.config.volumes))
        self.because = start.ledger.proof(start.script if start.script is not None else start.program.entry, "started by")
        self.entry_path = start.program.path
        if path and start.script is None:
            entry = start.ledger.ask(path_bytes(path), Role.DATA, start.ledger.proof(start.program.entry, "run by"))
            if entry is not None:
                self.because = start.ledger.proof(entry, "started by")
        if self.because and self.because[0].path:
            self.entry_path = self.because[0].path

    def image(self) -> Image:
        """The questions, for a machine."""
        return Image(self.locate, self.source, self.about, self.matching, self.inside)

    def locate(self, word: str, state: State) -> str | None:
        """The path of a program by its word."""
        filesystem, ledger = self._start.ledger.filesystem, self._start.ledger
        search = [""] if "/" in word else (state.text("PATH") or _PATH).split(":")
        for part in search:
            place = _below(state.directory, f"{part}/{word}" if part else word)
            entry = filesystem.trace(path_bytes(place)).entry
            if entry is not None and ledger.is_file(entry) and filesystem.mode(filesystem.holder(entry)) & 0o111:
                return place
        return None

    def source(self, word: str, state: State) -> str | None:
        """The text of a script that ``.`` reads, which is needed then."""
        places = [_below(state.directory, word)]
        if "/" not in word:
            places = [f"{part}/{word}" for part in (state.text("PATH") or _PATH).split(":")] + places
        for place in places:
            text = _read(self._start, place)
            if text is not None:
                self._start.ledger.ask(path_bytes(place), Role.DATA, (Because("read by", self.entry_path), *self.because[1:]))
                return text
        return None

    def about(self, option: str, word: str, state: State) -> bool | None:
        """``test -f`` and its like; None where a container may have other files."""
        filesystem = self._start.ledger.filesystem
        traced = filesystem.trace(path_bytes(_below(state.directory, word)))
        if option not in ("-e", "-f", "-d", "-x", "-s", "-r", "-h", "-L") or (traced.path + b"/").startswith(self._changing):
            return None
        there = traced.entry is not None or filesystem.has_below(traced.path)
        if not there or option in ("-e", "-r"):
            return there
        if option in ("-h", "-L"):
            return None if traced.links else False
        if traced.entry is None:
            return option == "-d"
        return self._about_entry(option, traced.entry)

    def _about_entry(self, option: str, entry: int) -> bool:
        filesystem = self._start.ledger.filesystem
        if option == "-d":
            return filesystem.kinds[entry] == Kind.DIRECTORY
        if option == "-f":
            return filesystem.kinds[entry] in (Kind.REGULAR, Kind.HARDLINK)
        holder = filesystem.holder(entry)
        return bool(filesystem.mode(holder) & 0o111) if option == "-x" else filesystem.sizes[holder] > 0

    def matching(self, pattern: str, directory: str) -> list[str]:
        """The paths that a pattern means, in the order of the shell."""
        whole = normal(path_bytes(_below(directory, pattern)))
        head = whole.partition(b"*")[0].partition(b"?")[0].partition(b"[")[0].rpartition(b"/")[0]
        depth = whole.count(b"/")
        paths = [path for path in self._start.ledger.filesystem.below(head) if path.count(b"/") == depth]
        found = [path for path in paths if fnmatch.fnmatchcase(path, whole)]
        return ["/" + path_text(path) for path in found]

    def inside(self, word: str, state: State) -> list[str]:
        """The files below a directory."""
        filesystem = self._start.ledger.filesystem
        directory = filesystem.trace(path_bytes(_below(state.directory, word))).path
        below = filesystem.below(directory) if directory else []
        return ["/" + path_text(path) for path in below if self._is_file(filesystem.visible[path])]

    def _is_file(self, entry: int) -> bool:
        return self._start.ledger.is_file(entry)


_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


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
    known = not launch.problem
    for command in launch.commands:
        found = start.run(command.words, command.directory or call.directory, asker.because)
        known = known and found is not None and found.followed
    if launch.user and not launch.user.partition(":")[0].isdigit():
        take_accounts(start.ledger, (Because(f"line {call.line} switches to this user by name", asker.entry_path),))
    return found, known


def _below(directory: str, path: str) -> str:
    return path if path.startswith("/") else f"{directory.rstrip('/')}/{path}"
