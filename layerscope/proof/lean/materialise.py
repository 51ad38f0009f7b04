"""The lean image itself, without an engine: a layer for each copy, from the fat image's own bytes, on the base's layers."""

import hashlib
import io
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from typing import IO

from msgspec import Struct
from msgspec.structs import replace

from layerscope.advice.delivery.model import Copy
from layerscope.advice.delivery.tree import MADE, Attributes, Tree
from layerscope.advice.model import Recommendation
from layerscope.core.errors import ImageError
from layerscope.core.names import absolute, path_text
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.contents import Contents
from layerscope.layers.index import Kind
from layerscope.layers.tar import CAPABILITY
from layerscope.proof.lean.config import config_after
from layerscope.proof.lean.strip import strip
from layerscope.sources.bytes.blobs import Blob
from layerscope.sources.bytes.compression import Form, inflate
from layerscope.sources.engine.cleaning import LABEL
from layerscope.sources.image import Config, Image, Layer, Platform

_STEP = 1 << 20
_TYPES = {Kind.DIRECTORY: tarfile.DIRTYPE, Kind.SYMLINK: tarfile.SYMTYPE}
_FILES = (Kind.REGULAR, Kind.HARDLINK)


class LeanLayer(Struct, frozen=True, eq=False):
    """One layer: ``content`` is its uncompressed tar in a temporary file, ``size`` the tar's bytes, ``stored`` those of the
    files in it."""

    diff_id: str
    content: IO[bytes]
    size: int
    stored: int
    created_by: str


class LeanImage(Struct, frozen=True, eq=False):
    """``base`` are the layers of the base image, below the ``layers`` of the copies."""

    config: Config
    base: tuple[LeanLayer, ...]
    layers: tuple[LeanLayer, ...]

    @property
    def all_layers(self) -> tuple[LeanLayer, ...]:
        """All layers, the lowest first."""
        return self.base + self.layers

    @property
    def stored(self) -> int:
        """Bytes of the files of all layers, as an engine counts them."""
        return sum(layer.stored for layer in self.all_layers)


class Fat(Struct, frozen=True, eq=False):
    """The image that the bytes come from, and the paths of programs that are stripped."""

    filesystem: Filesystem
    contents: Contents
    platform: Platform
    stripped: frozenset[bytes] = frozenset()


def materialise(fat: Fat, plan: Recommendation, base: Image | None) -> LeanImage:
    """The image that the recommendation's Dockerfile builds, with what it removes and strips on the way.

    ``base`` is the opened base image, None for scratch. Raises :class:`ImageError` when a part of either cannot be read.
    """
    config, below = Config(platform=fat.platform), tuple[LeanLayer, ...]()
    if base is not None:
        config, below = base.config, tuple(map(read_layer, base.layers))
    tree = plan.tree
    if tree is None:
        raise ImageError("nothing is planned that could be built")
    fat = replace(fat, stripped=frozenset(plan.stripped))
    layers = [_write_copy(fat, tree, copy, step) for copy, step in zip(plan.copies, tree.steps, strict=True)]
    if plan.files:
        layers.append(_write_files(plan.files))
    return LeanImage(config_after(config, plan.config), below, tuple(layers))


def built(image: Image) -> LeanImage:
    """An image that an engine built, opened, as one that was made here. Raises :class:`ImageError` when it cannot be read."""
    made_by = [entry.created_by for entry in image.config.history if not entry.empty_layer]
    names = made_by if len(made_by) == len(image.layers) else [""] * len(image.layers)
    labels = {name: value for name, value in image.config.labels.items() if name != LABEL}
    return LeanImage(replace(image.config, labels=labels), (), tuple(map(read_layer, image.layers, names)))


def _write_copy(fat: Fat, tree: Tree, copy: Copy, step: dict[bytes, int]) -> LeanLayer:
    """The layer of one COPY: what it adds to the tree."""
    with _Tar(f"COPY {absolute(copy.source[1:])} {absolute(copy.target[1:])}") as tar:
        for path, entry in step.items():
            _add_entry(tar, fat, entry, path, tree.attributes(path))
        return tar.finish()


