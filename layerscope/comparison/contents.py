"""Whether files of two images have the same content, each layer read at most once for all of them."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from msgspec import Struct

from layerscope.advice.findings.same_content import same_stretches
from layerscope.analysis import Analysis
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import WORKERS
from layerscope.sources.image import Progress, silent

_READING = "comparing contents"

_MAPPED = 16 * 1024 * 1024
"""Bytes compared side by side before what was read of the archives leaves this process's memory."""

Pair = tuple[int, int]
"""An entry of the first image and one of the second."""

Digests = dict[int, bytes]
"""SHA-256 of contents, by entry."""


class Side(Struct, frozen=True, eq=False):
    """One image's final filesystem, its contents, where it has any that are real (the demo has none), and its layers' diff IDs,
    "" where one is unknown."""

    filesystem: Filesystem
    contents: Contents | None
    diff_ids: Sequence[str]

    def plain(self, entry: int) -> bool:
        """Whether the entry's content can be read where it lies, any stretch of it."""
        return self.contents is not None and self.contents.plain(self.filesystem.layers[entry])

    def stretch(self, entry: int, start: int, size: int) -> bytes:
        """At most ``size`` bytes of a plain entry from ``start`` on."""
        if self.contents is None:
            return b""
        return self.contents.stretch(self.filesystem.layers[entry], self.filesystem.row(entry), start, size)

    def forget(self) -> None:
        """Lets what was read leave this process's memory."""
        if self.contents is not None:
            self.contents.forget()


Sides = tuple[Side, Side]


def side_of(analysis: Analysis) -> Side:
    """What of an analysis is compared."""
    contents = None if analysis.image.source == "demo" else analysis.contents
    return Side(analysis.filesystem, contents, [layer.diff_id for layer in analysis.image.layers])


class Compared(Struct, frozen=True):
    """``same`` is whether the contents of each pair are the same, None where that is unknown; ``fat`` and ``lean`` are the
    digests of what could be read."""

    same: dict[Pair, bool | None]
    fat: Digests
    lean: Digests


def compare_contents(
    sides: Sides, pairs: Collection[Pair], wanted: tuple[set[int], set[int]], progress: Progress | None = None
) -> Compared:
    """Compares pairs of entries of equal size, and digests the ``wanted`` entries of each side.

    Where both lie in uncompressed layers they are read side by side up to their first difference. Where one does not, both
    are digested: a compressed layer is inflated once for everything that is wanted of it.
    """
    report = progress or silent
    plain = [pair for pair in pairs if _are_plain(sides, pair)]
    packed = set(pairs).difference(plain)
    fat, lean = _digest(sides, (wanted[0] | {pair[0] for pair in packed}, wanted[1] | {pair[1] for pair in packed}), report)
    same = {pair: _same_digest(fat.get(pair[0]), lean.get(pair[1])) for pair in packed}
    return Compared(same | dict(_compare_plain(sides, plain, report)), fat, lean)


def _are_plain(sides: Sides, pair: Pair) -> bool:
    return sides[0].plain(pair[0]) and sides[1].plain(pair[1])


def _same_digest(fat: bytes | None, lean: bytes | None) -> bool | None:
    return fat == lean if fat and lean else None


def _compare_plain(sides: Sides, pairs: Sequence[Pair], report: Progress) -> Iterator[tuple[Pair, bool | None]]:
    """Reads pairs of plain entries side by side. Both sides forget what was read before, now and then, and at the end."""
    sizes = [sides[0].filesystem.sizes[fat] for fat, _ in pairs]
    done, kept, total = 0, _MAPPED, sum(sizes)
    for pair, size in zip(pairs, sizes, strict=True):
        if kept >= _MAPPED:
            kept = 0
            _forget(sides)
        fat, lean = (partial(side.stretch, entry) for side, entry in zip(sides, pair, strict=True))
        yield pair, same_stretches(fat, lean, size, lambda _: True)
        done, kept = done + size, kept + size
        report(_READING, done, total)
    _forget(sides)


def _forget(sides: Sides) -> None:
    for side in sides:
        side.forget()


class _Job(Struct, frozen=True):
    """Entries of one layer that are digested together; ``size`` is their bytes."""

    side: int
    layer: int
    rows: list[int]
    size: int

    def run(self, sides: Sides) -> Digests:
        side = sides[self.side]
        start = side.filesystem.starts[self.layer]
        digests = side.contents.digests(self.layer, self.rows) if side.contents is not None else {}
        return {start + row: digest for row, digest in digests.items()}


def _digest(sides: Sides, wanted: tuple[set[int], set[int]], report: Progress) -> tuple[Digests, Digests]:
    """SHA-256 of entries of both sides, layer by layer; compressed layers are inflated in threads, the largest first."""
    found: tuple[Digests, Digests] = ({}, {})
    jobs = sorted((*_jobs(sides, wanted, 0), *_jobs(sides, wanted, 1)), key=lambda job: -job.size)
    if not jobs:
        return found
    from concurrent.futures import ThreadPoolExecutor, as_completed

    done, total = 0, sum(job.size for job in jobs)
    with ThreadPoolExecutor(WORKERS) as pool:
        pending = {pool.submit(job.run, sides): job for job in jobs}
        try:
            for future in as_completed(pending):
                job = pending[future]
                found[job.side].update(future.result())
                done += job.size
                report(_READING, done, total)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def _jobs(sides: Sides, wanted: tuple[set[int], set[int]], number: int) -> Iterator[_Job]:
    """The wanted entries of a side, by layer."""
    filesystem = sides[number].filesystem
    by_layer: dict[int, list[int]] = {}
    for entry in wanted[number] if sides[number].contents is not None else ():
        by_layer.setdefault(filesystem.layers[entry], []).append(entry)
    for layer, entries in by_layer.items():
        yield _Job(number, layer, [filesystem.row(entry) for entry in entries], sum(map(filesystem.sizes.__getitem__, entries)))
