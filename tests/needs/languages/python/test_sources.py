"""What a Python source imports: parsed where it is the application's, searched by lines where it is installed."""

import pytest

from layerscope.needs.languages.python.sources import Imported, parse, scan

LAZY = b"""
import os, json as j
from . import core
from ..deep.down import (
    one,  # why
    two as three,
)
if typing.TYPE_CHECKING:
    import only_types
    from other import types
async def later():
    import lazily
class After:
    import again
"""


def test_lines_tell_imports_at_the_top_from_those_inside_functions() -> None:
    assert scan(LAZY).imports == [
        Imported("os"),
        Imported("json"),
        Imported("", ("core",), 1),
        Imported("deep.down", ("one", "two"), 2),
        Imported("lazily", lazy=True),
        Imported("again"),
    ]


def test_a_function_in_a_function_ends_with_the_outer_one() -> None:
    source = scan(b"def a():\n  def b():\n    import c\n  import d\nimport e\n")
    assert [(imported.module, imported.lazy) for imported in source.imports] == [("c", True), ("d", True), ("e", False)]


@pytest.mark.parametrize(
    ("call", "imports", "dynamic"),
    [
        (b"import_module('a.b')", [Imported("a.b")], False),
        (b"__import__('.c')", [Imported("c", (), 1)], False),
        (b"import_module(name)", [], True),
        (b"import_module('a' + b)", [], True),
    ],
)
def test_calls_that_import_are_found_by_lines_and_by_the_parser(call: bytes, imports: list[Imported], dynamic: bool) -> None:
    for source in (scan(call), parse(call)):
        assert (source.imports, source.dynamic) == (imports, dynamic)


def test_the_parser_knows_what_may_fail() -> None:
    source = parse(b"import a\ntry:\n    import b\nexcept ImportError:\n    pass\nif c:\n    from d import e\n")
    assert source.imports == [Imported("a"), Imported("b", tried=True), Imported("d", ("e",), tried=True)]


def test_strings_that_may_be_modules_are_kept_without_their_attribute() -> None:
    long = b"a" * 201
    source = parse(b"X = ['shop.web:app', 'not a name', 'simple', '" + long + b"']\nINSTALLED_APPS = []\n")
    assert source.strings == ["shop.web", "simple"]
    assert source.lists_applications


@pytest.mark.parametrize(
    ("call", "programs"),
    [
        (b"subprocess.run(['ffmpeg', '-i', name])", [("ffmpeg", "-i")]),
        (b"os.system('convert a b')", [("convert", "a", "b")]),
        (b"subprocess.Popen('ls -l', shell=True)", [("ls", "-l")]),
        (b"run(['ls -l'])", [("ls", "-l")]),
        (b"app.run('server')", []),
        (b"platform.system('x')", []),
        (b"subprocess.run([name, 'x'])", []),
        (b"os.system('')", []),
    ],
)
def test_programs_that_are_started_by_literal_words_are_found(call: bytes, programs: list[tuple[str, ...]]) -> None:
    assert parse(call).programs == programs


def test_libraries_that_ctypes_loads_are_found_by_lines_and_by_the_parser() -> None:
    for source in (scan(b"x = ctypes.CDLL('libmagic.so.1')"), parse(b"x = find_library('magic')")):
        assert source.libraries in (["libmagic.so.1"], ["magic"])


@pytest.mark.parametrize(
    ("level", "module", "package", "expected"),
    [
        (0, "a.b", "x.y", "a.b"),
        (1, "", "x.y", "x.y"),
        (1, "a", "x.y", "x.y.a"),
        (2, "a", "x.y", "x.a"),
        (3, "a", "x.y", ""),
        (9, "a", "x.y", ""),
        (1, "a", "", ""),
    ],
)
def test_relative_imports_count_from_the_package(level: int, module: str, package: str, expected: str) -> None:
    assert Imported(module, (), level).base(package) == expected
