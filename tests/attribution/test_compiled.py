"""The catalogue that is kept beside its sources: as good as reading them, and never older than they are."""

import os
import sys
from pathlib import Path

import pytest

from layerscope.attribution import catalogue
from layerscope.attribution.catalogue import compiled, rules

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
    assert compiled.recall(tmp_path, made) is None
    compiled.keep(tmp_path, made, ROWS)
    assert compiled.recall(tmp_path, compiled.made_of(sources)) == ROWS
    assert [path.parent.name for path in tmp_path.rglob("*.rules*")] == ["__pycache__"]


def test_a_source_that_changed_makes_it_stale(sources: list[Path], tmp_path: Path) -> None:
    compiled.keep(tmp_path, compiled.made_of(sources), ROWS)
    os.utime(sources[0], ns=(1, 1))
    assert compiled.recall(tmp_path, compiled.made_of(sources)) is None
    assert compiled.recall(tmp_path, compiled.made_of(sources[1:])) is None


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\xe9\x01", None], ids=["empty", "nonsense", "a number", "cut"])
def test_a_damaged_one_is_none(sources: list[Path], tmp_path: Path, damage: bytes | None) -> None:
    made = compiled.made_of(sources)
    compiled.keep(tmp_path, made, ROWS)
    (place,) = tmp_path.rglob("*.rules")
    place.write_bytes(place.read_bytes()[:-9] if damage is None else damage)
    assert compiled.recall(tmp_path, made) is None


def test_where_python_writes_nothing_nothing_is_written(
    sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    compiled.keep(tmp_path, compiled.made_of(sources), ROWS)
    assert not list(tmp_path.rglob("*.rules"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "__pycache__").write_text("a file where the directory belongs")
    compiled.keep(tmp_path, compiled.made_of(sources), ROWS)


def test_the_rules_are_the_same_read_and_recalled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    rules.cache_clear()
    read = rules()
    rules.cache_clear()
    monkeypatch.setattr(catalogue, "parse", lambda *_: pytest.fail("a file was read"))
    assert rules() == read
    assert all(rule.endings for rule in read if rule.globs)
