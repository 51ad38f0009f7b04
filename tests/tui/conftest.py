"""The terminal app without animations and without the caller's colour settings."""

import pytest
from textual import constants


@pytest.fixture(autouse=True)
def _quiet_terminal(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
