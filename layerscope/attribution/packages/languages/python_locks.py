"""Which Python packages only developing needs, by the lock file of a project: Poetry's, PDM's, uv's or Pipenv's.

A lock file does not know where packages are installed, so these libraries have neither paths nor trees. pip's own requirement
files say nothing of the kind.

Formats: Poetry's poetry.lock (``category`` before 1.5, ``groups`` since 2.0), PDM's pdm.lock, uv's uv.lock, Pipenv's
Pipfile.lock. The three that are TOML are written in one fixed layout, of which a few keys are read: 4 ms for a uv.lock of
154 kB, where tomllib takes 25 ms.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from layerscope.attribution.packages.languages.development import needed_only_for
from layerscope.attribution.packages.languages.pip import normalized
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import is_installed
from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.core.untrusted import read_json

_DEVELOPING = frozenset(
    (
        *("dev", "develop", "development", "test", "tests", "testing", "lint", "linting", "linter"),
        *("typing", "types", "docs", "doc", "ci", "style", "format", "quality"),
    )
)
_KEY = expression(r'^(name|version|category) = "([^"\n]*)"', re.MULTILINE)
_GROUPS = expression(r"^groups = \[([^\]\n]*)\]", re.MULTILINE)
_TEXT = expression(r'"([^"\n]*)"')
_OF_PROJECT = expression(r"^source = \{ (?:virtual|editable) = ", re.MULTILINE)
_NEEDED = expression(r'\{ name = "([^"\n]*)"')
_TABLE = expression(r"^\[package\.([a-z-]+)[^\]\n]*\]\n", re.MULTILINE)
_GROUP = expression(r'^"?([\w.-]+)"? = (\[\n(?: .*\n)*\]|\[.*\])', re.MULTILINE)


class _Pinned(Struct):
    version: str = ""


class _Pipfile(Struct):
    default: dict[str, _Pinned] = {}
    develop: dict[str, _Pinned] = {}


class _Block(NamedTuple):
    """A ``[[package]]`` of uv.lock. ``needs`` are the names for production, ``develops`` those of its dependency groups."""

    name: str
    version: str
    project: bool
    needs: list[str]
    develops: list[str]


def is_record(path: bytes) -> bool:
    """Whether a path is one of these lock files."""
    return path.rpartition(b"/")[2] in _READERS and not is_installed(path)


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The packages that only developing needs."""
    developing = _READERS[path.rpartition(b"/")[2]](content)
    return [Library(system="pip", name=normalized(name), version=version, development=True) for name, version in developing]


def _blocks(content: bytes) -> list[str]:
    return path_text(content).replace("\r\n", "\n").split("[[package]]\n")[1:]


def _of_groups(content: bytes) -> Iterator[tuple[str, str]]:
    """Poetry and PDM name the groups that need a package; "main" and "default" are those of the program."""
    needed_by: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for block in _blocks(content):
        keys: dict[str, str] = dict(reversed(_KEY.findall(block)))
        groups = _GROUPS.search(block)
        package = keys.get("name", ""), keys.get("version", "")
        needed_by[package].update(_TEXT.findall(groups[1]) if groups else [keys.get("category", "main")])
    for package, names in needed_by.items():
        if package[0] and frozenset() < names <= _DEVELOPING:
            yield package


def _of_pipenv(content: bytes) -> Iterator[tuple[str, str]]:
    lock = read_json(content, _Pipfile) or _Pipfile()
    return ((name, it.version.removeprefix("==")) for name, it in lock.develop.items() if name not in lock.default)


def _of_uv(content: bytes) -> Iterator[tuple[str, str]]:
    """uv says what each package needs; its extras count as needed."""
    blocks = list(map(_block, _blocks(content)))
    needs: defaultdict[str, list[str]] = defaultdict(list)
    production: list[str] = []
    developing: list[str] = []
    for block in blocks:
        needs[block.name] += block.needs
        if block.project:
            production += block.needs
            developing += block.develops
    only = needed_only_for(developing, production, needs.__getitem__)
    return ((block.name, block.version) for block in blocks if block.name in only and not block.project)


def _block(block: str) -> _Block:
    """The package's own keys come first, then its tables; ``metadata`` repeats what was asked for."""
    own, *tables = _TABLE.split(block)
    keys: dict[str, str] = dict(reversed(_KEY.findall(own)))
    needs: list[str] = _NEEDED.findall(own)
    develops: list[str] = []
    for table, content in zip(tables[::2], tables[1::2], strict=True):
        if table == "optional-dependencies":
            needs += _NEEDED.findall(content)
        for group, names in _GROUP.findall(content) if table == "dev-dependencies" else ():
            (develops if group in _DEVELOPING else needs).extend(_NEEDED.findall(names))
    return _Block(keys.get("name", ""), keys.get("version", ""), _OF_PROJECT.search(own) is not None, needs, develops)


_READERS = {b"poetry.lock": _of_groups, b"pdm.lock": _of_groups, b"uv.lock": _of_uv, b"Pipfile.lock": _of_pipenv}
