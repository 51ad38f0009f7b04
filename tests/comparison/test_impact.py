"""What two images cost a cluster, as the guides count it."""

from pathlib import Path

import pytest

from layerscope.comparison.compare import compare
from layerscope.comparison.impact import check_cluster, parse_bandwidth, pull
from layerscope.comparison.model import Cluster, Pull
from layerscope.core.errors import UsageError
from layerscope.core.units import size
from tests.support.comparisons import compared, compared_layouts, demo, demo_pair

GB, MB = 10**9, 10**6


def test_the_guides_own_table() -> None:
    """100 pods: 1.2 GB each are 120 GB to transfer, 15 MB are 1.5 GB; 118.5 GB less."""
    fat, lean = (pull(image, image, Cluster(pods=100, nodes=100, bandwidth=GB)) for image in (1200 * MB, 15 * MB))
    assert (fat.transfer, lean.transfer) == (120 * GB, 1500 * MB)
    assert fat.transfer - lean.transfer == 118_500 * MB
    assert (fat.seconds, lean.seconds) == (9.6, 0.12)


def test_pods_alone_are_nodes_each() -> None:
    impact = demo_pair().impact
    assert (impact.cluster, impact.basis) == (check_cluster(100, None, GB), "uncompressed")
    assert impact.cluster.nodes == 100
    assert impact.fat.transfer == 100 * impact.fat.pull == 100 * 878_763_897
    assert impact.saved.transfer == 100 * demo_pair().gap
    assert size(impact.saved.transfer) == "86.6 GB"


def test_a_layer_is_pulled_once_per_node_however_many_pods_run_there() -> None:
    impact = compare(demo("fat"), demo("lean"), cluster=Cluster(pods=1000, nodes=10, bandwidth=100_000_000)).impact
    assert impact.fat.transfer == impact.fat.storage == 10 * impact.fat.pull
    assert impact.fat.seconds == pytest.approx(impact.fat.pull * 8 / 100_000_000)


def test_the_shared_base_is_kept_once_while_one_image_replaces_the_other(tmp_path: Path) -> None:
    base = [("base", b"b" * 1000)]
    comparison = compared(tmp_path, [base, [("fat", b"f" * 500)]], [base, [("lean", b"l" * 20)]])
    shared, impact = comparison.shared_layers, comparison.impact
    assert (shared.count, shared.stored, shared.compressed) == (1, 1000, None)
    assert impact.shared == 1000
    assert impact.fat == Pull(1500, 1500, 150_000, 1500 * 8 / GB, 150_000)
    assert impact.together == 100 * (1000 + 500 + 20)


def test_compressed_sizes_count_where_both_are_known(tmp_path: Path) -> None:
    base = [("base", b"b" * 100_000)]
    comparison = compared_layouts(tmp_path, [base, [("fat", b"f" * 50_000)]], [base])
    impact, layers = comparison.impact, comparison.fat.image.layers
    assert impact.basis == "compressed"
    assert impact.fat.pull == comparison.fat.sizes.compressed == sum(layer.compressed_size or 0 for layer in layers)
    assert impact.fat.stored == 150_000
    assert impact.shared == comparison.shared_layers.compressed == layers[0].compressed_size == impact.lean.pull


def test_a_layer_that_occurs_twice_is_pulled_once(tmp_path: Path) -> None:
    twice = [("x", b"x" * 100)]
    assert compared(tmp_path, [twice, [("y", b"1")], twice], [twice]).impact.fat.pull == 101


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("1Gbit/s", GB),
        ("100Mbit/s", 100 * MB),
        ("10MB/s", 80 * MB),
        ("2.5 Gbps", 2_500 * MB),
        ("1Mb/s", MB),
        ("512kbit/s", 512_000),
        ("1GiB/s", 8 * 1024**3),
        ("8000", 8000),
    ],
)
def test_bandwidths_as_people_write_them(text: str, bits: int) -> None:
    assert parse_bandwidth(text) == bits


@pytest.mark.parametrize(
    "text", ["", "fast", "0", "-1Gbit/s", "1e9", "3x", "ibit/s", "9" * 500, "1Gbit/s\n\x1b[31m", "9999Tbit/s"]
)
def test_no_bandwidth_is_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_bandwidth(text)
    assert "1Gbit/s" in caught.value.line()
    assert caught.value.line().isprintable()


@pytest.mark.parametrize("cluster", [{"pods": 0}, {"nodes": 0}, {"nodes": 101}, {"pods": 10**12}, {"bandwidth": 0}])
def test_no_such_cluster_is_one_line(cluster: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        check_cluster(**{"pods": 100, "nodes": None, "bandwidth": GB} | cluster)