def _write_files(files: dict[bytes, bytes]) -> LeanLayer:
    """The layer of the files that the last stage writes itself."""
    with _Tar("RUN printf") as tar:
        for path, content in files.items():
            tar.add_parents(path)
            tar.add_content(tarfile.TarInfo(path.decode()), content)
        return tar.finish()


def _add_entry(tar: "_Tar", fat: Fat, entry: int, target: bytes, attributes: Attributes) -> None:
    filesystem = fat.filesystem
    info = tarfile.TarInfo(path_text(target))
    info.mode, (info.uid, info.gid) = attributes
    if entry == MADE:
        info.type = tarfile.DIRTYPE
        tar.add(info)
        return
    holder = filesystem.holder(entry)
    layer, row = filesystem.layers[holder], filesystem.row(holder)
    kind = Kind(filesystem.kinds[entry])
    info.mtime = filesystem.indexes[layer].mtimes[row]
    if kind in _FILES:
        capability = filesystem.capability(entry)
        info.pax_headers = {CAPABILITY.decode(): path_text(capability)} if capability else {}
        change = strip if filesystem.paths[entry] in fat.stripped else bytes
        tar.add_file(info, holder, lambda: change(fat.contents.read(layer, row)))
    elif kind in _TYPES:
        info.type, info.linkname = _TYPES[kind], path_text(filesystem.link(entry))
        tar.add(info)


def read_layer(layer: Layer, created_by: str = "") -> LeanLayer:
    """A layer of an opened image, inflated, its content checked against the diff ID."""
    if layer.blob is None:
        raise ImageError(f"the layer {layer.diff_id} is missing")
    content = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function
    digest = hashlib.sha256()
    for piece in _plain_pieces(layer.blob):
        digest.update(piece)
        content.write(piece)
    size = content.tell()
    found = f"sha256:{digest.hexdigest()}"
    if found != layer.diff_id:
        raise ImageError(f"a layer has the content {found}, the image's config says {layer.diff_id}")
    content.seek(0)
    with tarfile.open(fileobj=content) as tar:
        stored = sum(member.size for member in tar if member.isreg())
    return LeanLayer(found, content, size, stored, created_by)


def _plain_pieces(blob: Blob) -> Iterable[memoryview]:
    view = blob.view()
    if blob.form is not Form.TAR:
        return inflate(view, blob.form)
    return (view[at : at + _STEP] for at in range(0, len(view), _STEP))


class _Tar:
    """One layer while it is written; content that several names lead to is stored once."""

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

    def add_parents(self, path: bytes) -> None:
        """Adds the directories above a path, as root's, unless they are there."""
        parts = path.split(b"/")[:-1]
        for depth in range(1, len(parts) + 1):
            info = tarfile.TarInfo(path_text(b"/".join(parts[:depth])))
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            self.add(info)

    def add_file(self, info: tarfile.TarInfo, holder: int, read: Callable[[], bytes]) -> None:
        """Adds a file; a second name of the same content becomes a hard link."""
        first = self._holders.setdefault(holder, info.name)
        if first == info.name:
            self.add_content(info, read())
        else:
            info.type, info.linkname = tarfile.LNKTYPE, first
            self.add(info)

    def add_content(self, info: tarfile.TarInfo, content: bytes) -> None:
        """Adds a file with its content."""
        info.size = len(content)
        self._stored += info.size * (info.name not in self._known)
        self.add(info, io.BytesIO(content))

    def add(self, info: tarfile.TarInfo, content: IO[bytes] | None = None) -> None:
        """Adds a member, once under each name."""
        if info.name not in self._known:
            self._known.add(info.name)
            self._tar.addfile(info, content)

    def finish(self) -> LeanLayer:
        """The layer, with all that was added."""
        self._tar.close()
        size = self._content.seek(0, io.SEEK_END)
        self._content.seek(0)
        digest = hashlib.file_digest(self._content, "sha256").hexdigest()
        return LeanLayer(f"sha256:{digest}", self._content, size, self._stored, self._created_by)
