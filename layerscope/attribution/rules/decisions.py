"""The owner of each entry, decided by directory where a directory says it all, and remembered wherever it is asked again."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from layerscope.attribution.application import Application
from layerscope.attribution.naming import UNKNOWN, Components
from layerscope.attribution.packages.ownership import Ownership
from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.rules.globs import NONE, State, View
from layerscope.attribution.rules.places import OWNED, UNOWNED, Places, directories_beside, names_beside
from layerscope.attribution.rules.remembered import Remembered
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind, LayerIndex

APPLICATION_RULE = "LS001"
LAYOUT_RULE = "LS914"

_DIRECTORY = int(Kind.DIRECTORY)


class Directories(NamedTuple):
    """All directories of all layers and those above them, by number, each after its parent; the root is 0.

    ``above`` has the number of each one's parent, 0 for the root; ``of_layers`` has the numbers of each layer's directories.
    """

    paths: list[bytes]
    above: list[int]
    of_layers: list[list[int]]


_Row = tuple[bytes, bytes, int, int]
"""A path, the path as packages know it, its kind, and the number of its parent in the layer."""


class _Answers(NamedTuple):
    """What the rules say of a directory: its own owner, and the views for files that packages own and for others. In one that
    is ``closed``, ``owner`` has all that lies in it and below."""

    owner: int
    closed: bool
    owned: View
    unowned: View


class _Directory(NamedTuple):
    """A directory of the image. ``tree`` is the library that has those files in it which are not listed by themselves (as the
    ownership's ``trees`` say it)."""

    number: int
    state: State
    answers: _Answers
    tree: int | None


class Decisions:
    """Decides entries, in the order that :mod:`layerscope.attribution.attribute` sets out."""

    def __init__(
        self, filesystem: Filesystem, ownership: Ownership, application: Application, components: Components, places: Places
    ) -> None:
        self._places = places
        self._beside = directories_beside(filesystem.indexes, names_beside(places.unowned))
        self._ownership = ownership
        self._application_of = application
        self._components = components
        self.application = self._named(APPLICATION_RULE)
        self._layout = self._named(LAYOUT_RULE)
        self._of_package = Remembered(self._decide_of_package)
        self._of_place = Remembered(self._decide_of_place)
        self._of_copied = Remembered(self._decide_of_copied)
        self._of_states = Remembered(self._answers)
        self._above = [0]
        self._of_layers: list[list[int]] = []
        root = places.matcher.root.opened(self._beside.get(b"", 0))
        tree = ownership.trees.positions.get(b"")
        self._directories = Remembered(self._directory)
        self._directories[b""] = _Directory(0, root, self._of_states[root], tree)

    def directories(self) -> Directories:
        """The directories of the layers that were decided so far."""
        return Directories(list(self._directories), self._above, self._of_layers)

    def of_layer(self, layer: int, index: LayerIndex) -> list[int]:
        """The component's number for each row of a layer; layers are asked for in their order."""
        directories = list(map(self._directories.__getitem__, index.directories))
        self._of_layers.append(list(map(attrgetter("number"), directories)))
        rows = zip(index.paths, self._ownership.canonical_paths(index), index.kinds, index.parents, strict=True)
        starts = [len(path) + 1 if path else 0 for path in index.directories]
        return list(self._of_rows(layer, directories, starts, rows))

    def _of_rows(
        self, layer: int, directories: Sequence[_Directory], starts: Sequence[int], rows: Iterable[_Row]
    ) -> Iterator[int]:
        """``starts`` says where names begin in the paths of each directory; an opaque marker's row has the directory's own."""
        copied = layer in self._application_of.copied
        of_place, of_package = self._of_copied if copied else self._of_place, self._of_package
        owner_of, last = self._ownership.paths.owner, -1
        for path, known, kind, parent in rows:
            if parent != last:
                last, start = parent, starts[parent]
                everything, closed, owned, unowned = directories[parent].answers
                tree = self._tree(layer, directories[parent])
            if closed:
                yield everything
                continue
            if kind == _DIRECTORY:
                yield self._directories[path].answers.owner
                continue
            owner = owner_of(layer, known, tree)
            if owner is None or (copied and self._is_replaced(layer, owner)):
                yield of_place[unowned[path[start:]]]
            else:
                yield of_package[owner, owned[path[start:]]]

    def _tree(self, layer: int, directory: _Directory) -> int | None:
        """The library that has a directory's files as of a layer."""
        return None if directory.tree is None else self._ownership.trees.at(layer, directory.tree)

    def _is_replaced(self, layer: int, position: int) -> bool:
        """Whether what COPY brought in a layer lies where a package of the operating system in a lower layer had a file."""
        package = self._ownership.packages[position]
        return package.layer < layer and package.system not in SYSTEMS

    def is_application(self, layer: int, path: bytes) -> bool:
        """Whether a file that is started is the application: no package's, in no closed place, and nothing
        that the image runs (an interpreter). A jar that is started is no library."""
        above, _, name = path.rpartition(b"/")
        answers = self._directories[above].answers
        package = self._ownership.of(layer, self._ownership.canonical(path))
        rule = self._places.rule(UNOWNED, answers.unowned[name])
        runs = rule is not None and self._components.runs(rule, packaged=False)
        return not answers.closed and not runs and (package is None or package.system == "jar")

    def _directory(self, path: bytes) -> _Directory:
        above, _, name = path.rpartition(b"/")
        parent = self._directories[above]
        state, answers = parent.state, parent.answers
        if not answers.closed:
            state = state.inside(name, self._beside.get(path, 0))
            answers = self._of_states[state]
        tree = self._ownership.trees.positions.get(self._ownership.canonical(path), parent.tree)
        self._above.append(parent.number)
        return _Directory(len(self._above) - 1, state, answers, tree)

    def _answers(self, state: State) -> _Answers:
        owned, unowned = state.view(OWNED), state.view(UNOWNED)
        whole = self._places.rule(OWNED, owned.whole) if unowned.whole != NONE else None
        place = whole or self._places.rule(UNOWNED, unowned[b""])
        owner = self._layout if place is None else self._components.of_rule(place)
        return _Answers(owner, whole is not None, owned, unowned)

    def _named(self, identity: str) -> int:
        found = self._places.by_id.get(identity)
        return self._components.of_rule(found) if found else self._components.number(UNKNOWN)

    def _decide_of_place(self, rank: int) -> int:
        place = self._places.rule(UNOWNED, rank)
        return self._components.of_rule(place) if place else self._components.number(UNKNOWN)

    def _decide_of_copied(self, rank: int) -> int:
        place = self._places.rule(UNOWNED, rank)
        return self.application if place is None or place.strength == "rest" else self._components.of_rule(place)

    def _decide_of_package(self, key: tuple[int, int]) -> int:
        position, rank = key
        package, place = self._ownership.packages[position], self._places.rule(OWNED, rank)
        if place is not None and place.claims == "always":
            return self._components.of_rule(place)
        return self._components.of_package(package, place, self._application_of.holds(package.place))
