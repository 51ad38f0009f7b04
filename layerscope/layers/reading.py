"""One layer's bytes into its index."""

from collections.abc import Callable, Iterable

from layerscope.core.errors import ImageError
from layerscope.core.limits import ELF_FILE_BYTES, PICKED_LAYER_BYTES, SECRET_FILE_BYTES, SECRET_LAYER_BYTES
from layerscope.layers.columns import Columns
from layerscope.layers.elf import elf_facts
from layerscope.layers.index import Kind, LayerIndex
from layerscope.layers.keep import BUILD_TOOLS, Picks, may_hold_secrets
from layerscope.layers.tar import TarWalk
from layerscope.sources.bytes.blobs import WINDOW, Blob
from layerscope.sources.bytes.compression import Form
from layerscope.sources.bytes.inflate import inflate_blob

_ELF = b"\x7fELF"
_SCRIPT = b"#!"
_LIBRARIES = (b"lib", b"ld-", b"ld.")
"""How the names of shared libraries and of the dynamic loader begin. Plugins are called otherwise, and read when asked for."""
_SCRIPT_BYTES = 1024 * 1024


def index_plain(blob: Blob, picks: Picks) -> LayerIndex:
    """The index of an uncompressed layer: its headers, and the contents that are picked by name."""
    view = blob.view()
    walk = TarWalk()
    problem = ""
    if blob.form is Form.TAR:
        problem = _walk_windows(walk, blob, view)
    elif blob.truncated or blob.form is Form.UNKNOWN:
        problem = "the layer is missing from the archive, which is cut off" if blob.truncated else "it is no layer tar"
    else:
        problem = "the layer is an empty file"
    walk.columns.contents.update(_picked(walk.columns, blob, picks))
    return walk.columns.index(blob.size, problem)


def _walk_windows(walk: TarWalk, blob: Blob, view: memoryview) -> str:
    """Walks a mapped tar window by window, so that what was read leaves the process's memory; the problem, "" if none."""
    position = forgotten = 0
    problem = ""
    try:
        while position < len(view) and not walk.ended:
            end = min(len(view), position + WINDOW)
            following = walk.consume(view[position:end], 0, position) + position
            if following == position:
                if end == len(view):
                    raise ImageError(f"the tar ends in the middle of a header at byte {position:,}")
                following = walk.consume(view[position:], 0, position) + position
            position = following
            blob.file.forget(blob.offset + forgotten, min(position, len(view)) - forgotten)
            forgotten = min(position, len(view))
        if position > len(view) or (blob.truncated and not walk.ended):
            walk.cut(len(view))
            raise ImageError("the tar is cut off in the middle of a file", "fetch or save the image again")
        walk.flush()
    except ImageError as error:
        problem = str(error)
        walk.columns.append(walk.rest())
    return problem


def _picked(columns: Columns, blob: Blob, picks: Picks) -> dict[int, bytes]:
    """The contents that :class:`Picks` wants, as they are kept; what lies more than a window behind leaves the memory."""
    view = blob.view()
    kept = _Kept(picks)
    found = {}
    window = 0
    for row in picks.candidates(columns.paths, columns.parents, list(columns.directories)):
        path, size, offset = columns.paths[row], columns.sizes[row], columns.offsets[row]
        if columns.kinds[row] != Kind.REGULAR or offset + size > len(view):
            continue
        if abs(offset - window) >= WINDOW:
            blob.file.forget(blob.offset, blob.size)
            window = offset
        script = path.rpartition(b"/")[2] in picks.programs and size <= _SCRIPT_BYTES and view[offset : offset + 2] == _SCRIPT
        if (script or picks.wants(path, size)) and kept.has_room(size):
            found[row] = kept.take(path, bytes(view[offset : offset + size]))
    blob.file.forget(blob.offset, blob.size)
    return found


