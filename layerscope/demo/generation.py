"""From a description to an image: tars whose contents are mostly holes, in a temporary file without a name."""

import os
import struct
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

import msgspec

from layerscope.core.errors import SourceError
from layerscope.core.names import parse
from layerscope.demo.description import Description, LayerDescription, describe
from layerscope.layers.index import Kind
from layerscope.sources.bytes.blobs import Blob, MappedFile
from layerscope.sources.config import read_config
from layerscope.sources.image import Image, Layer

_BLOCK = 512
_GAP = 4096
_PROBE = 4 * 1024 * 1024
_TYPES = {Kind.HARDLINK: b"1", Kind.SYMLINK: b"2", Kind.DEVICE: b"3", Kind.DIRECTORY: b"5", Kind.FIFO: b"6"}
"""Type flags of a tar; all other kinds are regular files there."""

_USTAR = struct.Struct("100s24s12s12s8sc100s6s2s247s")


def generate(which: str) -> Image:
    """Builds the image and opens it, its real sizes kept. ``source`` is ``demo``."""
    description = describe(which)
    file = _write(description)
    layers = [
        Layer(diff_id=layer.diff_id, blob=Blob(file, start, layer.tar_size, "layer of the demo"))
        for start, layer in _placed(description)
    ]
    return Image(
        reference=f"demo:{which}",
        source="demo",
        config=read_config(msgspec.json.decode(description.config), []),
        layers=tuple(layers),
        repository_tags=(description.name,),
        engine_size=description.engine_size,
    )


def _placed(description: Description) -> Iterator[tuple[int, LayerDescription]]:
    """Each layer and where it begins in the file of all."""
    start = 0
    for layer in description.layers:
        yield start, layer
        start += layer.tar_size


def _write(description: Description) -> MappedFile:
    try:
        descriptor = _sparse_file()
        try:
            os.ftruncate(descriptor, sum(layer.tar_size for layer in description.layers))
            for offset, data in _stretches(description):
                _write_all(descriptor, data, offset)
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


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _stretches(description: Description) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of everything that is no hole, ascending; pieces less than a page apart go out together."""
    start = end = 0
    pending: list[bytes] = []
    for offset, data in (piece for begin, layer in _placed(description) for piece in _pieces(layer, begin)):
        if offset - end > _GAP:
            yield start, b"".join(pending)
            pending, start = [], offset
        elif offset > end:
            pending.append(bytes(offset - end))
        pending.append(data)
        end = offset + len(data)
    yield start, b"".join(pending)


def _pieces(layer: LayerDescription, offset: int) -> Iterator[tuple[int, bytes]]:
    """The headers of a layer that begins at ``offset``, and those contents that are kept."""
    for row, (path, attributes, size, mtime) in enumerate(
        zip(layer.paths, layer.attributes, layer.sizes, layer.mtimes, strict=True)
    ):
        header = _header(path, attributes, size, mtime, layer.links.get(row, ""))
        yield offset, header
        offset += len(header)
        if row in layer.contents:
            yield offset, layer.contents[row].encode()
        yield from ((offset + position, data) for position, data in layer.patches.get(row, ()))
        offset += size + -size % _BLOCK


def _header(path: str, attributes: tuple[int, int, int, int], size: int, mtime: int, link: str) -> bytes:
    """A ustar header (POSIX.1-1988); by tarfile, which takes ten times as long, where a name needs more than that."""
    kind, *owner = attributes
    name, target = _tar_name(path.encode() if "\\" not in path else parse(path), kind), link.encode()
    flag = _TYPES.get(Kind(kind), b"0")
    if len(name) > 100 or len(target) > 100 or not (name.isascii() and target.isascii()):
        return _long_header(name.decode(), flag, owner, size=size, mtime=mtime, linkname=link)
    fixed, fixed_sum = _owner_fields(*owner)
    size_field, mtime_field = b"%011o\0" % size, b"%011o\0" % mtime
    total = fixed_sum + sum(name) + sum(size_field) + sum(mtime_field) + sum(target) + flag[0]
    fields = (name, fixed, size_field, mtime_field, b"%06o\0 " % total, flag, target, b"ustar\0", b"00", b"")
    return _USTAR.pack(*fields)


def _long_header(name: str, flag: bytes, owner: list[int], **fields: int | str) -> bytes:
    """With the prefix field of ustar where that is enough, else with a PAX header before it."""
    info = tarfile.TarInfo(name)
    info.type = flag
    info.mode, info.uid, info.gid = owner
    for field, value in fields.items():
        setattr(info, field, value)
    if name.isascii() and info.linkname.isascii():
        with suppress(ValueError):
            return info.tobuf(tarfile.USTAR_FORMAT)
    return info.tobuf(tarfile.PAX_FORMAT)


@lru_cache(maxsize=256)
def _owner_fields(mode: int, uid: int, gid: int) -> tuple[bytes, int]:
    """The three fields that few rows differ in, and the part of the checksum that they and the magic make."""
    fields = b"%07o\0%07o\0%07o\0" % (mode, uid, gid)
    return fields, sum(fields) + 8 * 32 + sum(b"ustar\x0000")


def _tar_name(path: bytes, kind: int) -> bytes:
    if kind == Kind.DIRECTORY:
        return path + b"/"
    parent, slash, name = path.rpartition(b"/")
    if kind == Kind.OPAQUE:
        return path + b"/.wh..wh..opq" if path else b".wh..wh..opq"
    return parent + slash + b".wh." + name if kind == Kind.WHITEOUT else path
