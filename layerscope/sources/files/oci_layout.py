"""OCI image layouts (image-spec image-layout.md), as a directory or in a tar: indexes, platforms, and the image among them."""

from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.core.names import printable
from layerscope.sources import json_fields
from layerscope.sources.files.selection import ambiguous, for_platform, select
from layerscope.sources.files.store import Store
from layerscope.sources.image import Image, Platform, distinct
from layerscope.sources.json_fields import Fields
from layerscope.sources.manifest import (
    INDEX_TYPES,
    UNREADABLE,
    Descriptor,
    Opening,
    artifact_type,
    find_checked,
    find_config,
    is_image,
    load_manifest,
    read_descriptor,
    read_layers,
)
from layerscope.sources.platforms import this_machine
from layerscope.sources.reference import Reference

_IMAGE_NAME = "io.containerd.image.name"
_REFERENCE_NAME = "org.opencontainers.image.ref.name"
_ATTESTATION = "vnd.docker.reference.type"


class Candidate(Struct, frozen=True):
    """A manifest that may be the wanted image. ``names`` are what its layout calls it."""

    descriptor: Descriptor
    names: tuple[str, ...]
    manifest: Fields


def open_layout(store: Store, source: str, reference: Reference) -> Image:
    """The image that ``reference`` chooses from the layout in ``store``.

    Raises :class:`UsageError` where several fit, naming them, :class:`ImageError` where none does or it cannot be read.
    """
    opening = opening_of(store, source, reference)
    roots = _top_level(store, opening.problems)
    return image_of(choose(_select(roots, reference, store.where), opening), opening)


def opening_of(store: Store, source: str, reference: Reference) -> Opening:
    """An opening that finds blobs where a layout keeps them."""

    return Opening(
        reference=reference,
        source=source,
        where=store.where,
        lookup=lambda digest: store.find("blobs/" + digest.replace(":", "/")),
    )


def _top_level(store: Store, problems: list[str]) -> list[Descriptor]:
    """The descriptors of ``index.json``."""
    blob = store.find("index.json")
    if blob is None:
        raise ImageError(f"{store.where} has no index.json", "the layout is incomplete: copy or save it again")
    document = json_fields.load(blob, store.where)
    if not isinstance(document, dict):
        what = f"{store.where}: index.json is {json_fields.kind(document)} where an object belongs"
        raise ImageError(what, "copy or save the layout again")
    found = [read_descriptor(item) for item in Fields(document, "index.json", problems).many("manifests")]
    if not found:
        raise ImageError(f"{store.where} holds no image: its index.json lists none", "copy an image into it")
    return found


def _names(descriptor: Descriptor) -> tuple[str, ...]:
    """What a layout calls an image: containerd's full name before the tag alone."""
    return tuple(filter(None, map(descriptor.annotations.get, (_IMAGE_NAME, _REFERENCE_NAME))))


def _select(roots: list[Descriptor], reference: Reference, where: str) -> list[Descriptor]:
    """The top-level descriptors that the reference leaves; without a choice in it, all of them have to be one image."""
    if reference.index is None:
        roots = [root for root in roots if not _is_attestation(root)] or roots
        names, digests = {_names(root)[:1] for root in roots}, {root.digest for root in roots}
        if not reference.name and len(names) > 1 and len(digests) > 1:
            raise ambiguous(roots, _names, where, len(roots))
    return select(roots, _names, reference, where)


def _is_attestation(descriptor: Descriptor) -> bool:
    return _ATTESTATION in descriptor.annotations or descriptor.platform == UNREADABLE


