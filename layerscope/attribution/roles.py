"""What an image runs, so that an interpreter that the program needs is told from one that a build tool brought along.

The words of ENTRYPOINT, CMD and HEALTHCHECK are followed through programs that only start others (tini, gosu, a shell line),
through shell scripts, ``#!`` lines and the scripts of a package.json; ``roles.toml`` says of which role each program is. Where
nothing tells what is started (a bare shell, a script that cannot be read), the ENV of the base image and the kinds of files in
the application's directory decide.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from layerscope.core.names import path_bytes
from layerscope.core.tables import read_table
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.sources.image import Config

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_FOLLOWED = 64
"""Commands that are followed in all."""

_SCRIPT_BYTES = 64 * 1024
_VERSIONED = re.compile(r"(.*?[A-Za-z+])-?[0-9][0-9.]*\Z", re.DOTALL)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)\Z", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::-[^}]*)?\})\Z")
_SUPERVISED = re.compile(r"^command[ \t]*=[ \t]*([^\n]*)", re.MULTILINE)
_SEPARATORS = re.compile(r"&&|\|\||[;|&\n()`]")
_ARGUMENTS = re.compile(r"[\"\s](?:\$@|\$\*|\$\{@\})")
_RUNNERS = {"npm": ("start", "test", "stop", "restart"), "yarn": (), "pnpm": ("start", "test")}


class Roles(NamedTuple):
    """``running`` has the roles that an image runs, each with whether packages of the operating system own its programs.

    Where that is not known the set is empty, and the role is anybody's. ``started`` are the entries of the files that are
    started: programs, and scripts that interpreters are given.
    """

    running: Mapping[str, frozenset[bool]]
    started: frozenset[int]

    def run(self, role: str, packaged: bool | None = None) -> bool:
        """Whether the image runs a role; with files of the operating system's packages, or with others, where that is said."""
        origins = self.running.get(role)
        return origins is not None and (not origins or packaged is None or packaged in origins)


class _Knowledge(NamedTuple):
    """``roles.toml``: the role tables, and for each program (or "program word") the roles that it is of."""

    roles: Mapping[str, Mapping[str, Sequence[str]]]
    programs: Mapping[str, tuple[str, ...]]
    starters: frozenset[str]
    shells: frozenset[str]
    keywords: frozenset[str]


@cache
def knowledge() -> _Knowledge:
    """What ``roles.toml`` says."""
    document = read_table(__file__, "roles.toml", dict[str, Any])
    programs: dict[str, tuple[str, ...]] = {}
    for role, table in document["role"].items():
        for program in table["programs"]:
            programs[program] = (*programs.get(program, ()), role)
    starters = document["starters"]
    return _Knowledge(document["role"], programs, *(frozenset(starters[name]) for name in ("names", "shells", "keywords")))


def find_roles(filesystem: Filesystem, config: Config, roots: Iterable[bytes], packaged: Callable[[int], bool]) -> Roles:
    """What the image runs. ``roots`` are the application's directories; ``packaged`` tells of an entry whether a package of
    the operating system owns it."""
    search = _Search(filesystem, config, packaged)
    search.follow(config.entrypoint + config.cmd, 0)
    if not search.found and not search.programs:
        search.guess(roots)
    test = config.healthcheck.test if config.healthcheck else ()
    if len(test) > 1 and test[0] in ("CMD", "CMD-SHELL"):
        search.follow(("sh", "-c", test[1]) if test[0] == "CMD-SHELL" else test[1:], 0)
    return Roles({role: frozenset(origins) for role, origins in search.origins().items()}, frozenset(search.started))


