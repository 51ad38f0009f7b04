"""The squarified treemap: areas are as the numbers are, and they tile the drawing."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.report.html.geometry import Rectangle, squarify
from layerscope.report.html.treemap import WIDE
from tests.support.analyses import go_image

PLACES = st.builds(Rectangle, st.just(0.0), st.just(0.0), st.floats(50, 2000), st.floats(50, 2000))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40), PLACES)
def test_rectangles_tile_their_place_and_areas_are_as_the_sizes(sizes: list[int], place: Rectangle) -> None:
    found = squarify(sizes, place)
    whole = sum(sizes)
    assert len(found) == len(sizes)
    for size, rectangle in zip(sizes, found, strict=True):
        assert rectangle.area == pytest.approx(place.area * size / whole if whole else 0, rel=1e-6, abs=1e-6)
        assert rectangle.x >= place.x - 1e-6
        assert rectangle.y >= place.y - 1e-6
        assert rectangle.x + rectangle.width <= place.x + place.width + 1e-6
        assert rectangle.y + rectangle.height <= place.y + place.height + 1e-6
    for one, other in combinations(found, 2):
        across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
        down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
        assert min(across, down) <= 1e-6


def test_equal_sizes_give_squares() -> None:
    for rectangle in squarify([1] * 4, Rectangle(0, 0, 100, 100)):
        assert (rectangle.width, rectangle.height) == pytest.approx((50, 50))


def test_no_rectangle_of_a_usual_image_is_a_splinter() -> None:
    sizes = sorted((row.stored for row in go_image().attribution.sizes), reverse=True)[:8]
    for rectangle in squarify(sizes, WIDE):
        assert max(rectangle.width / rectangle.height, rectangle.height / rectangle.width) < 5
