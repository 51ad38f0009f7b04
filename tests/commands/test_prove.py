"""``layerscope prove``: what it confines, as the command line says it, and the exit code when a signal ends it."""

import signal
import subprocess
import sys

import pytest

from layerscope.__main__ import main


@pytest.mark.parametrize(
    "words",
    [("--cap-add", "NET_RAWR"), ("--cap-add", "ALL"), ("--network", "bridge"), ("--memory", "much"), ("--memory", "-1")],
    ids=" ".join,
)
def test_a_confinement_that_there_is_not_is_wrong_use(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "some:image", *words]) == 2
    assert words[0] in capsys.readouterr().err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_exit_code_tells_the_signal(number: signal.Signals, code: int) -> None:
    script = f"""
import signal
from layerscope.__main__ import start
from layerscope.commands import prove
prove.load = lambda *_, **__: signal.raise_signal({int(number)})
start()
"""
    done = subprocess.run([sys.executable, "-c", script, "prove", "some:image"], capture_output=True)
    assert done.returncode == code, done.stderr.decode()
