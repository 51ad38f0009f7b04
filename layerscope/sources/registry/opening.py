"""An image out of a registry: manifest, config and layers, each fetched once into a temporary file without a name."""

import threading
from collections.abc import Sequence
from functools import partial

from layerscope.core.errors import ImageError, NotInRegistry
from layerscope.core.names import printable
from layerscope.core.work import Workers, waited
from layerscope.sources.bytes.blobs import Blob
from layerscope.sources.bytes.spool import Spool
from layerscope.sources.files.oci_layout import choose, image_of
from layerscope.sources.image import Image, Progress, silent
from layerscope.sources.json_fields import Fields
from layerscope.sources.manifest import Descriptor, Opening, load_manifest, read_descriptor, well_formed
from layerscope.sources.platforms import fits, this_machine
from layerscope.sources.reference import Reference
from layerscope.sources.registry.client import Registry
from layerscope.sources.registry.names import parse_name

AT_ONCE = 3
"""Layers that are fetched at the same time, as engines do."""


def open_from_registry(reference: Reference, progress: Progress = silent) -> Image:
    """The image that the reference names; of several platforms the wanted one, this machine's when none was asked for.

    Raises :class:`UsageError` for a malformed name, :class:`NotInRegistry` when the registry lacks it or does
    not give it, :class:`SourceError` when it cannot be reached, :class:`ImageError` for a manifest that
    cannot be read or another one than was asked for.
    """
    name = parse_name(reference.location)
    fetching = _Fetching(Registry(name))

    def report() -> None:
        progress(f"fetching from {printable(name.host)}", min(fetching.done, fetching.total), fetching.total or None)

    try:
        image = waited(lambda: _open(fetching, reference), report)
        report()
    finally:
        fetching.stop()
    return image


def _open(fetching: "_Fetching", reference: Reference) -> Image:
    name = fetching.registry.name
    opening = Opening(reference=reference, source="docker", where=printable(str(name)), lookup=fetching.lookup)
    with fetching.registry:
        root = fetching.root(name.reference, name.digest)
        candidate = choose(_fitting(root, opening), opening)
        fetching.fetch(_contents(candidate.manifest))
        return image_of(candidate, opening)


def _fitting(root: Descriptor, opening: Opening) -> list[Descriptor]:
    """The first manifest of an index that claims the wanted platform; the root itself where none does."""
    blob = opening.lookup(root.digest)
    children = [read_descriptor(child) for child in load_manifest(blob, []).many("manifests")] if blob else []
    wanted = opening.reference.platform or this_machine()
    fitting = [child for child in children if child.platform is not None and fits(wanted, child.platform)]
    return fitting[:1] or [root]


def _contents(manifest: Fields) -> list[Descriptor]:
    """The config and the layers that the registry should have, the largest first."""
    listed = [read_descriptor(item) for item in (manifest.fields("config"), *manifest.many("layers"))]
    found = {item.digest: item for item in listed if well_formed(item.digest)}
    return sorted((item for item in found.values() if not item.urls), key=lambda item: -item.size)


class _Fetching:
    """Blobs of one repository, fetched when they are asked for or several at once, and kept as long as this is. ``done`` of
    ``total`` bytes are there."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.done = self.total = 0
        self._blobs: dict[str, Blob] = {}
        self._missing: set[str] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Has threads that still fetch end with their next piece."""
        self._stopped.set()

    def root(self, reference: str, digest: str) -> Descriptor:
        """The manifest or index that a tag or digest names; :class:`ImageError` when its content has another digest."""
        blob = self._manifest(reference)
        found = blob.digest(like=digest or "sha256:")
        if digest and found != digest:
            message = f"{printable(str(self.registry.name))} has the content {found}"
            raise ImageError(message, "do not trust this registry")
        self._blobs[found] = blob
        return Descriptor(digest=found, size=blob.size)

    def lookup(self, digest: str) -> Blob | None:
        """A blob that was fetched, else a manifest of that digest; None when the registry has none."""
        if digest not in self._blobs and digest not in self._missing:
            try:
                self._blobs[digest] = self._manifest(digest)
            except NotInRegistry:
                self._missing.add(digest)
        return self._blobs.get(digest)

    def fetch(self, descriptors: Sequence[Descriptor]) -> None:
        """Fetches blobs, several at once; those that the registry lacks are left out. Raises the first other failure."""
        self.total = sum(item.size for item in descriptors)
        workers = Workers([partial(self._fetch_blob, item) for item in descriptors], AT_ONCE)
        try:
            for number in range(len(descriptors)):
                workers.result(number, lambda: None)
        finally:
            self.stop()
            workers.join()  # no thread may use the connections when they are closed

    def _fetch_blob(self, item: Descriptor) -> None:
        if self._stopped.is_set():
            return
        try:
            with Spool(f"blob {item.short}") as spool:
                for piece in self.registry.blob(item.digest, item.size):
                    if self._stopped.is_set():
                        return
                    spool.write(piece)
                    with self._lock:
                        self.done += len(piece)
                self._blobs[item.digest] = Blob.of_mapped(spool.mapped(item.short))
        except NotInRegistry:
            self._missing.add(item.digest)

    def _manifest(self, reference: str) -> Blob:
        shown = printable(reference[:40])
        with Spool(shown) as spool:
            spool.write(self.registry.manifest(reference))
            return Blob.of_mapped(spool.mapped(shown))
