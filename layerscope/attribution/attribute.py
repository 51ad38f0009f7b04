"""One owner for every entry of an image.

What decides, the first that applies:

1. A place that is one thing (catalogue rules with ``strength = "tree"`` that claim files always): the Go toolchain
   below /usr/local/go, documentation, caches, whatever installed them.
2. For a file that a package of the operating system owns (dpkg, apk, rpm): a place that is always what it is
   (``claims = "always"``: debug symbols, package caches); else the rule for the package, under the package's name (gcc-12 is
   toolchain); else a place that refines (a static library is toolchain, and keeps its package's name), also where the package
   is what the image runs (the headers of a Python that is the runtime); else the package is part of the operating system.
   What COPY and ADD put over a file of a package that a lower layer installed is not the package's (nginx's index.html).
3. For a file that a library has (pip, conda, npm, gem, composer, nuget, jar) and no such package: the same order, with the
   rules for packages of that system (``npm:typescript``). Where no rule says more, it is a ``dev-dependency`` when a lock file
   says so, else a ``dependency``; but ``toolchain`` where the image runs nothing that would load it and it lies in none of the
   application's directories.
4. For a file that no package lists: the file that the image starts is the application; else the most specific place of the
   catalogue; else what COPY and ADD brought after the base image is the application; else the places that take what is left:
   the application's directories, and the operating system's (``strength = "rest"``).
5. Else a symbolic link belongs to the owner of what it leads to, and everything else is unknown.

A rule with a ``role`` gives its files another category when the image runs that role (``WHEN_RUN`` of the catalogue, and
:mod:`layerscope.attribution.roles`): the same interpreter is ``runtime`` in the image of a Python program and ``toolchain``
where a build tool brought it along. For packages of the operating system that counts when the interpreter that runs is one of
theirs, for other files when it is not. A started file is not the application where a place with a role takes it that the image
runs; a started jar is the application, whatever library it could be.

The package or library is the one that had the path when the file's layer was made
(:mod:`layerscope.attribution.packages.ownership`): a listed path before a directory, of directories the nearest. Directories
hold no bytes and follow the places alone. A hard link is attributed by its own name; its bytes count once, at the name that
stores them.
"""

import posixpath
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain

from msgspec.structs import replace

from layerscope.attribution.application import find_application
from layerscope.attribution.catalogue import Rule, rules
from layerscope.attribution.model import Attribution, Component
from layerscope.attribution.naming import UNKNOWN, Components
from layerscope.attribution.packages.ownership import Ownership, read_ownership
from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.roles import find_roles
from layerscope.attribution.rules.decisions import Decisions
from layerscope.attribution.rules.locations import component_paths
from layerscope.attribution.rules.places import PackageRules, places_for
from layerscope.attribution.totals import Totals
from layerscope.attribution.versions import Versions
from layerscope.credentials import mask, spans_of
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.layers.index import Kind, LayerIndex
from layerscope.sources.image import Config


def attribute(
    filesystem: Filesystem, config: Config, history: History, catalogue: tuple[Rule, ...] | None = None
) -> Attribution:
    """The owner of every entry, and the sums over them: Σ live + shadowed is what all layers store.

    ``catalogue`` are the rules, layerscope's own by default.
    """
    catalogue = rules() if catalogue is None else catalogue
    ownership = read_ownership(filesystem)
    application = find_application(filesystem, config, history)
    roles = find_roles(filesystem, config, application.roots, lambda entry: _packaged(filesystem, ownership, entry))
    environment = config.environment()
    versions = Versions(filesystem, ownership.packages, environment)
    places = places_for(catalogue, application.roots, environment)
    package_rules = PackageRules(catalogue)
    components = Components(ownership.packages, package_rules, roles, versions)
    decisions = Decisions(filesystem, ownership, application, components, places)
    owners = [decisions.of_layer(layer, index) for layer, index in enumerate(filesystem.indexes)]
    for entry in roles.started.union(map(filesystem.holder, roles.started)):
        if decisions.is_application(filesystem.layers[entry], filesystem.paths[entry]):
            owners[filesystem.layers[entry]][filesystem.row(entry)] = decisions.application
    _follow_links(filesystem, owners, components.number(UNKNOWN))
    named = _masked(components.all())
    totals = Totals(filesystem, owners)
    sizes = totals.component_sizes(component_paths(filesystem, owners, decisions.directories(), len(named)), named)
    owner = array("i", chain.from_iterable(owners))
    return Attribution(named, owner, sizes, totals.categories_by_layer(named))


def _masked(components: tuple[Component, ...]) -> tuple[Component, ...]:
    """The components, with credentials masked in their names: a version may be the URL that pip was given."""
    if not spans_of("\n".join(component.title for component in components)):
        return components
    return tuple(
        replace(item, name=mask(item.name), version=mask(item.version), package=mask(item.package)) for item in components
    )


def _follow_links(filesystem: Filesystem, owners: list[list[int]], unknown: int) -> None:
    """Gives symbolic links without an owner to the owner of what they lead to."""
    for index, of_layer in zip(filesystem.indexes, owners, strict=True):
        for row in _symlinks_of(unknown, index, of_layer):
            entry = filesystem.resolve(posixpath.join(index.directories[index.parents[row]], index.links[row]))
            if entry is not None:
                of_layer[row] = owners[filesystem.layers[entry]][filesystem.row(entry)]


def _symlinks_of(owner: int, index: LayerIndex, of_layer: Sequence[int]) -> Iterator[int]:
    return (row for row in index.links if of_layer[row] == owner and index.kinds[row] == Kind.SYMLINK)


def _packaged(filesystem: Filesystem, ownership: Ownership, entry: int) -> bool:
    """Whether a package of the operating system owns an entry."""
    package = ownership.of(filesystem.layers[entry], ownership.canonical(filesystem.paths[entry]))
    return package is not None and package.system not in SYSTEMS
