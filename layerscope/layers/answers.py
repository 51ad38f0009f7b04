"""What was found out about a file by reading all of it, kept beside the index of its layer: in a compressed layer that takes as
long as to inflate everything before the file."""

from collections.abc import Callable
from hashlib import sha256

import msgspec

from layerscope.core.cache import entries
from layerscope.core.compiled import Made
from layerscope.layers.cache import file_names
from layerscope.sources.bytes.blobs import Blob


def remembered(blob: Blob, row: int, made: Made, find: Callable[[], bool]) -> bool:
    """What ``find`` says of the entry in a row of a layer, found once as long as the layer's file stays what it is.

    ``made`` is the state of what the answer depends on beside the layer, and tells one question from others.
    """
    names = file_names([blob])
    if not names:
        return find()
    name = sha256(repr((names, row, made)).encode()).hexdigest()
    try:
        return msgspec.msgpack.decode(entries.read(name) or b"", type=bool)
    except msgspec.DecodeError:
        found = find()
        entries.write(msgspec.msgpack.encode(found), name)
        return found
