"""Real images of many languages: every byte has an owner, the owners are those that a person names, and the libraries are what
the languages' own package managers list."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from layerscope.analysis import Analysis, analyze
from layerscope.attribution.packages.ownership import Package, read_ownership
from layerscope.core.vocabulary import CATEGORIES
from layerscope.sources import open_image
from tests.attribution.labelled import images, judge, made_up, normal, table
from tests.engine.conftest import Engine, absent
from tests.engine.images import BASES, BUILT, Archive, build, has, inside, save, tagged
from tests.support.oracle import count

pytestmark = pytest.mark.engine

GOLANG = "golang:1.22"


class Looked(NamedTuple):
    """An image, and all that layerscope says of it."""

    name: str
    analysis: Analysis

    def components(self) -> Counter[tuple[str, str, str]]:
        """Live bytes by category, name and version."""
        found: Counter[tuple[str, str, str]] = Counter()
        for row in self.analysis.attribution.sizes:
            component = self.analysis.attribution.components[row.component]
            found[component.category, component.name, component.version] += row.live
        return found

    def libraries(self, system: str, below: str = "") -> dict[tuple[str, str], bool]:
        """Name and version of each library of a package manager, below a directory, with whether only developing needs it."""
        packages = read_ownership(self.analysis.filesystem).packages
        return {
            (normal(package.name), package.version): package.development for package in packages if _is(package, system, below)
        }


def _is(package: Package, system: str, below: str) -> bool:
    return package.system == system and (package.place + b"/").startswith(below.lstrip("/").encode())


def wanted(request: pytest.FixtureRequest) -> list[str]:
    """The images that the selected tests look into."""
    chosen = [item.callspec.params.get("looked") for item in request.session.items if hasattr(item, "callspec")]
    return [name for name in dict.fromkeys(chosen) if name]


@pytest.fixture(scope="session")
def archive(engine: Engine, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The images, built where they are ours, and saved."""
    names = wanted(request)
    build(engine, names)
    saved = save([name for name in names if has(name)], tmp_path_factory.mktemp("save"))
    yield saved
    saved.path.unlink()


@pytest.fixture(scope="module", params=[*BUILT, *BASES])
def looked(request: pytest.FixtureRequest, archive: Archive) -> Looked:
    """One image after the other."""
    if not has(request.param):
        absent(f"the engine has no {request.param}")
    return Looked(request.param, analyze(open_image(archive.reference(request.param))))


def only(*names: str) -> pytest.MarkDecorator:
    """Runs a test on some of the images."""
    return pytest.mark.parametrize("looked", names, indirect=True)


def test_every_byte_is_counted_once(looked: Looked, archive: Archive) -> None:
    if looked.name in BASES:
        pytest.skip("counted as part of the images that stand on it")
    independent = count(archive.path, tagged(looked.name))
    analysis, attribution = looked.analysis, looked.analysis.attribution
    assert analysis.problems == ()
    assert [layer.stored for layer in analysis.layer_sizes] == independent.layers
    assert analysis.sizes.live == independent.live == sum(row.live for row in attribution.sizes)
    assert sum(row.stored for row in attribution.sizes) == sum(independent.layers)
    assert [sum(layer.values()) for layer in attribution.by_layer] == independent.layers
    assert sum(row.files for row in attribution.sizes) == len(independent.final)


def test_less_than_one_percent_is_unknown(looked: Looked) -> None:
    found = looked.components()
    unknown = sum(size for (category, _, _), size in found.items() if category == "unknown")
    assert unknown < 0.01 * found.total(), unknown_paths(looked)


def unknown_paths(looked: Looked) -> list[bytes]:
    """The largest paths that nobody owns."""
    attribution, filesystem = looked.analysis.attribution, looked.analysis.filesystem
    unknown = [entry for entry in filesystem.visible.values() if attribution.component_of(entry).category == "unknown"]
    return [filesystem.paths[entry] for entry in sorted(unknown, key=lambda entry: -filesystem.sizes[entry])[:20]]


def test_real_paths_are_what_a_person_says(looked: Looked) -> None:
    """The labels hold in the image itself as in the one of the same shape that the default tests make up."""
    for image in images().values():
        if image.fact("real") == looked.name:
            stored = set(looked.analysis.filesystem.paths)
            there = tuple(label for label in image.labels if label.path.lstrip("/").encode() in stored)
            assert len(there) >= 0.9 * len(image.labels), set(image.labels) - set(there)
            found = judge(image._replace(labels=there), looked.analysis.filesystem, looked.analysis.attribution)
            known = {item.label for item in judge(image, *made_up(image)) if not item.agrees}
            surprising = [item for item in found if not item.agrees and item.label not in known]
            assert not surprising, "\n" + table(found)


