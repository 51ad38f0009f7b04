"""What ``closure.toml`` says, whose comments say what it means."""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import cache

from msgspec import Struct

from layerscope.core.names import path_bytes
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Ecosystem


class State(Struct, frozen=True):
    """Where the state of a system lies."""

    trees: tuple[str, ...]
    accounts: tuple[str, ...]
    skipped: tuple[str, ...]


class Integration(Struct, frozen=True):
    """What only an ``init`` system and its like read."""

    init: str
    files: tuple[str, ...]


class Knowledge(Struct, frozen=True, kw_only=True):
    """The tables of ``closure.toml``."""

    build: tuple[str, ...]
    handy: tuple[str, ...]
    recommended: tuple[str, ...]
    launchers: tuple[str, ...]
    system: tuple[str, ...]
    used: tuple[str, ...]
    state: State
    integration: Integration
    embedded: dict[Ecosystem, tuple[str, ...]]

    def is_tool(self, package: str) -> bool:
        """Whether people build or look around with a package."""
        return self.is_for_building(package) or self.is_handy(package)

    def is_for_building(self, package: str) -> bool:
        """Whether people build with a package."""
        return _one_of(self.build).match(package) is not None

    def is_handy(self, package: str) -> bool:
        """Whether people fetch, unpack or look around with a package."""
        return _one_of(self.handy).match(package) is not None

    def recommended_among(self, packages: Iterable[str]) -> frozenset[str]:
        """Those packages that count as needed where they are only recommended."""
        return frozenset(filter(_one_of(self.recommended).match, packages))

    def embedded_by(self, packages: Iterable[str]) -> frozenset[Ecosystem]:
        """The languages whose code programs of the packages load."""
        names = list(packages)
        return frozenset(language for language, shapes in self.embedded.items() if any(map(_one_of(shapes).match, names)))

    def is_integration(self, path: bytes) -> bool:
        """Whether only an init system, a person's shell or a desktop reads what lies at a path."""
        return _one_path_of(self.integration.files).match(path) is not None

    def is_used(self, path: bytes) -> bool:
        """Whether programs read what lies at a path, although it looks like documentation or a part of a build."""
        return _one_path_of(self.used).match(path) is not None

    def is_skipped(self, path: bytes) -> bool:
        """Whether no program reads what lies at a path, whatever it is."""
        return _one_path_of(self.state.skipped).match(path) is not None


@cache
def _one_of(shapes: tuple[str, ...]) -> re.Pattern[str]:
    """Fits whatever one of the globs fits."""
    return re.compile("|".join(map(translate, shapes)))


@cache
def _one_path_of(shapes: tuple[str, ...]) -> re.Pattern[bytes]:
    """As :func:`_one_of`, for paths."""
    return re.compile(path_bytes(_one_of(shapes).pattern))


@cache
def knowledge() -> Knowledge:
    """Reads ``closure.toml`` once."""
    return read_table(__file__, "closure.toml", Knowledge)
