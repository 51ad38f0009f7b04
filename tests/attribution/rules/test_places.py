"""Rules made ready for an image: conditions, packages of languages, versions, and the mistakes that a rule may hold."""

import pytest

from layerscope.attribution.catalogue import CatalogueError, Rule, parse
from layerscope.attribution.naming import Components
from layerscope.attribution.packages.ownership import Package
from layerscope.attribution.roles import Roles
from layerscope.attribution.rules.patterns import endings
from layerscope.attribution.rules.places import OWNED, UNOWNED, PackageRules, directories_beside, names_beside, places_for
from tests.support.archives import Entry, layer_tar
from tests.support.attributions import files
from tests.support.layers import index_of, stacked


def rule(identity: str = "LS199", **fields: object) -> Rule:
    """A rule of the toolchain; ``fields`` add to it."""
    known: dict[str, object] = {
        "id": identity,
        "name": identity.lower(),
        "category": "toolchain",
        "component": "X",
        "why": "So.",
    }
    made = Rule(**(known | {"samples": ()} | fields))  # type: ignore[arg-type]
    return made._replace(endings=tuple(ending for glob in made.globs for ending in endings(glob)))


# What lies beside


def test_directories_are_known_by_the_names_and_endings_in_them_in_any_layer() -> None:
    rules = [rule("LS101", beside=("*.csproj", "Cargo.toml")), rule("LS102", beside=("pom.xml",))]
    bits = names_beside(rules)
    first: list[Entry] = files(["/src/api/api.csproj", "/src/pom.xml", "/src/xpom.xml", "/src/.csproj/x", "/pom.xml"])
    second: list[Entry] = [("src/api/.wh.api.csproj", b""), *files(["/src/api/Cargo.toml"])]
    found = directories_beside([index_of(layer_tar(layer)) for layer in (first, second)], bits)
    assert found == {b"src/api": bits["*.csproj"] | bits["Cargo.toml"], b"src": bits["pom.xml"], b"": bits["pom.xml"]}


@pytest.mark.parametrize(
    "directory", ["usr/share/x", "usr/lib/x", "app/node_modules/x", "opt/venv/lib/python3/site-packages/x"]
)
def test_nobody_looks_where_no_project_lies(directory: str) -> None:
    bits = names_beside([rule(beside=("pom.xml",))])
    assert directories_beside([index_of(layer_tar(files([f"/{directory}/pom.xml"])))], bits) == {}


def test_what_has_to_lie_beside_makes_a_glob_more_specific() -> None:
    rules = [rule("LS101", globs=("**/obj/**",), beside=("*.csproj",)), rule("LS102", globs=("$APP/**/*.cs",))]
    places = places_for(rules, [b"app"], {})
    state = places.matcher.root.inside(b"app", 1).inside(b"obj")
    assert places.rules[state.view(UNOWNED)[b"made.cs"]].id == "LS101"
    assert places.rules[places.matcher.root.inside(b"app").inside(b"obj").view(UNOWNED)[b"made.cs"]].id == "LS102"


# The order of rules


def test_trees_come_first_and_the_rest_last_and_for_owned_files_those_that_refine() -> None:
    rules = [
        rule("LS101", globs=("/a/**",), strength="tree", claims="always"),
        rule("LS102", globs=("/a/b/c/**", "/x/**"), claims="refines"),
        rule("LS103", globs=("/x/y/z/w/**",), strength="rest"),
        rule("LS104", globs=("**/*.log",), claims="always"),
    ]
    places = places_for(rules, [], {})

    def of(path: bytes) -> tuple[str, str]:
        *directories, name = path.split(b"/")
        state = places.matcher.root
        for directory in directories:
            state = state.inside(directory)
        unowned, owned = state.view(UNOWNED)[name], state.view(OWNED)[name]
        return places.rules[unowned].id if unowned >= 0 else "", places.owned[owned].id if owned >= 0 else ""

    assert of(b"a/b/c/d.log") == ("LS101", "LS101")
    assert of(b"x/y.log") == ("LS104", "LS104")
    assert of(b"x/y/z/w/v") == ("LS102", "LS102")
    assert of(b"nowhere") == ("", "")


def test_a_variable_that_is_no_directory_below_another_stands_for_nothing() -> None:
    rules = [rule(globs=("$CACHE/**",))]
    for value, taken in (
        ("/var/cache/x", True),
        ("/var/cache/x/", True),
        ("/", False),
        ("/var", False),
        ("", False),
        ("x/y", False),
    ):
        found = places_for(rules, [], {"CACHE": value}).matcher.find(b"var/cache/x/file") >= 0
        assert found is taken, value


