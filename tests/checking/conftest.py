"""Images that the gate judges."""

from pathlib import Path

import pytest

from layerscope.analysis import Analysis, analyze
from layerscope.sources import open_image
from tests.support.gate import shop

PARITY = Path(__file__).parents[3] / "shared" / "fixtures" / "dive-test-docker-image.tar"
SECRET = [("app/.env", b"API_TOKEN=abc123def456\n")]


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def parity() -> Analysis:
    if not PARITY.exists():
        pytest.skip("dive's own test image is not beside this checkout")
    return analyze(open_image(f"docker-archive:{PARITY}"))


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return shop(tmp_path_factory.mktemp("grown"), [("srv/new", b"n" * 14_000)])


@pytest.fixture(scope="session")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return shop(tmp_path_factory.mktemp("leaky"), SECRET, Env=["API_TOKEN=abc123def456"])
