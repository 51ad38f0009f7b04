"""An archive of ``docker save`` that was cut off before its manifest.json, put together again from what each layer says.

Until Docker 24, ``<id>/json`` names the parent of each layer, and the image's own config is ``<hex>.json``.
"""

from layerscope.core.errors import ImageError
from layerscope.core.expressions import expression
from layerscope.sources import json_fields
from layerscope.sources.files.store import TarStore
from layerscope.sources.json_fields import Fields

_CONFIG = expression(r"[0-9a-f]{64}\.json")
_LAYER = expression(r"([^/]+)/json")
_AGAIN = "save the image again"


def rebuild_manifest(store: TarStore, problems: list[str]) -> Fields:
    """The entry of manifest.json as it must have been. Layers that are cut away are listed too, by the names that they had.

    Raises :class:`ImageError` when the archive does not say enough, or holds parts of several images.
    """
    cut = f"{store.where} is cut off before its manifest.json"
    names = store.members.names()
    parents = {match[1]: _object(store, match[0]).text("parent") for match in map(_LAYER.fullmatch, names) if match}
    tops = sorted(parents.keys() - parents.values())
    config = _only_config(list(filter(_CONFIG.fullmatch, names)), len(tops), cut)
    chain = max((_chain(parents, top) for top in tops), key=len, default=[])
    if not chain:
        raise ImageError(f"{cut}, and no layer is there", _AGAIN)
    diff_ids = _object(store, config).fields("rootfs").texts("diff_ids")
    if len(diff_ids) > len(chain):
        layers, how = _by_content(store, diff_ids), "its layers are recognised by their content, and missing ones are cut away"
    else:
        layers = [f"{layer}/layer.tar" for layer in chain]
        how = "the order of its layers is taken from the layers themselves"
    problems.append(f"{cut}: {how}")
    return Fields({"Config": config, "Layers": layers}, store.where, problems)


def _only_config(configs: list[str], tops: int, cut: str) -> str:
    """The name of the one config that is there, "" for none; ImageError where it is not clear which image this is."""
    if len(configs) == 1 or (not configs and tops == 1):
        return "".join(configs)
    if len(configs) + tops < 2:
        raise ImageError(f"{cut}, and nothing before that names an image", _AGAIN)
    several = "parts of several images are there" if configs else "what ties its layers together is cut away"
    raise ImageError(f"{cut}, and {several}", _AGAIN)


def _object(store: TarStore, name: str) -> Fields:
    """The JSON object in a member; an empty one where there is none that can be read."""
    blob = store.find(name)
    try:
        return Fields(json_fields.load(blob) if blob else None, name, [])
    except ImageError:
        return Fields(None, name, [])


def _by_content(store: TarStore, diff_ids: tuple[str, ...]) -> list[str]:
    """The member that holds each layer, found by hashing; a name that no member has for a layer that is cut away."""
    blobs = {name: store.find(name) for name in store.members.names() if name.endswith("/layer.tar")}
    names = {blob.digest(): name for name, blob in blobs.items() if blob is not None and not blob.truncated}
    return [names.get(diff_id, f"{diff_id.removeprefix('sha256:')}/layer.tar") for diff_id in diff_ids]


def _chain(parents: dict[str, str], top: str) -> list[str]:
    """The layers up to ``top``, lowest first; parents that are cut away are in it by name."""
    chain: dict[str, None] = {}
    while top and top not in chain:
        chain[top] = None
        top = parents.get(top, "")
    return list(chain)[::-1]