def read_named() -> dict[str, list[tuple[str, str, str]]]:
    """What ``named.txt`` says of each image: category, name, version or ""."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    image = ""
    for line in Path(__file__).with_name("named.txt").read_text().splitlines():
        if line.startswith(" "):
            category, name, *version = (column.strip() for column in line.split("|"))
            found.setdefault(image, []).append((category, name, "".join(version)))
        elif not line.startswith("#"):
            image = line
    return found


NAMED = read_named()


@only(*NAMED)
def test_what_a_person_finds_by_hand_is_named(looked: Looked) -> None:
    found = {(category, normal(name), version): size for (category, name, version), size in looked.components().items()}
    for category, name, version in NAMED[looked.name]:
        named = [key for key, size in found.items() if key[:2] == (category, normal(name)) and size]
        assert named, f"no {category} {name}: {[key for key in found if key[1] == normal(name)]}"
        assert not version or any(re.match(rf"{re.escape(version)}(?!\d)", key[2]) for key in named), named


def test_the_versions_of_packages_are_those_that_dpkg_says(looked: Looked) -> None:
    if looked.analysis.filesystem.resolve(b"/usr/bin/dpkg-query") is None:
        pytest.skip("the image has no dpkg")
    listing = inside(looked.name, "dpkg-query", "-W", "-f", "${Package}\t${Version}\n")
    versions = dict(line.split("\t") for line in listing.splitlines())
    packages = [item for item in read_ownership(looked.analysis.filesystem).packages if item.system == "dpkg"]
    assert {package.name for package in packages} >= versions.keys()
    latest = {package.name: package.version for package in packages}
    assert {name: latest[name] for name in versions} == versions


PYTHONS = {
    "layerscope-test/python-app": ("/usr/local/bin/python3", "/usr/local/"),
    "layerscope-test/python-dev": ("/usr/local/bin/python3", "/usr/local/"),
    "layerscope-test/uv-app": ("/opt/venv/bin/python", "/opt/venv/"),
    "layerscope-test/python-app:multistage": ("/opt/venv/bin/python", "/opt/venv/"),
    "layerscope-test/monorepo": ("/srv/mono/services/scoring/.venv/bin/python", "/srv/mono/services/"),
}


@only(*PYTHONS)
def test_python_libraries_are_those_that_pip_lists(looked: Looked) -> None:
    python, below = PYTHONS[looked.name]
    listed = json.loads(inside(looked.name, python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"))
    found = looked.libraries("pip", below)
    assert {(normal(item["name"]), item["version"]) for item in listed} == found.keys()


@only("layerscope-test/conda-app")
def test_condas_packages_are_those_of_its_records(looked: Looked) -> None:
    records = inside(looked.name, "sh", "-c", "cat /opt/conda/conda-meta/*.json")
    decoder, listed = json.JSONDecoder(), set()
    while records:
        record, end = decoder.raw_decode(records)
        listed.add((normal(record["name"]), record["version"]))
        records = records[end:].lstrip()
    assert looked.libraries("conda").keys() == listed
    assert len(listed) >= 10


def npm_tree(image: str, directory: str, *options: str) -> set[tuple[str, str]]:
    """Name and version of everything that npm lists."""
    command = f"cd {directory} && npm ls --all --json {' '.join(options)}"
    found: set[tuple[str, str]] = set()
    waiting = [json.loads(inside(image, "sh", "-c", command))]
    while waiting:
        for name, item in waiting.pop().get("dependencies", {}).items():
            if "version" in item and not item.get("resolved", "").startswith("file:"):
                found.add((normal(name), item["version"]))
            waiting.append(item)
    return found


NODE_PROJECTS = {
    "layerscope-test/react-app": "/app",
    "layerscope-test/node-api": "/usr/src/app",
    "layerscope-test/monorepo": "/srv/mono",
}


@only(*NODE_PROJECTS)
def test_node_modules_are_those_that_npm_lists_and_knows_for_development(looked: Looked) -> None:
    directory = NODE_PROJECTS[looked.name]
    found = looked.libraries("npm", directory + "/node_modules")
    everything = npm_tree(looked.name, directory)
    assert found.keys() == everything
    development = everything - npm_tree(looked.name, directory, "--omit=dev")
    assert {key for key, only_for_development in found.items() if only_for_development} == development
    assert development


@only("layerscope-test/ruby-app")
def test_gems_are_those_that_gem_lists(looked: Looked) -> None:
    listing = inside(looked.name, "gem", "list", "--local")
    listed = {(name, version) for name, version in re.findall(r"^(\S+) \(([\d.]+)\)", listing, re.MULTILINE)}
    assert {("greeter", "1.2.0"), ("fastsum", "0.3.1"), ("stylecheck", "2.0.0")} <= listed
    assert {(normal(name), version) for name, version in listed} <= looked.libraries("gem").keys()


@only("layerscope-test/php-app")
def test_composers_packages_are_those_that_it_shows(looked: Looked) -> None:
    def shown(*options: str) -> set[tuple[str, str]]:
        found = json.loads(inside(looked.name, "composer", "show", "--format=json", *options))["installed"]
        return {(normal(item["name"]), item["version"]) for item in found}

    libraries = {key: value for key, value in looked.libraries("composer", "/app").items() if "/" in key[0]}
    assert libraries.keys() == shown()
    assert {key for key, development in libraries.items() if not development} == shown("--no-dev")


@only("layerscope-test/dotnet-app", "layerscope-test/dotnet-app:multistage")
def test_dotnets_runtimes_are_those_that_it_lists(looked: Looked) -> None:
    listed = re.findall(r"^Microsoft\.NETCore\.App (\S+)", inside(looked.name, "dotnet", "--list-runtimes"), re.MULTILINE)
    versions = {version for (category, name, version) in looked.components() if (category, name) == ("runtime", ".NET runtime")}
    assert versions == set(listed)


def shares_by_hand() -> dict[str, int]:
    """Bytes of the parts of golang:1.22's base, by dpkg -L and stat in a container: regular files, each inode once."""
    script = r"""
    dpkg-query -W -f '${binary:Package}\n' | while read package; do
        dpkg -L "$package" | sort -u | xargs -d '\n' stat -c "$package	%d:%i	%s	%F	%n"
    done"""
    parts: Counter[str] = Counter()
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for line in inside(GOLANG, "bash", "-c", script).splitlines():
        package, inode, size, kind, path = line.split("\t")
        for part in parts_of(package.partition(":")[0], path) if kind == "regular file" else ():
            if inode not in seen[part]:
                seen[part].add(inode)
                parts[part] += int(size)
    return dict(parts)