def pick_again(blob: Blob, index: LayerIndex, rows: Iterable[int]) -> dict[int, bytes]:
    """The contents of entries of an uncompressed layer that were picked when it was indexed, as they were kept then."""
    view = blob.view()
    kept = _Kept(Picks())
    found = {}
    for row in rows:
        offset = index.offsets[row]
        found[row] = kept.take(index.paths[row], bytes(view[offset : offset + index.sizes[row]]))
    blob.file.forget(blob.offset, blob.size)
    return found


def index_compressed(blob: Blob, picks: Picks, read: Callable[[int], None]) -> LayerIndex:
    """The index of a compressed layer, inflated once: headers, picked contents, ELF facts.

    ``read`` is told how many stored bytes were used up since the last call; it raises Cancelled to stop.
    """
    kept = _Kept(picks)
    walk = TarWalk(_Selector(picks, kept), lambda row, path, content: _keep(walk.columns, row, path, content, kept))
    problem, total = "", 0
    try:
        carry, skip = b"", 0
        for piece in inflate_blob(blob, read):
            total += len(piece)
            if walk.ended:
                continue
            if walk.collecting:
                walk.feed(piece)
            if skip >= len(piece):
                skip -= len(piece)
                continue
            buffer = memoryview(carry + piece) if carry else piece
            following = walk.consume(buffer, skip, total - len(buffer))
            carry, skip = (bytes(buffer[following:]), 0) if following < len(buffer) else (b"", following - len(buffer))
        if not walk.ended and (carry or skip or walk.collecting):
            raise ImageError("the tar inside is cut off")
        walk.flush()
    except ImageError as error:
        problem = str(error)
        walk.cut(total)
    return walk.columns.index(total, problem)


class _Kept:
    """What is kept of the files that are picked, and how much of it."""

    def __init__(self, picks: Picks) -> None:
        self.picks = picks
        self._room = PICKED_LAYER_BYTES

    def has_room(self, size: int) -> bool:
        """Whether a file of that size may still be picked."""
        return size <= self._room

    def take(self, path: bytes, content: bytes) -> bytes:
        """What is kept of a file: the names in a jar, everything else as it is."""
        if path.endswith(b".jar"):
            from layerscope.layers.jars import jar_names

            content = jar_names(content)
        self._room -= len(content)
        return content


class _Selector:
    """Decides, while a stream passes, whether a file's content is collected: picked files, programs, shared libraries."""

    def __init__(self, picks: Picks, kept: _Kept) -> None:
        self.possible = picks.sieve()
        self.tails = picks.packed_tails()
        self._picks = picks
        self._kept = kept
        self._left = SECRET_LAYER_BYTES

    def wants(self, path: bytes, size: int, start: memoryview) -> bool:
        """Whether a file's content is collected; of what may hold credentials, only so much as a layer may have."""
        if self._picks.wants(path, size) and self._kept.has_room(size):
            return True
        if size <= min(SECRET_FILE_BYTES, self._left) and may_hold_secrets(path):
            self._left -= size
            return True
        base = path.rpartition(b"/")[2]
        program = base in self._picks.programs
        if not program and not (base.startswith(_LIBRARIES) and base.find(b".so") > 0):
            return False
        if len(start) < 4 or start == _ELF:
            return size <= ELF_FILE_BYTES and not path.startswith(BUILD_TOOLS)
        return program and size <= _SCRIPT_BYTES and start[:2] == _SCRIPT


def _keep(columns: Columns, row: int, path: bytes, content: memoryview, kept: _Kept) -> None:
    """Stores what was collected: ELF files as facts, what may hold credentials as an outline, everything else as it is."""
    if may_hold_secrets(path):
        from layerscope.layers.secret_outline import outline

        columns.contents[row] = outline(bytes(content))
        return
    if content[:4] != _ELF:
        columns.contents[row] = kept.take(path, bytes(content))
        return
    program = path.rpartition(b"/")[2] in kept.picks.programs
    facts = elf_facts(content, whole=program)
    if facts is not None and (program or not facts.go_version):
        columns.elf[row] = facts
