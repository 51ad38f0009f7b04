"""Which module a Go package belongs to, and what each module's code takes."""

from collections.abc import Iterable, Mapping

from layerscope.core.names import path_text
from layerscope.layers.binaries.gobuild import GoBuild, GoModule
from layerscope.layers.binaries.model import Module, Package

STANDARD = "std"
"""What Go calls the module of its standard library."""

_FORGES = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "golang.org")
"""Hosts whose modules have two more elements in their paths; others' have one, as a rule."""

_MOST_ELEMENTS = 64


def modules_of(sizes: Mapping[bytes, tuple[int, int]], build: GoBuild) -> tuple[tuple[Module, ...], tuple[Package, ...]]:
    """The modules and packages of a program, the largest first; ``sizes`` are bytes and functions by package path.

    A package's module is the longest path among the build's modules that it begins with. Where the build information does not
    tell of it, a path that begins with a host's name has that host's module, without a version; everything else is Go's own.
    What was vendored without modules has the path of its vendor in front, which does not count.
    """
    known = {module.path: module for module in build.dependencies}
    main = build.main or GoModule(_repository(build.path) or build.path or "main", "")
    known[main.path] = main
    packages = []
    for raw, (size, functions) in sizes.items():
        name = path_text(raw)
        owner = main.path if name == "main" else _module(name, known)
        packages.append(Package(build.path or name if name == "main" else name, owner, size, functions))
    packages.sort(key=lambda package: (-package.size, package.name))
    return _sum_up(packages, known, build.version), tuple(packages)


def _module(package: str, known: Mapping[str, GoModule]) -> str:
    path = package = package.rpartition("/vendor/")[2]
    for _ in range(_MOST_ELEMENTS):
        if path in known:
            return path
        path = path.rpartition("/")[0]
        if not path:
            break
    return _repository(package) or STANDARD


def _repository(path: str) -> str:
    """The module that a path would have by its host's habits, "" without a host."""
    elements = path.split("/", 3)
    if "." not in elements[0]:
        return ""
    deep = elements[0] in _FORGES or (elements[0] == "gopkg.in" and ".v" not in "".join(elements[1:2]))
    return "/".join(elements[: 3 if deep else 2])


def _sum_up(packages: Iterable[Package], known: Mapping[str, GoModule], go_version: str) -> tuple[Module, ...]:
    sizes: dict[str, list[int]] = {path: [0, 0] for path in known}
    for package in packages:
        total = sizes.setdefault(package.module, [0, 0])
        total[0] += package.size
        total[1] += package.functions
    rest = {STANDARD: GoModule(STANDARD, go_version)}
    modules = [
        Module(path, module.version, size, functions, module.replaced_by)
        for path, (size, functions) in sizes.items()
        for module in (known.get(path) or rest.get(path) or GoModule(path, ""),)
    ]
    return tuple(sorted(modules, key=lambda module: (-(module.size or 0), module.name)))
