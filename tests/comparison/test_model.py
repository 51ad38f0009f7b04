"""What a comparison says of two sides: always fat - lean."""

import pytest

from layerscope.comparison.model import GUIDES_CLUSTER, CategoryGap, Impact, Pull


def impact(fat: Pull, lean: Pull) -> Impact:
    return Impact(cluster=GUIDES_CLUSTER, basis="compressed", fat=fat, lean=lean, shared=0, together=0)


@pytest.mark.parametrize(("fat", "lean", "gap"), [(5, 2, 3), (2, 5, -3), (4, 4, 0)])
def test_a_gap_is_positive_where_the_lean_image_has_less(fat: int, lean: int, gap: int) -> None:
    assert CategoryGap("os", fat, lean).gap == gap


def test_what_a_cluster_saves_is_counted_in_each_column() -> None:
    fat, lean = Pull(100, 200, 1000, 8.0, 2000), Pull(40, 250, 400, 3.0, 2500)
    assert impact(fat, lean).saved == Pull(60, -50, 600, 5.0, -500)
    assert impact(lean, fat).saved == Pull(-60, 50, -600, -5.0, 500)
