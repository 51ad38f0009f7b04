"""What pip and its kin (uv, poetry, setuptools) installed, in any site-packages, virtual environment or ``--target``.

A wheel's ``NAME-VERSION.dist-info/RECORD`` lists all of its files, relative to the directory that holds it; scripts are
``../../../bin/flask``. Older installations left ``NAME-VERSION.egg-info`` with ``installed-files.txt``, or only the names of
top level modules. Files that are not listed (bytecode that was compiled later) lie below the packages that are.
``direct_url.json`` tells of what was not downloaded from an index: ``pip install .`` installs the application itself.

Formats: PyPA "Recording installed projects", "Direct URL", "Core metadata"; setuptools' "Internal structure of Python eggs".
"""

import re
from collections.abc import Iterable

import msgspec

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import all_resolved, below, parent
from layerscope.core.names import path_bytes, path_text

_SITES = (b"site-packages", b"dist-packages")
_VENDORED = b"/_vendor/"
_DIRECTORY = re.compile(rb"(?P<name>.+?)(?:-(?P<version>[0-9][^-]*))?(?:-py[0-9].*)?\.(?:dist-info|egg-info|egg)")
_FIELD = re.compile(rb"^(Name|Version):[ \t]*([^\r\n]*)", re.MULTILINE)
_INITIAL = (b"/__init__.py", b"/__init__.pyi")
_MODULES = (b".py", b".pyi")


class _DirectUrl(msgspec.Struct):
    dir_info: dict[str, bool] | None = None


def is_record(path: bytes) -> bool:
    """Whether a path tells of an installed distribution.

    What setuptools carries along in its ``_vendor`` is a part of setuptools. An egg-info outside of a site-packages directory
    that has no version in its name lies beside sources: it was left by building them.
    """
    if _VENDORED in path:
        return False
    if path.endswith((b".dist-info/RECORD", b".dist-info/METADATA", b".dist-info/direct_url.json")):
        return True
    directory = _information(path)
    site, _, name = directory.rpartition(b"/")
    return site.rpartition(b"/")[2] in _SITES or (b"-py" in name and _DIRECTORY.fullmatch(name) is not None)


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The distribution that a record tells of; its name in the normal form of PEP 503."""
    directory = _information(path)
    site, _, base = directory.rpartition(b"/")
    match = _DIRECTORY.fullmatch(base)
    name, version = (match["name"], match["version"] or b"") if match else (b"", b"")
    leaf = path[len(directory) + 1 :]
    if leaf == b"RECORD":
        paths = all_resolved(site, _listed(content))
        return _library(name, version, paths, (directory, *package_trees(site, paths)))
    if leaf == b"direct_url.json":
        found = _library(name, version, (), (directory,)) if _is_own(content) else []
        return [library._replace(own=True) for library in found]
    if leaf == b"installed-files.txt":
        paths = all_resolved(directory, content.splitlines())
        return _library(name, version, paths, (directory, *package_trees(site, paths)))
    if leaf == b"top_level.txt":
        modules = [line.strip() for line in content.splitlines()[:1000]]
        modules = [module for module in modules if module and b"/" not in module and module not in (b".", b"..")]
        files = (below(site, module + ending) for module in modules for ending in _MODULES)
        return _library(name, version, files, (directory, *(below(site, module) for module in modules)))
    head = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]
    fields: dict[bytes, bytes] = dict(reversed(_FIELD.findall(head)))
    name, version = name or fields.get(b"Name", b""), version or fields.get(b"Version", b"")
    if leaf == b"":
        return _library(name, version, (directory,), ())
    return _library(name, version, (), (directory,))


def package_trees(site: bytes, paths: Iterable[bytes]) -> list[bytes]:
    """The topmost directories below ``site`` that are packages (hold an ``__init__.py``) among the paths of a distribution.

    A namespace directory, which several distributions share (``google/``), has none and is not among them.
    """
    trees: list[bytes] = []
    prefix = site + b"/" if site else b""
    for tree in sorted({parent(path) + b"/" for path in paths if b"/__init__.py" in path and path.endswith(_INITIAL)}):
        if tree.startswith(prefix) and tree != prefix and not (trees and tree.startswith(trees[-1])):
            trees.append(tree)
    return [tree[:-1] for tree in trees]


def normalized(name: str) -> str:
    """The form in which two spellings of a project's name are equal (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _library(name: bytes, version: bytes, paths: Iterable[bytes], trees: Iterable[bytes]) -> list[Library]:
    if not name:
        return []
    return [Library("pip", normalized(path_text(name.strip())), path_text(version.strip()), tuple(paths), tuple(trees))]


def _information(path: bytes) -> bytes:
    """The directory with a distribution's name: dist-info, egg-info or egg; or the egg-info file itself."""
    return path if path.endswith(b".egg-info") else parent(path).removesuffix(b"/EGG-INFO")


def _is_own(direct_url: bytes) -> bool:
    """Whether a distribution was installed from a directory, not from an archive or a repository."""
    try:
        return msgspec.json.decode(direct_url, type=_DirectUrl).dir_info is not None
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return False


def _listed(record: bytes) -> list[bytes]:
    """The paths of a RECORD: ``path,algorithm=digest,size`` lines, a path with a comma or quote between quotes."""
    if b'"' not in record:
        return [path for line in record.splitlines() if (path := line.partition(b",")[0])]
    import csv
    from contextlib import suppress

    lines = path_text(record).splitlines()
    paths: list[bytes] = []
    with suppress(csv.Error):
        paths.extend(path_bytes(row[0]) for row in csv.reader(lines) if row and row[0])
    return paths