class _Search:
    """Follows commands; collects the roles of the programs that they start and where those lie."""

    def __init__(self, filesystem: Filesystem, config: Config, packaged: Callable[[int], bool]) -> None:
        self._filesystem = filesystem
        self._environment = config.environment()
        self._directory = config.working_dir or "/"
        self._packaged = packaged
        self._left = _FOLLOWED
        self.found: dict[str, set[int]] = {}
        self.started: set[int] = set()
        self.programs = 0

    def follow(self, words: Sequence[str], depth: int) -> None:
        """Notes the roles of what a command starts. Words behind a program are its arguments."""
        known = knowledge()
        at = 0
        while at < len(words) and depth < 8 and self._left > 0:
            self._left -= 1
            word = _unquoted(words[at])
            rest = words[at + 1 :]
            name = program_name(word)
            line = _shell_line(rest) if name in known.shells else None
            if line is not None:
                self._script(line, (), depth)
                return
            entry = self._entry(word)
            roles = self._note(name, rest, entry)
            if name == "supervisord":
                self._supervised(depth)
            if name in known.shells or name in known.starters:
                at = self._behind(words, at + 1)
                continue
            if entry is not None or roles:
                self._start(name, entry, rest, roles, depth)
            return

    def _start(self, name: str, entry: int | None, arguments: Sequence[str], known: bool, depth: int) -> None:
        """Notes a program, or what it is given to run."""
        line = self._package_script(name, arguments)
        if line is not None:
            self._script(line, (), depth)
        elif known:
            given = (word.partition(":")[0] for word in arguments[:16] if word[:1] != "-")
            files = (self._entry(word if word[:1] == "/" else f"./{word}") for word in given)
            self.started.update(next(((file,) for file in files if file is not None), ()))
        if entry is None:
            return
        if not _is_interpreter(name):
            self.started.add(entry)
        if not self._scripted(entry, arguments, depth):
            self.programs += not known

    def guess(self, roots: Iterable[bytes]) -> None:
        """Takes the roles that ENV and the files directly in the application's directories speak of."""
        roots = frozenset(roots)
        endings = {
            (source[1:] if source.startswith("*") else "/" + source).encode(): role
            for role, table in knowledge().roles.items()
            for source in table.get("sources", ())
        }
        for role, table in knowledge().roles.items():
            if any(name in self._environment for name in table.get("environment", ())):
                self.found.setdefault(role, set())
        suffixes = tuple(endings)
        for path in [path for path in self._filesystem.visible if roots and path.endswith(suffixes)]:
            if path.rpartition(b"/")[0] in roots:
                for ending, role in endings.items():
                    if path.endswith(ending):
                        self.found.setdefault(role, set())

    def origins(self) -> dict[str, set[bool]]:
        """For each role whether its programs are the operating system's; interpreters are looked up where none was seen."""
        for entry in self.started:
            for role in _below(self._filesystem.paths[entry].decode("utf-8", "replace").split("/")[:-1]):
                self.found.setdefault(role, set())
        found: dict[str, set[bool]] = {}
        for role, entries in self.found.items():
            names = knowledge().roles[role].get("interpreters", ())
            if names and not entries:
                looked_up = (self._entry(name) for name in names)
                found[role] = {self._packaged(entry) for entry in looked_up if entry is not None}
            else:
                found[role] = {self._packaged(entry) for entry in entries}
        return found

    def _note(self, name: str, rest: Sequence[str], entry: int | None) -> bool:
        """Adds the roles of a program; whether it has any. ``entry`` counts where the program is what the role runs by."""
        known = knowledge()
        roles = {*known.programs.get(name, ()), *known.programs.get(f"{name} {rest[0]}" if rest else "", ())}
        if entry is not None:
            *directories, real = self._filesystem.paths[entry].decode("utf-8", "replace").split("/")
            roles.update(known.programs.get(program_name(real), ()))
            roles.update(_below(directories))
        for role in roles:
            entries = self.found.setdefault(role, set())
            interpreters = known.roles[role].get("interpreters", ())
            if entry is not None and (not interpreters or name in map(program_name, interpreters)):
                entries.add(entry)
        return bool(roles)

    def _behind(self, words: Sequence[str], at: int) -> int:
        """Where the next program stands among the words behind one that starts others; their end when there is none."""
        for position in range(at, len(words)):
            word = _unquoted(words[position])
            if word.startswith("-") or _ASSIGNMENT.match(word):
                continue
            if program_name(word) in knowledge().programs or self._entry(word) is not None:
                return position
        return len(words)

    def _entry(self, word: str) -> int | None:
        """The file that a command's first word names."""
        if not word or len(word) > 4096:
            return None
        search = self._environment.get("PATH", DEFAULT_PATH).split(":")[:64]
        places = [posixpath.join("/", self._directory, word)] if "/" in word else [f"{place}/{word}" for place in search]
        for place in places:
            entry = self._filesystem.resolve(path_bytes(place))
            if entry is not None and self._filesystem.kinds[entry] in (Kind.REGULAR, Kind.HARDLINK):
                return entry
        return None

    def _content(self, entry: int) -> bytes:
        """What was picked of a file, b"" when nothing was."""
        return (self._filesystem.content(entry) or b"")[:_SCRIPT_BYTES]

    def _scripted(self, entry: int, arguments: Sequence[str], depth: int) -> bool:
        """Follows what a script starts, and what runs it; whether the file is a script."""
        content = self._content(entry)
        if content[:2] != b"#!":
            return False
        text = content.decode("utf-8", "replace")
        first, _, body = text.partition("\n")
        interpreter = first[2:].split()
        self.follow(interpreter, depth + 1)
        if not knowledge().shells.isdisjoint(map(program_name, interpreter)):
            self._script(body, arguments, depth)
        return True

    def _script(self, text: str, arguments: Sequence[str], depth: int) -> None:
        """Follows each command of a shell script; ``arguments`` take the place of ``$@``."""
        variables: dict[str, str] = {}
        starts_arguments = False
        for line in text[:_SCRIPT_BYTES].replace("\\\n", " ").split("\n"):
            if line.lstrip().startswith("#"):
                continue
            starts_arguments = starts_arguments or _ARGUMENTS.search(line) is not None
            for command in _SEPARATORS.split(line):
                words = _without_prefix(command.split()[:64], variables)
                words = [value for word in words for value in self._expanded(word, variables)]
                if words:
                    self._of_script(words, depth)
        if starts_arguments:
            self.follow(arguments, depth + 1)

    def _expanded(self, word: str, variables: Mapping[str, str]) -> Sequence[str]:
        """What a shell makes of a word that is just a variable; any other word as it is."""
        match = _VARIABLE.match(_unquoted(word))
        if match is None:
            return (word,)
        name = match[1] or match[2]
        return (variables.get(name) or self._environment.get(name, "")).split()

    def _of_script(self, words: list[str], depth: int) -> None:
        """Follows a command of a script, where it is one that says something: a known program, or a path."""
        word = _unquoted(words[0])
        name = program_name(word)
        known = knowledge()
        if name in known.programs or name in known.starters or name in known.shells or word.startswith(("/", "./")):
            self.follow([word, *words[1:]], depth + 1)

    def _supervised(self, depth: int) -> None:
        """Follows the programs that the configuration of supervisord lists."""
        for start, index in zip(self._filesystem.starts, self._filesystem.indexes, strict=True):
            for row, content in index.contents.items():
                path = index.paths[row]
                if path.startswith(b"etc/supervisor") and path.endswith(b".conf") and self._filesystem.live[start + row]:
                    for command in _SUPERVISED.findall(content[:_SCRIPT_BYTES].decode("utf-8", "replace")):
                        self._script(command, (), depth)

    def _package_script(self, name: str, rest: Sequence[str]) -> str | None:
        """The command line that ``npm start`` and its kin run, as the package.json of the working directory says."""
        words = [word for word in rest if not word.startswith("-")]
        if name not in _RUNNERS or not words:
            return None
        script = words[1] if words[0] in ("run", "run-script") and len(words) > 1 else words[0]
        if words[0] not in ("run", "run-script") and _RUNNERS[name] and words[0] not in _RUNNERS[name]:
            return None
        entry = self._filesystem.resolve(path_bytes(posixpath.join("/", self._directory, "package.json")))
        content = self._content(entry) if entry is not None else b""
        return _scripts(content).get(script)


