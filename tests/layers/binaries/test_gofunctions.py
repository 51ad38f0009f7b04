"""Line tables of Go, made by hand in each of the formats that its linker has had."""

import pytest

from layerscope.layers.binaries.gofunctions import find_line_table, package_of, package_sizes
from layerscope.layers.binaries.gofunctions import line_table as read_line_table
from tests.support.programs import GO_FORMATS, line_table

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


@pytest.mark.parametrize("order", ["<", ">"], ids=["little endian", "big endian"])
@pytest.mark.parametrize("pointer", [4, 8], ids=["32 bit", "64 bit"])
@pytest.mark.parametrize("go", GO_FORMATS)
def test_every_format_of_line_tables_gives_the_same_sizes(go: str, order: str, pointer: int) -> None:
    table = line_table(SIZES, go, order, pointer)
    layout = read_line_table(table)
    assert layout is not None
    found = package_sizes(table, layout, 1 << 40)
    assert found == {
        b"main": (400, 1),
        b"example.com/shop/internal/store": (300, 1),
        b"example.org/colour": (200, 1),
        b"example.org/colour/deep/v2": (150, 1),
        b"gopkg.in/paint.v3": (100, 1),
        b"net/http": (1000, 1),
        b"vendor/golang.org/x/net/idna": (50, 1),
        b"": (30, 1),
    }


@pytest.mark.parametrize(
    ("name", "go", "package"),
    [
        ("main.main", "1.20", "main"),
        ("net/http.(*Server).Serve.func1", "1.20", "net/http"),
        ("gopkg.in/yaml%2ev3.Marshal", "1.20", "gopkg.in/yaml.v3"),
        ("slices.SortFunc[go.shape.[]example.com/a.T]", "1.20", "slices"),
        ("example.com/a.(*Map[example.com/b.K]).Get", "1.20", "example.com/a"),
        ("go.uber.org/zap.(*Logger).Info", "1.2", "go.uber.org/zap"),
        ("go.uber.org/zap.(*Logger).Info", "1.20", "go.uber.org/zap"),
        ("type..eq.example.com/a.T", "1.2", ""),
        ("go.buildid", "1.2", ""),
        ("go.struct { *github.com/a/b.T; io.ReaderFrom }.Written", "1.18", ""),
        ("go.(*struct { sync.Mutex; runtime/pprof.done chan bool }).Lock", "1.2", ""),
        ("type:.eq.example.com/a.T", "1.20", ""),
        ("go:buildid", "1.20", ""),
        ("go/ast.Walk", "1.20", "go/ast"),
        ("main.(*struct { net/http.Handler }).ServeHTTP", "1.20", "main"),
        ("_rt0_amd64_linux", "1.20", ""),
        (".hidden", "1.20", ""),
        ("", "1.20", ""),
    ],
)
def test_the_package_in_a_functions_name(name: str, go: str, package: str) -> None:
    assert package_of(name.encode(), go) == package.encode()


def test_a_table_is_found_wherever_it_lies_and_what_only_looks_like_one_is_passed_over() -> None:
    decoy = b"\xf1\xff\xff\xff\0\0\1\x08" * 4
    found = find_line_table(decoy + line_table(SIZES))
    assert found is not None
    assert (found.go, found.functions) == ("1.20", len(SIZES))
    assert find_line_table(decoy) is None
    assert find_line_table(b"x" + line_table(SIZES)) is None, "a table begins at a multiple of four"
