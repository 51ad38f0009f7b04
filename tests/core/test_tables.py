"""The product's own TOML files: each is read as what its module says it is."""

import sys
from pathlib import Path

import msgspec
import pytest

from layerscope.core import tables
from layerscope.core.tables import read_table


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    names: frozenset[str]
    most: int = 3


@pytest.fixture(autouse=True)
def compile_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


def test_a_table_is_read_as_a_struct_from_the_file_beside_the_module(tmp_path: Path) -> None:
    (tmp_path / "shell.toml").write_text("names = ['sh', 'bash', 'sh']\n")
    assert read_table(str(tmp_path / "module.py"), "shell.toml", Table) == Table(names=frozenset(("sh", "bash")))


def test_a_table_is_parsed_once_and_again_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.toml"
    path.write_text("names = ['a']")
    module = str(tmp_path / "module.py")
    first = read_table(module, "x.toml", Table)
    monkeypatch.setattr(tables, "parse", lambda _: {"names": ["parsed again"]})
    assert read_table(module, "x.toml", Table) == first
    path.write_text("names = ['a', 'b']")
    assert read_table(module, "x.toml", Table).names == {"parsed again"}


@pytest.mark.parametrize("text", ["names = 3", "names = ['a']\nother = 1", "most = 1"])
def test_a_table_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(msgspec.ValidationError):
        read_table(str(tmp_path / "module.py"), "x.toml", Table)
