"""What crosses the stage boundary: the fewest COPY --from lines that bring every needed path, and nothing else."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, filterfalse
from operator import attrgetter

from msgspec import Struct

from layerscope.advice.model import Copy
from layerscope.core.grouping import grouped
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

_MOST_REASONS = 2


class File(Struct, frozen=True):
    """One file to copy: where its content lies, under which path it is asked for, and why."""

    entry: int
    source: bytes
    target: bytes
    because: str

    @property
    def stays(self) -> bool:
        """Whether it keeps its path, so that its directory may be copied in its place."""
        return self.source == self.target


def files_of(filesystem: Filesystem, needs: Iterable[Need]) -> list[File]:
    """The files to copy for needs: the content's own path as the source, each path that is asked for as a target."""
    found: dict[bytes, File] = {}
    for need in needs:
        if need.role != Role.LINK and filesystem.kinds[need.entry] != Kind.DIRECTORY:
            for asked in need.asked or (need.path,):
                found.setdefault(asked, File(need.entry, need.path, asked, reason(need)))
    return list(found.values())


def reason(need: Need) -> str:
    """A need's proof in one line: its nearest step, and the file that asks."""
    first = need.because[0]
    if first.path or need.role not in (Role.PROGRAM, Role.INTERPRETER, Role.HEALTHCHECK):
        return step_text(first)
    return f"{'the program' if need.role == Role.PROGRAM else 'a program'}, started by {first.what}"


def step_text(step: Because) -> str:
    """One step of a proof in words: "NEEDED by /app/server"."""
    return f"{step.what} {absolute(step.path)}" if step.path else step.what


def _joined(reasons: Iterable[str]) -> str:
    """The first reasons, each once, and how many more there are."""
    each = list(dict.fromkeys(reasons))
    more = f" and {len(each) - _MOST_REASONS} more reasons" if len(each) > _MOST_REASONS else ""
    return "; ".join(each[:_MOST_REASONS]) + more


def copies_of(filesystem: Filesystem, files: Sequence[File]) -> tuple[Copy, ...]:
    """COPY lines for files: a whole directory where everything live below it is kept, else one line a file, in their order."""
    whole = _whole_directories(filesystem, files)

    def places(file: File) -> tuple[bytes, bytes]:
        place = _topmost(file.source, whole) if file.stays else None
        return (file.source, file.target) if place is None else (place, place)

    found = []
    for (source, target), members in grouped(files, places).items():
        size = _directory_size(filesystem, members) if target in whole else _content_size(filesystem, members[0].entry)
        found.append(Copy(b"/" + source, b"/" + target, size, _joined(map(attrgetter("because"), members))))
    return tuple(found)


class Cut(Struct, frozen=True):
    """Copies in which directories cross whole after ``removed`` paths were taken out of them."""

    copies: tuple[Copy, ...]
    removed: tuple[bytes, ...] = ()


def cut(filesystem: Filesystem, files: Sequence[File], copies: tuple[Copy, ...], untouchable: frozenset[bytes]) -> Cut:
    """The same files in fewer lines: a directory that several lines copy out of crosses whole, without what is not kept.

    Below ``untouchable`` directories (volumes) nothing can be removed, and they stay as they are.
    """
    kept = {file.source: file for file in files if file.stays}
    removed: list[bytes] = []
    for directory in filter(partial(_is_outside, untouchable), _shared(filesystem, copies)):
        below = filesystem.below(directory)
        dropped = _dropped(below, kept)
        if len(dropped) <= _MOST_REMOVED:
            members = map(kept.__getitem__, filter(kept.__contains__, below))
            copies = _with_whole(copies, directory, _directory_size(filesystem, members))
            removed += dropped
    return Cut(copies, tuple(removed))


def _is_outside(directories: frozenset[bytes], path: bytes) -> bool:
    """Whether a path is none of some directories, and in none."""
    return directories.isdisjoint((path, *ancestors(path)))


