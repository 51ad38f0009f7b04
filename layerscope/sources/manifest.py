"""From a manifest to an image (OCI image-spec manifest.md; Docker's schema 2): config, layers, and the digests of both."""

from collections.abc import Callable, Iterator

from msgspec import Struct, field

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.sources import json_fields
from layerscope.sources.bytes.blobs import NOTHING, Blob
from layerscope.sources.config import read_config
from layerscope.sources.image import Config, Layer, Platform
from layerscope.sources.json_fields import Fields
from layerscope.sources.reference import Reference

Lookup = Callable[[str], Blob | None]
"""Finds a blob by its digest; the digest's form was checked before."""

INDEX_TYPES = frozenset(
    ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
)
CONFIG_TYPES = frozenset(("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"))
_LAYER_TYPES = ("application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs.")
_DIGEST = expression(r"(sha256):([0-9a-f]{64})|(sha384):([0-9a-f]{96})|(sha512):([0-9a-f]{128})")
UNREADABLE = Platform("unknown", "unknown")


class Opening(Struct, frozen=True, kw_only=True):
    """An image that is being opened: what is wanted, where its blobs are found, and what is wrong with it so far.

    ``source`` is the transport's name, ``where`` names the place in messages.
    """

    reference: Reference
    source: str
    where: str
    lookup: Lookup
    problems: list[str] = field(default_factory=list)


class Descriptor(Struct, frozen=True, kw_only=True):
    """A pointer to a blob (OCI image-spec descriptor.md). ``platform`` is None where it is not written."""

    digest: str
    size: int
    media_type: str = ""
    platform: Platform | None = None
    annotations: dict[str, str] = field(default_factory=dict)
    urls: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The digest's beginning, for messages."""
        return f"{printable(self.digest[:19])}…"


def read_descriptor(fields: Fields) -> Descriptor:
    """The descriptor in ``fields``."""
    inner = fields.fields("platform")
    return Descriptor(
        digest=fields.text("digest"),
        size=fields.number("size"),
        media_type=fields.text("mediaType"),
        platform=Platform(inner.text("os"), inner.text("architecture"), inner.text("variant")) if inner else None,
        annotations=fields.mapping("annotations"),
        urls=fields.texts("urls"),
    )


def well_formed(digest: str) -> bool:
    """Whether ``digest`` is one of the registered forms, and so safe to use as a file name."""
    return _DIGEST.fullmatch(digest) is not None


def find_checked(descriptor: Descriptor, opening: Opening, what: str) -> Blob | None:
    """The blob of a config, manifest or index, whose digest and size are checked: a difference is a problem, not an end.

    None when the digest is malformed or the blob is not there.
    """
    if not well_formed(descriptor.digest):
        opening.problems.append(f"the digest of {what} is malformed: {printable(descriptor.digest[:80])!r}")
        return None
    blob = opening.lookup(descriptor.digest)
    if blob is not None and blob.size <= limits.MANIFEST_BYTES and not blob.truncated:
        opening.problems.extend(_differences(blob, descriptor, what))
    return blob


def _differences(blob: Blob, descriptor: Descriptor, what: str) -> Iterator[str]:
    """What of a blob is not as its descriptor says."""
    found = blob.digest(like=descriptor.digest)
    if found != descriptor.digest:
        yield f"{what} {descriptor.short} is not what its digest says: its content is {found[:19]}…"
    elif descriptor.size not in (0, blob.size):
        yield f"{what} {descriptor.short} has {blob.size:,} bytes, its descriptor says {descriptor.size:,}"


def load_manifest(blob: Blob, problems: list[str]) -> Fields:
    """A manifest or an index, distinguished later by what it has. Raises :class:`ImageError` for what is neither or both."""
    document = json_fields.load(blob)
    if not isinstance(document, dict):
        raise ImageError(f"{blob.name} is {json_fields.kind(document)} where a manifest belongs")
    fields = Fields(document, blob.name, problems)
    if "manifests" in fields and ("layers" in fields or "config" in fields):
        raise ImageError(f"{blob.name} is a manifest and an index at once", "that is a known attack (CVE-2021-41190)")
    if "fsLayers" in fields:
        raise ImageError(f"{blob.name} is a manifest of schema 1, which is not read", "pull or push the image again")
    return fields


