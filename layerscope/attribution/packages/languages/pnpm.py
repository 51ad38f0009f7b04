"""Which of pnpm's packages only developing needs: ``node_modules/.pnpm/lock.yaml``, its record of what is installed.

Each package lies in ``.pnpm/NAME@VERSION/node_modules/NAME``, with its package.json; the directory's name is the lock file's
key in a form that a file system can hold. Version 6 (pnpm 8) marks packages with ``dev``; version 9 (pnpm 9 and 10) lists what
the projects need in ``importers`` and what packages need in ``snapshots``.

pnpm writes the file in one fixed layout, which is read by its indentation: 4 ms for 1,000 packages. A YAML library would be one
more dependency and 40 times as slow.

Format: pnpm's ``@pnpm/lockfile.types`` and ``@pnpm/dependency-path``.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from layerscope.attribution.packages.languages.development import needed_only_for, short_lines
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import is_installed
from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes
from layerscope.core.paths import below, parent

_RECORD = b"node_modules/.pnpm/lock.yaml"
_LINE = expression(r"( *)(?:'([^']*)'|([^\s'\"#-].*?)):(?: +(\S.*))?")
_LINE_LENGTH = 4096
_PRODUCTION = ("dependencies", "optionalDependencies")
_LONGEST = 120


class _Lock:
    """Keys of packages: those that are ``marked`` for developing, those that projects need, those that each package needs."""

    def __init__(self) -> None:
        self.marked: set[str] = set()
        self.production: set[str] = set()
        self.development: set[str] = set()
        self.needs: defaultdict[str, list[str]] = defaultdict(list)

    def take(self, where: Sequence[str], key: str, value: str) -> None:
        """Takes what one line says; ``where`` are the keys above it, from the section on."""
        match where:
            case ("packages", entry) if (key, value) == ("dev", "true"):
                self.marked.add(entry)
            case ("snapshots", entry, group) if group in _PRODUCTION:
                self.needs[entry].append(_key(key, value))
            case ("importers", _, group, item) if key == "version" and not value.startswith("link:"):
                (self.production if group in _PRODUCTION else self.development).add(_key(item, value))


def is_record(path: bytes) -> bool:
    """Whether a path is such a lock file."""
    return path == _RECORD or (path.endswith(b"/" + _RECORD) and not is_installed(path.removesuffix(_RECORD)))


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The packages that only developing needs."""
    lock = _read(content)
    keys = lock.marked | needed_only_for(lock.development, lock.production, lambda key: lock.needs.get(key, ()))
    return [library for key in sorted(keys) for library in _library(parent(path), key)]


def _read(content: bytes) -> _Lock:
    lock = _Lock()
    where: list[str] = []
    for line in filter(None, map(_LINE.fullmatch, short_lines(content, _LINE_LENGTH))):
        depth, key = len(line[1]) // 2, line[2] or line[3]
        del where[depth:]
        if len(where) == depth:
            lock.take(where, key, (line[4] or "").strip("'\""))
            where.append(key)
    return lock


def _key(name: str, version: str) -> str:
    """The key of a needed package: ``NAME@VERSION``; a package under another name is written with its own."""
    return version if "@" in version.partition("(")[0][1:] else f"{name}@{version}"


def _library(store: bytes, key: str) -> Iterator[Library]:
    at = key.lstrip("/").partition("(")[0]
    name, _, version = at[:1] + at[1:].partition("@")[0], "", at[1:].partition("@")[2]
    if name and version and "/../" not in f"/{name}/":
        trees = (f"{directory}/node_modules/{name}" for directory in _directories(key.lstrip("/")))
        encoded = tuple(below(store, path_bytes(tree)) for tree in trees)
        yield Library(system="npm", name=name, version=version, trees=encoded, development=True)


def _directories(key: str) -> Iterator[str]:
    """What the directory of a package may be called: long names, and those with capitals, end in a digest of two kinds."""
    name = re.sub(r'[\\/:*?"<>|#]', "+", key)
    if "(" in name:
        name = re.sub(r"\)\(|\(|\)", "_", name.removesuffix(")"))
    if len(name) <= _LONGEST and name == name.lower():
        yield name
        return
    from base64 import b32encode
    from hashlib import md5, sha256

    encoded = path_bytes(name)
    base32 = b32encode(md5(encoded, usedforsecurity=False).digest()).decode().rstrip("=").lower()
    yield f"{name[: _LONGEST - len(base32) - 1]}_{base32}"
    yield f"{name[: _LONGEST - 33]}_{sha256(encoded).hexdigest()[:32]}"
