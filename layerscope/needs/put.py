"""What somebody put into an image above its base: it is of no package, and not for building."""

from collections.abc import Iterator
from itertools import chain, filterfalse

from layerscope.attribution.model import Attribution, Component
from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes
from layerscope.core.vocabulary import BUILD_CATEGORIES, Category, Role
from layerscope.layers.index import Kind
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Proof
from layerscope.needs.named.knowledge import is_installed, is_shared, knowledge
from layerscope.needs.system.files import take_objects
from layerscope.needs.trees import joined, parent, stored_path, upwards

_LEFT_OUT = BUILD_CATEGORIES | {Category.RUNTIME}
_OBJECT = expression(rb"\.so(?:\.\d+)*\Z")


def is_of_nobody_else(component: Component) -> bool:
    """Whether a component is of no package, and neither a runtime nor for building."""
    return not component.package and component.category not in _LEFT_OUT


def is_put(ledger: Ledger, attribution: Attribution, entry: int) -> bool:
    """Whether somebody put a file above the base image, and not a package manager."""
    is_above = ledger.filesystem.layers[entry] >= ledger.base_layers
    return is_above and is_of_nobody_else(attribution.component_of(entry))


class Put:
    """What somebody put there as data that nothing asked for yet, outside of the working directory: ``below`` has, for each
    directory on the way, the names in it."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self.below: dict[bytes, set[bytes]] = {}
        self._here = stored_path(start.directory)
        self._files = [path for path, entry in self._above() if self._is_put(path, entry)]
        for path in self._files:
            self._note(path)

    def _note(self, place: bytes) -> None:
        """Makes a file known to the directories on the way to it."""
        while place:
            place, _, name = place.rpartition(b"/")
            known = self.below.setdefault(place, set())
            place = b"" if name in known else place
            known.add(name)

    def _above(self) -> list[tuple[bytes, int]]:
        """The files above the base image: two lookups each, as an image may have a hundred thousand."""
        ledger, filesystem = self._start.ledger, self._start.ledger.filesystem
        layers, kinds, first, directory = filesystem.layers, filesystem.kinds, ledger.base_layers, int(Kind.DIRECTORY)
        visible = filesystem.visible.items()
        return [(path, entry) for path, entry in visible if layers[entry] >= first and kinds[entry] != directory]

    def _is_put(self, path: bytes, entry: int) -> bool:
        is_here = bool(self._here) and path.startswith(self._here + b"/")
        is_data = is_of_nobody_else(self._start.attribution.component_of(entry)) and not is_installed(path)
        return is_data and not is_here and entry not in self._start.ledger

    def places(self) -> Iterator[bytes]:
        """The files, and the directories on the way to them that are its own."""
        yield from self._files
        yield from filterfalse(self._is_others, self.below)

    def beside(self, program: bytes) -> list[bytes]:
        """What lies in a program's directory and in the one above, where these are not for everybody, and what has its name in
        directories for everybody beside the program's own (``/usr/local/share/NAME``)."""
        place, _, name = program.rpartition(b"/")
        roots = frozenset(filterfalse(is_shared, (place, parent(place)))) - {b""}
        named = frozenset(joined(parent(place), path_bytes(other) + b"/" + name) for other in knowledge().beside)
        places = list(self.places())
        return [*filter(lambda path: parent(path) in roots, places), *filter(named.__contains__, places)]

    def _is_others(self, place: bytes) -> bool:
        """Whether others put files into a directory as well."""
        return is_shared(place) or place in upwards(self._here)

    def named(self, text: bytes) -> bytes:
        """The longest path that a text begins with and that holds what somebody put there; b"" where it is none of its own."""
        place = self._longest(b"", text)
        return b"" if self._is_others(place) else place

    def _longest(self, place: bytes, rest: bytes) -> bytes:
        name = max(filter(rest.startswith, self.below.get(place, ())), key=len, default=b"")
        if not name:
            return place
        inner, rest = joined(place, name), rest[len(name) :]
        return self._longest(inner, rest[1:]) if rest.startswith(b"/") else inner

    def take(self, path: bytes, because: Proof) -> None:
        """Takes a file, or what somebody put below a directory, with the libraries of shared objects among it."""
        inside = path + b"/"
        self._take([file for file in self._files if (file + b"/").startswith(inside)], because)

    def take_objects(self, because: Proof) -> None:
        """Takes all shared objects, which a program may load."""
        self._take(list(filter(_OBJECT.search, self._files)), because)

    def _behind(self, path: bytes) -> list[bytes]:
        """What somebody put into the directory that a link leads to, by the name of the link."""
        ledger, real = self._start.ledger, self._start.ledger.filesystem.trace(path).path
        below = ledger.files_below(real) if real not in (b"", path) and not is_shared(real) else []
        return [path + file[len(real) :] for file in below if self._is_own(ledger.filesystem.visible[file])]

    def _is_own(self, entry: int) -> bool:
        return entry in self._start.ledger or is_put(self._start.ledger, self._start.attribution, entry)

    def _take(self, paths: list[bytes], because: Proof) -> None:
        behind = chain.from_iterable(map(self._behind, paths))
        entries = [self._start.ledger.ask(path, Role.DATA, because) for path in (*paths, *behind)]
        take_objects(self._start, [entry for entry in entries if entry is not None], ())
