"""The final filesystem: which entry of which layer each path comes from, and what the layers below it lost."""

from array import array

from msgspec import Struct

from layerscope.core.limits import LINK_HOPS
from layerscope.layers.index import Kind, LayerIndex


class Filesystem(Struct, frozen=True, eq=False, kw_only=True):
    """All entries of all layers as one table, lowest layer first; a row number is called an ``entry``.

    Layer n's rows begin at ``starts[n]`` and follow its index's order. ``live[entry]`` is 1 when that name is in the final
    filesystem; ``stored_live[entry]`` is 1 when the content that this entry stores is reachable there under any name (a hard
    link keeps it alive). ``holders[entry]`` is, for a hard link, the entry that stores its content (its own number when the
    target is missing); only hard links have a key. ``visible`` maps each final path to its entry.
    """

    indexes: tuple[LayerIndex, ...]
    starts: tuple[int, ...]
    paths: list[bytes]
    kinds: bytearray
    sizes: "array[int]"
    layers: "array[int]"
    live: bytearray
    stored_live: bytearray
    holders: dict[int, int]
    visible: dict[bytes, int]

    def __len__(self) -> int:
        return len(self.paths)

    def row(self, entry: int) -> int:
        """The entry's row number in its own layer's index."""
        return entry - self.starts[self.layers[entry]]

    def link(self, entry: int) -> bytes:
        """The target of a symbolic or hard link, b"" for everything else."""
        return self.indexes[self.layers[entry]].links.get(self.row(entry), b"")

    def mode(self, entry: int) -> int:
        """Permission bits of the entry."""
        return self.indexes[self.layers[entry]].modes[self.row(entry)]

    def owner(self, entry: int) -> tuple[int, int]:
        """User and group of the entry, as numbers."""
        index, row = self.indexes[self.layers[entry]], self.row(entry)
        return index.uids[row], index.gids[row]

    def resolve(self, path: bytes, follow_last: bool = True) -> int | None:
        """The entry that a path leads to in the final filesystem, symbolic links followed inside the image.

        ``path`` may begin with a slash; None when nothing is there or the links run in a circle.
        """
        located = self.real_path(path, follow_last)
        return None if located is None else self.visible.get(located)

    def real_path(self, path: bytes, follow_last: bool = True) -> bytes | None:
        """The path without symbolic links, ``.`` and ``..``; None when the links run in a circle.

        Components that do not exist are kept as they are, so the result may name nothing.
        """
        pending = [part for part in reversed(path.split(b"/")) if part and part != b"."]
        done: list[bytes] = []
        hops = 0
        while pending:
            part = pending.pop()
            if part == b"..":
                if done:
                    done.pop()
                continue
            done.append(part)
            entry = self.visible.get(b"/".join(done))
            if entry is None or self.kinds[entry] != Kind.SYMLINK or not (pending or follow_last):
                continue
            hops += 1
            if hops > LINK_HOPS:
                return None
            target = self.link(entry)
            done = [] if target.startswith(b"/") else done[:-1]
            pending.extend(piece for piece in reversed(target.split(b"/")) if piece and piece != b".")
        return b"/".join(done)

    def holder(self, entry: int) -> int:
        """The entry that stores this entry's content: itself, but for hard links."""
        return self.holders.get(entry, entry)
