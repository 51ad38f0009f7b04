"""``dir:``, skopeo's plain directory: a manifest and blobs named by their hexadecimal digests (containers-transports(5))."""

from layerscope.core.errors import ImageError
from layerscope.sources.bytes.blobs import Blob
from layerscope.sources.files.oci_layout import Walk, choose, image_of
from layerscope.sources.files.store import Store
from layerscope.sources.image import Image, Platform
from layerscope.sources.manifest import Descriptor
from layerscope.sources.reference import Reference


def open_directory(store: Store, source: str, reference: Reference, platform: Platform | None) -> Image:
    """The image in ``store``; of several, copied with ``--all``, the one for ``platform``.

    Raises :class:`ImageError` where none fits or it cannot be read.
    """
    blob = store.find("manifest.json")
    if blob is None:
        raise ImageError(f"{store.where} has no manifest.json", "copy the image again")
    root = Descriptor(blob.digest(), blob.size, "", None, {})

    def lookup(digest: str) -> Blob | None:
        if digest == root.digest:
            return blob
        digits = digest.partition(":")[2]
        return store.find(digits) or store.find(f"{digits}.manifest.json")

    problems: list[str] = []
    candidate = choose(list(Walk(lookup, problems).all([root])), platform, lookup, store.where)
    return image_of(candidate, lookup, source, reference, problems)
