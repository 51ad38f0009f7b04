"""Components: what files are called and which category they get, by rules, packages and what the image runs."""

from typing import Any

import pytest
from msgspec.structs import replace

from layerscope.attribution.catalogue import Rule
from layerscope.attribution.model import Component
from layerscope.attribution.naming import Components
from layerscope.attribution.packages.ownership import Package
from layerscope.attribution.roles import Roles
from layerscope.attribution.rules.places import PackageRules
from layerscope.attribution.versions import Versions
from layerscope.core.vocabulary import Category, Ecosystem
from tests.support.archives import layer_tar
from tests.support.layers import stacked

GCC = Package(name="gcc-12", version="12.2.0", system="dpkg", layer=0)
FLASK = Package(name="flask", version="3.0.0", system="pip", layer=0)
BY_IMAGE = frozenset((False,))
"""A program that no package of the operating system owns runs the role."""


def rule(**fields: Any) -> Rule:
    known = {"id": "LS199", "name": "x", "category": Category.TOOLCHAIN, "component": "X", "why": "It builds.", "samples": ()}
    return Rule(**(known | fields))


def components(
    *rules: Rule, running: dict[str, frozenset[bool]] | None = None, installed: tuple[Package, ...] = ()
) -> Components:
    versions = Versions(stacked(layer_tar([])), installed, {"X_VERSION": "1.2"})
    return Components(installed, PackageRules(rules), Roles(running or {}, frozenset()), versions)


def named(package: Package, *rules: Rule, place: Rule | None = None, held: bool = False, **others: Any) -> Component:
    made = components(*rules, **others)
    number = made.of_package(package, place, held)
    return made.all()[number]


def test_a_component_is_numbered_once() -> None:
    made = components()
    first = made.of_rule(rule())
    assert made.of_rule(rule()) == first
    assert made.of_package(GCC, None, held=False) != first
    assert [item.name for item in made.all()] == ["X", "gcc-12"]


def test_a_rule_names_its_own_files_with_the_version_of_the_image() -> None:
    made = components()
    number = made.of_rule(rule(version=("env:X_VERSION",), ecosystem=Ecosystem.GO))
    assert made.all()[number] == Component(
        category=Category.TOOLCHAIN, name="X", version="1.2", ecosystem=Ecosystem.GO, rule="LS199", why="It builds."
    )


def test_what_the_image_runs_is_needed_and_nothing_says_why_not() -> None:
    made = components(running={"python": BY_IMAGE})
    number = made.of_rule(rule(role="python"))
    needed = made.all()[number]
    assert (needed.category, needed.why) == (Category.RUNTIME, "")
    as_dependency = rule(id="LS198", role="python", when_run="dependency")
    assert made.category(as_dependency, packaged=False) == Category.DEPENDENCY
    assert made.category(rule(role="node"), packaged=False) == Category.TOOLCHAIN


def test_unlisted_files_in_the_places_of_an_installed_package_follow_the_package() -> None:
    of_perl = rule(role="perl", packages=("perl",))
    perl = Package(name="perl", version="5.36", system="dpkg", layer=0)
    running = {"perl": frozenset((True,))}
    assert components(of_perl, running=running, installed=(perl,)).runs(of_perl, packaged=False)
    assert not components(of_perl, running=running).runs(of_perl, packaged=False)


def test_a_package_is_part_of_the_system_unless_a_rule_says_more() -> None:
    assert named(GCC).category == Category.OS
    found = named(GCC, rule(packages=("gcc-*",)))
    assert (found.category, found.name, found.version, found.rule) == (Category.TOOLCHAIN, "gcc-12", "12.2.0", "LS199")
    assert named(GCC, rule(packages=("gcc-*",), naming="component")).name == "X"


def test_the_rule_for_the_package_comes_before_its_place_but_where_the_image_runs_it() -> None:
    compiler = rule(packages=("gcc-12",), role="gcc")
    headers = rule(id="LS198", category=Category.DOCS)
    assert named(GCC, compiler, place=headers).rule == "LS199"
    assert named(GCC, compiler, place=headers, running={"gcc": frozenset((True,))}).rule == "LS198"


@pytest.mark.parametrize(
    ("library", "held", "running", "expected"),
    [
        (FLASK, False, {"python": BY_IMAGE}, Category.DEPENDENCY),
        (FLASK, True, {}, Category.DEPENDENCY),
        (FLASK, False, {}, Category.TOOLCHAIN),
        (replace(FLASK, development=True), True, {"python": BY_IMAGE}, Category.DEV_DEPENDENCY),
    ],
)
def test_a_library_is_a_dependency_of_what_runs_or_holds_it(
    library: Package, held: bool, running: dict[str, frozenset[bool]], expected: Category
) -> None:
    found = named(library, held=held, running=running)
    assert (found.category, found.ecosystem) == (expected, Ecosystem.PYTHON)


def test_a_place_that_names_the_files_itself_leaves_development_dependencies_alone() -> None:
    stubs = rule(category=Category.DOCS, naming="component")
    assert named(FLASK, place=stubs).name == "X"
    assert named(replace(FLASK, development=True), place=stubs).name == "flask"
