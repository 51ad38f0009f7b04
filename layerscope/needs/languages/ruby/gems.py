"""Installed gems, and which of them an application loads: those of its Gemfile.lock, as Bundler does, or any."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from layerscope.core.names import path_bytes, path_text
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import names_in, read_text

_LARGEST_LOCK = 16 * 1024 * 1024
_FULL_NAME = re.compile(r"(?P<name>.+)-(?P<version>\d[\w.]*)(?:-(?P<platform>.+))?")
_LOCKED = re.compile(r"( {4}| {6}| {2})([^\s(!]+)(?: \(([^)]*)\))?!?")
_GROUP = re.compile(r"^\s*group[\s(]+(.+?)\)?\s+do\s*(?:#.*)?$")
_GEM = re.compile(r"^\s*gem[\s(]+['\"]([\w.-]+)['\"](.*)$")
_OPTION = re.compile(r"(?:groups?:|:groups?\s*=>)\s*(\[[^\]]*\]|%i\[[^\]]*\]|:\w+|['\"]\w+['\"])")
_OPENS = re.compile(r"\bdo\s*(?:\|.*\|)?\s*(?:#.*)?$|^\s*(?:if|unless|case|begin|def)\b")
_WORD = re.compile(r"\w+")


class Gem(NamedTuple):
    """An installed gem: ``home`` is the directory of gems that it lies in, ``full`` its name there; ``default`` ones belong to
    Ruby itself."""

    name: str
    version: str
    full: str
    home: bytes
    default: bool

    @property
    def specification(self) -> bytes:
        """The path of its ``.gemspec``."""
        return (
            self.home
            + (b"/specifications/default/" if self.default else b"/specifications/")
            + path_bytes(self.full)
            + b".gemspec"
        )


class Lock(NamedTuple):
    """A Gemfile.lock: the ``specifications`` of each gem by name (what it depends on), what the Gemfile asks for, and
    ``paths``, directories of gems that are part of the application."""

    specifications: dict[str, tuple[str, ...]]
    asked: tuple[str, ...]
    paths: tuple[str, ...]

    def closure(self, without: Iterable[str]) -> set[str]:
        """The names of all gems that are loaded, where the Gemfile's gems ``without`` are not."""
        left = frozenset(without)
        waiting = [name for name in self.asked if name not in left]
        found: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.specifications.get(name, ()))
        return found


def installed_gems(ledger: Ledger, homes: Iterable[bytes]) -> list[Gem]:
    """The gems in directories of gems, each directory once."""
    found: list[Gem] = []
    for home in dict.fromkeys(ledger.filesystem.trace(home).path for home in homes):
        for default in (False, True):
            directory = home + (b"/specifications/default" if default else b"/specifications")
            for name in names_in(ledger, directory):
                full = path_text(name)
                match = _FULL_NAME.fullmatch(full.removesuffix(".gemspec")) if full.endswith(".gemspec") else None
                if match is not None:
                    found.append(Gem(match["name"], match["version"], full.removesuffix(".gemspec"), home, default))
    return found


def read_lock(ledger: Ledger, path: bytes) -> Lock | None:
    """A Gemfile.lock of the image; None when it is not there or has no gems."""
    text = read_text(ledger, path, _LARGEST_LOCK)
    return parse_lock(text) if text is not None else None


def parse_lock(text: str) -> Lock | None:
    """A lock file by its indentation: gems at four, what they depend on at six, what is asked for at two spaces."""
    section, name = "", ""
    specifications: dict[str, list[str]] = {}
    asked: list[str] = []
    paths: list[str] = []
    for line in text.splitlines():
        if line and not line.startswith(" "):
            section = line.strip()
            continue
        if section in ("PATH", "GIT") and line.startswith("  remote: "):
            paths.extend([line[10:].strip()] if section == "PATH" else [])
            continue
        match = _LOCKED.fullmatch(line.rstrip())
        if match is None:
            continue
        depth = len(match[1])
        if section == "DEPENDENCIES" and depth == 2:
            asked.append(match[2])
        elif section in ("GEM", "PATH", "GIT") and depth == 4:
            name = match[2]
            specifications.setdefault(name, [])
        elif section in ("GEM", "PATH", "GIT") and depth == 6 and name:
            specifications[name].append(match[2])
    if not specifications:
        return None
    return Lock({key: tuple(values) for key, values in specifications.items()}, tuple(asked), tuple(paths))


def gems_of_groups(gemfile: str, groups: Iterable[str]) -> set[str]:
    """The gems that a Gemfile has in these groups and in no other; a gem outside of any group is in ``default``."""
    left = frozenset(groups)
    stack: list[tuple[str, ...]] = []
    found: set[str] = set()
    others: set[str] = set()
    for line in gemfile.splitlines():
        if match := _GROUP.match(line):
            stack.append(tuple(_WORD.findall(match[1])))
            continue
        if _OPENS.search(line) and not _GEM.match(line):
            stack.append(())
            continue
        if line.strip() == "end" and stack:
            stack.pop()
            continue
        if match := _GEM.match(line):
            inline = _OPTION.search(match[2])
            of = tuple(_WORD.findall(inline[1].removeprefix("%i"))) if inline else ()
            names = frozenset((*of, *(name for around in stack for name in around)))
            (found if names and names <= left else others).add(match[1])
    return found - others
