"""Names of settings that stand for credentials."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache

from msgspec import Struct

from layerscope.credentials.knowledge import knowledge


class _Patterns(Struct, frozen=True):
    """Names with a star in front, behind, both or none, sorted by that: no pattern has to be compiled."""

    inside: tuple[str, ...]
    endings: tuple[str, ...]
    beginnings: tuple[str, ...]
    whole: frozenset[str]

    @classmethod
    def of(cls, patterns: Iterable[str]) -> "_Patterns":
        """Sorts patterns."""
        stars: defaultdict[tuple[bool, bool], list[str]] = defaultdict(list)
        for pattern in patterns:
            stars[pattern.startswith("*"), pattern.endswith("*")].append(pattern.strip("*"))
        inside, endings, beginnings = map(tuple, (stars[True, True], stars[True, False], stars[False, True]))
        return cls(inside, endings, beginnings, frozenset(stars[False, False]))

    def has(self, name: str) -> bool:
        """Whether one of the patterns takes a name."""
        return (
            name in self.whole
            or name.endswith(self.endings)
            or name.startswith(self.beginnings)
            or any(map(name.__contains__, self.inside))
        )


@cache
def _names() -> tuple[_Patterns, _Patterns]:
    names = knowledge().names
    return _Patterns.of(names.secret), _Patterns.of(names.public)


@lru_cache(maxsize=4096)
def is_credential(name: str) -> bool:
    """Whether a setting of that name is a credential, by ``kinds.toml``."""
    wanted = plain(name)
    secret, public = _names()
    return secret.has(wanted) and not public.has(wanted)


def takes_whole_line(name: str) -> bool:
    """Whether a value of that name goes on behind spaces, as those of HTTP headers do."""
    return plain(name) in knowledge().names.whole_line


def plain(name: str) -> str:
    """A name as ``kinds.toml`` writes it."""
    return name.upper().replace("-", "_").replace(".", "_")


@cache
def _parts() -> tuple[str, ...]:
    """The shortest strings one of which every name of a credential has."""
    shortest: list[str] = []
    for part in sorted({pattern.strip("*") for pattern in knowledge().names.secret}, key=len):
        if not any(map(part.__contains__, shortest)):
            shortest.append(part)
    return tuple(shortest)


def may_name_one(text: str) -> bool:
    """Whether a text could have the name of a credential in it: quick, and never wrongly False."""
    return any(map(plain(text).__contains__, _parts()))
