"""dive's numbers come out to the last digit; where its measure is wrong, ours beside it is right."""

from pathlib import Path

import pytest

from layerscope.filesystem.dive import score
from layerscope.filesystem.stacking import stack
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources import open_image
from tests.support.archives import layer_tar
from tests.support.layers import stacked

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="dive's own test images are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "efficiency", "size", "user", "wasted", "percent"),
    [
        ("dive-test-docker-image.tar", 0.9844212134184309, 1_220_598, 66_237, 32_025, 0.4834911001404049),
        ("dive-test-kaniko-image.tar", 0.9793688490216431, 1_326_410, 94_677, 46_245, 0.4884502043790995),
    ],
)
def test_its_parity_images(name: str, efficiency: float, size: int, user: int, wasted: int, percent: float) -> None:
    filesystem = stack(index_layers(open_image(f"docker-archive:{FIXTURES / name}").layers, Picks()))
    assert sum(filesystem.sizes) == size
    found = score(filesystem)
    assert (found.efficiency, found.user_bytes, found.wasted_bytes, found.wasted_user_percent) == (
        efficiency,
        user,
        wasted,
        percent,
    )


def shadowed(*layers: bytes) -> int:
    filesystem = stacked(*layers)
    return sum(size for size, live in zip(filesystem.sizes, filesystem.stored_live, strict=True) if not live)


def test_a_chmod_is_waste_once_where_dive_counts_both_copies() -> None:
    layers = layer_tar([("tool", b"x" * 1000)]), layer_tar([("tool", b"x" * 1000)])
    assert score(stacked(*layers)).wasted_bytes == 2000
    assert shadowed(*layers) == 1000


def test_rm_rf_of_a_directory_is_waste_where_dive_counts_nothing() -> None:
    layers = layer_tar([("d/a", b"x" * 150_000)]), layer_tar([(".wh.d", b"")])
    found = score(stacked(*layers))
    assert found.wasted_bytes == 0
    assert found.efficiency == 1.0
    assert shadowed(*layers) == 150_000


def test_a_whiteout_of_nothing_ends_dives_visit_of_the_layer() -> None:
    layers = layer_tar([("z", b"1" * 10)]), layer_tar([(".wh.m", b""), ("a", b"2"), ("z", b"1" * 10)])
    assert score(stacked(*layers)).wasted_bytes == 0
    assert score(stacked(layers[0], layer_tar([("a", b"2"), ("z", b"1" * 10)]))).wasted_bytes == 20


def test_an_image_of_one_layer_wastes_nothing() -> None:
    found = score(stacked(layer_tar([("a", b"1")])))
    assert (found.efficiency, found.wasted_user_percent) == (1.0, 0.0)
