"""Installed gems, and which of them an application loads: those of its Gemfile.lock, as Bundler does, or any."""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import names_in, text_at

_LARGEST_LOCK = 16 * 1024 * 1024
_SPECIFICATION = expression(r"(?P<name>.+)-(?P<version>\d[\w.]*)(?:-(?P<platform>.+))?\.gemspec")
_LOCKED_NAME = expression(r"[^\s(!]+")
_GROUP = expression(r"^\s*group[\s(]+(.+?)\)?\s+do\s*(?:#.*)?$")
_GEM = expression(r"^\s*gem[\s(]+['\"]([\w.-]+)['\"](.*)$")
_OPTION = expression(r"(?:groups?:|:groups?\s*=>)\s*(\[[^\]]*\]|%i\[[^\]]*\]|:\w+|['\"]\w+['\"])")
_OPENS = expression(r"\bdo\s*(?:\|.*\|)?\s*(?:#.*)?$|^\s*(?:if|unless|case|begin|def)\b")
_WORD = expression(r"\w+")


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
        return _specifications(self.home, self.default) + path_bytes(f"/{self.full}.gemspec")


class Lock(NamedTuple):
    """A Gemfile.lock: the ``specifications`` of each gem by name (what it depends on), what the Gemfile asks for, and
    ``paths``, directories of gems that are part of the application."""

    specifications: dict[str, list[str]]
    asked: tuple[str, ...]
    paths: tuple[str, ...]

    def closure(self, without: Collection[str] = ()) -> set[str]:
        """The names of all gems that are loaded, where the Gemfile's gems ``without`` are not."""
        waiting, found = set(self.asked).difference(without), set[str]()
        while waiting:
            found |= waiting
            waiting = set(chain.from_iterable(self.specifications.get(name, ()) for name in waiting)) - found
        return found


def _specifications(home: bytes, default: bool) -> bytes:
    return home + (b"/specifications/default" if default else b"/specifications")


def installed_gems(ledger: Ledger, homes: Iterable[bytes]) -> Iterator[Gem]:
    """The gems in directories of gems, each directory once."""
    for home in dict.fromkeys(ledger.filesystem.trace(home).path for home in homes):
        yield from _gems_in(ledger, home, default=False)
        yield from _gems_in(ledger, home, default=True)


def _gems_in(ledger: Ledger, home: bytes, default: bool) -> Iterator[Gem]:
    for name in map(path_text, names_in(ledger, _specifications(home, default))):
        if match := _SPECIFICATION.fullmatch(name):
            yield Gem(match["name"], match["version"], name.removesuffix(".gemspec"), home, default)


def read_lock(ledger: Ledger, path: bytes) -> Lock | None:
    """A Gemfile.lock of the image; None when it is not there or has no gems."""
    return parse_lock(text_at(ledger, path, _LARGEST_LOCK))


def parse_lock(text: str) -> Lock | None:
    """A lock file by its indentation: gems at four, what they depend on at six, what is asked for at two spaces."""
    specifications: dict[str, list[str]] = {}
    asked, paths, depends = [], [], list[str]()
    for section, depth, line in _lock_lines(text):
        name = "".join(_LOCKED_NAME.findall(line)[:1])
        match section, depth:
            case "PATH", 2 if line.startswith("remote: "):
                paths.append(line.removeprefix("remote: ").strip())
            case "DEPENDENCIES", 2:
                asked.append(name)
            case (("GEM" | "PATH" | "GIT"), 4):
                depends = specifications.setdefault(name, [])
            case (("GEM" | "PATH" | "GIT"), 6):
                depends.append(name)
    return Lock(specifications, tuple(asked), tuple(paths)) if specifications else None


def _lock_lines(text: str) -> Iterator[tuple[str, int, str]]:
    """The lines of a lock file that stand in a section: its name, their indentation, and the rest."""
    section = ""
    for line in text.splitlines():
        rest = line.lstrip(" ")
        if rest == line:
            section = line.strip() or section
        else:
            yield section, len(line) - len(rest), rest.rstrip()


def gems_of_groups(gemfile: str, groups: Iterable[str]) -> set[str]:
    """The gems that a Gemfile has in these groups and in no other; a gem outside of any group is in ``default``."""
    without = frozenset(groups)
    gems = list(_grouped_gems(gemfile))
    others = {name for name, of in gems if not of or not of <= without}
    return {name for name, _ in gems} - others


def _grouped_gems(gemfile: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The gems of a Gemfile, each with the groups around it and those that it names itself."""
    around: list[list[str]] = []
    for line in gemfile.splitlines():
        if group := _GROUP.match(line):
            around.append(_WORD.findall(group[1]))
        elif gem := _GEM.match(line):
            yield gem[1], frozenset(_own_groups(gem[2])).union(*around)
        elif _OPENS.search(line):
            around.append([])
        elif line.strip() == "end":
            del around[-1:]


def _own_groups(options: str) -> list[str]:
    """The groups that the line of a gem names."""
    option = _OPTION.search(options)
    return _WORD.findall(option[1].removeprefix("%i")) if option else []
