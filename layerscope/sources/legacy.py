"""An archive of ``docker save`` that was cut off before its manifest.json, put together again from what each layer says.

Until Docker 24, ``<id>/json`` names the parent of each layer, and the image's own config is ``<hex>.json``.
"""

import re

from layerscope.errors import ImageError
from layerscope.sources import documents
from layerscope.sources.documents import Fields
from layerscope.sources.store import TarStore

_CONFIG = re.compile(r"[0-9a-f]{64}\.json")
_LAYER = re.compile(r"([^/]+)/json")


def rebuild_manifest(store: TarStore, problems: list[str]) -> Fields:
    """What the entry of manifest.json would have said. Layers that are cut away are listed too, by the names that they had.

    Raises :class:`ImageError` when the archive does not say enough, or holds parts of several images.
    """
    names = store.members.names()
    parents = {match[1]: _parent(store, name) for name in names if (match := _LAYER.fullmatch(name))}
    configs = [name for name in names if _CONFIG.fullmatch(name)]
    tops = [layer for layer in parents if layer not in parents.values()]
    cut = f"{store.where} is cut off before its manifest.json"
    if len(configs) > 1 or (len(tops) != 1 and not configs):
        what = "parts of several images are there" if len(configs) + len(tops) > 1 else "nothing before that names an image"
        raise ImageError(f"{cut}, and {what}", "save the image again")
    chain = _longest_chain(parents, tops)
    if not chain:
        raise ImageError(f"{cut}, and no layer is there", "save the image again")
    problems.append(f"{cut}: the order of its layers is taken from the layers themselves")
    return Fields(
        {"Config": configs[0] if configs else "", "Layers": [f"{layer}/layer.tar" for layer in chain]}, store.where, problems
    )


def _parent(store: TarStore, name: str) -> str:
    blob = store.find(name)
    try:
        return Fields(documents.load(blob), name, []).text("parent") if blob else ""
    except ImageError:
        return ""


def _longest_chain(parents: dict[str, str], tops: list[str]) -> list[str]:
    """The layers, lowest first, along the longest line of parents; parents that are cut away are in it by name."""
    longest: list[str] = []
    for top in tops:
        chain: list[str] = []
        layer = top
        while layer and layer not in chain:
            chain.append(layer)
            layer = parents.get(layer, "")
        longest = max(longest, chain[::-1], key=len)
    return longest
