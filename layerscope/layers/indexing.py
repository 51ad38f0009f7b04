"""Every layer of an image into its index: uncompressed ones by their headers alone, compressed ones inflated once."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from layerscope.errors import Cancelled
from layerscope.layers.columns import Columns
from layerscope.layers.index import LayerIndex
from layerscope.layers.picks import Picks
from layerscope.layers.reading import index_compressed, index_plain
from layerscope.sources.blobs import Blob
from layerscope.sources.compression import compression
from layerscope.sources.image import Layer, Progress

WORKERS = 2
"""Threads that inflate and hash; the libraries release the interpreter's lock, the walk itself does not."""

_HASH_STEP = 4 * 1024 * 1024
_INFLATING_COSTS = 6
"""How much longer a stored byte takes to inflate and walk than to hash: the longest work is begun first."""

_Key = tuple[int, int, int]


class _Work:
    """What the threads share: the bytes done, and whether to stop."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._done = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._total = total
        self._progress = progress

    def add(self, count: int) -> None:
        """Counts stored bytes as read; raises Cancelled when the work was stopped."""
        if self._stop.is_set():
            raise Cancelled("cancelled")
        with self._lock:
            self._done += count

    def tell(self) -> None:
        """Reports progress from the calling thread."""
        if self._progress is not None:
            self._progress("reading layers", min(self._done, self._total), self._total)

    def stop(self) -> None:
        self._stop.set()


def index_layers(layers: Sequence[Layer], picks: Picks, progress: Progress | None = None) -> list[LayerIndex]:
    """One index per layer, in order; a blob that occurs several times is read once.

    A layer that is missing, damaged or has another digest than its manifest says gets an index with a ``problem``, and what
    could be read of it. ``progress`` is told the stored bytes that are done, and may raise Cancelled.
    """
    blobs: dict[_Key, tuple[Blob, str | None]] = {}
    for layer in layers:
        if layer.blob is not None:
            blobs.setdefault(_key(layer.blob), (layer.blob, layer.digest))
    work = _Work(sum(blob.size for blob, _ in blobs.values()), progress)
    indexes: dict[_Key, LayerIndex] = {}
    compressed: list[tuple[_Key, Blob, str | None]] = []
    for key, (blob, digest) in blobs.items():
        if compression(bytes(blob.view()[:512])) in ("tar", "empty", "unknown"):
            indexes[key] = index_plain(blob, picks)
            if digest and digest not in {layer.diff_id for layer in layers}:
                compressed.append((key, blob, digest))
            work.add(blob.size)
            work.tell()
        else:
            compressed.append((key, blob, digest))
    if compressed:
        _in_threads(compressed, indexes, picks, work)
    return [
        Columns().index(0, layer.problem or "the layer is missing") if layer.blob is None else indexes[_key(layer.blob)]
        for layer in layers
    ]


def _key(blob: Blob) -> _Key:
    return id(blob.file), blob.offset, blob.size


def _in_threads(blobs: list[tuple[_Key, Blob, str | None]], indexes: dict[_Key, LayerIndex], picks: Picks, work: _Work) -> None:
    """Inflates and hashes the blobs, the longest work first, and adds their indexes."""
    jobs: list[tuple[int, _Key, Callable[[], LayerIndex | str]]] = []
    for key, blob, digest in blobs:
        if key not in indexes:
            jobs.append((blob.size * _INFLATING_COSTS, key, _inflating(blob, picks, work)))
        if digest:
            jobs.append((blob.size, key, _hashing(blob, digest, work)))
    from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

    problems: dict[_Key, str] = {}
    with ThreadPoolExecutor(WORKERS) as pool:
        pending: dict[Future[LayerIndex | str], _Key] = {
            pool.submit(job): key for _, key, job in sorted(jobs, key=lambda item: -item[0])
        }
        try:
            while pending:
                finished, _ = wait(pending, timeout=0.05, return_when=FIRST_COMPLETED)
                for future in finished:
                    key, result = pending.pop(future), future.result()
                    if isinstance(result, LayerIndex):
                        indexes[key] = result
                    elif result:
                        problems[key] = result
                work.tell()
        except BaseException:
            work.stop()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    for key, problem in problems.items():
        known = indexes[key].problem
        indexes[key] = replace(indexes[key], problem=f"{known}; {problem}" if known else problem)


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
