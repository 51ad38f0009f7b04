"""Many files are read ahead: those in compressed layers in one pass."""

from pathlib import Path

import pytest

from layerscope.needs.ledger import Ledger
from layerscope.needs.reader import Reader
from tests.support.needs import ledger_of
from tests.support.programs import Row

FILES: list[Row] = [("a.py", b"one"), ("b.py", b"two"), ("c.py", b"three"), ("large.py", b"x" * 100), ("d/", None)]


def reader(ledger: Ledger) -> Reader:
    return Reader(ledger, lambda _: 10)


@pytest.mark.parametrize("compress", [False, True])
def test_files_are_read_whether_or_not_their_layer_is_compressed(tmp_path: Path, compress: bool) -> None:
    ledger = ledger_of(tmp_path, FILES, compress=compress)
    files = reader(ledger)
    files.expect([b"a.py", b"b.py"])
    visible = ledger.filesystem.visible
    assert [files.content(visible[name]) for name in (b"a.py", b"b.py", b"c.py")] == [b"one", b"two", b"three"]


def test_what_is_too_large_or_no_file_has_no_content(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, FILES)
    files = reader(ledger)
    assert [files.content(ledger.filesystem.visible[name]) for name in (b"large.py", b"d")] == [b"", b""]
    assert files.content(None) == b""


def test_a_compressed_layer_is_inflated_once_for_all_that_is_expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = ledger_of(tmp_path, FILES, compress=True)
    passes: list[int] = []
    read_many = ledger.contents.read_many
    monkeypatch.setattr(ledger.contents, "read_many", lambda layer, rows: passes.append(layer) or read_many(layer, rows))
    files = reader(ledger)
    files.expect(iter([b"a.py", b"b.py", b"large.py"]))
    assert [files.content(ledger.filesystem.visible[name]) for name in (b"a.py", b"b.py")] == [b"one", b"two"]
    assert passes == [0]
