"""What pip, uv, Poetry and setuptools installed, in any site-packages, virtual environment or ``--target``.

A wheel's ``NAME-VERSION.dist-info/RECORD`` lists all of its files, relative to the directory that holds it; scripts are
``../../../bin/flask``. Older installations left ``NAME-VERSION.egg-info`` with ``installed-files.txt``, or only the names of
top level modules. Files that are not listed (bytecode that was compiled later) lie below the packages that are.

Formats: PyPA "Recording installed projects", "Core metadata"; setuptools' "Internal structure of Python eggs".
"""

import re
from collections.abc import Iterable

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import all_resolved
from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text
from layerscope.core.paths import below, parent

_SITES = (b"site-packages", b"dist-packages")
_VENDORED = b"/_vendor/"
_DIRECTORY = expression(rb"(?P<name>.+?)(?:-(?P<version>[0-9][^-]*))?(?:-py[0-9].*)?\.(?:dist-info|egg-info|egg)")
_FIELD = expression(rb"^(Name|Version):[ \t]*([^\r\n]*)", re.MULTILINE)
_INITIAL = (b"/__init__.py", b"/__init__.pyi")
_MODULES = (b".py", b".pyi")
_NAME = expression(rb"(?!\.\.?\Z)[^/]+", re.DOTALL)
_MOST_MODULES = 1000


def is_record(path: bytes) -> bool:
    """Whether a path is a record of an installed distribution.

    What setuptools carries along in its ``_vendor`` is a part of setuptools. An egg-info outside of a site-packages directory
    that has no version in its name lies beside sources: it was left by building them.
    """
    if _VENDORED in path:
        return False
    if path.endswith((b".dist-info/RECORD", b".dist-info/METADATA")):
        return True
    site, _, name = _information(path).rpartition(b"/")
    return site.rpartition(b"/")[2] in _SITES or (b"-py" in name and _DIRECTORY.fullmatch(name) is not None)


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The distribution of a record; its name in the normal form of PEP 503."""
    directory = _information(path)
    site, _, base = directory.rpartition(b"/")
    leaf = path[len(directory) + 1 :]
    fields = _fields(content) if leaf not in _LISTS else {}
    name, version = _name_and_version(base)
    spelling = normalized(path_text(name or fields.get(b"Name", b"")).strip())
    number = path_text(version or fields.get(b"Version", b"")).strip()
    paths, trees = _LISTS.get(leaf, _of_nothing)(site, directory, content) if leaf else ([directory], [])
    return [Library(system="pip", name=spelling, version=number, paths=tuple(paths), trees=tuple(trees))] if spelling else []


def _name_and_version(directory: bytes) -> tuple[bytes | None, ...]:
    match = _DIRECTORY.fullmatch(directory)
    return match.group("name", "version") if match else (b"", b"")


_Belongings = tuple[list[bytes], list[bytes]]
"""The paths and the trees of a distribution."""


def _of_record(site: bytes, directory: bytes, content: bytes) -> _Belongings:
    paths = all_resolved(site, _listed(content))
    return paths, [directory, *package_trees(site, paths)]


def _of_installed_files(site: bytes, directory: bytes, content: bytes) -> _Belongings:
    paths = all_resolved(directory, content.splitlines())
    return paths, [directory, *package_trees(site, paths)]


def _of_top_level(site: bytes, directory: bytes, content: bytes) -> _Belongings:
    names = filter(_NAME.fullmatch, map(bytes.strip, content.splitlines()[:_MOST_MODULES]))
    modules = [below(site, name) for name in names]
    return [module + ending for module in modules for ending in _MODULES], [directory, *modules]


def _of_nothing(_site: bytes, directory: bytes, _metadata: bytes) -> _Belongings:
    return [], [directory]


_LISTS = {b"RECORD": _of_record, b"installed-files.txt": _of_installed_files, b"top_level.txt": _of_top_level}
"""The records that list what belongs to a distribution."""


def package_trees(site: bytes, paths: Iterable[bytes]) -> list[bytes]:
    """The topmost directories below ``site`` that are packages (hold an ``__init__.py``) among the paths of a distribution.

    A namespace directory, which several distributions share (``google/``), has none and is not among them.
    """
    prefix = below(site, b"")
    trees: list[bytes] = []
    for tree in sorted({parent(path) + b"/" for path in paths if path.endswith(_INITIAL)} - {prefix}):
        if tree.startswith(prefix) and not tree.startswith(tuple(trees[-1:])):
            trees.append(tree)
    return [tree[:-1] for tree in trees]


def normalized(name: str) -> str:
    """The form in which two spellings of a project's name are equal (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _information(path: bytes) -> bytes:
    """The directory with a distribution's name: dist-info, egg-info or egg; or the egg-info file itself."""
    return path if path.endswith(b".egg-info") else parent(path).removesuffix(b"/EGG-INFO")


def _fields(metadata: bytes) -> dict[bytes, bytes]:
    """The first ``Name`` and ``Version`` of the head of core metadata."""
    head = re.split(rb"\r?\n\r?\n", metadata, maxsplit=1)[0]
    return dict(reversed(_FIELD.findall(head)))


def _listed(record: bytes) -> list[bytes]:
    """The paths of a RECORD: ``path,algorithm=digest,size`` lines, a path with a comma or quote between quotes."""
    if b'"' not in record:
        return list(filter(None, (line.partition(b",")[0] for line in record.splitlines())))
    import csv
    from contextlib import suppress

    paths: list[bytes] = []
    with suppress(csv.Error):
        paths.extend(path_bytes(row[0]) for row in csv.reader(path_text(record).splitlines()) if any(row[:1]))
    return paths
