"""One layer's bytes into its index."""

from collections.abc import Callable, Iterable

from layerscope.core.errors import ImageError
from layerscope.core.limits import ELF_FILE_BYTES, PICKED_LAYER_BYTES, SECRET_FILE_BYTES, SECRET_LAYER_BYTES
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
    walk = TarWalk()
    problem = _walk_windows(walk, blob) if blob.form is Form.TAR else _no_tar(blob)
    index = walk.columns.done(blob.size, problem)
    index.contents.update(_pick(index, blob, picks))
    return index


def _no_tar(blob: Blob) -> str:
    """What is wrong with bytes that are no tar; nothing with no bytes, which engines take for a layer without entries."""
    if blob.truncated:
        return "the layer is missing from the archive, which is cut off"
    return "it is no layer tar" if blob.size else ""


def _walk_windows(walk: TarWalk, blob: Blob) -> str:
    """Walks a mapped tar window by window, so that what was read leaves the process's memory; the problem, "" if none."""
    view = blob.view()
    position = 0
    try:
        while position < len(view) and not walk.ended:
            following = _walk_window(walk, view, position)
            blob.file.forget(blob.offset + position, min(following, len(view)) - position)
            position = following
        if position - len(view) > walk.padding or (blob.truncated and not walk.ended):
            walk.columns.shorten(len(view))
            raise ImageError("the tar is cut off in the middle of a file", "fetch or save the image again")
    except ImageError as error:
        return str(error)
    return ""


def _walk_window(walk: TarWalk, view: memoryview, position: int) -> int:
    """Walks one window, or all that there is where a header is longer; where the next header begins."""
    taken = walk.consume(view[position : position + WINDOW], 0, position) or walk.consume(view[position:], 0, position)
    if not taken:
        raise ImageError(f"the tar ends in the middle of a header at byte {position:,}")
    return position + taken


def _pick(index: LayerIndex, blob: Blob, picks: Picks) -> dict[int, bytes]:
    """The contents that :class:`Picks` wants, as they are kept; what lies more than a window behind leaves the memory."""
    view = blob.view()
    keeper = _Keeper(picks)
    found = {}
    window = 0
    for row in picks.candidates(index.paths, index.parents, index.directories):
        path, size, offset = index.paths[row], index.sizes[row], index.offsets[row]
        if index.kinds[row] != Kind.REGULAR or offset + size > len(view) or row in index.sparse:
            continue
        if abs(offset - window) >= WINDOW:
            blob.file.forget(blob.offset, blob.size)
            window = offset
        if keeper.picks_plain(path, size, view[offset : offset + 4]):
            found[row] = keeper.take(path, view[offset : offset + size])
    blob.file.forget(blob.offset, blob.size)
    return found


def pick_again(blob: Blob, index: LayerIndex, rows: Iterable[int]) -> dict[int, bytes]:
    """The contents of entries of an uncompressed layer that were picked when it was indexed, as they were kept then."""
    view = blob.view()
    keeper = _Keeper(Picks())
    stretches = ((row, index.offsets[row], index.sizes[row]) for row in rows)
    found = {row: keeper.take(index.paths[row], view[offset : offset + size]) for row, offset, size in stretches}
    blob.file.forget(blob.offset, blob.size)
    return found


def index_compressed(blob: Blob, picks: Picks, read: Callable[[int], None]) -> LayerIndex:
    """The index of a compressed layer, inflated once: headers, picked contents, ELF facts.

    ``read`` is called with the stored bytes that were used up since the last call; it raises Cancelled to stop.
    """
    keeper = _Keeper(picks)
    walk = TarWalk(keeper, lambda row, path, content: keeper.keep(walk.columns.index, row, path, content))
    stream = _Stream(walk)
    problem = ""
    try:
        for piece in inflate_blob(blob, read):
            stream.take(piece)
        stream.end()
    except ImageError as error:
        problem = str(error)
        walk.columns.shorten(stream.total)
    return walk.columns.done(stream.total, problem)


