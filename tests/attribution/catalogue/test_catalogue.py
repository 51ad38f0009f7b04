"""The catalogue: every rule is whole, takes its own samples, and a mistake in one is named."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from layerscope.attribution import catalogue
from layerscope.attribution.catalogue import WHEN_RUN, CatalogueError, Rule, parse, rule, rules
from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.roles import knowledge
from layerscope.attribution.rules.patterns import alternatives
from layerscope.attribution.rules.places import OWNED, UNOWNED, PackageRules, Places, names_beside, places_for
from tests.support.attributions import attributed, files, image_config, owner_of

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

THEMES = {
    "0": {"application", "dependency"},
    "1": {"toolchain"},
    "2": {"cache"},
    "3": {"source", "toolchain", "intermediate"},
    "5": {"docs"},
    "6": {"dev-dependency"},
    "7": {"toolchain", "intermediate"},
    "9": {"os", "runtime", "toolchain"},
}
"""The categories of each theme; what is toolchain in the last is a runtime where the image runs it."""

WASTE = {"toolchain", "cache", "source", "intermediate", "docs", "dev-dependency"}
ENVIRONMENT = {"GOCACHE": "/cache/go", "JAVA_HOME": "/opt/java/openjdk"}


@cache
def places() -> Places:
    return places_for(rules(), [b"app"], ENVIRONMENT)


def taken(sample: str, beside: int) -> tuple[Rule | None, Rule | None]:
    """The rules for a path that no package owns, and for one that a package owns, where ``beside`` lies in each directory."""
    *directories, name = sample.lstrip("/").encode().split(b"/")
    state = places().matcher.root.opened(beside)
    for directory in directories:
        state = state.inside(directory, beside)
    unowned, owned = (places().rule(order, state.view(order)[name]) for order in (UNOWNED, OWNED))
    return unowned, owned


@pytest.mark.parametrize("item", rules(), ids=lambda item: f"{item.id}-{item.name}")
def test_a_rule_takes_its_own_samples(item: Rule) -> None:
    bits = names_beside(rules())
    packages = PackageRules(rules())
    for sample in item.samples:
        if sample.startswith("package "):
            found = packages.of(sample.removeprefix("package "))
            assert found is item, f"{sample} goes to {found and found.name}"
            continue
        unowned, owned = taken(sample, sum(bits[name] for name in item.beside))
        assert unowned is item, f"{sample} goes to {unowned and unowned.name}"
        assert item.claims == "unowned" or owned is item, f"{sample} of a package goes to {owned and owned.name}"


@pytest.mark.parametrize("item", [item for item in rules() if item.beside], ids=lambda item: f"{item.id}-{item.name}")
def test_a_rule_with_a_condition_takes_nothing_without_it(item: Rule) -> None:
    for sample in item.samples:
        unowned, owned = taken(sample, 0) if sample.startswith("/") else (None, None)
        assert item not in (unowned, owned)


def test_ids_and_names_are_unique_and_ids_tell_the_theme() -> None:
    assert len({item.id for item in rules()}) == len({item.name for item in rules()}) == len(rules()) >= 150
    for item in rules():
        assert item.category in THEMES[item.id[2]], item.id
        assert item.category != "toolchain" or item.id[2] != "9" or item.role, f"{item.id}: what makes it a runtime?"


def test_every_theme_and_every_ecosystem_of_the_issue_is_there() -> None:
    assert {item.id[2] for item in rules()} == set(THEMES)
    ecosystems = {item.ecosystem for item in rules()}
    assert ecosystems >= {*SYSTEMS.values(), "go", "c", "rust", "elixir", "ml", "os", "vcs"}


@pytest.mark.parametrize("item", rules(), ids=lambda item: f"{item.id}-{item.name}")
def test_a_rule_is_written_out_for_people(item: Rule) -> None:
    for sentence in (item.why, item.remedy, item.exceptions):
        assert not sentence or sentence.endswith((".", ")", "…")), sentence
        assert sentence == sentence.strip()
        assert "  " not in sentence
    assert len(re.findall(r"\.\s+[A-Z]", item.why)) == 0, "why is one sentence"
    if item.category in WASTE:
        assert item.remedy, "what is to be done about it?"


def test_no_two_rules_say_the_same_of_a_place_or_a_package() -> None:
    said = sorted(_sayings(), key=lambda saying: saying[0])
    twice = {
        what: names for what, found in groupby(said, key=lambda one: one[0]) if len(names := {name for _, name in found}) > 1
    }
    assert twice == {}


def _sayings() -> Iterator[tuple[str, str]]:
    """What each rule says, written out, with its name: places by strength and condition, and packages."""
    for item in rules():
        for glob in item.globs:
            yield from ((f"{one} {item.strength} {item.claims} {item.beside}", item.name) for one in alternatives(glob))
        for package in item.packages:
            yield from ((f"package {one}", item.name) for one in alternatives(package))


def test_a_rule_with_places_has_a_sample_place_and_one_with_packages_only_a_sample_package() -> None:
    for item in rules():
        kinds = {sample.startswith("package ") for sample in item.samples}
        assert kinds <= ({False} if item.globs else set()) | ({True} if item.packages else set()), item.id
        assert not item.globs or False in kinds, item.id
        assert item.globs or True in kinds, item.id


def test_a_role_is_one_that_an_image_can_be_seen_to_run() -> None:
    for item in rules():
        assert not item.role or item.role in knowledge().roles, f"{item.id}: {item.role}"


def test_what_package_managers_keep_in_caches_belongs_to_the_cache_and_not_to_a_library() -> None:
    caches = [item for item in rules() if item.category == "cache" and item.ecosystem in SYSTEMS.values()]
    libraries = ("/node_modules/", "/site-packages/", ".jar", "/gems/", ".dll")
    for item in caches:
        for sample in item.samples:
            assert item.claims == "always" or not any(part in sample for part in libraries), f"{item.id}: {sample}"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        # what looks like waste, and is the program
        ("/app/build/static/js/main.js", "application"),
        ("/app/dist/index.html", "application"),
        ("/app/target/app.jar", "application"),
        ("/app/obj/model.bin", "application"),
        ("/app/bin/server", "application"),
        ("/app/vendor/logo.svg", "application"),
        ("/app/docs/index.html", "application"),
        ("/app/Gemfile.lock", "application"),
        ("/app/next.config.ts", "run-time-configuration"),
        ("/app/molecule.pdb", "application"),
        ("/app/app.egg-info/entry_points.txt", "application"),
        ("/app/ecosystem.config.js", "application"),
        ("/app/tmp/cache/bootsnap/load-path-cache", "application"),
        ("/app/_build/prod/rel/app/bin/app", "application"),
        ("/app/bin/Release/net8.0/publish/App.dll", "application"),
        # what lies in a cache, and is no cache
        ("/root/.cache/huggingface/hub/models--x/blobs/y", "huggingface"),
        ("/root/.cache/torch/hub/checkpoints/x.pth", "torch-hub"),
        ("/root/.cache/ms-playwright/chromium-1/chrome", "playwright"),
        ("/root/.cache/pypoetry/virtualenvs/app-py3.11/lib/python3.11/site-packages/x.py", "site-packages"),
        # what is among libraries, and is imported
        ("/opt/venv/lib/python3.11/site-packages/x/tests/helper.py", "site-packages"),
        ("/opt/venv/lib/python3.11/site-packages/numpy/_core/tests/_natype.py", "site-packages"),
        ("/opt/venv/lib/python3.11/site-packages/skimage/__init__.pyi", "lazy-stubs"),
        ("/app/node_modules/yaml/dist/doc/Document.js", "node-modules"),
        ("/app/node_modules/x/docs/index.js", "node-modules"),
        # what the base system needs
        ("/usr/lib/x86_64-linux-gnu/gconv/UTF-16.so", "libc"),
        ("/usr/lib/locale/C.utf8/LC_CTYPE", "system-libraries"),
        ("/usr/local/go/lib/libc.a", "go-sdk"),
    ],
)
def test_what_only_looks_like_waste_is_told_from_it(path: str, name: str) -> None:
    found = taken(path, 0)[0]
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("libgcc-s1", None),
        ("libstdc++6", None),
        ("libgomp1", None),
        ("libssl3", None),
        ("glibc-gconv-extra", None),
        ("gcc-12-base", "essential-packages"),
        ("busybox-static", "essential-packages"),
        ("perl-base", "essential-packages"),
        ("elfutils-libelf", None),
        ("gdbm-libs", None),
        ("python3", "distro-python"),
        ("python3-flask", "distro-python-packages"),
        ("python3-pip", "pip-wheel"),
        ("pip:numpy", None),
        ("pip:build", "python-build-backends"),
        ("npm:@babel/runtime", None),
        ("npm:@babel/core", "bundlers"),
        ("npm:postcss", None),
        ("npm:jest-worker", None),
        ("npm:express", None),
        ("gem:minitest", None),
        ("gem:bundler", None),
        ("composer:symfony/console", None),
        ("nuget:Newtonsoft.Json", None),
        ("jar:spring-core", None),
        ("openjdk-17-jre-headless", "java"),
        ("openjdk-17-jdk-headless", "jdk-packages"),
        ("openjdk17-jre", "java"),
        ("cuda-cudart-12-4", "cuda-libraries"),
        ("cuda-cudart-dev-12-4", "cuda-toolkit"),
    ],
)
def test_packages_that_are_easily_mistaken(package: str, name: str | None) -> None:
    found = PackageRules(rules()).of(package)
    assert (found.name if found else None) == name


def categories(paths: list[str], working_dir: str, *cmd: str) -> list[str]:
    """The categories of files of an image that starts so, on a base with these interpreters."""
    programs = ["/usr/local/bin/node", "/usr/local/bin/python3", "/usr/bin/dotnet", "/usr/local/bin/npm"]
    filesystem, attribution = attributed([files([*programs, *paths])], image_config(working_dir=working_dir, cmd=cmd))
    return [owner_of(filesystem, attribution, path).category for path in paths]


def test_typescript_is_the_program_only_where_it_is_run_as_it_is() -> None:
    paths = ["/app/src/index.ts", "/app/tsconfig.json", "/app/dist/index.js"]
    assert categories(paths, "/app", "node", "dist/index.js") == ["source", "source", "application"]
    assert categories(paths, "/app", "npx", "tsx", "src/index.ts") == ["application"] * 3


def test_npm_is_a_runtime_only_where_the_image_starts_through_it() -> None:
    paths = ["/usr/local/lib/node_modules/npm/bin/npm-cli.js"]
    assert categories(paths, "/app", "node", "server.js") == ["toolchain"]
    assert categories(paths, "/app", "npm", "start") == ["runtime"]


def test_what_dotnet_build_wrote_is_the_program_only_where_it_is_started() -> None:
    built = [
        "/src/bin/Release/net8.0/App.dll",
        "/src/bin/Release/net8.0/App.runtimeconfig.json",
        "/src/obj/project.assets.json",
    ]
    paths = [*built, "/src/App.csproj", "/out/App.dll"]
    assert categories(paths, "/src", "dotnet", "/out/App.dll")[:3] == ["intermediate"] * 3
    assert categories(paths, "/src", "dotnet", "bin/Release/net8.0/App.dll")[:2] == ["application"] * 2


def test_a_yarn_cache_is_a_dependency_where_plug_and_play_reads_it() -> None:
    cache = "/app/.yarn/cache/express-npm-4.18.2-0.zip"
    assert categories([cache, "/app/server.js"], "/app", "node", "server.js")[0] == "cache"
    assert categories([cache, "/app/.pnp.cjs"], "/app", "node", "server.js") == ["dependency", "dependency"]


def test_vendor_is_go_modules_only_beside_a_go_mod() -> None:
    assert categories(["/app/vendor/x/y.txt", "/app/go.mod"], "/app", "/app/server")[0] == "source"
    assert categories(["/app/vendor/x/y.txt", "/app/index.php"], "/app", "php", "index.php")[0] == "application"


def test_bytecode_without_its_source_is_the_program() -> None:
    assert categories(["/app/main.pyc", "/app/__pycache__/x.cpython-311.pyc"], "/app", "python3", "main.pyc") == [
        "application",
        "intermediate",
    ]
    assert categories(["/app/old.pyc", "/app/old.py"], "/app", "python3", "old.py") == ["intermediate", "application"]


def test_a_rule_is_found_by_id_in_any_case_and_by_name() -> None:
    found = rule("ls101")
    assert found is not None
    assert found is rule("LS101") is rule("go-sdk")
    assert found.component == "Go toolchain"
    assert rule("LS000") is None


def test_what_a_role_makes_of_a_rule_is_needed() -> None:
    assert WASTE.isdisjoint(WHEN_RUN.values())
    assert all(item.category in WHEN_RUN for item in rules() if item.role)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("why = 'Because.'", ""), "missing required field `why`"),
        (("why = 'Because.'", "why = ''"), "length >= 1 - at `$.why`"),
        (("why = 'Because.'", "why = 'Because.'\nwhen = 'now'"), "unknown field `when`"),
        (("globs = ['/x/**']", "globs = '/x/**'"), "Expected `array`, got `str` - at `$.globs`"),
        (("globs = ['/x/**']", "globs = [1]"), "Expected `str`, got `int` - at `$.globs[0]`"),
        (("globs = ['/x/**']", ""), "neither globs nor packages"),
        (("globs = ['/x/**']", "globs = ['x/**']"), "'x/**' is not a glob that begins with one of"),
        (("component = 'X'", ""), "what is not named after a package needs a component"),
        (("'toolchain'", "'tools'"), "Invalid enum value 'tools' - at `$.category`"),
        (("'LS199'", "'L1'"), "'L1' is not LS and three digits"),
        (("samples", "strength = 'tree'\nsamples"), "a tree always claims its files"),
        (("samples", "claims = 'sometimes'\nsamples"), "Invalid enum value 'sometimes' - at `$.claims`"),
        (("samples", "version = ['guess']\nsamples"), "'guess' is not one of file:/PATH"),
        (("samples", "packages = ['cpan:Moose']\nsamples"), "'cpan:Moose' is not a name, with one of pip, conda, npm"),
        (("samples", "role = 'A role'\nsamples"), "'A role' is not a word in lower case"),
        (("'toolchain'", "'os'\nrole = 'python'"), "a role that changes nothing"),
        (("samples", "beside = ['a/b']\nsamples"), "'a/b' is not a name or an ending"),
        (("samples", "beside = ['*.csproj']\nsamples"), "a glob has no **/ that ends in a directory"),
        (("[[rule]]", "[[rules]]"), "unknown field `rules`"),
        (("[[rule]]", "[[rule"), "theme.toml: "),
    ],
)
def test_a_mistake_in_a_rule_is_one_clear_line(change: tuple[str, str], complaint: str) -> None:
    assert parse(GOOD, "theme.toml")[0].name == "x"
    with pytest.raises(CatalogueError) as caught:
        parse(GOOD.replace(*change), "theme.toml")
    assert complaint in caught.value.line()
    assert caught.value.line().startswith("theme.toml: ")


def test_the_rules_are_the_same_read_and_recalled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    read = rules.__wrapped__()
    monkeypatch.setattr(catalogue, "parse", lambda *_: pytest.fail("a file was read"))
    assert rules.__wrapped__() == read
    assert all(rule.endings for rule in read if rule.globs)


WITH_CONDITIONS = """
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
        (("'npm:x'", "'nmp:x'"), "'nmp:x' is not a name, with one of pip, conda, npm"),
        (("'dotnet-sdk'", "'Dotnet SDK'"), "'Dotnet SDK' is not a word in lower case"),
        (("'intermediate'", "'docs'"), "a role that changes nothing"),
        (("role = 'dotnet-sdk'", "when_run = 'runtime'"), "when_run without a role"),
        (("why", "when_run = 'run'\nwhy"), "'run' is not a category"),
        (("'*.csproj'", "'*/x'"), "'*/x' is not a name or an ending"),
        (("'*.csproj'", "'x*'"), "'x*' is not a name or an ending"),
        (("'**/obj/**'", "'/app/obj/**'"), "beside what? a glob has no **/"),
        (("why", "strength = 'tree'\nclaims = 'always'\nwhy"), "a tree always claims its files, whatever lies beside"),
        (("why", "version = ['path:x']\nwhy"), "'path:x' is not one of file:/PATH"),
        ((", 'Cargo.toml'", ""), None),
    ],
)
def test_a_mistake_in_a_condition_is_one_clear_line(change: tuple[str, str], complaint: str | None) -> None:
    assert parse(WITH_CONDITIONS, "theme.toml")[0].beside == ("*.csproj", "Cargo.toml")
    text = WITH_CONDITIONS.replace(*change)
    if complaint is None:
        assert parse(text, "theme.toml")[0].beside == ("*.csproj",)
        return
    with pytest.raises(CatalogueError) as caught:
        parse(text, "theme.toml")
    assert complaint in caught.value.line()
    assert caught.value.line().startswith("theme.toml: rule LS199: ")
