"""Every layer of an image into its index: uncompressed ones by their headers alone, compressed ones inflated once."""

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from layerscope.core.cache import entries
from layerscope.core.errors import Cancelled
from layerscope.core.work import Workers
from layerscope.layers import cache
from layerscope.layers.index import LayerIndex
from layerscope.layers.keep import Picks
from layerscope.layers.reading import index_compressed, index_plain
from layerscope.sources.bytes.blobs import Blob
from layerscope.sources.image import Layer, Progress

WORKERS = 2
"""Threads that inflate and hash; the libraries release the interpreter's lock, the walk itself does not."""

_HASH_STEP = 4 * 1024 * 1024
_LEAST = 1024 * 1024
"""Bytes that are hashed at once beside inflating: so few that they are still in memory."""
_ALGORITHMS = ("sha256", "sha384", "sha512")

_Key = tuple[int, int, int]
"""What tells a blob from others: its file, its place there, its size."""


class _Found(NamedTuple):
    """What a thread found out of a blob: its index, or a problem with its digest, or both."""

    layer: LayerIndex | None
    problem: str


class _Job(NamedTuple):
    """Something for a thread to do: ``reads`` a layer, or checks a digest only. ``cost`` are the bytes of the blob."""

    reads: bool
    cost: int
    key: _Key
    run: Callable[[], _Found]


class _Unread(NamedTuple):
    """A blob that is not read yet: whether it is compressed (``packed``), and the cache has an index of its digest."""

    blob: Blob
    digest: str | None
    packed: bool
    cached: bool


class _Count:
    """The bytes that all threads have done, and whether they shall stop."""

    def __init__(self) -> None:
        self.done = 0
        self.stopped = False
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """Counts stored bytes as read; raises Cancelled when the work was stopped."""
        if self.stopped:
            raise Cancelled("cancelled")
        with self._lock:
            self.done += count


def index_layers(
    layers: Sequence[Layer], picks: Picks, progress: Progress | None = None, private: cache.Private = cache.everything
) -> list[LayerIndex]:
    """One index per layer, in order, its digest checked; see :class:`Indexing`."""
    with Indexing(layers, picks, private) as indexing:
        indexing.read(progress)
        return indexing.verified(progress)


class Indexing:
    """Layers on their way into their indexes. Compressed ones begin to inflate, in threads, as soon as this is made; digests
    are checked on the way, or beside whatever is done with the indexes already. Leaving the context ends all threads.

    A blob that occurs several times is read once, and one whose index is in the cache is not read at all. A layer that
    is missing, damaged or has another digest than its manifest says gets an index with a ``problem``, and what could be read.
    ``private`` tells of picked files whether they hold a credential, which the cache must not keep.
    """

    def __init__(self, layers: Sequence[Layer], picks: Picks, private: cache.Private = cache.everything) -> None:
        self._layers = tuple(layers)
        self._picks = picks
        self._private = private
        self._diff_ids = {layer.diff_id for layer in layers}
        self._indexes: dict[_Key, LayerIndex] = {}
        self._unread: dict[_Key, _Unread] = {}
        for layer in reversed(self._layers):
            self._look_up(layer)
        self._total = sum(item.blob.size for item in self._unread.values())
        self._count = _Count()
        self._problems: dict[_Key, str] = {}
        self._jobs = sorted(self._plan_jobs(), key=lambda job: (not job.reads, -job.cost))
        self._workers = Workers([job.run for job in self._jobs], WORKERS)

    def _look_up(self, layer: Layer) -> None:
        """Takes a layer's index from the cache, or notes that it is to be read."""
        blob = layer.blob
        if blob is None:
            return
        known = cache.by_file(blob, self._picks)
        if known is not None:
            self._indexes[_key(blob)] = known
        else:
            packed = blob.compressed
            cached = packed and layer.digest is not None and cache.knows(layer.digest)
            self._unread[_key(blob)] = _Unread(blob, layer.digest, packed, cached)

    def __enter__(self) -> "Indexing":
        return self

    def __exit__(self, *_: object) -> None:
        self._count.stopped = True
        self._workers.join()

    def _plan_jobs(self) -> Iterator[_Job]:
        """The jobs of the threads. The digest of a compressed layer is checked while it is inflated, but for the largest one,
        which all others would wait for: that is a job apart, as it is for an uncompressed layer whose digest is not its diff
        ID."""
        inflated = [item for item in self._unread.values() if item.packed and not item.cached]
        largest = max(inflated, key=lambda item: item.blob.size, default=None)
        for key, item in self._unread.items():
            apart = item is largest or not (item.packed or item.digest in self._diff_ids)
            yield from self._jobs_of(key, item, apart)

    def _jobs_of(self, key: _Key, item: _Unread, apart: bool) -> Iterator[_Job]:
        if item.packed:
            yield _Job(True, item.blob.size, key, partial(_read_packed, item, apart, self._picks, self._count))
        if apart and item.digest:
            yield _Job(False, item.blob.size, key, partial(_hash, item.blob, item.digest, self._count))

    def read(self, progress: Progress | None = None) -> list[LayerIndex]:
        """One index per layer, in order, as soon as all are read; digests may still be unknown.

        ``progress`` reports the stored bytes that are done, and may raise Cancelled.
        """
        for key, item in self._unread.items():
            if not item.packed:
                self._indexes[key] = index_plain(item.blob, self._picks)
                self._count.add(item.blob.size)
                self._report(progress, "reading layers")
        self._wait(True, progress, "reading layers")
        return self._in_order()

    def verified(self, progress: Progress | None = None) -> list[LayerIndex]:
        """The same indexes, once all digests are checked: one that is wrong has become its layer's problem.

        What was read whole is left to the cache.
        """
        self._wait(False, progress, "checking digests")
        for key, problem in self._problems.items():
            index = self._indexes[key]
            self._indexes[key] = replace(index, problem="; ".join(filter(None, (index.problem, problem))))
        self._problems.clear()
        self._keep()
        return self._in_order()

    def _in_order(self) -> list[LayerIndex]:
        return [
            LayerIndex(problem=layer.problem or "the layer is missing")
            if layer.blob is None
            else self._indexes[_key(layer.blob)]
            for layer in self._layers
        ]

    def _report(self, progress: Progress | None, what: str) -> None:
        if progress is not None:
            progress(what, min(self._count.done, self._total), self._total)

    def _wait(self, reads: bool, progress: Progress | None, what: str) -> None:
        """Takes what the threads find until all jobs that read a layer, or all others, are done."""
        for number, job in enumerate(self._jobs):
            if job.reads != reads:
                continue
            found = self._workers.result(number, lambda: self._report(progress, what))
            if found.layer is not None:
                self._indexes[job.key] = found.layer
            if found.problem:
                self._problems[job.key] = found.problem
            self._report(progress, what)

    def _keep(self) -> None:
        """Leaves what was read whole to the cache."""
        new = {key: item for key, item in self._unread.items() if not self._indexes[key].problem}
        for key, (blob, digest, packed, _) in new.items():
            cache.keep(blob, digest if packed else None, self._picks, self._indexes[key], self._private)
        if new:
            entries.prune()