class _Stream:
    """A tar that comes in pieces. ``_carry`` is the beginning of a header that the next piece goes on with, ``_skip`` what is
    left of a content that is not wanted."""

    def __init__(self, walk: TarWalk) -> None:
        self.total = 0
        self._walk = walk
        self._carry = b""
        self._skip = 0

    def take(self, piece: memoryview) -> None:
        """Walks one piece."""
        self.total += len(piece)
        if self._walk.ended:
            return
        if self._walk.collecting:
            self._walk.feed(piece)
        if self._skip >= len(piece):
            self._skip -= len(piece)
            return
        view = memoryview(self._carry + piece) if self._carry else piece
        following = self._walk.consume(view, self._skip, self.total - len(view))
        self._carry, self._skip = bytes(view[following:]), max(0, following - len(view))

    def end(self) -> None:
        """Raises ImageError unless the tar is whole."""
        if not self._walk.ended and (self._carry or self._skip > self._walk.padding or self._walk.collecting):
            raise ImageError("the tar inside is cut off")


class _Keeper:
    """Decides of which files of a layer the contents are kept, and what of them, within what one layer may have."""

    def __init__(self, picks: Picks) -> None:
        self.tails = picks.packed_tails()
        self._picks = picks
        self._room = PICKED_LAYER_BYTES
        self._room_for_secrets = SECRET_LAYER_BYTES

    def picks_plain(self, path: bytes, size: int, start: memoryview) -> bool:
        """Whether a file of an uncompressed layer is picked; ``start`` are its first bytes."""
        return size <= self._room and (self._is_script(path, size, start) or self._picks.wants(path, size))

    def wants(self, path: bytes, size: int, start: memoryview) -> bool:
        """Whether a file's content is collected while a stream passes: what is picked, what may hold credentials, programs and
        shared libraries. ``start`` are its first bytes, as far as they are there."""
        if size <= self._room and self._picks.wants(path, size):
            return True
        if size <= min(SECRET_FILE_BYTES, self._room_for_secrets) and may_hold_secrets(path):
            self._room_for_secrets -= size
            return True
        may_be_elf = len(start) < len(_ELF) or start == _ELF
        return self._is_object(path, size) if may_be_elf else self._is_script(path, size, start)

    def _is_script(self, path: bytes, size: int, start: memoryview) -> bool:
        return self._is_program(path) and size <= _SCRIPT_BYTES and start[:2] == _SCRIPT

    def _is_program(self, path: bytes) -> bool:
        return path.rpartition(b"/")[2] in self._picks.programs

    def _is_object(self, path: bytes, size: int) -> bool:
        """Whether the facts of a file are wanted if it is an ELF file."""
        if size > ELF_FILE_BYTES or path.startswith(BUILD_TOOLS):
            return False
        name = path.rpartition(b"/")[2]
        return name in self._picks.programs or (name.startswith(_LIBRARIES) and name.find(b".so") > 0)

    def take(self, path: bytes, content: memoryview) -> bytes:
        """What is kept of a file: the names in a jar, everything else as it is."""
        kept = bytes(content)
        if path.endswith(b".jar"):
            from layerscope.layers.jars import jar_names

            kept = jar_names(kept)
        self._room -= len(kept)
        return kept

    def keep(self, index: LayerIndex, row: int, path: bytes, content: memoryview) -> None:
        """Stores what was collected: of what may hold credentials an outline, of ELF files facts, everything else as it is."""
        if may_hold_secrets(path):
            from layerscope.layers.secret_outline import outline

            index.contents[row] = outline(bytes(content))
        elif content[:4] == _ELF:
            self._keep_facts(index, row, path, content)
        else:
            index.contents[row] = self.take(path, content)

    def _keep_facts(self, index: LayerIndex, row: int, path: bytes, content: memoryview) -> None:
        program = self._is_program(path)
        facts = elf_facts(content, whole=program)
        if facts is not None and (program or not facts.go_version):
            index.elf[row] = facts
