"""docker-archive: what ``docker save``, ``podman save`` and kaniko write, in all of the shapes that it has had.

``manifest.json`` is a list of images, each with its config, its names and the paths of its layers. Paths may be links, occur
twice, lie flat, in a directory each or below ``blobs/``, and the layers may be compressed.
"""

from layerscope.core.errors import ImageError
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.sources import json_fields
from layerscope.sources.bytes.blobs import NOTHING, Blob
from layerscope.sources.config import read_config
from layerscope.sources.files.legacy_archive import rebuild_manifest
from layerscope.sources.files.oci_layout import find_by_config, opening_of
from layerscope.sources.files.selection import ambiguous, select
from layerscope.sources.files.store import Store, TarStore
from layerscope.sources.image import Config, Image, Layer, Platform, distinct
from layerscope.sources.json_fields import Fields
from layerscope.sources.manifest import UNREADABLE, paired_diff_ids
from layerscope.sources.platforms import fits
from layerscope.sources.reference import Reference

_HEX = expression(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_GZIPPED = ".tar.gz"
_AGAIN = "save the image again"


def open_docker_archive(store: Store, source: str, reference: Reference) -> Image:
    """The image that ``reference`` chooses from the archive in ``store``.

    Raises :class:`UsageError` where several are in it and none is chosen, naming them; :class:`ImageError` where none fits or
    its manifest cannot be read. Missing layers and wrong digests are problems of the image, not errors.
    """
    opening = opening_of(store, source, reference)
    problems = opening.problems
    entry = _select(_entries(store, problems), reference, store)
    config, config_digest = _config(store, entry, problems)
    _check_platform(config.platform, reference.platform, store.where)
    layout = find_by_config(store, opening, config_digest)
    return Image(
        reference=reference.text,
        source=source,
        config=config,
        layers=_layers(store, entry, config),
        manifest_digest=layout.descriptor.digest if layout else None,
        config_digest=config_digest,
        repository_tags=entry.texts("RepoTags"),
        annotations=layout.manifest.mapping("annotations") if layout else {},
        problems=distinct(problems),
    )


def _check_platform(found: Platform, wanted: Platform | None, where: str) -> None:
    if wanted is not None and found is not UNREADABLE and not fits(wanted, found):
        raise ImageError(f"{where} has no image for {printable(str(wanted))}", f"it has {printable(str(found))}")


def _entries(store: Store, problems: list[str]) -> list[Fields]:
    blob = store.find("manifest.json")
    if blob is not None:
        return Fields({"manifest.json": _images(blob, store.where)}, store.where, problems).many("manifest.json")
    if isinstance(store, TarStore):
        return [rebuild_manifest(store, problems)]
    raise ImageError(f"{store.where} has no manifest.json", _AGAIN)


def _images(blob: Blob, where: str) -> list[object]:
    """The list in a manifest.json, which names at least one image."""
    document = json_fields.load(blob, where)
    if not isinstance(document, list):
        raise ImageError(f"manifest.json is {json_fields.kind(document)} where a list of images belongs", _AGAIN)
    if not document:
        raise ImageError(f"{where} holds no image: its manifest.json is an empty list", _AGAIN)
    return document


def _names(entry: Fields) -> tuple[str, ...]:
    return entry.texts("RepoTags")


def _select(entries: list[Fields], reference: Reference, store: Store) -> Fields:
    found, platform = select(entries, _names, reference, store.where), reference.platform
    if len(found) > 1 and platform:
        found = [entry for entry in found if fits(platform, _config(store, entry, [])[0].platform)] or found
    if len(found) > 1:
        raise ambiguous(entries, _names, store.where, len(found))
    return found[0]


def _config(store: Store, entry: Fields, problems: list[str]) -> tuple[Config, str | None]:
    """The config and its digest; an empty one, and a problem, when it is not there or cannot be read."""
    name = entry.text("Config")
    blob = store.find(name) if name else None
    if blob is None:
        shown = printable(name) or "the config"
        problems.append(f"{shown} is not in {store.where}: entry point, environment and history are unknown")
        return Config(platform=UNREADABLE), None
    try:
        config = read_config(json_fields.load(blob), problems)
    except ImageError as error:
        problems.append(error.line())
        return Config(platform=UNREADABLE), None
    digest = blob.digest()
    named = _HEX.findall(name)
    if named and f"sha256:{named[-1]}" != digest:
        problems.append(f"config {printable(name)} is not what its name says: its content is {digest[:19]}…")
    return config, digest


def _layers(store: Store, entry: Fields, config: Config) -> tuple[Layer, ...]:
    paths = entry.texts("Layers")
    diff_ids = paired_diff_ids(config, len(paths), entry.problems)
    sources = entry.fields("LayerSources")
    return tuple(
        _layer(store, path, diff_id, sources.fields(diff_id).text("mediaType") or None)
        for path, diff_id in zip(paths, diff_ids, strict=True)
    )


def _layer(store: Store, path: str, diff_id: str, media_type: str | None) -> Layer:
    """One layer. Where the digest in its path is the diff ID of a layer that is stored plain, it is left out: then the bytes
    need not be read to check it."""
    blob = store.find(path)
    if blob is None or not (blob.size or diff_id == NOTHING):
        lack = f"is not in {store.where}" if blob is None else "is an empty file"
        return Layer(diff_id=diff_id, blob=None, media_type=media_type, problem=f"layer {printable(path)} {lack}")
    digest = _digest(path, diff_id)
    if not blob.compressed:
        return Layer(diff_id=diff_id, blob=blob, digest=digest if digest != diff_id else None, media_type=media_type)
    return Layer(diff_id=diff_id, blob=blob, digest=digest, media_type=media_type, compressed_size=blob.size)


def _digest(path: str, diff_id: str) -> str | None:
    """The digest that the layer's bytes must have, where its path says so: below ``blobs/``, and as kaniko and ko name what
    they compress, unless they named it by what is inside."""
    directory, _, name = path.rpartition("/")
    digits = name.removesuffix(_GZIPPED)
    digest = f"sha256:{digits}"
    if not _HEX.fullmatch(digits) or (digits != name and digest == diff_id):
        return None
    return digest if digits != name or directory == "blobs/sha256" else None
