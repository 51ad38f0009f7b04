"""Whether a program may lose its symbol table: not where strip would take more, or the program looks into its own file."""

import re
from functools import cache
from itertools import chain
from pathlib import Path

from msgspec import Struct

from layerscope.core.compiled import Made, made_of
from layerscope.core.names import path_text
from layerscope.core.tables import read_table
from layerscope.layers.elf import ElfFacts, ElfLayout, elf_layout
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import first_file, inside

_LONGEST_LIST = 64 * 1024
_LOADED = 2
"""SHF_ALLOC."""


class _Knowledge(Struct, frozen=True, kw_only=True):
    """The lists of ``symbols.toml``, which says what they are."""

    of_tools: tuple[str, ...]
    marks: tuple[str, ...]
    go: tuple[str, ...]
    own_file: str
    libraries: tuple[str, ...]
    seals: tuple[str, ...]
    lists: tuple[str, ...]
    attributes: frozenset[str]


@cache
def _knowledge() -> _Knowledge:
    return read_table(__file__, "symbols.toml", _Knowledge)


@cache
def _made() -> Made:
    """What the answer depends on beside the program itself."""
    here = Path(__file__)
    return made_of([here, here.with_suffix(".toml")])


def bytes_to_lose(ledger: Ledger, entry: int, facts: ElfFacts) -> int:
    """The bytes of symbols that the program at ``entry`` may lose: all that strip would save, or none."""
    if not facts.strippable or seal_of(ledger, entry) or any(map(_reads_programs, facts.needed)):
        return 0
    return facts.strippable if ledger.remembered(entry, _made(), lambda: _may_lose(ledger, entry, facts)) else 0


def seal_of(ledger: Ledger, entry: int) -> bytes | None:
    """The path of a file beside a program that says which bytes the program must have, None where there is none."""
    directory, _, name = ledger.filesystem.paths[entry].rpartition(b"/")
    own = inside(directory, (seal.format(path_text(name)) for seal in _knowledge().seals))
    listed = re.compile(rb"(?:^|[\s/*])" + re.escape(name) + rb"$", re.MULTILINE)
    shared = (path for path in inside(directory, _knowledge().lists) if listed.search(_list_at(ledger, path)))
    return first_file(ledger, chain(own, shared))


def _list_at(ledger: Ledger, path: bytes) -> bytes:
    return ledger.content(ledger.file(path), _LONGEST_LIST)


def _may_lose(ledger: Ledger, entry: int, facts: ElfFacts) -> bool:
    """Whether nothing in a program's file, and no attribute of it, needs the file as it is."""
    if not _knowledge().attributes.isdisjoint(ledger.attributes(entry)):
        return False
    content = ledger.content(entry)
    layout = elf_layout(content)
    return layout is not None and not _has_more(content, layout) and not _reads_itself(content, layout, facts)


def _reads_programs(library: str) -> bool:
    return library.startswith(_knowledge().libraries)


def _has_more(content: bytes, layout: ElfLayout) -> bool:
    """Whether the file has bytes that are neither the loader's nor a tool's: behind its end, or in sections of its own."""
    if content[layout.end :].strip(b"\0"):
        return True
    tools = _knowledge().of_tools
    rest = (item for item in layout.sections if item.size and not item.flags & _LOADED and not item.stripped)
    return not all(item.name.startswith(tools) for item in rest)


def _reads_itself(content: bytes, layout: ElfLayout, facts: ElfFacts) -> bool:
    from layerscope.layers.binaries.rust import is_rust  # only where a program's own file is read

    known = _knowledge()
    if facts.go_version:
        return _has_function(content, layout)
    if any(mark.encode() in content for mark in known.marks):
        return True
    is_told_by_libraries = facts.static or is_rust(content)
    return not is_told_by_libraries and known.own_file.encode() in content


def _has_function(content: bytes, layout: ElfLayout) -> bool:
    """Whether a Go program has a function that finds or reads the program's own file, by the names in its line table."""
    tables = [content[item.offset : item.offset + item.size] for item in layout.sections if item.name == ".gopclntab"]
    return any(name.encode() + b"\0" in table for name in _knowledge().go for table in tables or [content])
