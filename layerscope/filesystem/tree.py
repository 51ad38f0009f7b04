"""A directory tree as columns in preorder: the form that a screen of a million rows can scroll."""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

_NAMED = bytes(kind not in (Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE) for kind in range(256))


class FileTree(Struct, frozen=True, eq=False, kw_only=True):
    """Row 0 is the root; a directory's rows follow it up to ``ends[row]`` (exclusive).

    ``names`` are the last components (b"" for the root), ``depths`` count from the root's 0, ``parents`` are rows (the root's
    is itself). ``sizes`` are the bytes stored in or below the row, ``files`` the names that are not directories in or below it.
    ``entries`` are rows of the filesystem, -1 for a directory that no layer lists. Children are in byte order of their names.

    ``names`` are a tuple, which the garbage collector leaves alone: a list of them all would hold up a key each time it runs.
    """

    names: tuple[bytes, ...]
    depths: "array[int]"
    ends: "array[int]"
    parents: "array[int]"
    sizes: "array[int]"
    files: "array[int]"
    entries: "array[int]"

    def __len__(self) -> int:
        return len(self.names)

    def path(self, row: int) -> bytes:
        """The whole path of a row, without a leading slash."""
        parts = []
        while row:
            parts.append(self.names[row])
            row = self.parents[row]
        return b"/".join(reversed(parts))

    def children(self, row: int) -> list[int]:
        """Rows directly below ``row``, in byte order of their names."""
        found = []
        child, end = row + 1, self.ends[row]
        while child < end:
            found.append(child)
            child = self.ends[child]
        return found


def merged_tree(filesystem: Filesystem) -> FileTree:
    """The final filesystem. A hard link's bytes stand at the first of its live names (in layer order)."""
    sizes = filesystem.sizes[:]
    for link, carried in carried_sizes(filesystem).items():
        sizes[link] = carried
    return file_tree(filesystem.visible.items(), sizes, filesystem.kinds.translate(_NAMED))


def carried_sizes(filesystem: Filesystem) -> dict[int, int]:
    """The hard links that carry bytes which an entry outside the final filesystem stores, with these bytes: of several links
    to one content the first live one, in layer order."""
    shown: dict[int, int] = {}
    for link, holder in filesystem.holders.items():
        if filesystem.live[link] and not filesystem.live[holder]:
            shown.setdefault(holder, link)
    return {link: filesystem.sizes[holder] for holder, link in shown.items()}


def layer_tree(filesystem: Filesystem, layer: int) -> FileTree:
    """Everything that one layer stores, its whiteouts too (at the path that they hide); of a repeated path the last.

    An opaque marker stands for its directory where it hides something of a lower layer, and is left out elsewhere.
    """
    index, start = filesystem.indexes[layer], filesystem.starts[layer]
    below = {directory for lower in filesystem.indexes[:layer] for directory in lower.directories}
    shown: dict[bytes, int] = {}
    for entry, (path, kind) in enumerate(zip(index.paths, index.kinds, strict=True), start):
        # builders mark every new directory as opaque; only where a lower layer put something does that hide anything
        if kind != Kind.OPAQUE or path in below:
            shown[path] = entry
    return file_tree(shown.items(), filesystem.sizes, filesystem.kinds.translate(_NAMED))


def file_tree(items: Iterable[tuple[bytes, int]], sizes: Sequence[int], named: Sequence[int]) -> FileTree:
    """A tree of paths with their entries, and of the directories above them that have none; bytes and names summed upwards.

    ``sizes`` are each entry's own bytes, ``named`` is 1 for an entry that counts as a name. Linear in time where
    ``items`` are in order already.
    """
    entries = {b"": -1, **dict(items)}
    for path in list(entries):
        above = path
        while (above := above.rpartition(b"/")[0]) not in entries:
            entries[above] = -1
    ordered = sorted(entries, key=tree_order)
    return ordered_tree(ordered, sizes, named, array("q", map(entries.__getitem__, ordered)))


def tree_order(path: bytes) -> bytes:
    """Sorts a directory right before what is in it: nothing in a name comes before the byte that ends a component."""
    return path.replace(b"/", b"\0")


def ordered_tree(
    paths: Sequence[bytes], sizes: Sequence[int], named: Sequence[int], entries: "array[int] | None" = None
) -> FileTree:
    """As :func:`file_tree`, of paths that are complete and in order: the root first, each directory right before what is in it.

    Without ``entries`` they count the paths.
    """
    entries = entries if entries is not None else array("q", range(len(paths)))
    rows = {path: row for row, path in enumerate(paths)}
    split = [path.rpartition(b"/") for path in paths]
    parents = array("I", (rows[above] for above, _, _ in split))
    depths = array("H", (path.count(b"/") + 1 for path in paths))
    depths[0] = 0
    own, files = array("Q", _of_entries(sizes, entries)), array("I", _of_entries(named, entries))
    return FileTree(
        names=tuple(name for _, _, name in split),
        depths=depths,
        parents=parents,
        ends=_sum_up(parents, own, files),
        sizes=own,
        files=files,
        entries=entries,
    )


def _of_entries(values: Sequence[int], entries: "array[int]") -> Iterator[int]:
    return (values[entry] if entry >= 0 else 0 for entry in entries)


def _sum_up(parents: "array[int]", sizes: "array[int]", files: "array[int]") -> "array[int]":
    """Adds to each row the bytes and names below it; where the rows below end."""
    ends = array("I", range(1, len(parents) + 1))
    for row in range(len(parents) - 1, 0, -1):
        parent = parents[row]
        sizes[parent] += sizes[row]
        files[parent] += files[row]
        if ends[parent] < ends[row]:
            ends[parent] = ends[row]
    return ends