def _below(directories: Iterable[str]) -> Iterator[str]:
    """The roles of what is started below these directories."""
    names = frozenset(directories)
    return (role for role, table in knowledge().roles.items() if not names.isdisjoint(table.get("below", ())))


def _is_interpreter(name: str) -> bool:
    """Whether a role runs by a program of that name, so that it is not the application itself."""
    roles = knowledge().roles
    return any(
        name in map(program_name, roles[role].get("interpreters", (name,))) for role in knowledge().programs.get(name, ())
    )


def _shell_line(options: Sequence[str]) -> str | None:
    """The command line behind a shell's ``-c``."""
    for position, option in enumerate(options[:8]):
        if re.fullmatch(r"-[a-z]*c", option) and position + 1 < len(options):
            return options[position + 1]
    return None


def _scripts(package: bytes) -> Mapping[str, str]:
    """The ``scripts`` of a package.json."""
    import msgspec

    try:
        scripts = msgspec.json.decode(package, type=dict[str, msgspec.Raw]).get("scripts", b"{}")
        return msgspec.json.decode(scripts, type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}


def _without_prefix(words: list[str], variables: dict[str, str]) -> list[str]:
    """A simple command from its program on: behind keywords and assignments, which are noted in ``variables``."""
    while words:
        assignment = _ASSIGNMENT.match(words[0])
        if assignment:
            variables[assignment[1]] = _unquoted(assignment[2])
        elif words[0] not in knowledge().keywords:
            break
        words = words[1:]
    return words


def _unquoted(word: str) -> str:
    return word.strip("\"'")


def program_name(word: str) -> str:
    """The last component of a program's path, without a version: ``python3.11`` is ``python``."""
    name = word.rpartition("/")[2]
    if name in knowledge().programs:
        return name
    match = _VERSIONED.match(name) if name[-1:].isdigit() else None
    return match[1] if match else name
