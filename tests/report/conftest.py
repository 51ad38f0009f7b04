"""What several tests of reports share."""

import pytest

from layerscope.analysis import Analysis
from tests.support.gate import shop


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """The small image of the gate's tests, which wastes something of every kind."""
    return shop(tmp_path_factory.mktemp("shop"))
