"""What somebody put into an image: above its base, of no package, and not for building."""

import pytest

from layerscope.attribution.model import Component
from layerscope.core.vocabulary import Category
from layerscope.needs.put import is_of_nobody_else


@pytest.mark.parametrize(
    ("category", "package", "expected"),
    [
        (Category.UNKNOWN, "", True),
        (Category.APPLICATION, "", True),
        (Category.UNKNOWN, "shop", False),
        (Category.TOOLCHAIN, "", False),
        (Category.RUNTIME, "", False),
        (Category.CACHE, "", False),
    ],
)
def test_of_nobody_else_is_what_no_package_brought_and_no_build_needs(category: Category, package: str, expected: bool) -> None:
    assert is_of_nobody_else(Component(category=category, name="any", package=package)) is expected
