"""Which gems only developing needs: the groups of a Gemfile, and what each gem needs by Gemfile.lock.

The lock file does not say in which groups a gem is. The Gemfile does, but it is a Ruby program of its author: its ``gem`` lines
and ``group`` blocks are read, as everybody writes them, and nothing is made of the rest.

Format: Bundler's gemfile(5) and ``Bundler::LockfileParser``.
"""

import re
from collections import defaultdict
from collections.abc import Mapping

from layerscope.attribution.packages.languages.development import needed_only_for, short_lines
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.relative import is_installed
from layerscope.core.expressions import expression
from layerscope.core.paths import below

_GEMFILES = {b"Gemfile": b"Gemfile.lock", b"gems.rb": b"gems.locked"}
_DEVELOPING = frozenset(("development", "test"))
_GEM_LINE = expression(r"\s*gem[ (]\s*(['\"])([^'\"]+)\1([^#]*)")
_GROUP_BLOCK = expression(r"\s*group[ (](.*?)\)?\s+do\b")
_GROUP_OPTION = expression(r"\b(?::groups?\s*=>|groups?:)\s*(\[[^\]]*\]|:\w+|['\"]\w+['\"])")
_BLOCK = expression(r"\s*(?:(?:if|unless|case)\b|[^#]*\bdo\b\s*(?:\|[^|]*\|)?\s*(?:#.*)?$)")
_END = expression(r"\s*end\b")
_LOCKED = expression(r"    (\S+) \(([^)\s-]+)[^)]*\)")
_LOCKED_NEED = expression(r"      ([^\s(!]+).*")
_LINE_LENGTH = 2000


def development(files: Mapping[bytes, bytes]) -> list[Library]:
    """The gems that only the groups ``development`` and ``test`` of a Gemfile need, by its lock file."""
    found: dict[Library, None] = {}
    for path, content in files.items():
        directory, _, name = path.rpartition(b"/")
        lock = files.get(below(directory, _GEMFILES.get(name, b"")))
        if lock is not None and not is_installed(path):
            production, developing = _asked_for(content)
            versions, needs = _locked(lock)
            for gem in sorted(needed_only_for(developing, production, needs.__getitem__) & versions.keys()):
                found[Library(system="gem", name=gem, version=versions[gem], development=True)] = None
    return list(found)


def _asked_for(gemfile: bytes) -> tuple[set[str], set[str]]:
    """The gems that a Gemfile asks for: for production (in any group but those for developing), and for developing."""
    production: set[str] = set()
    developing: set[str] = set()
    blocks: list[frozenset[str]] = []
    for line in short_lines(gemfile, _LINE_LENGTH):
        if gem := _GEM_LINE.match(line):
            option = _GROUP_OPTION.search(gem[3])
            groups = frozenset().union(*blocks, _words(option[1]) if option else ())
            (developing if groups and groups <= _DEVELOPING else production).add(gem[2])
        else:
            _nest(blocks, line)
    return production, developing


def _nest(blocks: list[frozenset[str]], line: str) -> None:
    """Opens or closes a block, where a line does; ``blocks`` are the groups that the open ones name."""
    if group := _GROUP_BLOCK.match(line):
        blocks.append(_words(group[1]))
    elif _BLOCK.match(line):
        blocks.append(frozenset())
    elif _END.match(line) and blocks:
        blocks.pop()


def _words(groups: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", groups.partition("optional")[0]))


def _locked(lock: bytes) -> tuple[dict[str, str], defaultdict[str, list[str]]]:
    """Each locked gem's version, and the names of the gems that it needs."""
    versions: dict[str, str] = {}
    needs: defaultdict[str, list[str]] = defaultdict(list)
    gem = ""
    for line in short_lines(lock, _LINE_LENGTH):
        if match := _LOCKED.fullmatch(line):
            gem = match[1]
            versions[gem] = match[2]
        elif gem and (match := _LOCKED_NEED.fullmatch(line)):
            needs[gem].append(match[1])
    return versions, needs
