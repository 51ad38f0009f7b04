"""Modules by their names."""

from collections.abc import Sequence
from pathlib import Path

from layerscope.needs.languages.python.modules import Module, Modules
from layerscope.needs.languages.python.search_path import Place, Use
from layerscope.needs.languages.python.tree import Tree
from tests.support.archives import link
from tests.support.needs import ledger_of
from tests.support.programs import Row
from tests.support.python_images import (
    CLICK,
    SITE,
    SUFFIX,
    distributions,
    needed,
    runtime_of,
)


def test_packages_that_are_linked_into_a_site_are_followed_to_where_they_are(tmp_path: Path) -> None:
    rows = [
        link(f"{SITE}/words", "/src/words"),
        ("src/words/__init__.py", b"from . import more\n"),
        ("src/words/more.py", b"import click\n"),
        *CLICK,
        ("srv/web.py", b"import words\n"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/srv/web.py"])
    assert {f"{SITE}/words", "src/words/more.py"} <= needed(runtime)
    assert distributions(runtime) == {"click"}


def modules(directory: Path, rows: Sequence[Row], places: Sequence[Place]) -> Modules:
    return Modules(Tree(ledger_of(directory, rows), [place.path for place in places]), list(places))


def path(found: Module | None) -> str:
    return found.path.decode() if found is not None else ""


def test_a_package_comes_before_a_source_and_that_before_an_extension(tmp_path: Path) -> None:
    rows = [
        ("app/a/__init__.py", b""), ("app/a.py", b""), ("app/b.py", b""), (f"app/b.{SUFFIX}", b""), (f"app/c.{SUFFIX}", b""),
        ("app/d.pyc", b""),
    ]  # fmt: skip
    found = modules(tmp_path, rows, [Place(b"app", Use.APPLICATION)])
    names = ("a", "b", "c", "d", "e")
    assert [path(found.find(name)) for name in names] == ["app/a/__init__.py", "app/b.py", f"app/c.{SUFFIX}", "app/d.pyc", ""]


def test_the_first_place_wins_and_a_namespace_comes_after_all(tmp_path: Path) -> None:
    rows = [("one/space/x.py", b""), ("two/space/y.py", b""), ("one/late/z.py", b""), ("two/late/__init__.py", b"")]
    found = modules(tmp_path, rows, [Place(b"one", Use.APPLICATION), Place(b"two", Use.SITE)])
    space = found.find("space")
    assert space is not None
    assert (space.entry, space.directories) == (None, (b"one/space", b"two/space"))
    assert (path(found.find("space.y")), path(found.find("late"))) == ("two/space/y.py", "two/late/__init__.py")


def test_a_package_over_several_sites_has_the_modules_of_each(tmp_path: Path) -> None:
    rows = [("one/google/__init__.py", b""), ("two/google/__init__.py", b""), ("two/google/auth.py", b"")]
    found = modules(tmp_path, rows, [Place(b"one", Use.SITE), Place(b"two", Use.SITE)])
    assert path(found.find("google.auth")) == "two/google/auth.py"


def test_names_that_are_none_are_not_found(tmp_path: Path) -> None:
    found = modules(tmp_path, [("app/a.py", b"")], [Place(b"app", Use.APPLICATION)])
    assert [found.find(name) for name in ("", ".a", "a.b", "x" * 1000)] == [None] * 4
