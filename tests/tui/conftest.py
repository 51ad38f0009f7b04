"""The terminal app without animations and without the caller's colour settings; and a pair that differs in every way."""

from unittest.mock import Mock

import pytest
from textual import constants

from layerscope.comparison.model import Comparison
from layerscope.tui import app
from tests.support.analyses import HOSTILE
from tests.support.comparisons import compared
from tests.support.programs import Row

FAT: list[Row] = [
    ("app/", None),
    ("app/run", b"the same program"),
    ("etc/conf", b"old"),
    ("opt/go/bin/go", b"x" * 5000),
    ("opt/go/src/a", b"x" * 700),
    ("old/place", b"what moves"),
    *((name.decode("utf-8", "surrogateescape"), b"hostile") for name in HOSTILE),
]
LEAN: list[Row] = [
    ("app/", None),
    ("app/run", b"the same program"),
    ("etc/conf", b"newer"),
    ("etc/extra", b"1"),
    ("new/place", b"what moves"),
    *((name.decode("utf-8", "surrogateescape"), b"other") for name in HOSTILE),
]


@pytest.fixture(autouse=True)
def _quiet_terminal(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")


@pytest.fixture(autouse=True)
def collector(monkeypatch) -> Mock:
    """What the app asks of the garbage collector: passes of it through all that tests hold would be a seventh of their time."""
    asked = Mock()
    monkeypatch.setattr(app, "gc", asked)
    return asked


@pytest.fixture
def pair(tmp_path) -> Comparison:
    return compared(tmp_path, [FAT], [LEAN], Cmd=["/app/run"], Env=["PATH=/bin"])
