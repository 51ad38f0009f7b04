"""OCI image layouts (image-spec image-layout.md), as a directory or in a tar: indexes, platforms, and the image among them."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from layerscope.core import limits
from layerscope.core.errors import ImageError, UsageError
from layerscope.core.names import printable
from layerscope.sources import json_fields
from layerscope.sources.files.store import Store
from layerscope.sources.image import Image, Platform
from layerscope.sources.json_fields import Fields
from layerscope.sources.manifest import (
    INDEX_TYPES,
    Descriptor,
    Lookup,
    find_checked,
    find_config,
    is_image,
    load_manifest,
    read_descriptor,
    read_layers,
)
from layerscope.sources.platforms import fits, this_machine
from layerscope.sources.problems import told
from layerscope.sources.reference import Reference

_REFERENCE_NAME = "org.opencontainers.image.ref.name"
_IMAGE_NAME = "io.containerd.image.name"


class Candidate(Struct, frozen=True):
    """A manifest that may be the wanted image. ``names`` are what its layout calls it; ``manifest`` is None when its blob is
    not there, as with the other platforms of a pulled image."""

    descriptor: Descriptor
    names: tuple[str, ...]
    manifest: Fields | None


def open_layout(store: Store, source: str, reference: Reference, platform: Platform | None) -> Image:
    """The image that ``reference`` and ``platform`` choose from the layout in ``store``.

    Raises :class:`UsageError` where several fit, naming them, :class:`ImageError` where none does or it cannot be read.
    """
    problems: list[str] = []
    roots = _chosen(top_level(store, problems), reference, store.where)
    lookup = lookup_in(store)
    candidates = _unique(Walk(lookup, problems).all(roots))
    candidate = choose(candidates, platform, lookup, store.where)
    return image_of(candidate, lookup, source, reference, problems)


def lookup_in(store: Store) -> Lookup:
    """Finds blobs where a layout keeps them."""
    return lambda digest: store.find("blobs/" + digest.replace(":", "/"))


def top_level(store: Store, problems: list[str]) -> list[Descriptor]:
    """The descriptors of ``index.json``."""
    blob = store.find("index.json")
    if blob is None:
        raise ImageError(f"{store.where} has no index.json", "the layout is incomplete: copy or save it again")
    document = json_fields.load(blob, store.where)
    if not isinstance(document, dict):
        raise ImageError(
            f"{store.where}: index.json is {json_fields.kind(document)} where an object belongs",
            "copy or save the layout again",
        )
    found = [read_descriptor(item) for item in Fields(document, "index.json", problems).many("manifests")]
    if not found:
        raise ImageError(f"{store.where} holds no image: its index.json lists none", "copy an image into it")
    return found


def names_of(descriptor: Descriptor) -> tuple[str, ...]:
    """What a layout calls an image: containerd's full name before the tag alone."""
    found = (descriptor.annotations.get(key, "") for key in (_IMAGE_NAME, _REFERENCE_NAME))
    return tuple(name for name in found if name)


def _chosen(roots: list[Descriptor], reference: Reference, where: str) -> list[Descriptor]:
    """The top-level descriptors that the reference's ``:name`` or ``@index`` leaves; all that can be one image without it."""
    if reference.index is not None:
        if reference.index >= len(roots):
            raise UsageError(f"{where} holds {len(roots)} images, numbered from 0", f"there is no :@{reference.index}")
        return [roots[reference.index]]
    roots = [root for root in roots if not _is_attestation(root)] or roots
    if reference.name:
        found = [root for root in roots if _is_called(root, reference.name)]
        if not found:
            raise UsageError(f"{where} has no image called {printable(reference.name)}", _choices(roots))
        return found
    if len({names_of(root)[:1] for root in roots}) > 1 and len({root.digest for root in roots}) > 1:
        raise UsageError(f"{where} holds {len(roots)} images", _choices(roots))
    return roots


def _is_called(descriptor: Descriptor, name: str) -> bool:
    return any(found == name or found.endswith((f"/{name}", f":{name}")) for found in names_of(descriptor))


def _choices(roots: list[Descriptor]) -> str:
    shown = [f":{printable(names_of(root)[0])}" if names_of(root) else f":@{number}" for number, root in enumerate(roots)]
    more = f" … ({len(shown)} in all)" if len(shown) > 20 else ""
    return f"choose one by adding {' or '.join(shown[:20])}{more}"


def _is_attestation(descriptor: Descriptor) -> bool:
    if "vnd.docker.reference.type" in descriptor.annotations:
        return True
    return descriptor.platform is not None and (descriptor.platform.os, descriptor.platform.architecture) == (
        "unknown",
        "unknown",
    )


