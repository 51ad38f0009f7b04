"""What is inside one program: for Go how it was built, and whose code it consists of; its parts for all others.

tests/engine/test_binaries.py compares with Go's own tools.
"""

import pytest

from layerscope.layers.binaries.details import binary_details
from layerscope.layers.binaries.model import BinaryDetails, Module, Package
from layerscope.layers.elf import elf_facts
from tests.support.programs import GO_FORMATS, build_information, elf, go_program, line_table

LINES = """\
path\texample.com/shop/cmd/server
mod\texample.com/shop\t(devel)\t
dep\texample.org/colour\tv1.2.3\th1:abc=
dep\texample.org/colour/deep/v2\tv2.0.1
=>\t../deep\t(devel)\t
dep\tgopkg.in/paint.v3\tv3.0.1\th1:def=
dep\texample.org/unused\tv0.1.0\th1:ghi=
build\t-compiler=gc
build\t-ldflags="-s -w -X main.token=hunter2"
build\tCGO_ENABLED=0
build\tvcs.revision=0123456789abcdef
"""

SIZES = {
    "main.main": 400,
    "example.com/shop/internal/store.Open": 300,
    "example.org/colour.Mix": 200,
    "example.org/colour/deep/v2.Dive": 150,
    "gopkg.in/paint%2ev3.(*Layers).Add": 100,
    "net/http.(*Server).Serve": 1000,
    "vendor/golang.org/x/net/idna.ToASCII": 50,
    "memeqbody": 30,
}


def inside(content: bytes) -> BinaryDetails:
    details = binary_details(content)
    assert details is not None
    return details


@pytest.fixture
def shop() -> BinaryDetails:
    return inside(go_program(sizes=SIZES, lines=LINES, symbols=5000))


def test_it_says_what_it_is_and_who_built_it(shop: BinaryDetails) -> None:
    assert (shop.language, shop.toolchain, shop.main) == ("Go", "go1.22.10", "example.com/shop/cmd/server")
    assert dict(shop.settings)["vcs.revision"] == "0123456789abcdef"
    assert dict(shop.settings)["CGO_ENABLED"] == "0"
    assert shop.how_known == "build information"


def test_each_module_has_the_bytes_of_its_functions_by_the_longest_path_that_fits(shop: BinaryDetails) -> None:
    assert shop.modules == (
        Module("std", "go1.22.10", 1144, 4),  # net/http, the vendored package, the assembler's function, runtime.main
        Module("example.com/shop", "(devel)", 700, 2),
        Module("example.org/colour", "v1.2.3", 200, 1),
        Module("example.org/colour/deep/v2", "v2.0.1", 150, 1, "../deep (devel)"),
        Module("gopkg.in/paint.v3", "v3.0.1", 100, 1),
        Module("example.org/unused", "v0.1.0", 0, 0),
    )


def test_the_main_package_has_its_own_path_and_functions_without_a_package_are_named_so(shop: BinaryDetails) -> None:
    packages = {package.name: package for package in shop.packages}
    assert packages["example.com/shop/cmd/server"] == Package("example.com/shop/cmd/server", "example.com/shop", 400, 1)
    assert packages["gopkg.in/paint.v3"].module == "gopkg.in/paint.v3"
    assert packages[""] == Package("", "std", 30, 1)


def test_modules_and_packages_add_up_to_the_code_and_the_parts_to_the_file(shop: BinaryDetails) -> None:
    code = next(part.size for part in shop.parts if part.name == "code")
    assert sum(module.size or 0 for module in shop.modules) == sum(package.size for package in shop.packages) == code
    assert sum(part.size for part in shop.parts) == shop.size
    assert {part.name for part in shop.parts} == {"code", "line table", "data", "symbol tables", "other"}


def test_what_strip_would_save_is_the_symbol_table(shop: BinaryDetails) -> None:
    assert (shop.strippable, shop.stripped) == (5000, (".symtab",))


@pytest.mark.parametrize("go", GO_FORMATS)
def test_a_program_without_a_table_of_sections_tells_the_same_modules(go: str) -> None:
    whole = inside(go_program(sizes=SIZES, lines=LINES, go=go))
    bare = inside(go_program(sizes=SIZES, lines=LINES, go=go, section_table=False))
    assert bare.sections == ()
    assert (bare.modules, bare.toolchain, bare.settings) == (whole.modules, whole.toolchain, whole.settings)


def test_a_table_that_another_linker_put_into_a_section_of_its_own_is_found() -> None:
    sections = {
        ".text": bytes(sum(SIZES.values())),
        ".go.buildinfo": build_information(lines=LINES),
        ".data": b"\xf1\xff\xff\xff\0\0\1\x08" * 4 + line_table(SIZES),
    }
    details = inside(elf(sections=sections))
    assert {package.name: package.size for package in details.packages}["net/http"] == 1000


def test_the_pointers_of_go_before_1_18_are_followed() -> None:
    old = go_program(sizes=SIZES, lines=LINES, version="go1.13.4", go="1.2", pointers=True)
    details = inside(old)
    assert details.toolchain == "go1.13.4"
    assert [module.name for module in details.modules[:2]] == ["std", "example.com/shop"]
    facts = elf_facts(old)
    assert facts is not None
    assert facts.go_version == "go1.13.4"


def test_without_build_information_the_names_of_functions_tell_the_modules_without_versions() -> None:
    sizes = {
        "main.main": 10,
        "net/http.Get": 20,
        "github.com/owner/name/pkg/deep.F": 30,
        "golang.org/x/text/language.Make": 40,
        "go.uber.org/zap/zapcore.New": 50,
        "gopkg.in/yaml%2ev3.Marshal": 60,
        "gopkg.in/square/go-jose%2ev2/cipher.New": 70,
        "github.com/owner/name/vendor/k8s.io/api/core/v1.F": 80,
    }
    details = inside(elf(sections={".text": bytes(sum(sizes.values())), ".gopclntab": line_table(sizes)}))
    assert details.how_known == "functions"
    assert details.toolchain == "Go 1.20 or later"
    assert [(module.name, module.version, module.size) for module in details.modules] == [
        ("k8s.io/api", "", 80),
        ("gopkg.in/square/go-jose.v2", "", 70),
        ("gopkg.in/yaml.v3", "", 60),
        ("go.uber.org/zap", "", 50),
        ("golang.org/x/text", "", 40),
        ("github.com/owner/name", "", 30),
        ("std", "", 20),
        ("main", "", 10),
    ]


def test_build_information_without_a_line_table_still_lists_the_modules() -> None:
    content = go_program(sizes=SIZES, lines=LINES)
    damaged = content.replace(b"\xf1\xff\xff\xff\0\0", b"\0\0\0\0\0\0")
    details = inside(damaged)
    assert details.packages == ()
    assert [module.name for module in details.modules] == [
        "example.com/shop",
        "example.org/colour",
        "example.org/colour/deep/v2",
        "example.org/unused",
        "gopkg.in/paint.v3",
    ]
