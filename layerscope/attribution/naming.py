"""From rules and packages to components: what a person would call the files, and in which version."""

import re
from collections.abc import Mapping

from layerscope.attribution.catalogue import Rule
from layerscope.attribution.globs import alternatives, name_pattern
from layerscope.attribution.model import Component
from layerscope.attribution.packages.ownership import Package
from layerscope.filesystem.merged import Filesystem

_NEEDED = frozenset(("application", "dependency", "runtime", "os", "unknown"))
"""Categories of what a program may well need: nothing says why it would not."""

_VERSION = re.compile(r"\d\S*")

UNKNOWN = Component("unknown", "unknown")


class Components:
    """Collects components and numbers them, each once."""

    def __init__(self, filesystem: Filesystem, packages: tuple[Package, ...], environment: Mapping[str, str]) -> None:
        self._filesystem = filesystem
        self._packages = packages
        self._environment = environment
        self._numbers: dict[Component, int] = {}
        self._by_rule: dict[str, int] = {}

    def all(self) -> tuple[Component, ...]:
        """The components in the order of their numbers."""
        return tuple(self._numbers)

    def number(self, component: Component) -> int:
        """The component's number; a new one gets the next."""
        return self._numbers.setdefault(component, len(self._numbers))

    def of_rule(self, rule: Rule) -> int:
        """The component that a rule names itself."""
        known = self._by_rule.get(rule.id)
        if known is None:
            version = self._version(rule)
            component = Component(rule.category, rule.component, version, rule.ecosystem, rule.id, _why(rule))
            known = self._by_rule[rule.id] = self.number(component)
        return known

    def of_package(self, package: Package, rule: Rule | None) -> int:
        """A package's own component; ``rule`` says what the package, or this part of it, is for."""
        if rule is None:
            return self.number(Component("os", package.name, package.version, "os", package=package.name))
        return self.number(
            Component(rule.category, package.name, package.version, rule.ecosystem, rule.id, _why(rule), package.name)
        )

    def _version(self, rule: Rule) -> str:
        return next(filter(None, (self._version_from(source) for source in rule.version)), "")

    def _version_from(self, source: str) -> str:
        where, _, what = source.partition(":")
        if where == "package":
            pattern = re.compile("|".join(name_pattern(glob) for glob in alternatives(what)))
            return next((package.version for package in reversed(self._packages) if pattern.fullmatch(package.name)), "")
        text = self._environment.get(what, "") if where == "env" else self._first_line(what)
        match = _VERSION.search(text)
        return match.group() if match else ""

    def _first_line(self, path: str) -> str:
        """The first line of a file that was picked up, as the final filesystem has it, else the last layer that stored it."""
        name = path.lstrip("/").encode()
        entry = self._filesystem.visible.get(name)
        if entry is not None:
            content = self._filesystem.indexes[self._filesystem.layers[entry]].contents.get(self._filesystem.row(entry))
            return _line(content)
        for index in reversed(self._filesystem.indexes):
            for row, content in index.contents.items():
                if index.paths[row] == name:
                    return _line(content)
        return ""


def _line(content: bytes | None) -> str:
    return (content or b"").partition(b"\n")[0].decode("utf-8", "replace").strip()


def _why(rule: Rule) -> str:
    return "" if rule.category in _NEEDED else rule.why
