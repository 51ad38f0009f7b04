"""The owner of each entry, decided by directory where a directory says it all, and remembered wherever it is asked again."""

from collections.abc import Mapping
from typing import NamedTuple

from layerscope.attribution.application import Application
from layerscope.attribution.catalogue import Rule, rule, rules
from layerscope.attribution.naming import UNKNOWN, Components
from layerscope.attribution.packages.ownership import Ownership, Package
from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.rules.globs import State, View
from layerscope.attribution.rules.places import OWNED, UNOWNED, PackageRules, directories_beside, names_beside, places_for
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind, LayerIndex

APPLICATION_RULE = "LS001"
LAYOUT_RULE = "LS914"

_DIRECTORY = int(Kind.DIRECTORY)


class Directories(NamedTuple):
    """All directories of all layers and those above them, by number, each after its parent; the root is 0.

    ``above`` has the number of each one's parent, the root's its own; ``of_layers`` has for each layer the numbers of its own.
    """

    paths: list[bytes]
    above: list[int]
    of_layers: list[list[int]]


_State = tuple[int, bool, View, View]
"""A directory's own owner, whether that is the owner of all that lies in it and below, and the rules' answers for files that
packages own and for others."""

_Directory = tuple[int, State, int | None, int, bool, View, View, int, bool]
"""A directory's number, its state, the library that has those files in it which are not listed by themselves (as the
ownership's ``trees`` say it), what ``_State`` says, where names begin in its paths, and whether packages know it by another
path."""