class _Walk:
    """A walk over indexes. ``missing`` are the digests of listed manifests that are not there, as with the other platforms of a
    pulled image, ``artifacts`` the media types of what is there and is no image."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.missing: set[str] = set()
        self.artifacts: list[str] = []
        self._visited = 0

    def candidates(self, descriptor: Descriptor, names: tuple[str, ...] = (), depth: int = 0) -> Iterator[Candidate]:
        """The images below a descriptor, through nested indexes; attestations, signatures and other artifacts are left out.

        Raises :class:`ImageError` for more indexes in each other, or more manifests, than the limits allow.
        """
        self._visited += 1
        if self._visited > limits.INDEX_MANIFESTS:
            raise ImageError(limits.exceeded("a number of manifests", self._visited, limits.INDEX_MANIFESTS))
        if _is_attestation(descriptor):
            return
        blob = find_checked(descriptor, self.opening, "manifest")
        if blob is None:
            if descriptor.media_type not in INDEX_TYPES:
                self.missing.add(descriptor.digest)
            return
        manifest = load_manifest(blob, self.opening.problems)
        names = (*names, *_names(descriptor))
        if is_image(manifest):
            yield Candidate(descriptor, names, manifest)
        elif "layers" in manifest:
            self.artifacts.append(artifact_type(manifest))
        if "manifests" in manifest and depth >= limits.INDEX_NESTING:
            raise ImageError(f"{descriptor.short}: {limits.exceeded('a nesting of indexes', depth + 1, limits.INDEX_NESTING)}")
        for child in manifest.many("manifests"):
            yield from self.candidates(read_descriptor(child), names, depth + 1)

    def no_image(self) -> ImageError:
        """What to say where no image was found."""
        where = self.opening.where
        if self.artifacts:
            what = f"{where} is an artifact ({printable(self.artifacts[0])}), not an image"
            return ImageError(what, "use a program for such artifacts, or name an image")
        missing = f": {len(self.missing)} are listed, and their manifests are missing" if self.missing else ""
        return ImageError(f"{where} holds no image{missing}", "copy or save the image again")


def choose(roots: Iterable[Descriptor], opening: Opening) -> Candidate:
    """The one image below the roots that has the wanted platform, this machine's when none was asked for; the only one there
    is, if so. Raises :class:`ImageError` where there is none."""
    walk = _Walk(opening)
    found = _merge(chain.from_iterable(map(walk.candidates, roots)))
    if not found:
        raise walk.no_image()
    wanted = opening.reference.platform
    if wanted is None and len(found) == 1:
        return found[0]
    return for_platform([(item, _platform(item, opening)) for item in found], wanted or this_machine(), opening.where)


def _merge(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One candidate for each digest, with all of its names."""
    found: dict[str, Candidate] = {}
    for item in candidates:
        known = found.get(item.descriptor.digest, item)
        found[item.descriptor.digest] = replace(known, names=tuple(dict.fromkeys((*known.names, *item.names))))
    return list(found.values())


def _platform(candidate: Candidate, opening: Opening) -> Platform:
    """The platform in the descriptor, else in the config."""
    return candidate.descriptor.platform or find_config(candidate.manifest, replace(opening, problems=[]))[0].platform


def find_by_config(store: Store, opening: Opening, config_digest: str | None) -> Candidate | None:
    """The manifest of the image with that config, where a docker-archive is a layout too; None where it does not list one."""
    if config_digest is None or not store.find("index.json"):
        return None
    walk = _Walk(replace(opening, problems=[]))
    try:
        candidates = list(chain.from_iterable(map(walk.candidates, _top_level(store, []))))
    except ImageError:
        return None
    return next((item for item in candidates if item.manifest.fields("config").text("digest") == config_digest), None)


def image_of(candidate: Candidate, opening: Opening) -> Image:
    """The image of a chosen candidate."""
    manifest = candidate.manifest
    config, config_digest = find_config(manifest, opening)
    return Image(
        reference=opening.reference.text,
        source=opening.source,
        config=config,
        layers=read_layers(manifest, config, opening),
        manifest_digest=candidate.descriptor.digest,
        config_digest=config_digest,
        repository_tags=candidate.names,
        annotations=manifest.mapping("annotations") | candidate.descriptor.annotations,
        problems=distinct(opening.problems),
    )