def is_image(fields: Fields) -> bool:
    """Whether a manifest is an image's: signatures, attestations and other artifacts have other media types."""
    if "layers" not in fields:
        return False
    layer_types = [layer.text("mediaType") for layer in fields.many("layers")]
    if any(kind.startswith(_LAYER_TYPES) for kind in layer_types):
        return True
    return fields.fields("config").text("mediaType") in CONFIG_TYPES and not any("in-toto" in kind for kind in layer_types)


def artifact_type(fields: Fields) -> str:
    """The media type that says what a manifest is of, when it is no image's."""
    return fields.text("artifactType") or fields.fields("config").text("mediaType") or "of unknown type"


def find_config(fields: Fields, opening: Opening) -> tuple[Config, str | None]:
    """The config of a manifest and its digest; an empty one, and a problem, when it is not there or cannot be read."""
    descriptor = read_descriptor(fields.fields("config"))
    try:
        blob = find_checked(descriptor, opening, "config")
        if blob is not None:
            return read_config(json_fields.load(blob), opening.problems), descriptor.digest
        opening.problems.append(f"config {descriptor.short} is not there: entry point, environment and history are unknown")
    except ImageError as error:
        opening.problems.append(error.line())
    return Config(platform=UNREADABLE), descriptor.digest or None


def read_layers(fields: Fields, config: Config, opening: Opening) -> tuple[Layer, ...]:
    """The layers of a manifest, lowest first, paired with the config's diff IDs."""
    descriptors = [read_descriptor(layer) for layer in fields.many("layers")]
    diff_ids = paired_diff_ids(config, len(descriptors), opening.problems)
    return tuple(_layer(item, diff_id, opening) for item, diff_id in zip(descriptors, diff_ids, strict=True))


def paired_diff_ids(config: Config, layers: int, problems: list[str]) -> list[str]:
    """A diff ID for each of so many layers, "" where the config has none; a difference in number is a problem.

    Raises :class:`ImageError` for more layers than an image may have.
    """
    if layers > limits.LAYERS:
        raise ImageError(limits.exceeded("a number of layers", layers, limits.LAYERS))
    found = list(config.diff_ids)
    if len(found) != layers and config.platform is not UNREADABLE:
        problems.append(f"the config lists {len(found)} diff_ids for {layers} layers")
    return [*found[:layers], *[""] * (layers - len(found))]


def _layer(descriptor: Descriptor, diff_id: str, opening: Opening) -> Layer:
    """One layer. Its blob decides its size; where the descriptor says another, that is a problem, and the layer is read."""
    blob, problem = _layer_blob(descriptor, opening.lookup)
    compressed = blob.compressed if blob else descriptor.media_type.endswith(("gzip", "zstd"))
    size = _layer_size(descriptor, blob, opening.problems)
    return Layer(
        diff_id=diff_id,
        blob=blob,
        digest=descriptor.digest or None,
        media_type=descriptor.media_type or None,
        compressed_size=size if compressed and size else None,
        problem=problem,
    )


def _layer_size(descriptor: Descriptor, blob: Blob | None, problems: list[str]) -> int:
    size = blob.size if blob and not blob.truncated else descriptor.size
    if descriptor.size not in (0, size):
        problems.append(f"layer {descriptor.short} has {size:,} bytes, its descriptor says {descriptor.size:,}")
    return size


def _layer_blob(descriptor: Descriptor, lookup: Lookup) -> tuple[Blob | None, str]:
    """A layer's bytes, or why there are none."""
    if not well_formed(descriptor.digest):
        return None, f"layer with a malformed digest: {printable(descriptor.digest[:80])!r}"
    if descriptor.media_type.endswith("+encrypted"):
        return None, f"layer {descriptor.short} is encrypted"
    blob = lookup(descriptor.digest)
    if blob is None:
        where = f"kept at {printable(descriptor.urls[0])}" if descriptor.urls else "missing"
        return None, f"layer {descriptor.short} is {where}"
    return (blob, "") if blob.size or descriptor.digest == NOTHING else (None, f"layer {descriptor.short} is an empty file")
