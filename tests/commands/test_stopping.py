"""Signals that end a command: raised where it is, so that it can take back what it began; ignored ones stay ignored."""

import signal

import pytest

from layerscope.__main__ import main
from layerscope.commands import prove
from layerscope.commands.stopping import stoppable
from layerscope.errors import Stopped


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_is_raised_as_ctrl_c_is_with_its_own_exit_code(number: signal.Signals, code: int) -> None:
    with pytest.raises(Stopped) as stopped, stoppable():
        signal.raise_signal(number)
    assert isinstance(stopped.value, KeyboardInterrupt)
    assert stopped.value.exit_code == code
    assert signal.getsignal(number) is signal.SIG_DFL


def test_a_signal_that_the_caller_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt(), 130), (Stopped(signal.SIGTERM), 143)])
def test_the_exit_code_tells_the_signal(raised: BaseException, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(prove, "load", stop)
    assert main(["prove", "some:image"]) == code


@pytest.mark.parametrize(
    "words",
    [("--cap-add", "NET_RAWR"), ("--cap-add", "ALL"), ("--network", "bridge"), ("--memory", "much"), ("--memory", "-1")],
    ids=" ".join,
)
def test_a_confinement_that_there_is_not_is_wrong_use(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "some:image", *words]) == 2
    assert words[0] in capsys.readouterr().err