class Walk:
    """A walk over indexes, which tells its ``problems``."""

    def __init__(self, lookup: Lookup, problems: list[str]) -> None:
        self.lookup = lookup
        self.problems = problems
        self._visited = 0

    def all(self, descriptors: Iterable[Descriptor]) -> Iterator[Candidate]:
        """The images below the descriptors, through nested indexes; attestations, signatures and other artifacts are left out.

        Raises :class:`ImageError` for more indexes in each other, or more manifests, than the limits allow.
        """
        for descriptor in descriptors:
            yield from self._below(descriptor, 0)

    def _below(self, descriptor: Descriptor, depth: int) -> Iterator[Candidate]:
        self._visited += 1
        if self._visited > limits.INDEX_MANIFESTS:
            raise ImageError(limits.exceeded("a number of manifests", self._visited, limits.INDEX_MANIFESTS))
        if _is_attestation(descriptor):
            return
        names = names_of(descriptor)
        blob = find_checked(descriptor, self.lookup, "manifest", self.problems)
        if blob is None:
            if descriptor.media_type not in INDEX_TYPES:
                yield Candidate(descriptor, names, None)
            return
        fields = load_manifest(blob, self.problems)
        if "manifests" not in fields:
            if is_image(fields):
                yield Candidate(descriptor, names, fields)
            return
        if depth >= limits.INDEX_NESTING:
            raise ImageError(f"{descriptor.short}…: {limits.exceeded('a nesting of indexes', depth + 1, limits.INDEX_NESTING)}")
        for child in fields.many("manifests"):
            for found in self._below(read_descriptor(child), depth + 1):
                yield replace(found, names=(*names, *found.names))


def _unique(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One candidate a digest, with all of its names."""
    found: dict[str, Candidate] = {}
    for item in candidates:
        known = found.get(item.descriptor.digest, item)
        found[item.descriptor.digest] = replace(known, names=tuple(dict.fromkeys((*known.names, *item.names))))
    return list(found.values())


def choose(candidates: list[Candidate], platform: Platform | None, lookup: Lookup, where: str) -> Candidate:
    """The one candidate of the wanted platform, this machine's when none was asked for; the only one there is, if so."""
    present = [item for item in candidates if item.manifest]
    if not present:
        missing = f": {len(candidates)} are listed, and their manifests are missing" if candidates else ""
        raise ImageError(f"{where} holds no image{missing}", "copy or save the image again")
    if platform is None and len(present) == 1:
        return present[0]
    wanted = platform or this_machine()
    platforms = [(item, _platform(item, lookup)) for item in present]
    fitting = [item for item, found in platforms if fits(wanted, found)]
    if fitting:
        return fitting[0]
    there = ", ".join(dict.fromkeys(printable(str(found)) for _, found in platforms))
    raise ImageError(f"{where} has no image for {printable(str(wanted))}", f"choose with --platform among: {there}")


def _platform(candidate: Candidate, lookup: Lookup) -> Platform:
    """What the descriptor says, else what the config says."""
    if candidate.descriptor.platform:
        return candidate.descriptor.platform
    assert candidate.manifest is not None  # noqa: S101 - only candidates with a manifest are asked
    return find_config(candidate.manifest, lookup, [])[0].platform


def find_by_config(store: Store, config_digest: str) -> Candidate | None:
    """The manifest of the image with that config, where a docker-archive is a layout too; None where it says nothing of it."""
    lookup = lookup_in(store)
    try:
        roots = top_level(store, []) if store.find("index.json") else []
        candidates = list(Walk(lookup, []).all(roots))
    except ImageError:
        return None
    fitting = (item for item in candidates if item.manifest and item.manifest.fields("config").text("digest") == config_digest)
    return next(fitting, None)


def image_of(candidate: Candidate, lookup: Lookup, source: str, reference: Reference, problems: list[str]) -> Image:
    """The image of a chosen candidate."""
    fields = candidate.manifest
    assert fields is not None  # noqa: S101 - choose() gives only candidates with a manifest
    config, config_digest = find_config(fields, lookup, problems)
    return Image(
        reference=reference.text,
        source=source,
        config=config,
        layers=read_layers(fields, config, lookup, problems),
        manifest_digest=candidate.descriptor.digest,
        config_digest=config_digest,
        repository_tags=candidate.names,
        annotations=fields.mapping("annotations") | candidate.descriptor.annotations,
        problems=told(problems),
    )
