"""The attribution of an image that was looked at before.

It is a pure function of what the layers hold, the configuration, the history and the rules, so it can be kept beside the
layers' indexes and found again by those four.
"""

import sys
from array import array
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec

from layerscope import __version__
from layerscope.attribution.model import Attribution, Component, ComponentSize
from layerscope.layers import cache
from layerscope.sources.history import History
from layerscope.sources.image import Config


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    components: tuple[Component, ...]
    owner: bytes
    sizes: tuple[ComponentSize, ...]
    by_layer: tuple[dict[str, int], ...]


def remembered(
    layers: tuple[str, ...], config: Config, history: History, compute: Callable[[], Attribution], entries: int
) -> Attribution:
    """The attribution out of the cache, else what ``compute`` finds, which is then kept.

    ``layers`` are the names under which the cache knows the layers' indexes, none when it does not know all of them;
    ``entries`` is the number of the image's entries.
    """
    if not layers:
        return compute()
    name = sha256(msgspec.msgpack.encode((_rules(), layers, config, history))).hexdigest()
    known = _read(name, entries)
    if known is not None:
        return known
    found = compute()
    stored = _Stored(found.components, found.owner.tobytes(), found.sizes, found.by_layer)
    cache.write(name, msgspec.msgpack.encode(stored))
    return found


def _read(name: str, entries: int) -> Attribution | None:
    content = cache.read(name)
    if content is None:
        return None
    try:
        stored = msgspec.msgpack.decode(content, type=_Stored)
        owner = array("i", stored.owner)
    except (msgspec.DecodeError, ValueError):
        return None
    return Attribution(stored.components, owner, stored.sizes, stored.by_layer) if len(owner) == entries else None


def _rules() -> tuple[object, ...]:
    """What an attribution depends on beside the image: the rules and the code, told by version and times."""
    here = Path(__file__).parent
    files = sorted((*here.glob("*.py"), *here.glob("*.toml"), *here.glob("*/*.py"), *here.glob("*/*.toml")))
    return __version__, sys.byteorder, *((path.name, path.stat().st_mtime_ns) for path in files)
