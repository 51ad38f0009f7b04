"""A directory tree as columns in preorder: the form that a screen of a million rows can scroll."""

from array import array
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileTree:
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
