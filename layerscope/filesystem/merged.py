"""The final filesystem: which entry of which layer each path comes from, and what the layers below it lost."""

from array import array
from bisect import bisect_left

from msgspec import Struct, field

from layerscope.core.limits import LINK_HOPS
from layerscope.layers.index import Kind, LayerIndex

_AFTER_SLASH = b"0"
"""The byte that follows the slash: what is below a directory sorts before the directory's path with it."""


class Traced(Struct, frozen=True):
    """Where a path leads: the entry (None when nothing is there), its path, and the symbolic links on the way."""

    entry: int | None
    path: bytes
    links: tuple[int, ...]


class Filesystem(Struct, frozen=True, eq=False, kw_only=True):
    """All entries of all layers as one table, lowest layer first; a row number is called an ``entry``.

    Layer n's rows begin at ``starts[n]`` and follow its index's order. ``live[entry]`` is 1 when that name is in the final
    filesystem; ``stored_live[entry]`` is 1 when the content that this entry stores is reachable there under any name (a hard
    link keeps it alive). ``holders[entry]`` is, for a hard link, the entry that stores its content (its own number when the
    target is missing); only hard links have a key. ``visible`` maps each final path to its entry.

    Paths have no leading slash; the root is b"". What lies below a directory is found by bisection in the sorted paths, which
    are built at the first question.
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
    _sorted: list[bytes] = field(default_factory=list)

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

    def capability(self, entry: int) -> bytes:
        """The capabilities of a file as its layer writes them, b"" where it has none."""
        entry = self.holder(entry)
        return self.indexes[self.layers[entry]].capabilities.get(self.row(entry), b"")

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
        real, links = self._follow(path, follow_last)
        return None if len(links) > LINK_HOPS else real

    def trace(self, path: bytes) -> Traced:
        """Follows a path as the kernel does, and remembers the symbolic links; a circle of links leads nowhere."""
        real, links = self._follow(path)
        return Traced(None, path, ()) if len(links) > LINK_HOPS else Traced(self.visible.get(real), real, tuple(links))

    def _follow(self, path: bytes, follow_last: bool = True) -> tuple[bytes, list[int]]:
        """Where a path leads, and the links on the way: more than LINK_HOPS of them are a circle."""
        pending = path.split(b"/")[::-1]
        done: list[bytes] = []
        links: list[int] = []
        while pending and len(links) <= LINK_HOPS:
            part = pending.pop()
            if part == b"..":
                del done[-1:]
            if part in (b"", b".", b".."):
                continue
            done.append(part)
            link = self._symbolic_link(b"/".join(done)) if pending or follow_last else None
            if link is not None:
                links.append(link)
                target = self.link(link)
                done = [] if target.startswith(b"/") else done[:-1]
                pending.extend(target.split(b"/")[::-1])
        return b"/".join(done), links

    def _symbolic_link(self, path: bytes) -> int | None:
        """The entry of a path that is a symbolic link itself."""
        entry = self.visible.get(path)
        return entry if entry is not None and self.kinds[entry] == Kind.SYMLINK else None

    def below(self, directory: bytes) -> list[bytes]:
        """All paths below a directory that has no symbolic links in its own path, directories too, sorted."""
        return self._order()[slice(*self._span(directory))]

    def has_below(self, directory: bytes) -> bool:
        """Whether anything lies below a directory; some layers list files without the directories above them."""
        start, end = self._span(directory)
        return start < end

    def children(self, directory: bytes) -> list[bytes]:
        """The names of everything directly in a directory, sorted, directories that no layer lists among them."""
        order = self._order()
        at, end = self._span(directory)
        inside = directory + b"/" if directory else b""
        found: set[bytes] = set()
        while at < end:
            name, _, deeper = order[at][len(inside) :].partition(b"/")
            found.add(name)
            at = bisect_left(order, inside + name + _AFTER_SLASH, at, end) if deeper else at + 1
        return sorted(found)

    def _span(self, directory: bytes) -> tuple[int, int]:
        """Where the paths below a directory begin and end among the sorted ones."""
        order = self._order()
        if not directory:
            return int(b"" in self.visible), len(order)
        start = bisect_left(order, directory + b"/")
        return start, bisect_left(order, directory + _AFTER_SLASH, start)

    def _order(self) -> list[bytes]:
        if len(self._sorted) < len(self.visible):
            self._sorted[:] = sorted(self.visible)
        return self._sorted

    def content(self, entry: int) -> bytes | None:
        """The content kept of a file, under any of its hard-linked names; None when none was."""
        entry = self.holder(entry)
        return self.indexes[self.layers[entry]].contents.get(self.row(entry))

    def holder(self, entry: int) -> int:
        """The entry that stores this entry's content: itself, but for hard links."""
        return self.holders.get(entry, entry)
