"""What two images cost a cluster: transfer, seconds, storage."""

import re
from collections.abc import Collection

from layerscope.analysis import Analysis
from layerscope.comparison.model import Cluster, Impact, LayerPair, Pull
from layerscope.core.errors import UsageError
from layerscope.core.expressions import expression
from layerscope.core.names import printable

_RATE = expression(r"(\d{1,39}(?:\.\d+)?)\s*(?:([kmgt])(i?))?(bit|b)?(?:/s|ps)?", re.IGNORECASE)
_PREFIXES = ("", "k", "m", "g", "t")
_FASTEST = 10**15
_MOST = 10**9


def parse_bandwidth(text: str) -> int:
    """Bits a second out of ``1Gbit/s``, ``100Mbit/s``, ``10MB/s``, ``1Gbps`` or a bare number of bits; UsageError otherwise.

    A capital B is bytes, ``bit`` and a small b are bits; prefixes are decimal, ``Mi`` and its like binary.
    """
    matched = _RATE.fullmatch(text.strip())
    bits = _bits(*matched.groups("")) if matched else 0
    if not 0 < bits <= _FASTEST:
        raise UsageError(f"{printable(text)[:60]!r} is no bandwidth", "write it like 1Gbit/s, 100Mbit/s or 10MB/s")
    return bits


def _bits(number: str, prefix: str, binary: str, unit: str) -> int:
    scale: int = (1024 if binary else 1000) ** _PREFIXES.index(prefix.lower())
    return round(float(number) * scale * (8 if unit == "B" else 1))


def check_cluster(pods: int, nodes: int | None, bandwidth: int) -> Cluster:
    """The cluster, with as many nodes as pods for None; UsageError when there can be no such cluster."""
    nodes = pods if nodes is None else nodes
    if min(pods, nodes, bandwidth) < 1:
        raise UsageError("there is no cluster without pods, nodes and bandwidth", "give each of them as 1 or more")
    if max(pods, nodes) > _MOST:
        raise UsageError(f"a cluster has at most {_MOST:,} pods here", "give fewer")
    if nodes > pods:
        raise UsageError(f"of {nodes:,} nodes, {nodes - pods:,} have none of the {pods:,} pods", f"give --pods {nodes} or more")
    return Cluster(pods, nodes, bandwidth)


def count_impact(fat: Analysis, lean: Analysis, shared: LayerPair, cluster: Cluster) -> Impact:
    """Both images on a cluster, their pulls counted compressed where that is known of everything."""
    stored, packed = (_stored(fat), _stored(lean)), (_compressed(fat), _compressed(lean))
    known = None not in (*packed, shared.compressed)
    pulls, common = (packed, shared.compressed) if known else (stored, shared.stored)
    return Impact(
        cluster=cluster,
        basis="compressed" if known else "uncompressed",
        fat=pull(pulls[0] or 0, stored[0], cluster),
        lean=pull(pulls[1] or 0, stored[1], cluster),
        shared=common or 0,
        together=cluster.nodes * (sum(stored) - shared.stored),
    )


def pull(size: int, stored: int, cluster: Cluster) -> Pull:
    """An image of ``size`` bytes to transfer and ``stored`` bytes to keep, pulled once by each node."""
    return Pull(size, stored, size * cluster.nodes, size * 8 / cluster.bandwidth, stored * cluster.nodes)


def _stored(analysis: Analysis) -> int:
    """The content of the image's layers, of a layer that occurs twice once."""
    layers = zip(analysis.image.layers, analysis.layer_sizes, strict=True)
    return sum({layer.diff_id or str(number): size.stored for number, (layer, size) in enumerate(layers)}.values())


def _compressed(analysis: Analysis) -> int | None:
    """What a registry transfers of the image, of a blob that occurs twice once; None where a layer's blob is unknown."""
    sizes = {layer.digest or str(number): layer.compressed_size for number, layer in enumerate(analysis.image.layers)}
    return known_sum(sizes.values())


def known_sum(sizes: Collection[int | None]) -> int | None:
    """The sum of sizes, None where one of them is unknown."""
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None
