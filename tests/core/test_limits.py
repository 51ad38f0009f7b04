"""Every limit is a bound that some room enforces, and is worded in one way."""

from pathlib import Path

import pytest

import layerscope
from layerscope.core import limits

NAMES = sorted(name for name in vars(limits) if name.isupper())
PRODUCT = "\n".join(
    path.read_text("utf-8") for path in Path(layerscope.__file__).parent.rglob("*.py") if path.name != "limits.py"
)


@pytest.mark.parametrize("name", NAMES)
def test_a_limit_is_positive_and_used(name: str) -> None:
    assert getattr(limits, name) > 0
    assert name in PRODUCT


def test_one_file_fits_into_what_a_layer_may_keep() -> None:
    assert max(limits.PICKED_FILE_BYTES, limits.JAR_FILE_BYTES, limits.RPM_DATABASE_BYTES) <= limits.PICKED_LAYER_BYTES
    assert limits.SECRET_FILE_BYTES <= limits.SECRET_LAYER_BYTES
    assert limits.CACHE_ENTRY_BYTES <= limits.CACHE_BYTES


def test_the_wording_names_both_numbers() -> None:
    assert limits.exceeded("a path", 20_000, limits.PATH_BYTES) == "a path of 20,000, more than the limit of 16,384"
