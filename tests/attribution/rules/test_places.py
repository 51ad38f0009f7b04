"""Rules made ready for an image: conditions, the order of rules, and rules for packages."""

import pytest
from msgspec.structs import replace

from layerscope.attribution.catalogue import Rule
from layerscope.attribution.rules.globs import NONE
from layerscope.attribution.rules.patterns import endings
from layerscope.attribution.rules.places import OWNED, UNOWNED, PackageRules, directories_beside, names_beside, places_for
from tests.support.archives import Entry, layer_tar
from tests.support.attributions import files
from tests.support.layers import index_of


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
    return replace(made, endings=tuple(ending for glob in made.globs for ending in endings(glob)))


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
    assert places.unowned[state.view(UNOWNED)[b"made.cs"]].id == "LS101"
    assert places.unowned[places.matcher.root.inside(b"app").inside(b"obj").view(UNOWNED)[b"made.cs"]].id == "LS102"


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
        unowned, owned = (places.rule(order, state.view(order)[name]) for order in (UNOWNED, OWNED))
        return unowned.id if unowned else "", owned.id if owned else ""

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
        found = places_for(rules, [], {"CACHE": value}).matcher.find(b"var/cache/x/file") != NONE
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


# What stays ready


def test_an_image_whose_application_lies_in_the_same_places_finds_the_rules_ready_and_nothing_of_the_other_image() -> None:
    rules = [rule("LS101", globs=("$APP/*.cs",)), rule("LS102", globs=("$HERE/**",))]
    one, other = (places_for(rules, [b"app"], {"HERE": "/opt/x"}) for _ in range(2))
    assert other.unowned is one.unowned
    assert other.matcher.root.inside(b"app") is not one.matcher.root.inside(b"app")
    assert other.matcher.find(b"app/a.cs") == one.matcher.find(b"app/a.cs") != NONE


@pytest.mark.parametrize(("root", "here"), [(b"srv", "/opt/x"), (b"app", "/opt/y"), (b"app", "")])
def test_an_image_whose_application_lies_elsewhere_has_rules_of_its_own(root: bytes, here: str) -> None:
    rules = [rule("LS101", globs=("$APP/*.cs",)), rule("LS102", globs=("$HERE/**",))]
    places_for(rules, [b"app"], {"HERE": "/opt/x"})
    matcher = places_for(rules, [root], {"HERE": here}).matcher
    assert (matcher.find(b"app/a.cs") == NONE) == (root != b"app")
    assert matcher.find(b"opt/x/file") == NONE or here == "/opt/x"
