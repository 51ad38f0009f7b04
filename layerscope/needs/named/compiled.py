"""What a compiled program of no package names: programs that it may start, and data of the image that somebody put there."""

from collections.abc import Iterable, Iterator
from itertools import chain

from layerscope.core.expressions import expression
from layerscope.core.limits import ELF_FILE_BYTES
from layerscope.core.names import path_text
from layerscope.core.vocabulary import Category, Ecosystem
from layerscope.layers.elf import elf_layout
from layerscope.needs.follower import Start
from layerscope.needs.model import Proof
from layerscope.needs.named.asked import Asked
from layerscope.needs.named.knowledge import imports, is_ambiguous, knowledge
from layerscope.needs.named.programs import take_named_programs, words_of_line
from layerscope.needs.put import Put
from layerscope.needs.system.files import take_accounts
from layerscope.needs.trees import names_in, stored_path
from layerscope.start.programs import base_name
from layerscope.start.programs import knowledge as programs
from layerscope.start.search import ENGINE_PATH

_STRING = expression(rb"(?<=\0)[\w./+-][\x20-\x7e\t\n]{0,500}(?=\0)")
_PATH = expression(rb"(?=(/[\w.@+-][\w.@+/-]{0,250}))")
"""A path from each slash on: the texts of Go and Rust stand one behind the other."""
_CERTAIN = expression(r"[|;&<>`]|\$\(|\s-")
"""What a text with several words has only as a line for a shell."""
_OWN = frozenset((Category.APPLICATION, Category.UNKNOWN, Category.DEPENDENCY))
_SHELL = "/bin/sh"
_MOST_PATHS = 200_000


def take_compiled(start: Start) -> None:
    """Takes programs and data by the names in a program's file, where no package of the system brought it."""
    component = start.attribution.component_of(start.program.entry)
    if component.package or component.category not in _OWN:
        return
    put = Put(start)
    if not put.below and not _starts_others(start):
        return
    content = start.ledger.content(start.program.entry, ELF_FILE_BYTES)
    because = start.ledger.proof(start.program.entry, "a program by this name may be started by")
    take_named_programs(start, dict.fromkeys(_words(start, content), because))
    _take_home(start, content)
    _take_data(put, start.ledger.proof(start.program.entry, "named in"), content)
    _take_beside(put, start, content)
    if b"\0dlopen\0" in content:
        put.take_objects(start.ledger.proof(start.program.entry, "a library that somebody put there may be loaded by"))


def _starts_others(start: Start) -> bool:
    """Whether a program may start others, as far as its facts say."""
    return start.program.ecosystem != Ecosystem.GO or not knowledge().starting.linked.isdisjoint(start.program.mentions)


def _words(start: Start, content: bytes) -> list[str]:
    """The words of a program that stand where it starts others."""
    from layerscope.layers.binaries.codetexts import texts_for  # only where a program's own file is read
    from layerscope.layers.binaries.rust import is_rust

    table = knowledge().starting
    if start.program.ecosystem == Ecosystem.GO:
        return _words_of(list(map(path_text, texts_for(content, frozenset(map(str.encode, table.go))))))
    if is_rust(content):
        return _words_of_rust(start, content)
    if not imports(content, table.c):
        return []
    texts = list(dict.fromkeys(map(path_text, chain.from_iterable(map(_STRING.findall, data_of(content))))))
    lines = list(filter(_CERTAIN.search, texts)) if (has_shell := imports(content, table.shell)) else []
    unambiguous = [word for word in _words_of(texts, lines=True) if not is_ambiguous(word)]
    return [*[_SHELL] * has_shell, *unambiguous, *_words_of(lines, lines=True)]


def _words_of_rust(start: Start, content: bytes) -> list[str]:
    """The names of programs on PATH that the code of a Rust program speaks of: its texts have no end of their own."""
    from layerscope.layers.binaries.codetexts import texts_among

    search = start.environment.get("PATH", ENGINE_PATH).split(":")
    names = {name for place in search for name in names_in(start.ledger, stored_path(place))}
    words = map(path_text, texts_among(content, frozenset(names)))
    return [word for word in words if not is_ambiguous(word)]


def _words_of(texts: list[str], lines: bool = False) -> list[str]:
    """The words among texts, and those of command lines where the program may start a shell."""
    lines = lines or any(base_name(text) in programs().shells for text in texts)
    found = [[text] if " " not in text else words_of_line(text) if lines else [] for text in texts]
    return [word for words in found for word in words]


def _take_home(start: Start, content: bytes) -> None:
    """Takes data in the home of the user for a program that asks where that is, and what tells it."""
    table = knowledge().home
    marks = table.go if start.program.ecosystem == Ecosystem.GO else table.other
    if not _has_mark(content, marks):
        return
    before = len(start.ledger.needs)
    Asked(start.ledger, start.attribution, start.config).take_home()
    if len(start.ledger.needs) > before:
        take_accounts(start.ledger, start.ledger.proof(start.program.entry, "the home of the user is looked up for"))


def _take_data(put: Put, because: Proof, content: bytes) -> None:
    """Takes data by the absolute paths in a program's file, which may stand in front of other text, or in instructions."""
    from layerscope.layers.binaries.inlined import inlined

    if not put.below:
        return
    named: dict[bytes, None] = {}
    for part in data_of(content):
        named |= dict.fromkeys(filter(None, map(put.named, _paths(part))))
    text = inlined(content)
    named |= dict.fromkeys(path for path in put.places() if text.spells(b"/" + path))
    for path in named:
        put.take(path, because)


def _has_mark(content: bytes, marks: Iterable[str]) -> bool:
    return any(mark.encode() in content for mark in marks)


def _take_beside(put: Put, start: Start, content: bytes) -> None:
    """Takes what lies beside a program and what it names, where it looks for its own place."""
    if not _has_mark(content, knowledge().own):
        return
    because = start.ledger.proof(start.program.entry, "named, and beside the place of,")
    data = b"\0".join(data_of(content))
    for path in filter(lambda path: path.rpartition(b"/")[2] in data, put.beside(start.program.path)):
        put.take(path, because)


def data_of(content: bytes) -> Iterator[bytes]:
    """What a program has to read when it runs: no names of symbols, nothing for debuggers."""
    layout = elf_layout(content)
    for section in layout.sections if layout is not None else ():
        if section.name in (".rodata", ".data"):
            yield content[section.offset : section.offset + section.size]


def _paths(part: bytes) -> Iterator[bytes]:
    found = (match[1] for match, _ in zip(_PATH.finditer(part), range(_MOST_PATHS), strict=False))
    return (path[1:] for path in found)
