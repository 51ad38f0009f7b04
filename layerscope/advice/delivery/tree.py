"""The new image's file system, from the copies onto a base: the one place that knows what a COPY does.

A COPY makes missing directories above its target, follows the links in the target's path, and leaves directories that are there
as they are; it takes a directory's content as it is, but not the mode and the owner of the directory itself.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from layerscope.advice.delivery.model import Copy, Root
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.base_provides import lies_at_any
from layerscope.core.limits import LINK_HOPS
from layerscope.core.paths import parent
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

MADE = -1
"""The entry of a directory that no layer of the image has in this place."""

_PLAIN = (0o755, (0, 0))
Attributes = tuple[int, tuple[int, int]]
"""Mode, and user with group."""


class Found(Struct, frozen=True):
    """Where a path leads in the new image: its path there without links, the image's entry that lies there (None for none,
    :data:`MADE` for a directory), and whether it is the base's own."""

    path: bytes
    entry: int | None
    in_base: bool

    @property
    def exists(self) -> bool:
        """Whether anything is there."""
        return self.entry is not None or self.in_base


class Tree(Struct, frozen=True, eq=False, kw_only=True):
    """``entries`` are the paths that the copies bring, each with the image's entry that lies there; ``made`` are the modes and
    owners of directories that do not have the image's own. ``steps`` are the paths that each copy adds or replaces.
    ``assumed`` are paths that an unopened base is said to have."""

    filesystem: Filesystem
    base: Candidate
    assumed: frozenset[bytes] = frozenset()
    entries: dict[bytes, int] = field(default_factory=dict)
    made: dict[bytes, Attributes] = field(default_factory=dict)
    steps: list[dict[bytes, int]] = field(default_factory=list)

    def find(self, path: bytes, follow_last: bool = True) -> Found:
        """Where a path leads, links followed."""
        if self.base.content is None and path in self.assumed and path not in self.entries:
            return Found(path, None, True)
        real = self._real(path, follow_last)
        if real is None:
            return Found(path, None, False)
        entry = self.entries.get(real)
        return Found(real, entry, entry is None and self._base_has(real))

    def attributes(self, path: bytes) -> Attributes:
        """Mode and owner of what the copies bring to a path."""
        entry = self.entries[path]
        return self.made.get(path) or _own(self.filesystem, entry)

    @property
    def kept(self) -> frozenset[int]:
        """The image's entries that are there, without directories."""
        kinds = self.filesystem.kinds
        return frozenset(entry for entry in self.entries.values() if entry != MADE and kinds[entry] != Kind.DIRECTORY)

    def links(self) -> list[bytes]:
        """The paths of the symbolic links that the copies bring."""
        kinds = self.filesystem.kinds
        return [path for path, entry in self.entries.items() if entry != MADE and kinds[entry] == Kind.SYMLINK]

    def _real(self, path: bytes, follow_last: bool) -> bytes | None:
        """The path without links; None where they run in a circle."""
        pending = path.split(b"/")[::-1]
        done: list[bytes] = []
        hops = 0
        while pending and hops <= LINK_HOPS:
            part = pending.pop()
            if part in (b"", b".", b".."):
                del done[len(done) - (part == b"..") :]
                continue
            done.append(part)
            target = self._target(b"/".join(done)) if pending or follow_last else None
            if target is not None:
                hops += 1
                done = [] if target.startswith(b"/") else done[:-1]
                pending.extend(target.split(b"/")[::-1])
        return b"/".join(done) if hops <= LINK_HOPS else None

    def _target(self, path: bytes) -> bytes | None:
        """Where the link at a path leads; None where no link is."""
        entry = self.entries.get(path)
        if entry is None:
            return self.base.links.get(path) or self._own_link(path)
        return None if entry == MADE else self._link(entry)

    def _own_link(self, path: bytes) -> bytes | None:
        """The target of a link in those layers of the image that are the base."""
        entry = self.filesystem.visible[path] if self._has_own(path) else None
        return self._link(entry) if entry is not None else None

    def _link(self, entry: int) -> bytes | None:
        """The target of an entry that is a symbolic link."""
        return self.filesystem.link(entry) if self.filesystem.kinds[entry] == Kind.SYMLINK else None

    def _is_of_base(self, entry: int) -> bool:
        return self.filesystem.layers[entry] < self.base.own_layers

    def _base_has(self, path: bytes) -> bool:
        """Whether the base has a path, as far as that is known."""
        if not path or self._has_own(path):
            return True
        if self.base.content is not None:
            return path in self.base.content
        return path in self.assumed or lies_at_any((path,), self.base.paths)

    def _has_own(self, path: bytes) -> bool:
        """Whether a path lies in those layers of the image that are the base."""
        entry = self.filesystem.visible.get(path)
        return entry is not None and self._is_of_base(entry)

    def take(self, copy: Copy, removed: tuple[bytes, ...]) -> None:
        """Adds what a COPY brings, after ``removed`` paths were taken out of its source."""
        step: dict[bytes, int] = {}
        self.steps.append(step)
        source = self.filesystem.real_path(copy.source.strip(b"/"))
        if source is None:
            return
        entry = self.filesystem.visible.get(source)
        if entry is not None and self.filesystem.kinds[entry] != Kind.DIRECTORY:
            self._put(copy.target.strip(b"/"), entry, step)
            return
        place = self._directory(copy.target.strip(b"/"), step)
        self._give(place, copy.owner)
        for path in remaining(self.filesystem, source, removed):
            target = (place + path[len(source) :] if place else path[len(source) :]).lstrip(b"/")
            self._fill(target, step)
            self._put_below(target, self.filesystem.visible[path], step)

    def _give(self, directory: bytes, owner: str) -> None:
        """Gives a directory that is made the owner that the COPY says."""
        user, _, group = owner.partition(":")
        if owner and self.entries.get(directory) == MADE:
            self.made[directory] = (0o755, (int(user), int(group)))

    def _fill(self, path: bytes, step: dict[bytes, int]) -> None:
        """Makes the directories above a path: layers may list files without them."""
        if parent(path) not in self.entries:
            for above in reversed(_above(path)):
                self._make(above, _PLAIN, step)

    def take_root(self, root: Root) -> None:
        """Adds what the COPY of a root brings."""
        step: dict[bytes, int] = {}
        self.steps.append(step)
        for path in sorted({above for kept in root.paths for above in _above(kept)}):
            self._make(path, _attributes_of(self.filesystem, path), step)
        for directory in root.directories:
            self._make(directory.path, (directory.mode, directory.owner), step)
        for path in root.paths:
            self._put(path, self.filesystem.visible[path], step)

    def _put(self, target: bytes, entry: int, step: dict[bytes, int]) -> None:
        """Lays an entry at a path, whose directories are made where they are missing."""
        directory, name = self._directory(parent(target), step), target.rpartition(b"/")[2]
        self._put_below(directory + b"/" + name if directory else name, entry, step)

    def _put_below(self, path: bytes, entry: int, step: dict[bytes, int]) -> None:
        """Lays an entry at a path without links, below a directory that is there."""
        if self.filesystem.kinds[entry] == Kind.DIRECTORY and self._is_directory(path):
            return
        self.entries[path] = step[path] = entry

    def _directory(self, path: bytes, step: dict[bytes, int]) -> bytes:
        """The path without links of a directory, which is made where it is missing."""
        real = self._real(path, True)
        real = path if real is None else real
        for above in (*reversed(_above(real)), real) if real else ():
            self._make(above, _PLAIN, step)
        return real

    def _make(self, path: bytes, attributes: Attributes, step: dict[bytes, int]) -> None:
        """Makes a directory, unless something is there."""
        if path not in self.entries and not self._base_has(path):
            self.entries[path] = step[path] = MADE
            self.made[path] = attributes

    def _is_directory(self, path: bytes) -> bool:
        entry = self.entries.get(path)
        if entry is None:
            return path in self.base.directories
        return entry == MADE or self.filesystem.kinds[entry] == Kind.DIRECTORY


