"""What is kept beside the data files that it was read from: as good as reading them, and never older than they are."""

import os
import sys
from pathlib import Path

import pytest

from layerscope.core import compiled

ROWS = [("LS101", "go-sdk", ("/usr/local/go/**",), (("/usr/local/go/**", (15, 17)),))]


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    found = [tmp_path / "go.toml", tmp_path / "node.toml"]
    for path in found:
        path.write_text("x = 1")
    return found


def test_what_was_kept_comes_back(sources: list[Path], tmp_path: Path) -> None:
    made = compiled.made_of(sources)
    assert compiled.recall(sources[0], made) is None
    compiled.keep(sources[0], made, ROWS)
    assert compiled.recall(sources[0], compiled.made_of(sources)) == ROWS
    assert [path.parent.name for path in tmp_path.rglob("*.data*")] == ["__pycache__"]


def test_what_was_read_is_read_once(sources: list[Path]) -> None:
    assert compiled.compiled(sources[0], sources[1:], lambda: ROWS) == ROWS
    assert compiled.compiled(sources[0], sources[1:], lambda: pytest.fail("the files were read again")) == ROWS


def test_a_source_that_changed_makes_it_stale(sources: list[Path], tmp_path: Path) -> None:
    compiled.keep(sources[0], compiled.made_of(sources), ROWS)
    os.utime(sources[0], ns=(1, 1))
    assert compiled.recall(sources[0], compiled.made_of(sources)) is None
    assert compiled.recall(sources[0], compiled.made_of(sources[1:])) is None


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\xe9\x01", None], ids=["empty", "nonsense", "a number", "cut"])
def test_a_damaged_one_is_none(sources: list[Path], tmp_path: Path, damage: bytes | None) -> None:
    made = compiled.made_of(sources)
    compiled.keep(sources[0], made, ROWS)
    (place,) = tmp_path.rglob("*.data")
    place.write_bytes(place.read_bytes()[:-9] if damage is None else damage)
    assert compiled.recall(sources[0], made) is None


def test_a_fifo_a_link_and_a_stranger_s_file_are_none(
    sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = compiled.made_of(sources)
    compiled.keep(sources[0], made, ROWS)
    (place,) = tmp_path.rglob("*.data")
    elsewhere = place.rename(tmp_path / "elsewhere")
    place.symlink_to(elsewhere)
    assert compiled.recall(sources[0], made) is None
    place.unlink()
    os.mkfifo(place)
    assert compiled.recall(sources[0], made) is None
    compiled.keep(sources[0], made, ROWS)
    assert compiled.recall(sources[0], made) == ROWS
    monkeypatch.setattr(compiled, "_trusted", lambda _: frozenset((os.geteuid() + 1,)))
    assert compiled.recall(sources[0], made) is None


@pytest.mark.parametrize("mode", [0o775, 0o757])
def test_a_directory_that_others_can_write_into_is_left_alone(sources: list[Path], tmp_path: Path, mode: int) -> None:
    made = compiled.made_of(sources)
    compiled.keep(sources[0], made, ROWS)
    (place,) = tmp_path.rglob("*.data")
    place.parent.chmod(mode)
    assert compiled.recall(sources[0], made) is None
    place.unlink()
    compiled.keep(sources[0], made, ROWS)
    assert not place.exists()


def test_no_name_of_a_file_that_is_being_written_can_be_told(sources: list[Path], tmp_path: Path) -> None:
    made = compiled.made_of(sources)
    compiled.keep(sources[0], made, ROWS)
    (place,) = tmp_path.rglob("*.data")
    victim = tmp_path / "victim"
    victim.write_text("mine")
    place.with_name(f"{place.name}.{os.getpid()}").symlink_to(victim)
    compiled.keep(sources[0], made, ROWS)
    assert victim.read_text() == "mine"
    assert place.is_file()
    assert not place.is_symlink()


def test_where_python_writes_nothing_nothing_is_written(
    sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    compiled.keep(sources[0], compiled.made_of(sources), ROWS)
    assert not list(tmp_path.rglob("*.data"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "__pycache__").write_text("a file where the directory belongs")
    compiled.keep(sources[0], compiled.made_of(sources), ROWS)