DOCUMENTS = (
    "/usr/share/doc/",
    "/usr/share/man/",
    "/usr/share/info/",
    "/usr/share/locale/",
    "/usr/share/lintian/",
    "/usr/share/bug/",
)


def parts_of(package: str, path: str) -> Iterator[str]:
    """The parts of the image that a file belongs to, by its package and its path alone."""
    if path.startswith(("/usr/share/locale/", "/usr/share/i18n/")):
        yield "translations"
    if path.startswith(DOCUMENTS):
        return
    if re.fullmatch(r"gcc-12|g\+\+-12|cpp-12", package):
        yield "gcc backends"
    if re.fullmatch(r"binutils.*|libbinutils|libctf.*|libgprofng0", package):
        yield "binutils"
    if re.fullmatch(r"perl|perl-base|perl-modules-.*|libperl5.*", package):
        yield "perl"
    if path.startswith("/usr/include/"):
        yield "headers"
    if path.endswith(".a"):
        yield "static libraries"
    if re.search(r"\.so(\.[\d.]+)?$", path):
        yield "shared libraries"


@only(GOLANG)
def test_the_composition_of_golangs_base_is_what_dpkg_and_stat_say(looked: Looked) -> None:
    """The shares that people quote when they ask why the image is so large, within 5 %."""
    by_hand = shares_by_hand()
    attribution, filesystem = looked.analysis.attribution, looked.analysis.filesystem
    parts: Counter[str] = Counter()
    for entry, (component, live) in enumerate(zip(attribution.owner, filesystem.stored_live, strict=True)):
        owner, size = attribution.components[component], filesystem.sizes[entry]
        path = "/" + filesystem.paths[entry].decode(errors="replace")
        if live and size and not path.startswith("/usr/local/"):
            for part in parts_by_owner(owner.category, owner.package, owner.name, path):
                parts[part] += size
    assert parts.keys() == by_hand.keys()
    for part, size in by_hand.items():
        assert parts[part] == pytest.approx(size, rel=0.05), f"{part}: {parts[part]:,} and by hand {size:,}"
        assert size > 5_000_000, part


def parts_by_owner(category: str, package: str, name: str, path: str) -> Iterator[str]:
    """The parts of the image that a file belongs to, by what layerscope says of it."""
    if category == "docs":
        if name == "translations" or path.startswith("/usr/share/i18n/"):
            yield "translations"
        return
    if category == "toolchain" and package in ("gcc-12", "g++-12", "cpp-12"):
        yield "gcc backends"
    if category == "toolchain" and re.fullmatch(r"binutils.*|libbinutils|libctf.*|libgprofng0", package):
        yield "binutils"
    if name in ("perl", "perl-base"):
        yield "perl"
    if category == "toolchain" and path.startswith("/usr/include/"):
        yield "headers"
    if category == "toolchain" and path.endswith(".a"):
        yield "static libraries"
    if category in ("os", "toolchain") and re.search(r"\.so(\.[\d.]+)?$", path):
        yield "shared libraries"


def test_an_image_looked_at_in_the_engine_is_the_same_as_saved(archive: Archive) -> None:
    name = "layerscope-test/nginx-static"
    if not has(name):
        absent(f"{name} is not built")
    saved, live = (analyze(open_image(reference)) for reference in (archive.reference(name), f"docker-daemon:{tagged(name)}"))
    assert saved.attribution.components == live.attribution.components
    assert saved.attribution.sizes == live.attribution.sizes


@pytest.mark.parametrize("looked", [name for name, context in BUILT.items() if context.health], indirect=True)
def test_the_image_runs_and_answers(looked: Looked, engine: Engine) -> None:
    assert "OK" in json.loads(engine.answer(looked.name, BUILT[looked.name].health))["status"]


def test_all_categories_are_met_in_these_images() -> None:
    labelled = {label.category for image in images().values() if image.fact("real") for label in image.labels}
    assert labelled == set(CATEGORIES) - {"unknown"}
