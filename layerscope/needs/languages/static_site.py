"""Programs that do nothing but hand out files, so that a web server can take their place.

What they answer is known for their options that change nothing else. Where another server would answer differently (rules in a
file of settings, a proxy, passwords, listings of directories), no site is told, and the program stays.
"""

import re
from functools import cache

import msgspec
from msgspec import Struct

from layerscope.core.errors import ImageError
from layerscope.core.names import absolute, path_bytes, printable
from layerscope.core.tables import read_table
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.ledger import normal
from layerscope.needs.model import Because, NoteCode, StaticSite
from layerscope.start.options import Grammar, read_options

_ADDRESS = re.compile(r"(?:tcp://)?(?:[\w.\[\]:-]*:)?(\d{1,5})/?\Z")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})")
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

    def answers_alike(self, option: str) -> bool:
        """Whether another web server answers the same under this option."""
        return option in (*self.ports, *self.options, *self.single, *self.plain)


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


def find_site(start: Start, words: tuple[str, ...], server: str, because: tuple[Because, ...]) -> StaticSite | None:
    """The site that a server with these words (its own name first) hands out; None, with the reason noted, when another server
    would answer differently. ``server`` is what to call it."""
    table = servers()[words[0]]
    asked = read_words(table, words, start.environment)
    root = served_directory(start, words)
    reason = _difference(start, table, asked, root)
    if reason:
        what = f"{server} serves it, and no other web server is put in its place: {reason}"
        start.ledger.note(NoteCode.SERVER_STAYS, what, root)
        return None
    fallback = table.fallback.encode() if asked.single or table.always else b""
    return StaticSite(
        root=root,
        port=asked.port,
        server=server,
        fallback=fallback,
        clean=table.clean,
        shortens=table.shortens,
        because=because,
    )


def served_directory(start: Start, words: tuple[str, ...]) -> bytes:
    """The directory that a server hands out, its links followed; b"" when it is not in the image."""
    table = servers()[words[0]]
    asked = read_words(table, words, start.environment)
    for place in (asked.directory,) if asked.directory else table.root:
        path = place if place.startswith("/") else f"{start.directory}/{place}"
        traced = start.ledger.filesystem.trace(normal(path_bytes(path)))
        if traced.path and start.ledger.filesystem.has_below(traced.path):
            return traced.path
    return b""


def read_words(server: Server, words: tuple[str, ...], environment: dict[str, str]) -> Asked:
    """What the words of a server mean."""
    rest = [expanded(word, environment) for word in words[1:]]
    line = read_options(rest[1:] if server.first and rest[:1] == [server.first] else rest, server.grammar())
    numbers = [word for word in line.arguments if server.numbered and word.isdigit()]
    directory = line.value(server.options) or next((word for word in line.arguments if word not in numbers), "")
    inherited = environment.get("PORT", "") if server.environment else ""
    port = "".join([inherited, *line.values(server.ports), *numbers][-1:])
    strange = next((option.word for option in line.options if not server.answers_alike(option.name)), "")
    found = _ADDRESS.match(port) if port else None
    if port and (found is None or not 0 < int(found[1]) < 65536):
        strange = strange or f"port {port}"
    number = int(found[1]) if found and not strange else server.port
    return Asked(directory, number, line.has(server.single), strange)


def expanded(word: str, environment: dict[str, str]) -> str:
    """A word with variables of ENV filled in, as the shell does it."""
    return _VARIABLE.sub(lambda found: environment.get(found[1] or found[2]) or found[3] or found[0], word)


def _difference(start: Start, server: Server, asked: Asked, root: bytes) -> str:
    """Why another web server would not answer the same, "" when it would."""
    if not root:
        return "its directory is not in the image"
    if asked.strange:
        return f"{printable(asked.strange)} changes what it answers"
    for name in server.settings:
        places = (path_bytes(start.directory), *(() if server.project else (root,)))
        for place in places:
            if _has_rules(start, server, normal(place + b"/" + name.encode()), name):
                return f"{name} has rules of its own"
    single = asked.single or server.always
    visible, kinds = start.ledger.filesystem.visible, start.ledger.filesystem.kinds
    if root + b"/index.html" not in visible:
        return "it has no index.html, so that it lists its directory"
    if server.missing and not single and root + b"/" + server.missing.encode() in visible:
        return f"{server.missing} is its page for unknown paths"
    if any(kinds[visible[path]] == Kind.SYMLINK for path in start.ledger.filesystem.below(root)):
        return "symbolic links lie in it"
    if server.lists and not single:
        what = f"below {absolute(root)}, directories without index.html are listed today and are not found afterwards"
        start.ledger.note(NoteCode.DIRECTORY_LISTINGS, what)
    return ""


def _has_rules(start: Start, server: Server, path: bytes, name: str) -> bool:
    """Whether a file of settings says anything that changes answers."""
    entry = start.ledger.filesystem.trace(path).entry
    if entry is None or not start.ledger.is_file(entry):
        return False
    try:
        content = start.ledger.read(entry, _LARGEST_SETTINGS)
    except ImageError:
        return True
    if server.marks:
        return any(re.search(rb"\b" + mark.encode() + rb"\b", content) for mark in server.marks)
    if name == "package.json":
        try:
            document = msgspec.json.decode(content)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return True
        return isinstance(document, dict) and bool(document.get("static") or (document.get("now") or {}).get("static"))
    return True
