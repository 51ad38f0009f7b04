"""docker-archive: what ``docker save``, ``podman save`` and kaniko write, in all of the shapes that it has had.

``manifest.json`` is a list of images, each with its config, its names and the paths of its layers. Paths may be links, occur
twice, lie flat, in a directory each or below ``blobs/``, and the layers may be compressed.
"""

import re

from layerscope.core import limits
from layerscope.core.errors import ImageError, UsageError
from layerscope.core.names import printable
from layerscope.sources import json_fields
from layerscope.sources.config import read_config
from layerscope.sources.files.legacy_archive import rebuild_manifest
from layerscope.sources.files.oci_layout import find_by_config
from layerscope.sources.files.store import Store, TarStore
from layerscope.sources.image import Config, Image, Layer, Platform
from layerscope.sources.json_fields import Fields
from layerscope.sources.manifest import UNREADABLE, paired_diff_ids
from layerscope.sources.platforms import fits
from layerscope.sources.problems import told
from layerscope.sources.reference import Reference

_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_GZIPPED = ".tar.gz"


def open_docker_archive(store: Store, source: str, reference: Reference, platform: Platform | None) -> Image:
    """The image that ``reference`` chooses from the archive in ``store``.

    Raises :class:`UsageError` where several are in it and none is chosen, naming them; :class:`ImageError` where none fits or
    its manifest cannot be read. Missing layers and wrong digests are problems of the image, not errors.
    """
    problems: list[str] = []
    entries = _entries(store, problems)
    entry = _chosen(entries, reference, platform, store)
    config, config_digest = _config(store, entry, problems)
    if platform and config.platform is not UNREADABLE and not fits(platform, config.platform):
        there = printable(str(config.platform))
        raise ImageError(f"{store.where} has no image for {printable(str(platform))}", f"it has {there}")
    layout = find_by_config(store, config_digest) if config_digest else None
    return Image(
        reference=reference.text,
        source=source,
        config=config,
        layers=_layers(store, entry, config, problems),
        manifest_digest=layout.descriptor.digest if layout else None,
        config_digest=config_digest,
        repository_tags=entry.texts("RepoTags"),
        annotations=layout.manifest.mapping("annotations") if layout and layout.manifest else {},
        problems=told(problems),
    )


def _entries(store: Store, problems: list[str]) -> list[Fields]:
    blob = store.find("manifest.json")
    if blob is None and isinstance(store, TarStore):
        return [rebuild_manifest(store, problems)]
    if blob is None:
        raise ImageError(f"{store.where} has no manifest.json", "save the image again")
    document = json_fields.load(blob, store.where)
    if not isinstance(document, list):
        raise ImageError(
            f"manifest.json is {json_fields.kind(document)} where a list of images belongs", "save the image again"
        )
    if not document:
        raise ImageError(f"{store.where} holds no image: its manifest.json is an empty list", "save the image again")
    return Fields({"manifest.json": document}, store.where, problems).many("manifest.json")


def _chosen(entries: list[Fields], reference: Reference, platform: Platform | None, store: Store) -> Fields:
    if reference.index is not None:
        if reference.index >= len(entries):
            raise UsageError(f"{store.where} holds {len(entries)} images, numbered from 0", f"there is no :@{reference.index}")
        return entries[reference.index]
    if reference.name:
        wanted = full_name(reference.name)
        fitting = [entry for entry in entries if wanted in map(full_name, entry.texts("RepoTags"))]
        if not fitting:
            raise UsageError(f"{store.where} has no image called {printable(reference.name)}", _choices(entries))
    else:
        fitting = entries
    if len(fitting) > 1 and platform:
        fitting = [entry for entry in fitting if fits(platform, _config(store, entry, [])[0].platform)] or fitting
    if len(fitting) > 1:
        raise UsageError(f"{store.where} holds {len(fitting)} images", _choices(entries))
    return fitting[0]


def full_name(name: str) -> str:
    """A name in the form in which ``alpine``, ``docker.io/library/alpine:latest`` and ``localhost/alpine`` are the same."""
    for prefix in ("docker.io/library/", "index.docker.io/library/", "docker.io/", "localhost/"):
        if name.startswith(prefix):
            name = name.removeprefix(prefix)
            break
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def _choices(entries: list[Fields]) -> str:
    names = [next(iter(entry.texts("RepoTags")), f"@{number}") for number, entry in enumerate(entries)]
    shown = [f":{printable(name)}" for name in names[:20]]
    more = f" … ({len(names)} in all)" if len(names) > 20 else ""
    return f"choose one by adding {' or '.join(shown)}{more}"


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
    said = _HEX.findall(name)
    if said and f"sha256:{said[-1]}" != digest:
        problems.append(f"config {printable(name)} is not what its name says: its content is {digest[:19]}…")
    return config, digest


def _layers(store: Store, entry: Fields, config: Config, problems: list[str]) -> tuple[Layer, ...]:
    paths = entry.texts("Layers")
    if len(paths) > limits.LAYERS:
        raise ImageError(limits.exceeded("a number of layers", len(paths), limits.LAYERS))
    diff_ids = paired_diff_ids(config, len(paths), problems)
    sources = entry.fields("LayerSources")
    return tuple(_layer(store, path, diff_id, sources) for path, diff_id in zip(paths, diff_ids, strict=True))


def _layer(store: Store, path: str, diff_id: str, sources: Fields) -> Layer:
    """One layer. A save of Docker 25 or later says media types in ``LayerSources``. A digest that its bytes need not be read
    for, as it is the diff ID of what is stored plain, is left out."""
    said = sources.fields(diff_id)
    media_type = said.text("mediaType") or None
    blob = store.find(path)
    if blob is None:
        return Layer(
            diff_id=diff_id, blob=None, media_type=media_type, problem=f"layer {printable(path)} is not in {store.where}"
        )
    if not blob.size:
        return Layer(diff_id=diff_id, blob=None, media_type=media_type, problem=f"layer {printable(path)} is an empty file")
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
