"""Data that comes with a library or a program: what it opens wherever it runs, and no other file names."""

from collections.abc import Iterator
from itertools import chain

from layerscope.core.names import path_bytes, path_text
from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import load_all, multiarch
from layerscope.needs.system.files import Companion, system_files, take_objects
from layerscope.needs.trees import take, take_each_below


def take_companions(start: Start) -> None:
    """Takes what the program itself and the libraries that it is linked to come with."""
    because = start.ledger.proof(start.program.entry, "comes with what is used by")
    for place in dict.fromkeys(_places(start)):
        is_file = start.ledger.file(place) is not None
        found = (take if is_file else take_each_below)(start.ledger, [place], Role.DATA, because)
        take_objects(start, filter(start.ledger.facts, found), (".so",))


def take_all_companions(ledger: Ledger) -> None:
    """Takes what the libraries that are needed come with, whoever loads them."""
    libraries = {_stem(need.path): need.entry for need in reversed(ledger.needs) if ledger.is_file(need.entry)}
    taken: list[int] = []
    for row in system_files().companions:
        for entry in (libraries[name] for name in row.of if name in libraries):
            taken += _take_row(ledger, row, entry)
    load_all(ledger, taken)


def _stem(path: bytes) -> str:
    """A shared library's name without its version, "" for any other file."""
    stem, ending, _ = path.rpartition(b"/")[2].partition(b".so")
    return path_text(stem) if ending else ""


def _take_row(ledger: Ledger, row: Companion, entry: int) -> list[int]:
    facts, because = ledger.facts(entry), ledger.proof(entry, "comes with what is used by")
    places = [path_bytes(place.format(multiarch(facts.machine))) for place in row.places] if facts is not None else []
    files = [place for place in places if ledger.file(place) is not None]
    trees = [place for place in places if place not in files]
    return take(ledger, files, Role.DATA, because) + take_each_below(ledger, trees, Role.DATA, because)


def _places(start: Start) -> Iterator[bytes]:
    names = {start.name, *(soname.partition(".so")[0] for soname in start.facts.needed)}
    listed = chain.from_iterable(row.places for row in system_files().companions if not names.isdisjoint(row.of))
    return (path_bytes(place.format(start.triplet)) for place in listed)
