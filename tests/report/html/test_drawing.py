"""The treemap: areas are as the bytes are, and they tile the drawing."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.report.document import Attributed, document
from layerscope.report.html.bars import BAR, facing_bars, layer_bars, stretches
from layerscope.report.html.geometry import Rectangle, squarify
from layerscope.report.html.treemap import NARROW, WIDE, scaled, treemap
from tests.support.analyses import go_image

PLACES = st.builds(Rectangle, st.just(0.0), st.just(0.0), st.floats(50, 2000), st.floats(50, 2000))


def component(name: str, live: int, shadowed: int = 0, category: str = "os") -> Attributed:
    return Attributed(
        category=category,
        component=name,
        version="1.0",
        ecosystem="",
        rule="",
        live=live,
        shadowed=shadowed,
        files=1,
        layers=[0],
        paths=["/x"],
    )


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


@pytest.mark.parametrize("place", [WIDE, NARROW])
def test_an_images_tiles_are_all_its_bytes(place: Rectangle) -> None:
    analysis = go_image()
    tiles = treemap(document(analysis).attribution, place).tiles
    assert sum(tile.place.area for tile in tiles) == pytest.approx(place.area)
    shadowed = sum(tile.place.area for tile in tiles if tile.shadowed)
    whole = analysis.sizes.stored
    assert shadowed / place.area == pytest.approx(analysis.sizes.shadowed / whole, rel=1e-3)


def test_categories_stay_together_the_largest_first() -> None:
    rows = [component("a", 10, category="os"), component("b", 60, category="cache"), component("c", 30, category="os")]
    assert [tile.category for tile in treemap(rows, WIDE).tiles] == ["cache", "os", "os"]


def test_what_is_too_small_to_see_is_one_area_of_its_category() -> None:
    rows = [component("large", 10**9), *(component(f"small {number}", 100) for number in range(50))]
    tiles = treemap(rows, WIDE).tiles
    assert [tile.title for tile in tiles] == ["large 1.0 (os): 1 GB, 99.9 %", "50 smaller (os): 5 kB, < 0.1 %"]


def test_a_label_is_written_where_it_fits_and_the_title_says_all() -> None:
    narrow = Rectangle(0, 0, 60, 40)
    (tile,) = treemap([component("a-very-long-name", 500_000, category="docs")], narrow).tiles
    assert tile.title == "a-very-long-name 1.0 (docs): 500 kB, 100.0 %"
    assert tile.label == ("a-very…", "500 kB") or tile.label[0].endswith("…")
    assert treemap([component("x", 1)], Rectangle(0, 0, 20, 10)).tiles[0].label == ()


def test_an_image_without_bytes_has_an_empty_drawing() -> None:
    assert treemap([component("nothing", 0)], WIDE).tiles == ()


@given(st.integers(0, 10**10), st.integers(1, 10**10))
def test_two_drawings_of_one_scale_have_areas_as_their_bytes(part: int, whole: int) -> None:
    assert scaled(WIDE, part, whole).area == pytest.approx(WIDE.area * part / whole, rel=1e-9)


def test_bars_are_as_long_as_their_bytes() -> None:
    bar = stretches([("os", 250), ("cache", 0), ("docs", 250)], 1000)
    assert [(part.start, part.length, part.colour) for part in bar] == [(0, 250, "os"), (250, 250, "docs")]
    assert bar[0].title == "os: 250 B, 50.0 %"


def test_the_largest_layers_bars_are_full() -> None:
    layers = document(go_image()).layers
    largest = max(range(len(layers)), key=lambda number: layers[number].size)
    for bar in layer_bars(layers)[largest]:
        assert sum(part.length for part in bar) == pytest.approx(BAR)


def test_facing_bars_meet_in_the_middle() -> None:
    ((left, right),) = facing_bars([("os", 400, 100)])
    assert (left[0].start, left[0].length) == (0, BAR)
    assert (right[0].start, right[0].length) == (0, BAR / 4)
    ((left, right),) = facing_bars([("os", 100, 400)])
    assert left[0].start + left[0].length == pytest.approx(BAR)
