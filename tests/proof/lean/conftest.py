"""Compilers, for the tests that strip real programs."""

import pytest

from tests.support.toolchains import Toolchains


@pytest.fixture(scope="session")
def toolchains(tmp_path_factory: pytest.TempPathFactory) -> Toolchains:
    return Toolchains(tmp_path_factory.mktemp("programs"))
