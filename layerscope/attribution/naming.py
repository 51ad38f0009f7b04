"""From rules and packages to components: what a person would call the files, and in which version."""

import re
from collections.abc import Mapping

from layerscope.attribution.catalogue import WHEN_RUN, Rule
from layerscope.attribution.model import Component
from layerscope.attribution.packages.ownership import Package
from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.roles import Roles
from layerscope.attribution.rules.patterns import alternatives, name_pattern
from layerscope.attribution.rules.places import PackageRules
from layerscope.core.vocabulary import Category, Ecosystem
from layerscope.filesystem.merged import Filesystem

_NEEDED = frozenset((Category.APPLICATION, Category.DEPENDENCY, Category.RUNTIME, Category.OS, Category.UNKNOWN))
"""Categories of what a program may well need: nothing says why it would not."""

_VERSION = re.compile(r"\d[^\s\"',;]*")
_FIRST_BYTES = 4096

UNKNOWN = Component(category=Category.UNKNOWN, name="unknown")


class Components:
    """Collects components and numbers them, each once."""

    def __init__(
        self,
        filesystem: Filesystem,
        packages: tuple[Package, ...],
        environment: Mapping[str, str],
        roles: Roles,
        package_rules: PackageRules,
    ) -> None:
        self._filesystem = filesystem
        self._packages = packages
        self._environment = environment
        self._roles = roles
        found = {package_rules.of(package.name) for package in packages if package.system not in SYSTEMS}
        self._installed = frozenset(rule.id for rule in found if rule)
        self._numbers: dict[Component, int] = {}
        self._by_rule: dict[tuple[str, Category], int] = {}

    def all(self) -> tuple[Component, ...]:
        """The components in the order of their numbers."""
        return tuple(self._numbers)

    def number(self, component: Component) -> int:
        """The component's number; a new one gets the next."""
        return self._numbers.setdefault(component, len(self._numbers))

    def category(self, rule: Rule, packaged: bool | None) -> Category:
        """The category of a rule's files, which are of the operating system's packages, of none, or of a library (None).

        In the places of a rule that names packages, what nobody lists is theirs where such a package is installed.
        """
        if not rule.role:
            return Category(rule.category)
        if rule.claims == "always":
            packaged = None
        elif packaged is False and rule.id in self._installed:
            packaged = True
        runs = self._roles.run(rule.role, packaged)
        return Category(rule.when_run or WHEN_RUN[Category(rule.category)] if runs else rule.category)

    def runs(self, rule: Rule, packaged: bool | None) -> bool:
        """Whether the image runs the role of a rule, so that its files are not what they would be else."""
        return self.category(rule, packaged) != rule.category

    def of_rule(self, rule: Rule, packaged: bool | None = False) -> int:
        """The component that a rule names itself."""
        category = self.category(rule, packaged)
        known = self._by_rule.get((rule.id, category))
        if known is None:
            component = Component(
                category=category,
                name=rule.component,
                version=self._version(rule),
                ecosystem=Ecosystem(rule.ecosystem),
                rule=rule.id,
                why=_why(category, rule.why),
            )
            known = self._by_rule[rule.id, category] = self.number(component)
        return known

    def of_package(self, package: Package, rule: Rule | None) -> int:
        """A package's own component; ``rule`` says what the package, or this part of it, is for."""
        if rule is None:
            return self.number(
                Component(
                    category=Category.OS,
                    name=package.name,
                    version=package.version,
                    ecosystem=Ecosystem.OS,
                    package=package.name,
                )
            )
        category = self.category(rule, True)
        why = _why(category, rule.why)
        return self.number(
            Component(
                category=category,
                name=package.name,
                version=package.version,
                ecosystem=Ecosystem(rule.ecosystem),
                rule=rule.id,
                why=why,
                package=package.name,
            )
        )

    def of_library(self, library: Package, rule: Rule | None, held: bool) -> int:
        """A library's own component. ``held`` says that it lies in a directory of the application."""
        ecosystem = SYSTEMS[library.system]
        if rule is not None:
            category, why = self.category(rule, None), rule.why
        elif library.development:
            category, why = Category.DEV_DEPENDENCY, "The lock file says that only developing needs it."
        elif held or self._roles.run(ecosystem):
            category, why = Category.DEPENDENCY, ""
        else:
            category, why = Category.TOOLCHAIN, "Nothing that the image starts would load it."
        identity = rule.id if rule else ""
        why = _why(category, why)
        return self.number(
            Component(
                category=category,
                name=library.name,
                version=library.version,
                ecosystem=ecosystem,
                rule=identity,
                why=why,
                package=library.name,
            )
        )

    def _version(self, rule: Rule) -> str:
        return next(filter(None, (self._version_from(source) for source in rule.version)), "")

    def _version_from(self, source: str) -> str:
        where, _, what = source.partition(":")
        if where == "package":
            return self._of_installed(what)
        if where == "path":
            return self._of_names(what.encode())
        text = self._environment.get(what, "") if where == "env" else self._beginning(what)
        match = _VERSION.search(text)
        return match.group() if match else ""

    def _of_installed(self, glob: str) -> str:
        """The version of the last installed package that ``glob`` names."""
        system, colon, name = glob.partition(":")
        system, name = (system, name) if colon else ("", glob)
        pattern = re.compile("|".join(name_pattern(glob) for glob in alternatives(name)))
        for package in reversed(self._packages):
            if (package.system == system if system else package.system not in SYSTEMS) and pattern.fullmatch(package.name):
                return package.version
        return ""

    def _of_names(self, glob: bytes) -> str:
        """The first number in the last name of a directory that the glob takes, in any layer."""
        directory, _, last = glob.lstrip(b"/").rpartition(b"/")
        name = name_pattern(last.decode()).replace(".*", "[^/]*")
        pattern = re.compile(re.escape(directory + b"/") + name.encode() + rb"(?=/|\Z)", re.DOTALL)
        for index in reversed(self._filesystem.indexes):
            for path in index.directories:
                match = pattern.match(path)
                version = match and _VERSION.search(match.group()[len(directory) :].decode("utf-8", "replace"))
                if version:
                    return version.group()
        return ""

    def _beginning(self, path: str) -> str:
        """How a picked file begins, as the final filesystem has it, else the last layer that stored it."""
        name = path.lstrip("/").encode()
        entry = self._filesystem.visible.get(name)
        if entry is not None:
            return _text(self._filesystem.content(entry))
        for index in reversed(self._filesystem.indexes):
            for row, content in index.contents.items():
                if index.paths[row] == name:
                    return _text(content)
        return ""


def _text(content: bytes | None) -> str:
    return (content or b"")[:_FIRST_BYTES].decode("utf-8", "replace")


def _why(category: Category, why: str) -> str:
    return "" if category in _NEEDED else why
