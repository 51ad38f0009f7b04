"""Programs that do nothing but hand out files, so that a web server can take their place.

What they answer is known for their options that change nothing else. Where another server would answer differently (rules in a
file of settings, a proxy, passwords, listings of directories), no site is found, and the program stays.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from layerscope.core.errors import ImageError
from layerscope.core.expressions import expression
from layerscope.core.names import absolute, path_bytes, printable
from layerscope.core.paths import normal_path
from layerscope.core.tables import read_table
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import NoteCode, Proof, StaticSite
from layerscope.needs.trees import located
from layerscope.start.options import CommandLine, Grammar, read_options

_ADDRESS = expression(r"(?:tcp://)?(?:[\w.\[\]:-]*:)?(\d{1,5})/?\Z")
_VARIABLE = expression(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})")
_LARGEST_SETTINGS = 64 * 1024


class Server(Struct, frozen=True, kw_only=True):
    """One server of ``static_site.toml``, which says what the fields mean."""

    root: tuple[str, ...]
    port: int
    ports: tuple[str, ...] = ()
    environment: bool = False
    single: tuple[str, ...] = ()
    always: bool = False
    fallback: str = ""
    clean: bool = False
    shortens: bool = False
    lists: bool = False
    settings: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    missing: str = ""
    values: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    first: str = ""
    project: bool = False
    numbered: bool = False

    def grammar(self) -> Grammar:
        """The options that it knows; a value that looks like an option is none."""
        valued = frozenset((*self.ports, *self.options, *self.values))
        return Grammar(optional=valued, flags=frozenset((*self.single, *self.plain)) - valued, mixed=True)

    def arguments(self, line: CommandLine) -> tuple[list[str], list[str]]:
        """The arguments that are directories, and those that are ports."""
        numbers = list(filter(str.isdigit, line.arguments)) * self.numbered
        return [word for word in line.arguments if word not in numbers], numbers

    def strange(self, line: CommandLine) -> list[str]:
        """The options under which another web server would answer differently."""
        alike = (*self.ports, *self.options, *self.single, *self.plain)
        return [option.word for option in line.options if option.name not in alike]


class _Package(Struct):
    """What of a package.json serve reads."""

    static: Any = None
    now: dict[str, Any] = {}


class Asked(Struct, frozen=True):
    """What the words of a server say. ``strange`` is the first option that would make another server answer differently."""

    directory: str
    port: int
    single: bool
    strange: str


@cache
def servers() -> dict[str, Server]:
    """Reads ``static_site.toml`` once."""
    return read_table(__file__, "static_site.toml", dict[str, Server])


def is_server(name: str, arguments: tuple[str, ...]) -> bool:
    """Whether a command is one of these servers."""
    server = servers().get(name)
    return server is not None and (not server.first or arguments[:1] == (server.first,))


def find_site(start: Start, words: tuple[str, ...], server: str, because: Proof) -> StaticSite | None:
    """The site that a server with these words (its own name first) hands out; None, with the reason noted, when another server
    would answer differently. ``server`` is what to call it."""
    table = servers()[words[0]]
    asked = read_words(table, words, start.environment)
    site = _Site(start.ledger, table, asked, served_directory(start, words))
    if reason := next(site.differences(start.directory), ""):
        what = f"{server} serves it, and no other web server is put in its place: {reason}"
        start.ledger.note(NoteCode.SERVER_STAYS, what, site.root)
        return None
    if table.lists and not site.single:
        what = f"below {absolute(site.root)}, directories without index.html are listed today and are not found afterwards"
        start.ledger.note(NoteCode.DIRECTORY_LISTINGS, what)
    return StaticSite(
        root=site.root,
        port=asked.port,
        server=server,
        fallback=table.fallback.encode() if site.single else b"",
        clean=table.clean,
        shortens=table.shortens,
        because=because,
    )


def served_directory(start: Start, words: tuple[str, ...]) -> bytes:
    """The directory that a server hands out, its links followed; b"" when it is not in the image."""
    filesystem, table = start.ledger.filesystem, servers()[words[0]]
    asked = read_words(table, words, start.environment)
    places = (asked.directory,) if asked.directory else table.root
    found = (filesystem.trace(located(start.directory, place)).path for place in places)
    return next(filter(filesystem.has_below, filter(None, found)), b"")


def read_words(server: Server, words: tuple[str, ...], environment: dict[str, str]) -> Asked:
    """What the words of a server mean."""
    rest = [expanded(word, environment) for word in words[1:]]
    line = read_options(rest[rest[:1] == [server.first] :], server.grammar())
    names, numbers = server.arguments(line)
    inherited = [environment.get("PORT", "")] * server.environment
    port = "".join([*inherited, *line.values(server.ports), *numbers][-1:])
    number = _port_number(port or str(server.port))
    strange = [*server.strange(line), *[f"port {port}"] * (not number)]
    directory = line.value(server.options) or "".join(names[:1])
    return Asked(directory, number, line.has(server.single), "".join(strange[:1]))


def _port_number(text: str) -> int:
    """The port of an address; 0 when it is none."""
    found = _ADDRESS.match(text)
    return int(found[1]) if found and int(found[1]) < 65536 else 0


def expanded(word: str, environment: dict[str, str]) -> str:
    """A word with variables of ENV filled in, as the shell does it."""
    return _VARIABLE.sub(lambda found: environment.get(found[1] or found[2]) or found[3] or found[0], word)


class _Site(NamedTuple):
    """What a server hands out below a directory, b"" when that is not in the image."""

    ledger: Ledger
    server: Server
    asked: Asked
    root: bytes

    @property
    def single(self) -> bool:
        """Whether unknown paths get a single page."""
        return self.asked.single or self.server.always

    def differences(self, directory: str) -> Iterator[str]:
        """Why another web server would not answer the same; ``directory`` is where the server is started."""
        server = self.server
        if not self.root:
            yield "its directory is not in the image"
        if self.asked.strange:
            yield f"{printable(self.asked.strange)} changes what it answers"
        places = [path_bytes(directory)] + [self.root] * (not server.project)
        yield from (f"{name} has rules of its own" for name in server.settings if self._has_rules(name, places))
        yield from self._special_pages()
        if self._has_links():
            yield "symbolic links lie in it"

    def _special_pages(self) -> Iterator[str]:
        """Why its own pages would be answered differently."""
        missing = self.server.missing
        if not self._has("index.html"):
            yield "it has no index.html, so that it lists its directory"
        if missing and not self.single and self._has(missing):
            yield f"{missing} is its page for unknown paths"

    def _has_links(self) -> bool:
        kinds, visible = self.ledger.filesystem.kinds, self.ledger.filesystem.visible
        return any(kinds[visible[path]] == Kind.SYMLINK for path in self.ledger.filesystem.below(self.root))

    def _has(self, name: str) -> bool:
        return self.root + b"/" + name.encode() in self.ledger.filesystem.visible

    def _has_rules(self, name: str, directories: list[bytes]) -> bool:
        """Whether a file of settings in one of the directories says anything that changes answers."""
        paths = (normal_path(directory + b"/" + name.encode()) for directory in directories)
        return any(self._changes(name, entry) for entry in map(self.ledger.file, paths) if entry is not None)

    def _changes(self, name: str, entry: int) -> bool:
        """Whether a file of settings says anything that changes answers; one that cannot be read may."""
        try:
            content = self.ledger.read(entry, _LARGEST_SETTINGS)
        except ImageError:
            return True
        if self.server.marks:
            return re.search(rf"\b(?:{'|'.join(self.server.marks)})\b".encode(), content) is not None
        return name != "package.json" or _has_static(content)


def _has_static(content: bytes) -> bool:
    """Whether a package.json has settings for serve."""
    try:
        document = msgspec.json.decode(content, type=_Package)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return True
    return bool(document.static or document.now.get("static"))