class Decisions:
    """Decides entries, in the order that :mod:`layerscope.attribution.attribute` sets out."""

    def __init__(
        self,
        filesystem: Filesystem,
        ownership: Ownership,
        application: Application,
        components: Components,
        package_rules: PackageRules,
        environment: Mapping[str, str],
    ) -> None:
        places = places_for(rules(), application.roots, environment)
        self._unowned, self._owned = places.rules, places.owned
        self._beside = directories_beside(filesystem.indexes, names_beside(rules()))
        self._package_rules = package_rules
        self._ownership = ownership
        self._application_of = application
        self._components = components
        self.application = self._named(APPLICATION_RULE)
        self._layout = self._named(LAYOUT_RULE)
        self._of_packages: list[dict[int, int]] = [{} for _ in ownership.packages]
        self._of_places: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._of_states: dict[State, _State] = {}
        self._above = [0]
        self._of_layers: list[list[int]] = []
        root = places.matcher.root.woken(self._beside.get(b"", 0))
        tree = ownership.trees.positions.get(b"")
        self._directories: dict[bytes, _Directory] = {b"": (0, root, tree, *self._of_state(root), 0, False)}

    def directories(self) -> Directories:
        """The directories of the layers that were decided so far."""
        return Directories(list(self._directories), self._above, self._of_layers)

    def of_layer(self, layer: int, index: LayerIndex) -> list[int]:
        """The component's number for each row of a layer; layers are asked for in their order."""
        known, listed, of_packages = self._directories, self._ownership.paths.positions, self._of_packages
        directories = [known.get(path) or self._directory(path) for path in index.directories]
        self._of_layers.append([directory[0] for directory in directories])
        copied = layer in self._application_of.copied
        of_places = self._of_places[copied]
        owners: list[int] = []
        add, last = owners.append, -1
        for path, kind, parent in zip(index.paths, index.kinds, index.parents, strict=True):
            if parent != last:
                last = parent
                _, _, tree, everything, closed, owned, unowned, start, moved = directories[parent]
                rest_owned, rest_unowned = owned.rest, unowned.rest
                if tree is not None and tree < 0:
                    tree = self._ownership.trees.at(layer, tree)
            if closed:
                add(everything)
                continue
            if kind == _DIRECTORY:
                add((known.get(path) or self._directory(path))[3])
                continue
            package = listed.get(self._ownership.canonical(path) if moved else path)
            if package is None:
                package = tree
            elif package < 0:
                package = self._ownership.paths.at(layer, package)
            name = path[start:]
            if package is None or (copied and self._is_replaced(layer, package)):
                position = unowned[name] if rest_unowned is None else unowned.get(name, rest_unowned)
                component = of_places.get(position)
                add(self._of_unowned(position, copied) if component is None else component)
                continue
            position = owned[name] if rest_owned is None else owned.get(name, rest_owned)
            component = of_packages[package].get(position)
            add(self._of_owned(position, package) if component is None else component)
        return owners

    def _is_replaced(self, layer: int, position: int) -> bool:
        """Whether what COPY brought in a layer lies where a package of the operating system in a lower layer had a file."""
        package = self._ownership.packages[position]
        return package.layer < layer and package.system not in SYSTEMS

    def is_application(self, layer: int, path: bytes) -> bool:
        """Whether a file that is started is the application: no package's, in no place that is a thing of its own, and nothing
        that the image runs (an interpreter). A jar that is started is no library."""
        above, _, name = path.rpartition(b"/")
        _, state, _, _, closed, *_ = self._directories.get(above) or self._directory(above)
        package = self._ownership.of(layer, self._ownership.canonical(path))
        position = state.view(UNOWNED)[name]
        runs = position >= 0 and self._components.runs(self._unowned[position], False)
        return not closed and not runs and (package is None or package.system == "jar")

    def _directory(self, path: bytes) -> _Directory:
        above, _, name = path.rpartition(b"/")
        parent = self._directories.get(above) or self._directory(above)
        number, state, tree, owner, closed, owned, unowned, _, moved = parent
        if not closed:
            state = state.inside(name, self._beside.get(path, 0) if self._beside else 0)
            owner, closed, owned, unowned = self._of_states.get(state) or self._of_state(state)
        moved = moved or (not above and name in self._ownership.aliases)
        tree = self._ownership.trees.positions.get(self._ownership.canonical(path) if moved else path, tree)
        found = (len(self._above), state, tree, owner, closed, owned, unowned, len(path) + 1, moved)
        self._directories[path] = found
        self._above.append(number)
        return found

    def _of_state(self, state: State) -> _State:
        """The owner of a directory, the place that takes the names in it; whether that takes all that lies below."""
        owned, unowned = state.view(OWNED), state.view(UNOWNED)
        closed = owned.whole >= 0 and unowned.whole >= 0
        if closed:
            owner = self._components.of_rule(self._owned[owned.whole])
        else:
            position = unowned[b""]
            owner = self._components.of_rule(self._unowned[position]) if position >= 0 else self._layout
        found = self._of_states[state] = owner, closed, owned, unowned
        return found

    def _named(self, identity: str) -> int:
        found = rule(identity)
        return self._components.of_rule(found) if found else self._components.number(UNKNOWN)

    def _of_unowned(self, position: int, copied: bool) -> int:
        place = self._unowned[position] if position >= 0 else None
        if copied and (place is None or place.strength == "rest"):
            component = self.application
        else:
            component = self._components.of_rule(place) if place else self._components.number(UNKNOWN)
        self._of_places[copied][position] = component
        return component

    def _of_owned(self, position: int, package: int) -> int:
        place = self._owned[position] if position >= 0 else None
        if place is not None and place.claims == "always":
            component = self._components.of_rule(place)
        else:
            component = self._of_package(self._ownership.packages[package], place)
        self._of_packages[package][position] = component
        return component

    def _of_package(self, package: Package, place: Rule | None) -> int:
        is_library = package.system in SYSTEMS
        named = self._package_rules.of(f"{package.system}:{package.name}" if is_library else package.name)
        if named is not None and place is not None and self._components.runs(named, None if is_library else True):
            named = None
        if named is not None and named.naming == "component":
            return self._components.of_rule(named, None if is_library else True)
        if is_library and named is None and place is not None and place.naming == "component":
            if not package.development:
                return self._components.of_rule(place, None)
            place = None
        if is_library:
            return self._components.of_library(package, named or place, self._application_of.holds(package.place))
        return self._components.of_package(package, named or place)