def _with_whole(copies: tuple[Copy, ...], directory: bytes, size: int) -> tuple[Copy, ...]:
    """The copies with one of a whole directory in the place of those out of it."""
    inside = b"/" + directory + b"/"
    members = [copy for copy in copies if copy.source.startswith(inside)]
    whole = Copy(inside[:-1], inside[:-1], size, _joined(map(attrgetter("because"), members)))
    at = copies.index(members[0])
    return tuple(filterfalse(members.__contains__, (*copies[:at], whole, *copies[at:])))


def _shared(filesystem: Filesystem, copies: Sequence[Copy]) -> list[bytes]:
    """Directories that at least a few lines copy out of side by side, or that hold a link to a directory, which a COPY of that
    link alone would follow; the highest first, none that contains another one."""
    beside = _frequent(Counter(_parent(copy.source) for copy in copies if _is_in_place(copy)), _FEW_LINES)
    links = {_parent(copy.source) for copy in copies if _leads_to_directory(filesystem, copy.source[1:])}
    return _highest(sorted((beside | links) - SHARED_DIRECTORIES))


def _is_in_place(copy: Copy) -> bool:
    """Whether a copy brings content to where it lay, without another owner."""
    return copy.source == copy.target and not copy.owner and copy.size > 0


def _frequent(counts: Counter[bytes], least: int) -> set[bytes]:
    return {path for path, count in counts.items() if count >= least}


def _parent(source: bytes) -> bytes:
    """The directory that a COPY copies out of, without its leading slash."""
    return source[1:].rpartition(b"/")[0]


def _highest(ordered: Iterable[bytes]) -> list[bytes]:
    """Those of sorted paths that lie below no other one."""
    found: dict[bytes, None] = {}
    for path in ordered:
        if found.keys().isdisjoint(ancestors(path)):
            found[path] = None
    return list(found)


def _leads_to_directory(filesystem: Filesystem, path: bytes) -> bool:
    entry = filesystem.visible.get(path)
    if entry is None or filesystem.kinds[entry] != Kind.SYMLINK:
        return False
    target = filesystem.resolve(path)
    return target is not None and filesystem.kinds[target] == Kind.DIRECTORY


def _dropped(below: Sequence[bytes], kept: Mapping[bytes, File]) -> list[bytes]:
    """The highest of the paths below a directory, in their order, that lead to nothing kept."""
    needed = {above for path in kept.keys() & set(below) for above in (path, *ancestors(path))}
    return _highest(filterfalse(needed.__contains__, below))


def _directory_size(filesystem: Filesystem, members: Iterable[File]) -> int:
    """A directory's copy keeps its links: symbolic ones as they are, hard ones stored once."""
    return sum(map(filesystem.sizes.__getitem__, {filesystem.holder(member.entry) for member in members}))


def _content_size(filesystem: Filesystem, entry: int) -> int:
    """A file's copy follows a symbolic link, and stores what it leads to."""
    entry = filesystem.holder(entry)
    if filesystem.kinds[entry] != Kind.SYMLINK:
        return filesystem.sizes[entry]
    target = filesystem.resolve(filesystem.paths[entry])
    return filesystem.sizes[filesystem.holder(target)] if target is not None else 0


def _whole_directories(filesystem: Filesystem, files: Iterable[File]) -> frozenset[bytes]:
    """Directories with two files or more, all of which are kept, at every depth."""
    kept = Counter(chain.from_iterable(ancestors(file.source) for file in files if file.stays))
    several = _frequent(kept, 2) - SHARED_DIRECTORIES
    live = Counter(chain.from_iterable(map(ancestors, _files_below(filesystem, _highest(sorted(several))))))
    return frozenset(path for path in several if live[path] == kept[path])


def _files_below(filesystem: Filesystem, directories: Iterable[bytes]) -> Iterator[bytes]:
    below = chain.from_iterable(map(filesystem.below, directories))
    return (path for path in below if filesystem.kinds[filesystem.visible[path]] != Kind.DIRECTORY)


def ancestors(path: bytes) -> list[bytes]:
    """All directories above a path, the nearest first, without the root."""
    found = []
    while (end := path.rfind(b"/")) > 0:
        path = path[:end]
        found.append(path)
    return found


def _topmost(path: bytes, among: Collection[bytes]) -> bytes | None:
    """The highest of some directories that is above a path."""
    return next(filter(among.__contains__, reversed(ancestors(path))), None)
