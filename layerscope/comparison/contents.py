"""Whether files of two images have the same content, each layer read at most once for all of them."""

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec import Struct

from layerscope.advice.findings.same_content import same_stretches
from layerscope.analysis import Analysis
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import WORKERS
from layerscope.sources.image import Progress

_READING = "comparing contents"

_MAPPED = 16 * 1024 * 1024
"""Bytes compared side by side before what was read of the archives leaves this process's memory."""

Pair = tuple[int, int]
"""An entry of the first image and one of the second."""

Verdicts = dict[Pair, bool | None]
"""Whether a pair's contents are the same; None where that is not known."""


class Side(Struct, frozen=True, eq=False):
    """One image's final filesystem, and its contents, where it has any that are real (the demo has none)."""

    filesystem: Filesystem
    contents: Contents | None

    def plain(self, entry: int) -> bool:
        """Whether the entry's content can be read where it lies, any stretch of it."""
        return self.contents is not None and self.contents.plain(self.filesystem.layers[entry])

    def stretch(self, entry: int, start: int, size: int) -> bytes:
        """At most ``size`` bytes of a plain entry from ``start`` on."""
        if self.contents is None:
            return b""
        return self.contents.stretch(self.filesystem.layers[entry], self.filesystem.row(entry), start, size)


def side_of(analysis: Analysis) -> Side:
    """What of an analysis is compared."""
    return Side(analysis.filesystem, None if analysis.image.source == "demo" else analysis.contents)


class Compared(Struct, frozen=True):
    """``same`` says it of each pair that was asked for; the digests are SHA-256, by entry, of what could be read."""

    same: Verdicts
    fat: dict[int, bytes]
    lean: dict[int, bytes]


def compare_contents(
    sides: tuple[Side, Side], pairs: Sequence[Pair], wanted: tuple[set[int], set[int]], progress: Progress | None = None
) -> Compared:
    """Compares pairs of entries of equal size, and digests the ``wanted`` entries of each side.

    Where both lie in uncompressed layers they are read side by side up to their first difference. Where one does not, both
    are digested: a compressed layer is inflated once for everything that is wanted of it.
    """
    side_by_side = [pair for pair in pairs if sides[0].plain(pair[0]) and sides[1].plain(pair[1])]
    others = set(pairs).difference(side_by_side)
    digested = _digested(sides, (wanted[0] | {fat for fat, _ in others}, wanted[1] | {lean for _, lean in others}), progress)
    _forget(sides)
    same: Verdicts = {}
    total = sum(sides[0].filesystem.sizes[fat] for fat, _ in side_by_side)
    done = forgotten = 0
    for pair in side_by_side:
        size = sides[0].filesystem.sizes[pair[0]]
        one, other = (partial(side.stretch, entry) for side, entry in zip(sides, pair, strict=True))
        same[pair] = same_stretches(one, other, size, _always)
        done += size
        if done - forgotten >= _MAPPED:
            forgotten = done
            _forget(sides)
        if progress is not None:
            progress(_READING, done, total)
    _forget(sides)
    for pair in others:
        digests = digested[0].get(pair[0]), digested[1].get(pair[1])
        same[pair] = digests[0] == digests[1] if all(digests) else None
    return Compared(same, *digested)


def _forget(sides: tuple[Side, Side]) -> None:
    for side in sides:
        if side.contents is not None:
            side.contents.forget()


def _always(_: int) -> bool:
    return True


def _digested(
    sides: tuple[Side, Side], wanted: tuple[set[int], set[int]], progress: Progress | None
) -> tuple[dict[int, bytes], dict[int, bytes]]:
    """SHA-256 of entries of both sides, by layer; compressed layers are inflated in threads."""
    found: tuple[dict[int, bytes], dict[int, bytes]] = ({}, {})
    jobs = [(number, *job) for number in (0, 1) for job in _by_layer(sides[number], wanted[number])]
    jobs.sort(key=lambda job: -job[3])
    if not jobs:
        return found
    from concurrent.futures import ThreadPoolExecutor, as_completed

    done, total = 0, sum(size for *_, size in jobs)
    with ThreadPoolExecutor(WORKERS) as pool:
        pending = {
            pool.submit(_layer_digests, sides[number], layer, rows): (number, size) for number, layer, rows, size in jobs
        }
        try:
            for future in as_completed(pending):
                number, size = pending[future]
                found[number].update(future.result())
                done += size
                if progress is not None:
                    progress(_READING, done, total)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def _by_layer(side: Side, entries: Iterable[int]) -> list[tuple[int, list[int], int]]:
    """Layers with the rows that are wanted of them, and the bytes of these."""
    filesystem = side.filesystem
    rows: dict[int, list[int]] = {}
    sizes: dict[int, int] = {}
    for entry in entries if side.contents is not None else ():
        layer = filesystem.layers[entry]
        rows.setdefault(layer, []).append(entry - filesystem.starts[layer])
        sizes[layer] = sizes.get(layer, 0) + filesystem.sizes[entry]
    return [(layer, members, sizes[layer]) for layer, members in rows.items()]


def _layer_digests(side: Side, layer: int, rows: list[int]) -> dict[int, bytes]:
    if side.contents is None:
        return {}
    start = side.filesystem.starts[layer]
    return {start + row: digest for row, digest in side.contents.digests(layer, rows).items()}
