"""One owner for every entry of an image.

What decides, the first that applies:

1. a place that is a thing of its own (catalogue rules with ``strength = "tree"`` that claim files always): the Go toolchain
   below /usr/local/go, documentation, caches, whoever installed them;
2. for a file that an OS package owns: a place that is always what it is (``claims = "always"``: debug symbols, package caches);
   else the rule for the package, under the package's name (gcc-12 is toolchain); else a place that refines (a static library
   is toolchain, and keeps its package's name); else the package is part of the operating system;
3. for a file that no package owns: the file that the image starts is the application; else the most specific place of the
   catalogue; else what COPY and ADD brought after the base image is the application; else the places that take what is left:
   the application's directories, and the operating system's (``strength = "rest"``);
4. else it is unknown.

The package is the one that owned the path when the file's layer was made (:mod:`layerscope.attribution.packages.ownership`).
Directories hold no bytes and follow the places alone. A hard link is attributed by its own name; its bytes count once, at the
name that stores them.
"""

from array import array
from typing import NamedTuple

from layerscope.attribution.application import Application, find_application
from layerscope.attribution.catalogue import Rule, rule, rules
from layerscope.attribution.globs import State
from layerscope.attribution.locations import component_paths
from layerscope.attribution.model import Attribution
from layerscope.attribution.naming import UNKNOWN, Components
from layerscope.attribution.packages.ownership import Ownership, read_ownership
from layerscope.attribution.places import PackageRules, places_for_owned, places_for_unowned
from layerscope.attribution.totals import categories_by_layer, component_sizes
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind, LayerIndex
from layerscope.sources.history import History
from layerscope.sources.image import Config

APPLICATION_RULE = "LS001"
LAYOUT_RULE = "LS914"

_DIRECTORY = int(Kind.DIRECTORY)


def attribute(filesystem: Filesystem, config: Config, history: History) -> Attribution:
    """The owner of every entry, and the sums over them: Σ live + shadowed is what all layers store."""
    ownership = read_ownership(filesystem)
    application = find_application(filesystem, config, history)
    components = Components(filesystem, ownership.packages, config.environment())
    decisions = _Decisions(ownership, application, components, config)
    owner = array("i")
    for layer, index in enumerate(filesystem.indexes):
        owner.extend(decisions.of_layer(layer, index))
    for entry in application.started:
        decisions.start(filesystem, entry, owner)
    named = components.all()
    sizes = component_sizes(filesystem, owner, component_paths(filesystem, owner, len(named)))
    return Attribution(named, owner, sizes, categories_by_layer(filesystem, owner, named))


class _Directory(NamedTuple):
    """What a directory says of its files: their one owner (-1 when it depends on the file), what the rules still ask, and the
    path in front of a name as the packages know it. Below a directory of one owner, all directories are the same."""

    everything: int
    unowned: State
    owned: State
    prefix: bytes


class _Decisions:
    """Decides entries, remembering what was decided for a rule, a package, a directory."""

    def __init__(self, ownership: Ownership, application: Application, components: Components, config: Config) -> None:
        roots = [root.decode("utf-8", "surrogateescape") for root in application.roots]
        environment = config.environment()
        self._unowned = places_for_unowned(rules(), roots, environment)
        self._owned = places_for_owned(rules(), roots, environment)
        self._package_rules = PackageRules(rules())
        self._ownership = ownership
        self._copied = application.copied
        self._components = components
        self._application = self._named(APPLICATION_RULE)
        self._layout = self._named(LAYOUT_RULE)
        self._by_package: dict[tuple[int, int], int] = {}
        self._directories = {b"": _Directory(-1, self._unowned.matcher.root, self._owned.matcher.root, b"")}

    def of_layer(self, layer: int, index: LayerIndex) -> list[int]:
        """The component's number for each row of a layer."""
        directories = [self._directory(path) for path in index.directories]
        packages, ever = self._ownership.layers[layer], self._ownership.ever
        by_package = self._by_package
        copied = layer in self._copied
        owners = []
        for path, kind, parent in zip(index.paths, index.kinds, index.parents, strict=True):
            everything, unowned, owned, prefix = directories[parent]
            if everything >= 0:
                owners.append(everything)
                continue
            if kind == _DIRECTORY:
                owners.append(self._of_directory(path))
                continue
            name = path.rpartition(b"/")[2]
            known = prefix + name
            package = packages.get(known)
            if package is None:
                package = ever.get(known)
                if package is None:
                    owners.append(self._of_unowned(unowned.find(name), copied))
                    continue
            key = (owned.find(name), package)
            component = by_package.get(key)
            owners.append(self._of_owned(*key) if component is None else component)
        return owners

    def start(self, filesystem: Filesystem, entry: int, owner: "array[int]") -> None:
        """Gives a file that the image starts to the application, unless a package or a place of its own has it."""
        for stored in {entry, filesystem.holder(entry)}:
            path = filesystem.paths[stored]
            directory = self._directory(path.rpartition(b"/")[0])
            known = directory.prefix + path.rpartition(b"/")[2]
            if directory.everything < 0 and self._ownership.of(filesystem.layers[stored], known) is None:
                owner[stored] = self._application

    def _directory(self, path: bytes) -> _Directory:
        missing = []
        while (found := self._directories.get(path)) is None:
            missing.append(path)
            path = path.rpartition(b"/")[0]
        for path in reversed(missing):
            if found.everything < 0:
                found = self._inside(found, path.rpartition(b"/")[2])
            self._directories[path] = found
        return found

    def _inside(self, above: _Directory, name: bytes) -> _Directory:
        unowned = self._unowned.matcher.inside(above.unowned, name)
        owned = self._owned.matcher.inside(above.owned, name)
        everything = -1
        if unowned.whole >= 0 and owned.whole >= 0:
            everything = self._components.of_rule(self._owned.rules[owned.whole])
        prefix = above.prefix + name if above.prefix else self._ownership.aliases.get(name, name)
        return _Directory(everything, unowned, owned, prefix + b"/")

    def _of_directory(self, path: bytes) -> int:
        """A directory belongs to the place that takes the names in it."""
        inside = self._directory(path)
        if inside.everything >= 0:
            return inside.everything
        position = inside.unowned.find(b"")
        return self._layout if position < 0 else self._components.of_rule(self._unowned.rules[position])

    def _named(self, identity: str) -> int:
        found = rule(identity)
        return self._components.of_rule(found) if found else self._components.number(UNKNOWN)

    def _of_unowned(self, position: int, copied: bool) -> int:
        if position < 0:
            return self._application if copied else self._components.number(UNKNOWN)
        place = self._unowned.rules[position]
        if copied and place.strength == "rest":
            return self._application
        return self._components.of_rule(place)

    def _of_owned(self, position: int, package_position: int) -> int:
        place = self._owned.rules[position] if position >= 0 else None
        if place is not None and place.claims == "always":
            component = self._components.of_rule(place)
        else:
            component = self._of_package(package_position, place)
        self._by_package[position, package_position] = component
        return component

    def _of_package(self, package_position: int, place: Rule | None) -> int:
        package = self._ownership.packages[package_position]
        named = self._package_rules.of(package.name)
        if named is not None and named.naming == "component":
            return self._components.of_rule(named)
        return self._components.of_package(package, named or place)