def plant(tree: Tree, copies: Iterable[Copy], removed: tuple[bytes, ...] = (), roots: Iterable[Root] = ()) -> Tree:
    """The tree with what the copies bring, in their order."""
    of_roots = {root.source: root for root in roots}
    for copy in copies:
        if copy.source in of_roots:
            tree.take_root(of_roots[copy.source])
        else:
            tree.take(copy, removed)
    return tree


def remaining(filesystem: Filesystem, directory: bytes, removed: Sequence[bytes]) -> Iterator[bytes]:
    """The paths below a directory without those that were removed, sorted."""
    gone = frozenset(removed)
    below = filesystem.below(directory)
    return filter(lambda path: gone.isdisjoint((path, *_above(path))), below) if gone else iter(below)


def _own(filesystem: Filesystem, entry: int) -> Attributes:
    holder = filesystem.holder(entry)
    return filesystem.mode(holder), filesystem.owner(holder)


def _attributes_of(filesystem: Filesystem, path: bytes) -> Attributes:
    """Mode and owner of a directory of the image, as ``cp --parents`` keeps them."""
    entry = filesystem.visible.get(path)
    return _PLAIN if entry is None else _own(filesystem, entry)


def _above(path: bytes) -> list[bytes]:
    """All directories above a path, the nearest first, without the root."""
    found = []
    while path := parent(path):
        found.append(path)
    return found
