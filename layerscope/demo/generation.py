"""From a description to an image: tars whose contents are mostly holes, in a temporary file without a name."""

import os
import struct
import tarfile
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

import msgspec

from layerscope.core.errors import SourceError, UsageError
from layerscope.demo.description import Description, LayerDescription, front_decoded, read_description
from layerscope.layers.index import Kind
from layerscope.sources.bytes.blobs import Blob, MappedFile
from layerscope.sources.config import read_config
from layerscope.sources.image import Image, Layer

DESCRIPTIONS = {"fat": "fat.json.zst", "lean": "lean.json.zst"}
"""The embedded images and the files that describe them."""

_BLOCK = 512
_GAP = 4096
_PROBE = 4 * 1024 * 1024
_TYPES = {Kind.REGULAR: b"0", Kind.HARDLINK: b"1", Kind.SYMLINK: b"2", Kind.DEVICE: b"3", Kind.DIRECTORY: b"5", Kind.FIFO: b"6"}
_USTAR = struct.Struct("100s8s8s8s12s12s8sc100s6s2s247s")


def describe(which: str) -> Description:
    """The description of an embedded image; UsageError when there is none of that name."""
    if which not in DESCRIPTIONS:
        raise UsageError(
            f"there is no demo image of that name; they are {' and '.join('demo:' + name for name in DESCRIPTIONS)}"
        )
    return read_description(resources.files(__package__).joinpath(DESCRIPTIONS[which]).read_bytes())


def generate(which: str) -> Image:
    """Builds the image and opens it, its real sizes kept. ``source`` is ``demo``."""
    description = describe(which)
    file = _written(description)
    layers = []
    offset = 0
    for layer in description.layers:
        layers.append(Layer(diff_id=layer.diff_id, blob=Blob(file, offset, layer.tar_size, "layer of the demo")))
        offset += layer.tar_size
    return Image(
        reference=f"demo:{which}",
        source="demo",
        config=read_config(msgspec.json.decode(description.config), []),
        layers=tuple(layers),
        repository_tags=(description.name,),
        engine_size=description.engine_size,
    )


def _written(description: Description) -> MappedFile:
    size = sum(layer.tar_size for layer in description.layers)
    try:
        descriptor = _sparse_file()
        try:
            os.ftruncate(descriptor, size)
            _write(descriptor, description)
        except BaseException:
            os.close(descriptor)
            raise
    except OSError as error:
        raise SourceError(f"no room for the demo: {error.strerror}", "set TMPDIR to a directory with 200 MB of room") from error
    return MappedFile(descriptor, "demo")


def _sparse_file() -> int:
    """A file without a name, on a file system that leaves holes unwritten; in memory (Linux) when the temporary directory has
    none, or there is no such directory."""
    try:
        with tempfile.TemporaryFile(buffering=0) as file:
            if keeps_holes(file.fileno()):
                return os.dup(file.fileno())
            problem = f"the file system of {tempfile.gettempdir()} keeps no holes, and the demo would fill a gigabyte of it"
    except OSError as error:
        problem = f"there is no place for the demo's image: {error.strerror}"
    if hasattr(os, "memfd_create"):
        return os.memfd_create("layerscope-demo", os.MFD_CLOEXEC)
    raise SourceError(problem, "set TMPDIR to a directory that has room")


def keeps_holes(descriptor: int) -> bool:
    """Whether an empty stretch of the file costs nothing; leaves the file empty."""
    os.ftruncate(descriptor, _PROBE)
    held = os.fstat(descriptor).st_blocks * 512
    os.ftruncate(descriptor, 0)
    return held < _PROBE // 4


def _write(descriptor: int, description: Description) -> None:
    """Writes what is no hole; stretches less than a page apart go out together."""
    start = end = 0
    pending: list[bytes] = []
    for offset, data in _pieces(description):
        if offset - end > _GAP:
            _write_all(descriptor, b"".join(pending), start)
            pending, start = [], offset
        elif offset > end:
            pending.append(bytes(offset - end))
        pending.append(data)
        end = offset + len(data)
    _write_all(descriptor, b"".join(pending), start)


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _pieces(description: Description) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of everything that is no hole, ascending."""
    start = 0
    for layer in description.layers:
        yield from _layer_pieces(layer, start)
        start += layer.tar_size


def _layer_pieces(layer: LayerDescription, offset: int) -> Iterator[tuple[int, bytes]]:
    rows = zip(front_decoded(layer.paths), layer.shape_of, layer.sizes, layer.mtimes, strict=True)
    for number, (path, shape, size, mtime) in enumerate(rows):
        header = _header(path, layer.shapes[shape], size, mtime, layer.links.get(number, ""))
        yield offset, header
        offset += len(header)
        if number in layer.contents:
            yield offset, layer.contents[number].encode()
        for position, data in layer.patches.get(number, ()):
            yield offset + position, data
        offset += -(-size // _BLOCK) * _BLOCK


def _header(path: bytes, shape: tuple[int, int, int, int], size: int, mtime: int, link: str) -> bytes:
    """A ustar header (POSIX.1-1988); by tarfile, which takes ten times as long, where a name needs more than that."""
    kind, mode, uid, gid = shape
    target = link.encode()
    name = _name_in_tar(path, kind)
    if len(name) > 100 or len(target) > 100 or not (name.isascii() and target.isascii()):
        info = tarfile.TarInfo(name.decode())
        info.size, info.mtime, info.mode, info.uid, info.gid, info.linkname = size, mtime, mode, uid, gid, link
        info.type = _TYPES.get(Kind(kind), b"0")
        return _long_header(info)
    fixed, fixed_sum = _owner_fields(mode, uid, gid)
    numbers = b"%011o\0%011o\0" % (size, mtime)
    flag = _TYPES.get(Kind(kind), b"0")
    total = fixed_sum + sum(name) + sum(numbers) + sum(target) + flag[0]
    return _USTAR.pack(name, *fixed, numbers[:12], numbers[12:], b"%06o\0 " % total, flag, target, b"ustar\0", b"00", b"")


def _long_header(info: tarfile.TarInfo) -> bytes:
    """With the prefix field of ustar where that is enough, else with a PAX header before it."""
    if info.name.isascii() and info.linkname.isascii():
        try:
            return info.tobuf(tarfile.USTAR_FORMAT)
        except ValueError:
            pass
    return info.tobuf(tarfile.PAX_FORMAT)


@lru_cache(maxsize=256)
def _owner_fields(mode: int, uid: int, gid: int) -> tuple[tuple[bytes, bytes, bytes], int]:
    """The three fields that few rows differ in, and the part of the checksum that they and the magic make."""
    fields = (b"%07o\0" % mode, b"%07o\0" % uid, b"%07o\0" % gid)
    return fields, sum(map(sum, fields)) + 8 * 32 + sum(b"ustar\x0000")


def _name_in_tar(path: bytes, kind: int) -> bytes:
    if kind == Kind.DIRECTORY:
        return path + b"/"
    if kind == Kind.OPAQUE:
        return path + b"/.wh..wh..opq" if path else b".wh..wh..opq"
    if kind == Kind.WHITEOUT:
        parent, slash, name = path.rpartition(b"/")
        return parent + slash + b".wh." + name
    return path
