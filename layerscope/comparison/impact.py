"""What two images cost a cluster: transfer, seconds, storage."""

import re

from layerscope.analysis import Analysis
from layerscope.comparison.model import Impact, LayerPair, Pull
from layerscope.core.errors import UsageError
from layerscope.core.names import printable

PODS = 100
"""The guides' cluster."""

BANDWIDTH = 1_000_000_000
"""Bits a second that a node pulls with, unless somebody says otherwise: 1 Gbit/s."""

_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)(bit|b)?(?:/s|ps)?", re.IGNORECASE)
_PREFIXES = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_FASTEST = 10**15
_MOST = 10**9


def parse_bandwidth(text: str) -> int:
    """Bits a second out of ``1Gbit/s``, ``100Mbit/s``, ``10MB/s``, ``1Gbps`` or a bare number of bits; UsageError otherwise.

    A capital B is bytes, ``bit`` and a small b are bits; prefixes are decimal, ``Mi`` and its like binary.
    """
    matched = _RATE.fullmatch(text.strip())
    if matched is None:
        raise _unreadable(text)
    number, prefix, binary, unit = matched.groups()
    if binary and not prefix:
        raise _unreadable(text)
    scale = (1024 if binary else 1000) ** _PREFIXES[prefix.lower()]
    bits = round(float(number) * scale * (8 if unit == "B" else 1)) if len(number) < 40 else _FASTEST + 1
    if not 0 < bits <= _FASTEST:
        raise _unreadable(text)
    return bits


def _unreadable(text: str) -> UsageError:
    return UsageError(f"{printable(text)[:60]!r} is no bandwidth", "write it like 1Gbit/s, 100Mbit/s or 10MB/s")


def check_cluster(pods: int, nodes: int | None, bandwidth: int) -> int:
    """The number of nodes, as many as pods for None; UsageError when there can be no such cluster."""
    if pods < 1 or bandwidth < 1 or (nodes is not None and nodes < 1):
        raise UsageError("there is no cluster without pods, nodes and bandwidth", "give each of them as 1 or more")
    if max(pods, nodes or 0) > _MOST:
        raise UsageError(f"a cluster has at most {_MOST:,} pods here", "give fewer")
    if nodes is not None and nodes > pods:
        raise UsageError(f"of {nodes:,} nodes, {nodes - pods:,} have none of the {pods:,} pods", f"give --pods {nodes} or more")
    return pods if nodes is None else nodes


def count_impact(fat: Analysis, lean: Analysis, shared: LayerPair, *, pods: int, nodes: int | None, bandwidth: int) -> Impact:
    """Both images on a cluster; without ``nodes`` each pod has its own, as the guides count. UsageError for an empty one."""
    nodes = check_cluster(pods, nodes, bandwidth)
    compressed = _compressed(fat), _compressed(lean)
    stored = _stored(fat), _stored(lean)
    known = compressed[0] is not None and compressed[1] is not None and shared.compressed is not None
    pulls = compressed if known else stored
    one, other = (pull(size or 0, kept, nodes=nodes, bandwidth=bandwidth) for size, kept in zip(pulls, stored, strict=True))
    common = (shared.compressed or 0) if known else shared.stored
    together = nodes * (stored[0] + stored[1] - shared.stored)
    return Impact(
        pods=pods,
        nodes=nodes,
        bandwidth=bandwidth,
        basis="compressed" if known else "uncompressed",
        fat=one,
        lean=other,
        shared=common,
        together=together,
    )


def pull(size: int, stored: int, *, nodes: int, bandwidth: int) -> Pull:
    """An image of ``size`` bytes to transfer and ``stored`` bytes to keep, pulled once by each of ``nodes`` nodes."""
    return Pull(size, stored, size * nodes, size * 8 / bandwidth, stored * nodes)


def _stored(analysis: Analysis) -> int:
    """The content of the image's layers, of a layer that occurs twice once."""
    layers = zip(analysis.image.layers, analysis.layer_sizes, strict=True)
    return sum({layer.diff_id or str(number): size.stored for number, (layer, size) in enumerate(layers)}.values())


def _compressed(analysis: Analysis) -> int | None:
    """What a registry transfers of the image, of a blob that occurs twice once; None where a layer's blob is unknown."""
    sizes = {layer.digest or str(number): layer.compressed_size for number, layer in enumerate(analysis.image.layers)}
    known = [size for size in sizes.values() if size is not None]
    return sum(known) if len(known) == len(sizes) else None
