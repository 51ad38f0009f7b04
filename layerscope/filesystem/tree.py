"""A directory tree as columns in preorder: the form that a screen of a million rows can scroll."""

from array import array
from collections.abc import Iterable

from msgspec import Struct

from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind


class FileTree(Struct, frozen=True, eq=False):
    """Row 0 is the root; a directory's rows follow it up to ``ends[row]`` (exclusive).

    ``names`` are the last components (b"" for the root), ``depths`` count from the root's 0, ``parents`` are rows (the root's
    is itself). ``sizes`` are the bytes stored in or below the row, ``files`` the names that are not directories in or below it.
    ``entries`` are rows of the filesystem, -1 for a directory that no layer lists. Children are in byte order of their names.
    """

    names: list[bytes]
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
    return _build(filesystem, filesystem.visible.items(), carried_sizes(filesystem))


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
    return _build(filesystem, shown.items(), {})


def _build(filesystem: Filesystem, items: Iterable[tuple[bytes, int]], carried: dict[int, int]) -> FileTree:
    """Rows for the paths and for the directories above them that have no entry; bytes and names summed upwards."""
    ordered = sorted((path.replace(b"/", b"\0"), entry) for path, entry in items if path)
    root = next((entry for path, entry in items if not path), -1)
    names, depths, parents, entries = [b""], array("H", (0,)), array("I", (0,)), array("q", (root,))
    stack: list[tuple[bytes, int]] = [(b"", 0)]
    for key, entry in ordered:
        cut = key.rfind(b"\0")
        parent_key = key[:cut] if cut >= 0 else b""
        while stack[-1][0] != parent_key and not _is_above(stack[-1][0], parent_key):
            stack.pop()
        if stack[-1][0] != parent_key:
            above = stack[-1][0]
            for part in (parent_key[len(above) + 1 :] if above else parent_key).split(b"\0"):
                above = above + b"\0" + part if above else part
                names.append(part)
                depths.append(len(stack))
                parents.append(stack[-1][1])
                entries.append(-1)
                stack.append((above, len(names) - 1))
        names.append(key[cut + 1 :])
        depths.append(len(stack))
        parents.append(stack[-1][1])
        entries.append(entry)
        stack.append((key, len(names) - 1))
    return _summed(filesystem, names, depths, parents, entries, carried)


def _is_above(directory: bytes, key: bytes) -> bool:
    return not directory or key.startswith(directory + b"\0")


def _summed(
    filesystem: Filesystem,
    names: list[bytes],
    depths: "array[int]",
    parents: "array[int]",
    entries: "array[int]",
    carried: dict[int, int],
) -> FileTree:
    """Adds the columns that come from below: subtree ends, bytes, names."""
    count = len(names)
    sizes, files, ends = array("Q", bytes(8 * count)), array("I", bytes(4 * count)), array("I", range(1, count + 1))
    stored, kinds = filesystem.sizes, filesystem.kinds
    for row in range(count - 1, -1, -1):
        entry = entries[row]
        if entry >= 0:
            sizes[row] += carried.get(entry, stored[entry]) if carried else stored[entry]
            kind = kinds[entry]
            if kind not in (Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE):
                files[row] += 1
        if row:
            parent = parents[row]
            sizes[parent] += sizes[row]
            files[parent] += files[row]
            if ends[parent] < ends[row]:
                ends[parent] = ends[row]
    return FileTree(names, depths, ends, parents, sizes, files, entries)
