"""What crosses the stage boundary: the fewest COPY --from lines that bring every needed path, and nothing else."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from layerscope.advice.model import Copy
from layerscope.core.names import absolute
from layerscope.core.vocabulary import Role
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Because, Need

_FEW_LINES = 6
"""From so many copies out of one directory on, it crosses whole."""

_MOST_REMOVED = 600
"""More paths than these are not removed from a directory one by one."""


class File(Struct, frozen=True):
    """One file to copy: where its content lies, under which path it is asked for, and why. ``beside`` is True for files that
    lie where they are asked for, so that their directory may be copied instead."""

    entry: int
    source: bytes
    target: bytes
    because: str

    @property
    def beside(self) -> bool:
        """Whether it keeps its path, so that the directory may be copied in its place."""
        return self.source == self.target


def files_of(filesystem: Filesystem, needs: Iterable[Need]) -> list[File]:
    """The files to copy for needs: the content's own path as the source, each path that is asked for as a target."""
    found: dict[bytes, File] = {}
    for need in needs:
        if need.role == Role.LINK or filesystem.kinds[need.entry] == Kind.DIRECTORY:
            continue
        for asked in need.asked or (need.path,):
            found.setdefault(asked, File(need.entry, need.path, asked, reason(need)))
    return list(found.values())


def reason(need: Need) -> str:
    """A need's proof in one line: its nearest step, and the file that asks."""
    first = need.because[0]
    if first.path or need.role not in (Role.PROGRAM, Role.INTERPRETER, Role.HEALTHCHECK):
        return told_step(first)
    return f"{'the program' if need.role == Role.PROGRAM else 'a program'}, started by {first.what}"


def told_step(step: Because) -> str:
    """One step of a proof in words: "NEEDED by /app/server"."""
    return f"{step.what} {absolute(step.path)}" if step.path else step.what


def grouped(filesystem: Filesystem, files: list[File]) -> tuple[Copy, ...]:
    """COPY lines for files: a whole directory where everything live below it is kept, else one line a file, in their order."""
    whole = _whole_directories(filesystem, files)
    copies: dict[bytes, list[File]] = {}
    for file in files:
        place = _topmost(file.source, whole) if file.beside else None
        copies.setdefault(file.target if place is None else place + b"/", []).append(file)
    found = []
    for key, members in copies.items():
        as_directory = key.endswith(b"/")
        size = _directory_size(filesystem, members) if as_directory else _content_size(filesystem, members[0].entry)
        source, target = (key, key) if as_directory else (members[0].source, members[0].target)
        because = dict.fromkeys(member.because for member in members)
        told = "; ".join(list(because)[:2]) + (f" and {len(because) - 2} more reasons" if len(because) > 2 else "")
        found.append(Copy(b"/" + source.rstrip(b"/"), b"/" + target.rstrip(b"/"), size, told))
    return tuple(found)


class Cut(Struct, frozen=True):
    """Copies in which directories cross whole after ``removed`` paths were taken out of them."""

    copies: tuple[Copy, ...]
    removed: tuple[bytes, ...]


def cut(filesystem: Filesystem, files: list[File], copies: tuple[Copy, ...], untouchable: tuple[bytes, ...]) -> Cut:
    """The same files in fewer lines: a directory that several lines copy out of crosses whole, without what is not kept.

    Below ``untouchable`` directories (volumes) nothing can be removed, and they stay as they are.
    """
    kept = {file.source for file in files if file.beside}
    removed: list[bytes] = []
    for directory in _shared(filesystem, copies):
        inside = directory + b"/"
        dropped = _dropped(filesystem, directory, kept)
        if len(dropped) > _MOST_REMOVED or any((inside).startswith(path + b"/") for path in untouchable):
            continue
        members = [copy for copy in copies if copy.source[1:].startswith(inside)]
        told = dict.fromkeys(copy.because for copy in members)
        because = "; ".join(list(told)[:2]) + (f" and {len(told) - 2} more reasons" if len(told) > 2 else "")
        size = _directory_size(filesystem, [file for file in files if file.beside and file.source.startswith(inside)])
        whole = Copy(b"/" + directory, b"/" + directory, size, because)
        at = copies.index(members[0])
        copies = tuple(copy for copy in (*copies[:at], whole, *copies[at:]) if copy not in members)
        removed.extend(dropped)
    return Cut(copies, tuple(removed))


