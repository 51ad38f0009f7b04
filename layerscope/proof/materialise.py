"""The lean image itself, without an engine: a layer for each copy, out of the fat image's own bytes, on the base's layers."""

import hashlib
import io
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from msgspec import Struct

from layerscope.advice.model import Copy, Recommendation
from layerscope.core.errors import ImageError
from layerscope.core.names import absolute, path_text
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.contents import Contents
from layerscope.layers.index import Kind
from layerscope.proof.config import settled
from layerscope.sources.bytes.compression import compression, inflate
from layerscope.sources.image import Config, Image, Layer, Platform

_WHOLE = 1 << 62


class LeanLayer(Struct, frozen=True, eq=False):
    """One layer: ``content`` is its uncompressed tar in a temporary file, ``size`` the tar's bytes, ``stored`` those of the
    files in it."""

    diff_id: str
    content: IO[bytes]
    size: int
    stored: int
    created_by: str


class LeanImage(Struct, frozen=True, eq=False):
    """``base`` are the layers below, as their own image has them; ``stored`` is what an engine counts."""

    config: Config
    base: tuple[LeanLayer, ...]
    layers: tuple[LeanLayer, ...]

    @property
    def stored(self) -> int:
        """Bytes of the files of all layers."""
        return sum(layer.stored for layer in (*self.base, *self.layers))


class Fat(Struct, frozen=True, eq=False):
    """The image that the bytes come from."""

    filesystem: Filesystem
    contents: Contents
    platform: Platform


def materialise(fat: Fat, plan: Recommendation, base: Image | None) -> LeanImage:
    """The image that the recommendation's Dockerfile builds, but for what its RUN instructions would strip.

    ``base`` is the opened base image, None for scratch. :class:`ImageError` when a part of either cannot be read.
    """
    config = base.config if base is not None else Config(platform=fat.platform)
    removed = frozenset(plan.cut)
    layers = [_copied(fat, copy, removed) for copy in plan.copies]
    if plan.files:
        layers.append(_written(plan))
    below = tuple(_base_layer(layer, number) for number, layer in enumerate(base.layers)) if base is not None else ()
    return LeanImage(settled(config, plan.config), below, tuple(layers))


def _copied(fat: Fat, copy: Copy, removed: frozenset[bytes]) -> LeanLayer:
    filesystem = fat.filesystem
    source, target = copy.source.lstrip(b"/"), copy.target.lstrip(b"/")
    with _Tar(f"COPY {absolute(source)} {absolute(target)}") as tar:
        real = filesystem.real_path(source)
        entry = filesystem.visible.get(real) if real is not None else None
        below = sorted(_below(filesystem, real, removed)) if real is not None else []
        if entry is None and not below:
            raise ImageError(f"{absolute(source)} is not in the image, and cannot be copied")
        _parents(tar, target)
        if entry is not None:
            _add(tar, fat, entry, target, copy.owner)
        for path in below:
            _add(tar, fat, filesystem.visible[path], target + path[len(real or b"") :])
        return tar.layer()


def _below(filesystem: Filesystem, directory: bytes, removed: frozenset[bytes]) -> Iterator[bytes]:
    gone = tuple(path + b"/" for path in removed)
    for path in filesystem.below(directory):
        if path not in removed and not (gone and path.startswith(gone)):
            yield path


def _written(plan: Recommendation) -> LeanLayer:
    with _Tar("RUN printf") as tar:
        for path, content in plan.files.items():
            _parents(tar, path)
            info = tarfile.TarInfo(path.decode())
            info.size = len(content)
            tar.add(info, io.BytesIO(content))
        return tar.layer()


def _parents(tar: "_Tar", path: bytes) -> None:
    parts = path.split(b"/")[:-1]
    for depth in range(1, len(parts) + 1):
        tar.directory(b"/".join(parts[:depth]))


def _add(tar: "_Tar", fat: Fat, entry: int, target: bytes, owner: str = "") -> None:
    filesystem = fat.filesystem
    holder = filesystem.holder(entry)
    index, row = filesystem.indexes[filesystem.layers[holder]], filesystem.row(holder)
    kind = filesystem.kinds[entry]
    info = tarfile.TarInfo(path_text(target))
    info.mode, info.mtime = index.modes[row], index.mtimes[row]
    info.uid, info.gid = (int(part) for part in owner.split(":")) if owner else (index.uids[row], index.gids[row])
    if kind == Kind.DIRECTORY:
        info.type = tarfile.DIRTYPE
        tar.add(info, None)
    elif kind == Kind.SYMLINK:
        info.type, info.linkname = tarfile.SYMTYPE, path_text(filesystem.link(entry))
        tar.add(info, None)
    elif kind in (Kind.REGULAR, Kind.HARDLINK):
        tar.file(info, holder, lambda: fat.contents.read(filesystem.layers[holder], row))


def _base_layer(layer: Layer, number: int) -> LeanLayer:
    """A base's layer, inflated, with its content checked against the diff ID."""
    if layer.blob is None:
        raise ImageError(f"layer {number} of the base is missing")
    view = layer.blob.view()
    kind = compression(bytes(view[:512]))
    pieces: Iterable[memoryview] = (
        (view[at : at + (1 << 20)] for at in range(0, len(view), 1 << 20)) if kind == "tar" else inflate(view, kind)
    )
    content = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        content.write(piece)
    size = content.tell()
    content.seek(0)
    found = f"sha256:{digest.hexdigest()}"
    if found != layer.diff_id:
        raise ImageError(f"layer {number} of the base has the content {found}, its config says {layer.diff_id}")
    with tarfile.open(fileobj=content) as tar:
        stored = sum(member.size for member in tar if member.isreg())
    content.seek(0)
    return LeanLayer(found, content, size, stored, "")


class _Tar:
    """One layer while it is written; a content that several names lead to is stored once."""

    def __init__(self, created_by: str) -> None:
        self._created_by = created_by
        self._content = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this object
        self._tar = tarfile.open(fileobj=self._content, mode="w", errors="surrogateescape")  # noqa: SIM115
        self._known: set[str] = set()
        self._holders: dict[int, str] = {}
        self._stored = 0

    def __enter__(self) -> "_Tar":
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def directory(self, path: bytes) -> None:
        """A directory of root's, unless it is there."""
        info = tarfile.TarInfo(path_text(path))
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        self.add(info, None)

    def file(self, info: tarfile.TarInfo, holder: int, read: Callable[[], bytes]) -> None:
        """A file; a second name of the same content becomes a hard link."""
        first = self._holders.setdefault(holder, info.name)
        if first != info.name:
            info.type, info.linkname = tarfile.LNKTYPE, first
            self.add(info, None)
            return
        content = read()
        info.size = len(content)
        self.add(info, io.BytesIO(content))

    def add(self, info: tarfile.TarInfo, content: IO[bytes] | None) -> None:
        """A member, once under each name."""
        if info.name in self._known:
            return
        self._known.add(info.name)
        self._stored += info.size if content is not None else 0
        self._tar.addfile(info, content)

    def layer(self) -> LeanLayer:
        """What was written, done."""
        self._tar.close()
        size = self._content.seek(0, 2)
        self._content.seek(0)
        digest = hashlib.file_digest(self._content, "sha256").hexdigest()
        self._content.seek(0)
        return LeanLayer(f"sha256:{digest}", self._content, size, self._stored, self._created_by)
