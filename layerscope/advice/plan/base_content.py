"""Bases that the engine of the examined image has: counted and listed instead of guessed."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256

from msgspec import Struct, field, msgpack
from msgspec.structs import replace

from layerscope.advice.plan.base import Candidate, read_users
from layerscope.advice.secrets.redaction import redacted
from layerscope.core.cache import entries
from layerscope.core.errors import LayerscopeError
from layerscope.credentials.files import holds_credential
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.sources.image import Image, Progress

_TOP = (b"bin", b"sbin", b"lib", b"lib64")


class Opened(Struct, frozen=True, kw_only=True):
    """What a base holds: ``content`` its paths (also by their names from before /usr was merged) with their sizes in bytes,
    ``links`` its symbolic links with their targets as written, ``directories`` the paths of its directories."""

    size: int
    content: dict[bytes, int]
    env: tuple[str, ...]
    entrypoint: tuple[str, ...]
    users: tuple[str, ...]
    links: dict[bytes, bytes] = field(default_factory=dict)
    directories: frozenset[bytes] = frozenset()


Opener = Callable[[str], "Opened | None"]
"""Opens a base by its reference; None where that is not possible."""


def opener(image: Image, progress: Progress | None = None) -> Opener | None:
    """What opens bases for an image: the engine that it came from. None for an image that came from a file."""

    def open_base(reference: str) -> Opened | None:
        with suppress(LayerscopeError):
            return _open(image.source, reference, progress)
        return None

    return open_base if image.source in ("docker-daemon", "podman") else None


def with_content(candidate: Candidate, open_base: Opener | None) -> Candidate:
    """The candidate as opening it shows it; as the catalogue has it where it cannot be opened."""
    if open_base is None or candidate.measured or candidate.reference == "scratch":
        return candidate
    opened = open_base(candidate.reference)
    if opened is None:
        return candidate
    return replace(
        candidate,
        size=opened.size,
        content=opened.content,
        links=opened.links,
        directories=opened.directories,
        env=(*candidate.env, *opened.env),
        entrypoint=bool(opened.entrypoint),
        users=opened.users or candidate.users,
        shell=b"bin/sh" in opened.content,
        tmp=b"tmp" in opened.content,
        known=True,
        measured=True,
    )


def _open(transport: str, reference: str, progress: Progress | None) -> Opened | None:
    """The base out of its engine; from the cache when the engine's image is the one that was opened before."""
    from layerscope.sources.engine.images import image_id

    identity = image_id(transport, reference)
    if not identity:
        return None
    name = sha256(f"base 4 {identity}".encode()).hexdigest()
    known = entries.read(name)
    if known is not None:
        return msgpack.decode(known, type=Opened)
    opened = _examined(transport, reference, progress)
    entries.write(msgpack.encode(opened), name)
    return opened


def _examined(transport: str, reference: str, progress: Progress | None) -> Opened:
    from layerscope.filesystem.stacking import stack
    from layerscope.layers.indexing import index_layers
    from layerscope.layers.keep import Picks
    from layerscope.sources import open_image

    image, _ = redacted(open_image(f"{transport}:{reference}", progress=progress))
    filesystem = stack(index_layers(image.layers, Picks(), progress, holds_credential))
    return Opened(
        size=image.engine_size or sum(filesystem.sizes),
        content=_content(filesystem),
        env=image.config.env,
        entrypoint=image.config.entrypoint,
        users=tuple(fields[0] for fields in read_users(filesystem)),
        links={path: filesystem.link(entry) for path, entry in _of_kind(filesystem, Kind.SYMLINK)},
        directories=frozenset(path for path, _ in _of_kind(filesystem, Kind.DIRECTORY)),
    )


def _of_kind(filesystem: Filesystem, kind: Kind) -> list[tuple[bytes, int]]:
    """The paths of one kind with their entries."""
    return [(path, entry) for path, entry in filesystem.visible.items() if filesystem.kinds[entry] == kind]


def _sizes(filesystem: Filesystem) -> Iterator[tuple[bytes, int]]:
    """Each path that leads to something, and the size of that."""
    for path, entry in filesystem.visible.items():
        target = filesystem.resolve(path) if filesystem.kinds[entry] == Kind.SYMLINK else entry
        if target is not None:
            yield path, filesystem.sizes[filesystem.holder(target)]


def _content(filesystem: Filesystem) -> dict[bytes, int]:
    found = dict(_sizes(filesystem))
    for top in _TOP:
        real = filesystem.real_path(top)
        below = filter(found.__contains__, filesystem.below(real) if real else ())
        found |= {top + path[len(real or b"") :]: found[path] for path in below}
    return found
