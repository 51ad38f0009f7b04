"""From rules and packages to components: what a person would call the files, and in which version."""

from layerscope.attribution.catalogue import WHEN_RUN, Rule
from layerscope.attribution.model import Component
from layerscope.attribution.packages.ownership import Package
from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.roles import Roles
from layerscope.attribution.rules.places import PackageRules
from layerscope.attribution.versions import Versions
from layerscope.core.vocabulary import Category, Ecosystem

_NEEDED = frozenset((Category.APPLICATION, Category.DEPENDENCY, Category.RUNTIME, Category.OS, Category.UNKNOWN))
"""Categories of what a program may well need: nothing says why it would not."""

UNKNOWN = Component(category=Category.UNKNOWN, name="unknown")


class Components:
    """Collects components and numbers them, each once."""

    def __init__(self, packages: tuple[Package, ...], package_rules: PackageRules, roles: Roles, versions: Versions) -> None:
        self._package_rules = package_rules
        self._roles = roles
        self._versions = versions
        found = {package_rules.of(package.name) for package in packages if package.system not in SYSTEMS}
        self._installed = frozenset(rule.id for rule in filter(None, found))
        self._numbers: dict[Component, int] = {}
        self._by_rule: dict[tuple[str, Category], int] = {}

    def all(self) -> tuple[Component, ...]:
        """The components in the order of their numbers."""
        return tuple(self._numbers)

    def number(self, component: Component) -> int:
        """The component's number; a new one gets the next."""
        return self._numbers.setdefault(component, len(self._numbers))

    def category(self, rule: Rule, packaged: bool | None) -> Category:
        """The category of a rule's files: files of the operating system's packages, of none, or of a library (None).

        In the places of a rule that names packages, files that no package lists count as the packages' where one is installed.
        """
        if not rule.role or not self._roles.run(rule.role, self._counts_as(rule, packaged)):
            return rule.category
        return Category(rule.when_run or WHEN_RUN[rule.category])

    def _counts_as(self, rule: Rule, packaged: bool | None) -> bool | None:
        if rule.claims == "always":
            return None
        return rule.id in self._installed if packaged is False else packaged

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
                version=self._versions.of(rule.version),
                ecosystem=rule.ecosystem,
                rule=rule.id,
                why=_why(category, rule.why),
            )
            known = self._by_rule[rule.id, category] = self.number(component)
        return known

    def of_package(self, package: Package, place: Rule | None, held: bool) -> int:
        """The component of files of a package or library that lie in a ``place`` of a rule which refines.

        The rule for the package comes first, but where it only says that the image runs the package: then the place says what
        this part of it is for (the headers of a Python). ``held`` says that a library lies in a directory of the application.
        """
        named = self._rule_for(package, place)
        if named and named.naming == "component":
            return self.of_rule(named, _origin(package))
        if package.system not in SYSTEMS:
            return self._of_system(package, named or place)
        return self._of_library(package, named, place, held)

    def _rule_for(self, package: Package, place: Rule | None) -> Rule | None:
        """The rule that names a package, where it says more than the place."""
        rule = self._package_rules.of(f"{package.system}:{package.name}" if package.system in SYSTEMS else package.name)
        return None if rule and place and self.runs(rule, _origin(package)) else rule

    def _of_system(self, package: Package, rule: Rule | None) -> int:
        """A package of the operating system under its own name; ``rule`` says what it, or this part of it, is for."""
        if rule is None:
            return self._named(package, Category.OS, Ecosystem.OS)
        category = self.category(rule, packaged=True)
        return self._named(package, category, rule.ecosystem, rule.id, rule.why)

    def _of_library(self, library: Package, named: Rule | None, place: Rule | None, held: bool) -> int:
        if named or not place or place.naming != "component":
            return self._of_one_library(library, named or place, held)
        return self._of_one_library(library, None, held) if library.development else self.of_rule(place, None)

    def _of_one_library(self, library: Package, rule: Rule | None, held: bool) -> int:
        """A library under its own name."""
        ecosystem = SYSTEMS[library.system]
        if rule is not None:
            return self._named(library, self.category(rule, None), ecosystem, rule.id, rule.why)
        if library.development:
            return self._named(
                library, Category.DEV_DEPENDENCY, ecosystem, why="The lock file says that only developing needs it."
            )
        if held or self._roles.run(ecosystem):
            return self._named(library, Category.DEPENDENCY, ecosystem)
        return self._named(library, Category.TOOLCHAIN, ecosystem, why="Nothing that the image starts would load it.")

    def _named(self, package: Package, category: Category, ecosystem: Ecosystem, rule: str = "", why: str = "") -> int:
        """The component under a package's name."""
        return self.number(
            Component(
                category=category,
                name=package.name,
                version=package.version,
                ecosystem=ecosystem,
                rule=rule,
                why=_why(category, why),
                package=package.name,
            )
        )


def _origin(package: Package) -> bool | None:
    """Whether files are of a package of the operating system, None for those of a library."""
    return None if package.system in SYSTEMS else True


def _why(category: Category, why: str) -> str:
    return "" if category in _NEEDED else why