# Packages


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("gcc", "LS101"),
        ("gcc-12", "LS102"),
        ("gcc-12-base", "LS103"),
        ("pip:gcc", None),
        ("pip:setuptools", "LS104"),
        ("setuptools", None),
        ("npm:@types/node", "LS105"),
        ("npm:types", None),
        ("jar:org.junit:junit", "LS106"),
        ("libfoo-perl", "LS107"),
        ("npm:libfoo-perl", None),
        ("g++-12", "LS108"),
        ("", None),
    ],
)
def test_an_exact_name_comes_before_a_glob_and_a_language_has_rules_of_its_own(name: str, identity: str | None) -> None:
    rules = [
        rule("LS101", packages=("gcc",)),
        rule("LS102", packages=("gcc-*",)),
        rule("LS103", packages=("gcc-*-base",)),
        rule("LS104", packages=("pip:{setuptools,wheel}",)),
        rule("LS105", packages=("npm:@types/*",)),
        rule("LS106", packages=("jar:*junit*",)),
        rule("LS107", packages=("lib*-perl",)),
        rule("LS108", packages=("g++-[0-9]*",)),
    ]
    found = PackageRules(rules).of(name)
    assert (found and found.id) == identity


# Versions


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("path:/opt/yarn-v*", "1.22.22"),
        ("path:/opt/missing-*", ""),
        ("package:gcc-[0-9]*", "12.2"),
        ("package:npm:npm", "10.8.2"),
        ("package:npm", ""),
        ("file:/opt/java/openjdk/release", "17.0.13+11"),
        ("file:/opt/java", ""),
        ("env:TOOL_VERSION", "3.9.1"),
    ],
)
def test_a_version_is_found_in_files_names_packages_and_the_environment(source: str, version: str) -> None:
    release = b'IMPLEMENTOR="Eclipse Adoptium"\nIMPLEMENTOR_VERSION="Temurin-17.0.13+11"\nJAVA_VERSION="17"\n'
    filesystem = stacked(layer_tar([("opt/java/openjdk/release", release), *files(["/opt/yarn-v1.22.22/bin/yarn"])]))
    packages = (Package("gcc-12", "12.2", "gcc", "dpkg", 0), Package("npm", "10.8.2", "npm", "npm", 0))
    roles = Roles({}, frozenset())
    components = Components(filesystem, packages, {"TOOL_VERSION": "v3.9.1 (stable)"}, roles, PackageRules([]))
    number = components.of_rule(rule(version=(source,)))
    assert components.all()[number].version == version


# Mistakes

GOOD = """
[[rule]]
id = 'LS199'
name = 'x'
category = 'intermediate'
component = 'X'
globs = ['**/obj/**']
beside = ['*.csproj', 'Cargo.toml']
role = 'dotnet-sdk'
packages = ['npm:x', 'x-*']
why = 'Because.'
samples = ['/x/obj/y', 'package x-y']
"""


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("'npm:x'", "'nmp:x'"), "'nmp' is none of pip, conda, npm"),
        (("'dotnet-sdk'", "'Dotnet SDK'"), "the role 'Dotnet SDK' is not a word in lower case"),
        (("'intermediate'", "'docs'"), "a docs rule with a role: it would be the same"),
        (("role = 'dotnet-sdk'", "when_run = 'runtime'"), "'runtime' when it is run: a role has to go with it"),
        (("why", "when_run = 'run'\nwhy"), "'run' when it is run"),
        (("'*.csproj'", "'*/x'"), "beside '*/x' is neither a name nor an ending"),
        (("'*.csproj'", "'x*'"), "beside 'x*' is neither a name nor an ending"),
        (("'**/obj/**'", "'/app/obj/**'"), "beside what? the glob '/app/obj/**' has no **/"),
        (("why", "strength = 'tree'\nclaims = 'always'\nwhy"), "a tree always claims its files, whatever lies beside"),
        (("why", "version = ['path:x']\nwhy"), "the version source 'path:x' is none of"),
        (("'Cargo.toml'", ""), None),
    ],
)
def test_a_mistake_in_a_rule_is_one_clear_line(change: tuple[str, str], complaint: str | None) -> None:
    assert parse(GOOD, "theme.toml")[0].beside == ("*.csproj", "Cargo.toml")
    text = GOOD.replace(*change)
    if complaint is None:
        assert parse(text, "theme.toml")[0].beside == ("*.csproj",)
        return
    with pytest.raises(CatalogueError) as caught:
        parse(text, "theme.toml")
    assert complaint in caught.value.line()
    assert caught.value.line().startswith("theme.toml: rule LS199: ")
