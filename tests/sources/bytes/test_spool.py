"""Streams are kept once, in a file without a name; where there is no room, one line says so."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerscope.core.errors import Cancelled
from layerscope.sources.bytes.spool import Spool


def test_what_is_filled_in_is_read_back_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pieces = [bytes([number % 256]) * (number * 37 % 50_000) for number in range(300)]
    with Spool("a stream") as spool:
        spool.fill(pieces)
        assert list(tmp_path.iterdir()) == []
        file = spool.mapped("a stream")
    assert bytes(file.view()) == b"".join(pieces)


def test_whoever_stops_the_stream_is_heard() -> None:
    def stream() -> Iterator[bytes]:
        yield b"x" * 4_000_000
        raise Cancelled("stopped")

    with Spool("a stream") as spool, pytest.raises(Cancelled, match="stopped"):
        spool.fill(stream())


@pytest.mark.parametrize("call", ["spool.fill(b'x' * 100_000 for _ in range(100))", "spool.write(b'x' * 10_000_000)"])
def test_without_room_one_line_says_where_and_what_to_try(tmp_path: Path, call: str) -> None:
    program = f"""
import resource
from layerscope.core.errors import SourceError
from layerscope.sources.bytes.spool import Spool
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
try:
    with Spool("the saved image x") as spool:
        {call}
except SourceError as error:
    print(error.line())
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.startswith(f"no room in {tmp_path} for the saved image x (")
    assert "set TMPDIR to a directory that has it" in done.stdout
