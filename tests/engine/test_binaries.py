"""Inside real Go programs, as Go's own tools see them (`go version -m`, `go tool nm`, debug/gosym): with each Go that the
engine has, stripped or not, for other machines as well."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from layerscope.layers.binaries.details import binary_details
from layerscope.layers.binaries.model import BinaryDetails
from tests.engine.conftest import DOCKER, Engine, run
from tests.support import shop
from tests.support.programs import GO_FORMATS, go_program

pytestmark = pytest.mark.engine

REQUIRED = "1.22"
VERSIONS = ("1.21", REQUIRED, "1.23")
PADDING = 64
"""Bytes at most between the end of one function and the next: they are counted with the one before."""

KINDS: Mapping[str, str] = {
    "plain": "go build",
    "small": f'go build -ldflags "-s -w {shop.FLAGS}"',
    "named": f'go build -ldflags "{shop.FLAGS}"',
    "pie": "go build -buildmode=pie",
}
"""How the program is built, by the name of the result."""


class Go:
    """One version of Go in a container that sees ``directory``."""

    def __init__(self, version: str, directory: Path) -> None:
        self.version = version
        self.directory = directory

    def sh(self, script: str) -> str:
        """A script's output, run in the directory."""
        mount = f"{self.directory}:/binaries"
        environment = ("-e", "CGO_ENABLED=0", "-e", "GOPROXY=off", "-e", "GOFLAGS=-mod=mod -buildvcs=false")
        return run(
            DOCKER, "run", "--rm", "--network", "host", "-v", mount, "-w", "/binaries", *environment, f"golang:{self.version}",
            "sh", "-ec", script,
        )  # fmt: skip

    def details(self, name: str) -> BinaryDetails:
        details = binary_details((self.directory / name).read_bytes())
        assert details is not None
        return details

    def said_by_gosym(self, name: str) -> dict[str, tuple[int, int]]:
        """Bytes and functions by package, as debug/gosym tells them."""
        found: dict[str, tuple[int, int]] = {}
        for line in self.sh(f"./symbols {name}").splitlines():
            package, size, _ = line.split("\t")
            total, count = found.get(package, (0, 0))
            found[package] = (total + int(size), count + 1)
        return found