def _shared(filesystem: Filesystem, copies: tuple[Copy, ...]) -> list[bytes]:
    """Directories that at least a few lines copy out of side by side, or a link to a directory, which a COPY of its own would
    follow; the highest first, none that contains another one."""
    lines = Counter(
        copy.source[1:].rpartition(b"/")[0] for copy in copies if copy.source == copy.target and not copy.owner and copy.size
    )
    links = {copy.source[1:].rpartition(b"/")[0] for copy in copies if _leads_to_directory(filesystem, copy.source[1:])}
    found: list[bytes] = []
    several = {path for path, count in lines.items() if count >= _FEW_LINES}
    for directory in sorted(path for path in several | links if path not in SHARED_DIRECTORIES):
        if not any(directory.startswith(above + b"/") for above in found):
            found.append(directory)
    return found


def _leads_to_directory(filesystem: Filesystem, path: bytes) -> bool:
    entry = filesystem.visible.get(path)
    if entry is None or filesystem.kinds[entry] != Kind.SYMLINK:
        return False
    target = filesystem.resolve(path)
    return target is not None and filesystem.kinds[target] == Kind.DIRECTORY


def _dropped(filesystem: Filesystem, directory: bytes, kept: set[bytes]) -> list[bytes]:
    """The highest paths below a directory that lead to nothing kept."""
    needed = {above for path in kept if path.startswith(directory + b"/") for above in (path, *ancestors(path))}
    found: dict[bytes, None] = {}
    for path in filesystem.below(directory):
        if path not in needed and not any(above in found for above in ancestors(path)):
            found[path] = None
    return list(found)


def _directory_size(filesystem: Filesystem, members: list[File]) -> int:
    """A directory's copy keeps its links: symbolic ones as they are, hard ones stored once."""
    return sum(filesystem.sizes[holder] for holder in {filesystem.holder(member.entry) for member in members})


def _content_size(filesystem: Filesystem, entry: int) -> int:
    """A file's copy follows a symbolic link, and stores what it leads to."""
    entry = filesystem.holder(entry)
    if filesystem.kinds[entry] == Kind.SYMLINK:
        target = filesystem.resolve(filesystem.paths[entry])
        return filesystem.sizes[filesystem.holder(target)] if target is not None else 0
    return filesystem.sizes[entry]


def _whole_directories(filesystem: Filesystem, files: list[File]) -> frozenset[bytes]:
    """Directories with two files or more, all of which are kept, at every depth."""
    kept: Counter[bytes] = Counter()
    for file in files:
        if file.beside:
            kept.update(ancestors(file.source))
    several = {path for path, count in kept.items() if count > 1 and path not in SHARED_DIRECTORIES}
    if not several:
        return frozenset()
    live: Counter[bytes] = Counter()
    for top in {_topmost_of(path, several) for path in several}:
        for path in filesystem.below(top):
            if filesystem.kinds[filesystem.visible[path]] != Kind.DIRECTORY:
                live.update(ancestors(path))
    return frozenset(path for path in several if live[path] == kept[path])


def ancestors(path: bytes) -> list[bytes]:
    """All directories above a path, the nearest first, without the root."""
    found = []
    while (cut := path.rfind(b"/")) > 0:
        path = path[:cut]
        found.append(path)
    return found


def _topmost_of(path: bytes, among: set[bytes]) -> bytes:
    return next((above for above in reversed(ancestors(path)) if above in among), path)


def _topmost(path: bytes, whole: frozenset[bytes]) -> bytes | None:
    return next((above for above in reversed(ancestors(path)) if above in whole), None)
