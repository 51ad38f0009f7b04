"""``dir:``, skopeo's plain directory: a manifest and blobs named by their hexadecimal digests (containers-transports(5))."""

from layerscope.core.errors import ImageError
from layerscope.sources.bytes.blobs import Blob
from layerscope.sources.files.oci_layout import choose, image_of
from layerscope.sources.files.store import Store
from layerscope.sources.image import Image
from layerscope.sources.manifest import Descriptor, Opening
from layerscope.sources.reference import Reference


def open_directory(store: Store, source: str, reference: Reference) -> Image:
    """The image in ``store``; of several, copied with ``--all``, the one for the wanted platform.

    Raises :class:`ImageError` where none fits or it cannot be read.
    """
    blob = store.find("manifest.json")
    if blob is None:
        raise ImageError(f"{store.where} has no manifest.json", "copy the image again")
    root = Descriptor(digest=blob.digest(), size=blob.size)

    def lookup(digest: str) -> Blob | None:
        digits = digest.partition(":")[2]
        return blob if digest == root.digest else store.find(digits) or store.find(f"{digits}.manifest.json")

    opening = Opening(reference=reference, source=source, where=store.where, lookup=lookup)
    return image_of(choose([root], opening), opening)