def _key(blob: Blob) -> _Key:
    return id(blob.file), blob.offset, blob.size


def _read_packed(item: _Unread, apart: bool, picks: Picks, count: _Count) -> _Found:
    """The index of a compressed layer, and what is wrong with its digest, unless that is checked ``apart``."""
    if item.digest is None or apart:
        return _Found(index_compressed(item.blob, picks, count.add), "")
    if item.cached:
        return _verify(item.blob, item.digest, picks, count)
    hashing = _Hashing(item.blob, item.digest)

    def read(size: int) -> None:
        hashing.used(size)
        count.add(size)

    index = index_compressed(item.blob, picks, read)
    return _Found(index, hashing.problem())


def _hash(blob: Blob, digest: str, count: _Count) -> _Found:
    return _Found(None, check_digest(blob, digest, count.add))


def _verify(blob: Blob, digest: str, picks: Picks, count: _Count) -> _Found:
    """The cached index of a layer that has the digest; else it is inflated after all."""
    problem = check_digest(blob, digest, count.add)
    known = None if problem else cache.by_digest(digest, picks, blob)
    if known is None:
        return _Found(index_compressed(blob, picks, count.add), problem)
    count.add(blob.size)
    return _Found(known, "")


def check_digest(blob: Blob, digest: str, read: Callable[[int], None]) -> str:
    """What is wrong with the blob's digest, "" when it is as the manifest says or uses an algorithm that Python lacks."""
    hashing = _Hashing(blob, digest)
    for position in range(0, blob.size, _HASH_STEP):
        hashing.used(_HASH_STEP)
        blob.file.forget(blob.offset + position, _HASH_STEP)
        read(0)
    return hashing.problem()


class _Hashing:
    """The check of a blob's digest, while its bytes are used up and so are in memory anyway."""

    __slots__ = ("_algorithm", "_digest", "_hasher", "_position", "_start", "_view")

    def __init__(self, blob: Blob, digest: str) -> None:
        import hashlib

        self._digest = digest
        self._algorithm = digest.partition(":")[0]
        self._hasher = hashlib.new(self._algorithm) if self._algorithm in _ALGORITHMS else None
        self._view = blob.view()
        self._start = self._position = 0

    def used(self, count: int) -> None:
        """Notes that so many more bytes were used, and hashes them when they have become many."""
        self._position += count
        if self._position - self._start >= _LEAST:
            self._hash()

    def _hash(self) -> None:
        if self._hasher is not None:
            self._hasher.update(self._view[self._start : self._position])
        self._start = self._position

    def problem(self) -> str:
        """Hashes what is left; what is wrong with the digest."""
        self._position = len(self._view)
        self._hash()
        if self._hasher is None:
            return f"its digest {self._digest[:80]} cannot be checked"
        found = f"{self._algorithm}:{self._hasher.hexdigest()}"
        return "" if found == self._digest else f"its content has the digest {found}, not {self._digest[:80]}"
