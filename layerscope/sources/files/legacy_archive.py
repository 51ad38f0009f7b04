"""An archive of ``docker save`` that was cut off before its manifest.json, put together again from what each layer says.

Until Docker 24, ``<id>/json`` names the parent of each layer, and the image's own config is ``<hex>.json``.
"""

import re

from layerscope.core.errors import ImageError
from layerscope.sources import json_fields
from layerscope.sources.files.store import TarStore
from layerscope.sources.json_fields import Fields

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
        left = len(configs) + len(tops)
        several = "parts of several images are there" if configs else "what ties its layers together is cut away"
        what = several if left > 1 else "nothing before that names an image"
        raise ImageError(f"{cut}, and {what}", "save the image again")
    chain = _longest_chain(parents, tops)
    if not chain:
        raise ImageError(f"{cut}, and no layer is there", "save the image again")
    config = configs[0] if configs else ""
    layers = [f"{layer}/layer.tar" for layer in chain]
    diff_ids = _diff_ids(store, config)
    if len(diff_ids) > len(chain):
        layers = _by_content(store, diff_ids)
        problems.append(f"{cut}: its layers were told by their content, and those that are missing are cut away")
    else:
        problems.append(f"{cut}: the order of its layers is taken from the layers themselves")
    return Fields({"Config": config, "Layers": layers}, store.where, problems)


def _diff_ids(store: TarStore, config: str) -> tuple[str, ...]:
    blob = store.find(config) if config else None
    try:
        return Fields(json_fields.load(blob), config, []).fields("rootfs").texts("diff_ids") if blob else ()
    except ImageError:
        return ()


def _by_content(store: TarStore, diff_ids: tuple[str, ...]) -> list[str]:
    """The member that holds each layer, found by hashing; a name that no member has for a layer that is cut away."""
    blobs = {name: store.find(name) for name in store.members.names() if name.endswith("/layer.tar")}
    names = {blob.digest(): name for name, blob in blobs.items() if blob is not None and not blob.truncated}
    return [names.get(diff_id, f"{diff_id.removeprefix('sha256:')}/layer.tar") for diff_id in diff_ids]


def _parent(store: TarStore, name: str) -> str:
    blob = store.find(name)
    try:
        return Fields(json_fields.load(blob), name, []).text("parent") if blob else ""
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
