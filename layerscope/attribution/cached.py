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

from layerscope.attribution.model import Attribution, Component, ComponentSize
from layerscope.core.cache import entries
from layerscope.core.compiled import made_of
from layerscope.core.vocabulary import Category
from layerscope.history.history import History
from layerscope.layers.cache import Private
from layerscope.sources.image import Config

_Stored = tuple[tuple[Component, ...], bytes, tuple[ComponentSize, ...], tuple[dict[Category, int], ...]]
"""An attribution as the cache keeps it, its ``owner`` as bytes."""


class Known(msgspec.Struct, frozen=True):
    """What is known of an image before its attribution.

    ``layers`` are the names under which the cache knows the layers' indexes, none when it does not know all of them;
    ``entries`` is the number of the image's entries; ``private`` says whether a text holds a credential: then nothing is kept.
    """

    layers: tuple[str, ...]
    config: Config
    history: History
    entries: int
    private: Private


def remembered(known: Known, compute: Callable[[], Attribution]) -> Attribution:
    """The attribution out of the cache, else what ``compute`` finds, which is then kept."""
    if not known.layers:
        return compute()
    name = sha256(msgspec.msgpack.encode((_rules(), known.layers, known.config, known.history))).hexdigest()
    read = _read(name, known.entries)
    if read is not None:
        return read
    found = compute()
    titles = "\n".join(f"{component.name} {component.version}" for component in found.components)
    if not known.private(b"", titles.encode("utf-8", "replace")):
        stored: _Stored = found.components, found.owner.tobytes(), found.sizes, found.by_layer
        entries.write(msgspec.msgpack.encode(stored), name)
    return found


def _read(name: str, count: int) -> Attribution | None:
    try:
        components, owner, sizes, by_layer = msgspec.msgpack.decode(entries.read(name) or b"", type=_Stored)
        kept = Attribution(components, array("i", owner), sizes, by_layer)
    except (msgspec.DecodeError, ValueError):
        return None
    return kept if len(kept.owner) == count else None


def _rules() -> tuple[object, ...]:
    """What an attribution depends on beside the image: the rules and the code."""
    here = Path(__file__).parent
    return sys.byteorder, made_of(sorted((*here.rglob("*.py"), *here.rglob("*.toml"))))
