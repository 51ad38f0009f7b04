"""The treemap of an image: all its bytes, by category, labelled where there is room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.report.document import Attributed, document
from layerscope.report.html.geometry import Rectangle
from layerscope.report.html.treemap import NARROW, WIDE, scaled, treemap
from tests.support.analyses import go_image


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
