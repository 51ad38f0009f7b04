"""What holds for all tests: they read every layer themselves, whatever the user's cache remembers, and no registry but one of
this machine is ever reached."""

import os

import pytest

os.environ["LAYERSCOPE_CACHE"] = "off"
os.environ["HTTPS_PROXY"] = "http://127.0.0.1:9"
os.environ["NO_PROXY"] = "127.0.0.1,localhost"


@pytest.fixture(scope="session", autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The key of the cache is the tests' own."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
