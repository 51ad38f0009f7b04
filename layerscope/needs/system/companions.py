"""Data that comes with a library or a program: what it opens wherever it runs, and no other file names."""

from collections.abc import Iterator
from itertools import chain

from layerscope.core.names import path_bytes
from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Start
from layerscope.needs.system.files import system_files, take_objects
from layerscope.needs.trees import take, take_each_below


def take_companions(start: Start) -> None:
    """Takes what the program itself and the libraries that it is linked to come with."""
    because = start.ledger.proof(start.program.entry, "comes with what is used by")
    for place in dict.fromkeys(_places(start)):
        is_file = start.ledger.file(place) is not None
        found = (take if is_file else take_each_below)(start.ledger, [place], Role.DATA, because)
        take_objects(start, filter(start.ledger.facts, found), (".so",))


def _places(start: Start) -> Iterator[bytes]:
    names = {start.name, *(soname.partition(".so")[0] for soname in start.facts.needed)}
    listed = chain.from_iterable(row.places for row in system_files().companions if not names.isdisjoint(row.of))
    return (path_bytes(place.format(start.triplet)) for place in listed)
