"""The packages of the image's system: their files as the final filesystem shows them, and what they depend on."""

from collections.abc import Container, Iterable, Iterator, Mapping

from msgspec import Struct

from layerscope.attribution.model import Attribution
from layerscope.attribution.packages.ownership import aliases_of
from layerscope.attribution.packages.registry import DATABASES, Database
from layerscope.attribution.packages.system.relations import Graph, read_graph
from layerscope.core.names import path_text
from layerscope.core.vocabulary import BUILD_CATEGORIES, Category
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.closure.knowledge import knowledge

_LEFT_OUT = frozenset((Category.DOCS, Category.CACHE))
_FOR_BUILDING = BUILD_CATEGORIES - _LEFT_OUT


class Installed(Struct, frozen=True, kw_only=True):
    """``graph`` is what packages ask of each other, ``files`` their entries, ``loose`` those of no package; all without
    directories. What of a package only people read, or only building needs, is left out of ``files``. ``owners`` are the
    packages by the entries that they list."""

    graph: Graph
    files: dict[str, list[int]]
    owners: dict[int, str]
    loose: list[int]

    def closure(self, names: Iterable[str]) -> dict[str, str]:
        """The packages among the names with all that they need, each with the package that asks for it."""
        return self.graph.closure(names, knowledge().recommended_among(self.graph.packages))

    def entries(self, names: Iterable[str]) -> list[int]:
        """The files of packages."""
        return [entry for name in names for entry in self.files.get(name, ())]

    @property
    def system(self) -> frozenset[str]:
        """The packages that no system is without, with all that they need."""
        return frozenset(self.graph.closure((*self.graph.system, *knowledge().system)))


def read_installed(filesystem: Filesystem, attribution: Attribution) -> Installed:
    """The packages of an image, whose bytes are attributed already."""
    graph, owners = read_graph(filesystem), dict(listed(filesystem))
    left_out = _integration(filesystem, graph)
    by_package: dict[str, list[int]] = {}
    for entry, package in owners.items():
        if entry not in left_out:
            by_package.setdefault(package, []).append(entry)
    files = {package: _used(entries, filesystem, attribution) for package, entries in by_package.items()}
    visible, kinds = filesystem.visible.values(), filesystem.kinds
    loose = [entry for entry in visible if kinds[entry] != Kind.DIRECTORY and entry not in owners and entry not in left_out]
    return Installed(graph=graph, files=files, owners=owners, loose=loose)


def _integration(filesystem: Filesystem, graph: Graph) -> frozenset[int]:
    """What only an init system and its like read, where the image has none."""
    if knowledge().integration.init in graph.packages:
        return frozenset()
    return frozenset(entry for path, entry in filesystem.visible.items() if knowledge().is_integration(path))


def listed(filesystem: Filesystem, wanted: Container[str] | None = None) -> Iterator[tuple[int, str]]:
    """The entries that the databases of the final filesystem list, each with its package; without directories. Where some
    packages are ``wanted``, only theirs."""
    aliases, visible, kinds = aliases_of(filesystem), filesystem.visible, filesystem.kinds
    for system in DATABASES.values():
        for stanza, paths in system.owned(_database(filesystem, system), aliases):
            name = path_text(stanza.name)
            is_wanted = wanted is None or name in wanted
            entries = (visible[path] for path in paths if path in visible) if is_wanted else ()
            yield from ((entry, name) for entry in entries if kinds[entry] != Kind.DIRECTORY)


def _database(filesystem: Filesystem, system: Database) -> Mapping[bytes, bytes]:
    """The files of a package database, as far as their contents were kept."""
    found = {path: filesystem.content(entry) for path, entry in filesystem.visible.items() if system.is_database(path)}
    return {path: content for path, content in found.items() if content is not None}


def _used(entries: list[int], filesystem: Filesystem, attribution: Attribution) -> list[int]:
    """The files of a package without what people read, and without headers and static libraries where that leaves anything but
    settings."""
    paths = filesystem.paths
    read = [entry for entry in entries if not _is_in(_LEFT_OUT, entry, attribution) or knowledge().is_used(paths[entry])]
    used = [entry for entry in read if not _is_in(_FOR_BUILDING, entry, attribution) or knowledge().is_used(paths[entry])]
    return read if all(paths[entry].startswith(b"etc/") for entry in used) else used


def _is_in(categories: frozenset[Category], entry: int, attribution: Attribution) -> bool:
    return attribution.component_of(entry).category in categories
