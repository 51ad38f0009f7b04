"""Every layer of an image into its index: uncompressed ones by their headers alone, compressed ones inflated once."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from layerscope.errors import Cancelled
from layerscope.layers.columns import Columns
from layerscope.layers.index import LayerIndex
from layerscope.layers.picks import Picks
from layerscope.layers.reading import index_compressed, index_plain
from layerscope.sources.blobs import Blob
from layerscope.sources.compression import compressed
from layerscope.sources.image import Layer, Progress

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

WORKERS = 2
"""Threads that inflate and hash; the libraries release the interpreter's lock, the walk itself does not."""

_HASH_STEP = 4 * 1024 * 1024
_INFLATING_COSTS = 6
"""How much longer a stored byte takes to inflate and walk than to hash: the longest work is begun first."""

_Key = tuple[int, int, int]


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


def index_layers(layers: Sequence[Layer], picks: Picks, progress: Progress | None = None) -> list[LayerIndex]:
    """One index per layer, in order; see :class:`Indexing`."""
    return Indexing(layers, picks).result(progress)


class Indexing:
    """Layers on their way into their indexes. Compressed ones begin to inflate, in threads, as soon as this is made.

    A blob that occurs several times is read once. A layer that is missing, damaged or has another digest than its manifest
    says gets an index with a ``problem``, and what could be read of it.
    """

    def __init__(self, layers: Sequence[Layer], picks: Picks) -> None:
        self._layers = tuple(layers)
        self._picks = picks
        self._plain: dict[_Key, Blob] = {}
        jobs: list[tuple[int, _Key, Callable[[], LayerIndex | str]]] = []
        blobs = {_key(layer.blob): (layer.blob, layer.digest) for layer in reversed(self._layers) if layer.blob is not None}
        self._work = _Work(sum(blob.size for blob, _ in blobs.values()))
        diff_ids = {layer.diff_id for layer in self._layers}
        for key, (blob, digest) in blobs.items():
            if compressed(bytes(blob.view()[:512])):
                jobs.append((blob.size * _INFLATING_COSTS, key, _inflating(blob, picks, self._work)))
            else:
                self._plain[key] = blob
            if digest and not (key in self._plain and digest in diff_ids):
                jobs.append((blob.size, key, _hashing(blob, digest, self._work)))
        self._pending: dict[Future[LayerIndex | str], _Key] = {}
        self._pool: ThreadPoolExecutor | None = None
        if jobs:
            self._start(sorted(jobs, key=lambda job: -job[0]))

    def _start(self, jobs: "list[tuple[int, _Key, Callable[[], LayerIndex | str]]]") -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._pool = ThreadPoolExecutor(WORKERS)
        self._pending = {self._pool.submit(job): key for _, key, job in jobs}

    def result(self, progress: Progress | None = None) -> list[LayerIndex]:
        """One index per layer, in order. ``progress`` is told the stored bytes that are done, and may raise Cancelled."""
        indexes: dict[_Key, LayerIndex] = {}
        problems: dict[_Key, str] = {}

        def tell() -> None:
            if progress is not None:
                progress("reading layers", min(self._work.done, self._work.total), self._work.total)

        try:
            for key, blob in self._plain.items():
                indexes[key] = index_plain(blob, self._picks)
                self._work.add(blob.size)
                tell()
            while self._pending:
                self._collect(indexes, problems)
                tell()
        except BaseException:
            self._work.stop()
            raise
        finally:
            if self._pool is not None:
                self._pool.shutdown(wait=True, cancel_futures=True)
        for key, problem in problems.items():
            known = indexes[key].problem
            indexes[key] = replace(indexes[key], problem=f"{known}; {problem}" if known else problem)
        return [
            Columns().index(0, layer.problem or "the layer is missing") if layer.blob is None else indexes[_key(layer.blob)]
            for layer in self._layers
        ]

    def _collect(self, indexes: dict[_Key, LayerIndex], problems: dict[_Key, str]) -> None:
        """Waits a moment for threads to finish, and takes what they found."""
        from concurrent.futures import FIRST_COMPLETED, wait

        finished, _ = wait(self._pending, timeout=0.05, return_when=FIRST_COMPLETED)
        for future in finished:
            key, found = self._pending.pop(future), future.result()
            if isinstance(found, LayerIndex):
                indexes[key] = found
            elif found:
                problems[key] = found


def _key(blob: Blob) -> _Key:
    return id(blob.file), blob.offset, blob.size


def _inflating(blob: Blob, picks: Picks, work: _Work) -> Callable[[], LayerIndex | str]:
    return lambda: index_compressed(blob, picks, work.add)


def _hashing(blob: Blob, digest: str, work: _Work) -> Callable[[], LayerIndex | str]:
    return lambda: check_digest(blob, digest, work.add)


def check_digest(blob: Blob, digest: str, read: Callable[[int], None]) -> str:
    """What is wrong with the blob's digest, "" when it is as the manifest says or uses an algorithm that Python lacks."""
    import hashlib

    algorithm, _, expected = digest.partition(":")
    if algorithm not in ("sha256", "sha384", "sha512"):
        return f"its digest {digest[:80]} cannot be checked"
    hasher = hashlib.new(algorithm)
    view = blob.view()
    for position in range(0, len(view), _HASH_STEP):
        hasher.update(view[position : position + _HASH_STEP])
        blob.file.forget(blob.offset + position, _HASH_STEP)
        read(0)
    if hasher.hexdigest() == expected:
        return ""
    return f"its content has the digest {algorithm}:{hasher.hexdigest()}, the manifest says {digest[:80]}"
