"""The catalogue: every rule is whole, takes its own samples, and a mistake in one is named."""

import pytest

from layerscope.attribution.catalogue import CatalogueError, Rule, parse, rule, rules
from layerscope.attribution.places import PackageRules, places_for_unowned

GOOD = """
[[rule]]
id = 'LS199'
name = 'x'
category = 'toolchain'
component = 'X'
globs = ['/x/**']
why = 'Because.'
samples = ['/x/y']
"""

PREFIXES = {
    "1": {"toolchain"},
    "2": {"cache"},
    "3": {"source", "toolchain", "intermediate"},
    "5": {"docs"},
    "7": {"toolchain", "intermediate"},
    "9": {"os"},
}


@pytest.mark.parametrize("item", rules(), ids=lambda item: f"{item.id}-{item.name}")
def test_a_rule_says_why_and_takes_its_own_samples(item: Rule) -> None:
    assert item.why.endswith((".", ")")), "why is a sentence"
    places = places_for_unowned(rules(), ["app"], {"GOCACHE": "/cache/go"})
    packages = PackageRules(rules())
    for sample in item.samples:
        if sample.startswith("package "):
            found = packages.of(sample.removeprefix("package "))
        else:
            position = places.matcher.find(sample.lstrip("/").encode())
            found = places.rules[position] if position >= 0 else None
        assert found is item, f"{sample} goes to {found and found.name}"


def test_ids_and_names_are_unique_and_ids_tell_the_theme() -> None:
    assert len({item.id for item in rules()}) == len({item.name for item in rules()}) == len(rules()) >= 70
    for item in rules():
        if item.id[2] in PREFIXES:
            assert item.category in PREFIXES[item.id[2]], item.id


def test_a_rule_with_places_has_a_sample_place_and_one_with_packages_a_sample_package() -> None:
    for item in rules():
        kinds = {sample.startswith("package ") for sample in item.samples}
        assert kinds <= ({False} if item.globs else set()) | ({True} if item.packages else set()), item.id
        assert not item.globs or False in kinds, item.id


def test_a_rule_is_found_by_id_in_any_case_and_by_name() -> None:
    found = rule("ls101")
    assert found is not None
    assert found is rule("LS101") is rule("go-sdk")
    assert found.component == "Go toolchain"
    assert rule("LS000") is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("why = 'Because.'", ""), "'why' is missing"),
        (("why = 'Because.'", "why = ''"), "'why' has to be a text, not empty"),
        (("why = 'Because.'", "why = 'Because.'\nwhen = 'now'"), "unknown key 'when'"),
        (("globs = ['/x/**']", "globs = '/x/**'"), "'globs' has to be a list of texts, not empty"),
        (("globs = ['/x/**']", "globs = [1]"), "'globs' has to be a list of texts, not empty"),
        (("globs = ['/x/**']", ""), "neither globs nor packages"),
        (("globs = ['/x/**']", "globs = ['x/**']"), "the glob 'x/**' begins with none of"),
        (("component = 'X'", ""), "what is not named after a package needs a component"),
        (("'toolchain'", "'tools'"), "'tools' is none of application, dependency"),
        (("'LS199'", "'L1'"), "an id is LS and three digits"),
        (("samples", "strength = 'tree'\nsamples"), "a tree always claims its files"),
        (("samples", "claims = 'sometimes'\nsamples"), "'sometimes' is none of unowned, refines, always"),
        (("samples", "version = ['guess']\nsamples"), "the version source 'guess' is none of"),
        (("[[rule]]", "[[rules]]"), "unknown table 'rules'"),
        (("[[rule]]", "[[rule"), "theme.toml: "),
    ],
)
def test_a_mistake_in_a_rule_is_one_clear_line(change: tuple[str, str], complaint: str) -> None:
    assert parse(GOOD, "theme.toml")[0].name == "x"
    with pytest.raises(CatalogueError) as caught:
        parse(GOOD.replace(*change), "theme.toml")
    assert complaint in caught.value.line()
    assert caught.value.line().startswith("theme.toml: ")
