"""Every layer of an image into its index: uncompressed ones by their headers alone, compressed ones inflated once."""

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from typing import NamedTuple

from msgspec.structs import replace

from layerscope.core.cache import entries
from layerscope.core.errors import Cancelled
from layerscope.layers import cache
from layerscope.layers.columns import Columns
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


class _Job(NamedTuple):
    """Something for a thread to do, the layers' contents before digests, the longest first."""

    reads: bool
    cost: int
    key: _Key
    run: "Callable[[], _Found]"


class _Work:
    """What the threads share: the bytes done, and whether to stop."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def add(self, count: int) -> None:
        """Counts stored bytes as read; raises Cancelled when the work was stopped."""
        if self._stop.is_set():
            raise Cancelled("cancelled")
        with self._lock:
            self.done += count

    def stop(self) -> None:
        self._stop.set()


def index_layers(
    layers: Sequence[Layer], picks: Picks, progress: Progress | None = None, private: cache.Private = cache.everything
) -> list[LayerIndex]:
    """One index per layer, in order, its digest checked; see :class:`Indexing`."""
    with Indexing(layers, picks, private) as indexing:
        indexing.read(progress)
        return indexing.verified(progress)


class _Found(NamedTuple):
    """What a thread found out of a blob: its index, or a problem with its digest, or both."""

    layer: LayerIndex | None
    problem: str


class _Outcome(NamedTuple):
    """How a job ended: with what it found, or with an error."""

    job: _Job
    found: _Found | Exception


def _do(jobs: "SimpleQueue[_Job]", outcomes: "SimpleQueue[_Outcome]") -> None:
    """Does jobs until there are none."""
    while True:
        try:
            job = jobs.get_nowait()
        except Empty:
            return
        try:
            outcomes.put(_Outcome(job, job.run()))
        except Exception as error:
            outcomes.put(_Outcome(job, error))


class Indexing:
    """Layers on their way into their indexes. Compressed ones begin to inflate, in threads, as soon as this is made; digests
    are checked on the way, or beside whoever works with the indexes already. Leaving the context ends all threads.

    A blob that occurs several times is read once, and one whose index is in the cache is not read at all. A layer that
    is missing, damaged or has another digest than its manifest says gets an index with a ``problem``, and what could be read.
    ``private`` tells of picked files whether they hold a credential, which the cache must not keep.
    """

    def __init__(self, layers: Sequence[Layer], picks: Picks, private: cache.Private = cache.everything) -> None:
        self._layers = tuple(layers)
        self._picks = picks
        self._private = private
        blobs = {_key(layer.blob): (layer.blob, layer.digest) for layer in reversed(self._layers) if layer.blob is not None}
        self._blobs = blobs
        self._indexes = {key: known for key, (blob, _) in blobs.items() if (known := cache.by_file(blob, picks)) is not None}
        self._cached = frozenset(self._indexes)
        unread = {key: found for key, found in blobs.items() if key not in self._cached}
        self._work = _Work(sum(blob.size for blob, _ in unread.values()))
        self._plain = {key: blob for key, (blob, _) in unread.items() if not blob.compressed}
        self._problems: dict[_Key, str] = {}
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._outcomes: SimpleQueue[_Outcome] = SimpleQueue()
        jobs = sorted(self._wanted(unread), key=lambda job: (not job.reads, -job.cost))
        for job in jobs:
            self._jobs.put(job)
        self._reading = sum(job.reads for job in jobs)
        self._checking = len(jobs) - self._reading
        self._threads = [
            threading.Thread(target=_do, args=(self._jobs, self._outcomes), daemon=True, name="indexing")
            for _ in range(min(WORKERS, len(jobs)))
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> "Indexing":
        return self

    def __exit__(self, *_: object) -> None:
        self._work.stop()
        for thread in self._threads:
            thread.join()

    def _wanted(self, unread: "dict[_Key, tuple[Blob, str | None]]") -> Iterator[_Job]:
        """What threads have to do: to hash what may be in the cache before anything else; to inflate and hash at once, but for
        the largest layer, which all others would wait for; to hash that one, and what is not compressed."""
        diff_ids = {layer.diff_id for layer in self._layers}
        packed = {key: found for key, found in unread.items() if key not in self._plain}
        largest = max(packed, key=lambda key: packed[key][0].size, default=None)
        for key, (blob, digest) in unread.items():
            if key in packed and digest and cache.knows(digest):
                yield _Job(True, blob.size, key, partial(_verified, blob, digest, self._picks, self._work))
                continue
            if key in packed:
                inside = digest if key != largest else None
                yield _Job(True, blob.size, key, partial(_inflated, blob, inside, self._picks, self._work))
            if digest and (key == largest or (key not in packed and digest not in diff_ids)):
                yield _Job(False, blob.size, key, partial(_hashed, blob, digest, self._work))

    def read(self, progress: Progress | None = None) -> list[LayerIndex]:
        """One index per layer, in order, as soon as all are read; digests may still be unknown.

        ``progress`` is told the stored bytes that are done, and may raise Cancelled.
        """
        for key, blob in self._plain.items():
            self._indexes[key] = index_plain(blob, self._picks)
            self._work.add(blob.size)
            self._tell(progress, "reading layers")
        self._wait(lambda: self._reading, progress, "reading layers")
        return self._in_order()

    def verified(self, progress: Progress | None = None) -> list[LayerIndex]:
        """The same indexes, once all digests are checked: one that is wrong has become its layer's problem.

        What was read whole is left to the cache.
        """
        self._wait(lambda: self._checking, progress, "checking digests")
        for key, problem in self._problems.items():
            known = self._indexes[key].problem
            self._indexes[key] = replace(self._indexes[key], problem=f"{known}; {problem}" if known else problem)
        self._problems.clear()
        self._keep()
        return self._in_order()

    def _in_order(self) -> list[LayerIndex]:
        return [
            Columns().index(0, layer.problem or "the layer is missing")
            if layer.blob is None
            else self._indexes[_key(layer.blob)]
            for layer in self._layers
        ]

    def _tell(self, progress: Progress | None, what: str) -> None:
        if progress is not None:
            progress(what, min(self._work.done, self._work.total), self._work.total)

    def _wait(self, pending: Callable[[], int], progress: Progress | None, what: str) -> None:
        """Takes what the threads find until no such job is ``pending``; raises the error of one that failed."""
        while pending():
            try:
                outcome = self._outcomes.get(timeout=0.05)
            except Empty:
                self._tell(progress, what)
                continue
            if isinstance(outcome.found, Exception):
                raise outcome.found
            self._note(outcome.job, outcome.found)
            self._tell(progress, what)

    def _note(self, job: _Job, found: _Found) -> None:
        """Keeps what a job found."""
        if job.reads:
            self._reading -= 1
        else:
            self._checking -= 1
        if found.layer is not None:
            self._indexes[job.key] = found.layer
        if found.problem:
            self._problems[job.key] = found.problem

    def _keep(self) -> None:
        """Leaves what was read whole to the cache."""
        new = [key for key in self._blobs if key not in self._cached and not self._indexes[key].problem]
        for key in new:
            blob, digest = self._blobs[key]
            cache.keep(blob, None if key in self._plain else digest, self._picks, self._indexes[key], self._private)
        if new:
            entries.prune()


def _key(blob: Blob) -> _Key:
    return id(blob.file), blob.offset, blob.size


def _inflated(blob: Blob, digest: str | None, picks: Picks, work: _Work) -> _Found:
    """The index of a compressed layer, and what is wrong with its digest, if one is to be checked."""
    if digest is None:
        return _Found(index_compressed(blob, picks, work.add), "")
    hashing = _Hashing(blob, digest)

    def read(count: int) -> None:
        hashing.used(count)
        work.add(count)

    index = index_compressed(blob, picks, read)
    return _Found(index, hashing.problem())


def _hashed(blob: Blob, digest: str, work: _Work) -> _Found:
    return _Found(None, check_digest(blob, digest, work.add))


def _verified(blob: Blob, digest: str, picks: Picks, work: _Work) -> _Found:
    """The cached index of a layer that has the digest; else it is inflated after all."""
    problem = check_digest(blob, digest, work.add)
    known = None if problem else cache.by_digest(digest, picks, blob)
    if known is not None:
        work.add(blob.size)
        return _Found(known, "")
    return _Found(index_compressed(blob, picks, work.add), problem)


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
