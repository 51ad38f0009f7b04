"""A file is whole or not there, whatever ends the process that writes it."""

import errno
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerscope.core.errors import UsageError
from layerscope.core.saving import save, save_pieces

WRITES = """
from layerscope.core.saving import save_pieces
def pieces():
    yield b"x" * 100_000
    die()
save_pieces(pieces(), target)
"""
EXTRACTS = """
from layerscope import extraction
extraction._contents = lambda *_: die()
class Filesystem:
    layers = {1: 0}
plan = extraction.Plan([], {1: [b""]}, [], [])
extraction.plan_extraction = lambda *_: plan
extraction.extract(Filesystem(), (), b"x", target, force=True)
"""
REPLACES = """
from layerscope.extraction import _publish
staged = target.parent / "scratch" / "staged"
staged.mkdir(parents=True)
rename = Path.rename
def renamed(path, to):
    if path == staged:
        die()
    return rename(path, to)
Path.rename = renamed
try:
    _publish(staged, target, True, staged.with_name("replaced"))
finally:
    staged.rmdir()
    staged.parent.rmdir()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("step", [WRITES, EXTRACTS, REPLACES], ids=["writing", "extracting", "replacing a directory"])
def test_a_signal_in_the_middle_leaves_what_was_there_and_nothing_else(step: str, number: int, tmp_path: Path) -> None:
    target = tmp_path / "target"
    if step is REPLACES:
        target.mkdir()
        (target / "mine").write_text("before")
    else:
        target.write_text("before")
    program = f"""
import os, signal
from pathlib import Path
from layerscope import __main__ as entry
target = Path({str(target)!r})
def die():
    os.kill(os.getpid(), {int(number)})
    signal.pause()
def run(arguments):
    exec({step!r}, globals())
entry._run = run
entry.start()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (128 + number, "")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    assert (target / "mine" if step is REPLACES else target).read_text() == "before"


def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("before")

    def pieces() -> Iterator[bytes]:
        yield b"x" * 100_000
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UsageError, match=r"cannot write .*target: No space left on device"):
        save_pieces(pieces(), target)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_private_file_is_private_while_it_is_written(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("before")
    target.chmod(0o600)
    modes = []

    def pieces() -> Iterator[bytes]:
        modes.extend(path.stat().st_mode & 0o777 for path in tmp_path.iterdir())
        yield b"after"

    save_pieces(pieces(), target)
    assert modes == [0o600, 0o600]
    assert target.read_bytes() == b"after"


def test_text_that_is_no_unicode_is_written_with_escapes(tmp_path: Path) -> None:
    save("\ud800é", tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b"\\ud800\xc3\xa9"


def test_a_terminal_that_is_not_there_is_not_called_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object) -> int:
        raise OSError(errno.ENXIO, "No such device or address")

    monkeypatch.setattr("layerscope.core.saving.os.open", absent)
    with pytest.raises(UsageError, match="cannot write /dev/tty: No such device or address"):
        save("text", Path("/dev/tty"))