@pytest.fixture(scope="module", params=VERSIONS)
def go(request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Go:
    version = request.param
    known = subprocess.run([DOCKER, "image", "inspect", f"golang:{version}"], capture_output=True).returncode == 0
    if not known and version != REQUIRED:
        pytest.skip(f"the engine has no golang:{version}")
    go = Go(version, tmp_path_factory.mktemp(f"go{version}"))
    shop.write(go.directory / "shop", shop.FILES)
    shop.write(go.directory / "oracle", shop.SYMBOLS)
    builds = [f"{command} -o ../{name} ./cmd/server" for name, command in KINDS.items()]
    go.sh("cd oracle; go build -o ../symbols .; cd ../shop; " + "; ".join(builds) + "; cd ..; strip -o stripped plain")
    return go


def by_package(details: BinaryDetails) -> dict[str, tuple[int, int]]:
    """Bytes and functions by package, as Go's tools name packages."""
    named = {package.name: (package.size, package.functions) for package in details.packages}
    named["main"] = named.pop(details.main)
    return {name.replace("paint.v3", "paint%2ev3"): found for name, found in named.items()}


@pytest.mark.parametrize("name", [*KINDS, "stripped"])
def test_packages_are_those_of_gos_own_reader_to_the_byte(go: Go, name: str) -> None:
    assert by_package(go.details(name)) == go.said_by_gosym(name)


def test_stripping_takes_nothing_from_what_is_told(go: Go) -> None:
    plain, stripped = go.details("plain"), go.details("stripped")
    assert (stripped.packages, stripped.modules, stripped.settings) == (plain.packages, plain.modules, plain.settings)
    assert stripped.strippable == 0
    assert plain.size - stripped.size == pytest.approx(plain.strippable, abs=8192)


@pytest.mark.parametrize("name", ["plain", "pie"])
def test_packages_are_as_large_as_the_symbol_tables_functions_and_the_padding_between_them(go: Go, name: str) -> None:
    sizes: dict[str, int] = {}
    for line in go.sh(f"go tool nm -size -type {name}").splitlines():
        found = re.match(r"\s*[0-9a-f]+\s+(\d+)\s+[Tt]\s+(.*)", line)
        if found and not found[2].startswith(("type:", "go:", "runtime.text", "runtime.etext")):
            package = re.match(r"((?:[^\[(]*/)?[^.\[(/]+)\.", found[2])
            sizes[package[1] if package else ""] = sizes.get(package[1] if package else "", 0) + int(found[1])
    for package, (size, functions) in by_package(go.details(name)).items():
        if package:
            assert sizes[package] <= size <= sizes[package] + PADDING * functions, package


@pytest.mark.parametrize("name", [*KINDS, "stripped"])
def test_build_information_is_that_of_go_version(go: Go, name: str) -> None:
    first, *rest = go.sh(f"go version -m {name}").splitlines()
    lines = [line.strip("\t").split("\t") for line in rest if line.strip()]
    details = go.details(name)
    assert details.toolchain == first.split(": ")[1]
    assert details.main == next(words[1] for words in lines if words[0] == "path")
    modules = {words[1]: words[2] for words in lines if words[0] in ("mod", "dep")}
    assert {module.name: module.version for module in details.modules if module.name != "std"} == modules
    replaced = [" ".join(words[1:]) for words in lines if words[0] == "=>"]
    assert sorted(module.replaced_by for module in details.modules if module.replaced_by) == sorted(replaced)
    settings = dict(words[1].split("=", 1) for words in lines if words[0] == "build")
    ours = dict(details.settings)
    assert ours.keys() == settings.keys()
    assert {key: value for key, value in ours.items() if key != "-ldflags"} == {
        key: value for key, value in settings.items() if key != "-ldflags"
    }


@pytest.mark.parametrize("name", ["small", "named"])
def test_secrets_in_linker_flags_are_in_the_program_but_not_in_what_is_told(go: Go, name: str) -> None:
    assert shop.SECRET in go.sh(f"go version -m {name}")
    flags = dict(go.details(name).settings)["-ldflags"]
    assert flags.endswith("-X main.token=… -X main.greeting=…")
    assert shop.SECRET not in repr(go.details(name))


def test_modules_are_found_by_the_longest_path_that_fits(go: Go) -> None:
    modules = {module.name: module for module in go.details("plain").modules}
    assert modules.keys() == {
        "std",
        "example.com/shop",
        "example.org/colour",
        "example.org/colour/deep/v2",
        "gopkg.in/paint.v3",
    }
    assert all(module.size for module in modules.values())
    assert modules["gopkg.in/paint.v3"].functions == 2
    assert modules["std"].version.startswith(f"go{go.version}.")


@pytest.mark.parametrize("machine", ["386", "arm64", "s390x"])
def test_programs_for_other_machines(go: Go, machine: str) -> None:
    if go.version != REQUIRED:
        pytest.skip(f"the same for every Go: done with {REQUIRED}")
    go.sh(f"cd shop; GOARCH={machine} go build -o ../{machine} ./cmd/server")
    details = go.details(machine)
    assert by_package(details) == go.said_by_gosym(machine)
    assert dict(details.settings)["GOARCH"] == machine


@pytest.mark.parametrize("format_", GO_FORMATS)
def test_the_tables_made_for_tests_are_read_alike_by_go(go: Go, format_: str) -> None:
    if go.version != REQUIRED:
        pytest.skip(f"the same for every Go: done with {REQUIRED}")
    sizes = {"main.main": 96, "net/http.Get": 64, "example.com/shop/store.Open": 160}
    lines = "path\texample.com/shop\nmod\texample.com/shop\t(devel)\t\n"
    content = go_program(sizes=sizes, lines=lines, go=format_, pointers=format_ in ("1.2", "1.16"))
    (go.directory / "made").write_bytes(content)
    assert go.details("made").modules[0].size == 256
    assert go.said_by_gosym("made") == {
        "runtime": (64, 1),
        "main": (96, 1),
        "net/http": (64, 1),
        "example.com/shop/store": (160, 1),
    }
    assert "path\texample.com/shop" in go.sh("go version -m made")


def test_why_prints_the_inside_of_the_guides_service(go_single: str, go_archive: Path) -> None:
    told = run(sys.executable, "-m", "layerscope", "why", f"docker-archive:{go_archive}", "/app/server")
    version = run(DOCKER, "run", "--rm", go_single, "go", "version").split()[2]
    assert f"  inside  Go program go-app, by {version}\n" in told
    assert re.search(r"strip would save \d.* MB, \d+\.\d % of it: \.debug_\*, \.symtab, \.strtab\n", told)
    assert re.search(rf"\n +\S+ MB +\S+ %  std {re.escape(version)}\n", told)
    assert re.search(r"\n +\S+ kB +< 0.1 %  go-app \(devel\)\n", told)
    assert re.search(r"\n +\S+ kB +\S+ %  net/http\n", told)
