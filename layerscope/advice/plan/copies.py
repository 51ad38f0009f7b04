"""What crosses the stage boundary: the fewest COPY --from lines that bring every needed path, and nothing else."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from functools import partial
from itertools import chain, filterfalse
from operator import attrgetter

from msgspec import Struct

from layerscope.advice.delivery.files import File, linked
from layerscope.advice.delivery.model import Copy
from layerscope.core.grouping import grouped
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

FEW_LINES = 6
"""From so many copies out of one directory on, it crosses whole."""

_MOST_REMOVED = 600
"""More paths than these are not removed from a directory one by one."""

_MANY_REMOVED = 40
"""So many are, even if less than that stays."""

_MOST_REASONS = 2


def joined(reasons: Iterable[str]) -> str:
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
        found.append(Copy(b"/" + source, b"/" + target, size, joined(map(attrgetter("because"), members))))
    return tuple(found)


class Cut(Struct, frozen=True):
    """Copies in which directories cross whole after ``removed`` paths were taken out of them."""

    copies: tuple[Copy, ...]
    removed: tuple[bytes, ...] = ()


def settled(filesystem: Filesystem, files: Sequence[File], cutting: Callable[[Sequence[File]], Cut]) -> Cut:
    """The copies of files that :func:`cut` finds, once a directory that crosses whole has all that is asked for in it: what was
    to take the name of a link there, or lies there under another name, crosses as file and link."""
    found = cutting(files)
    whole = _whole(filesystem, found)
    if not any(map(partial(_is_split, filesystem, whole), files)):
        return found
    parts = chain.from_iterable(linked(filesystem, file) if _is_split(filesystem, whole, file) else (file,) for file in files)
    together = {part.target: part for part in parts}
    return settled(filesystem, list(together.values()), cutting)


def _whole(filesystem: Filesystem, found: Cut) -> frozenset[bytes]:
    """The directories that are copied whole."""
    sources = (copy.source[1:] for copy in found.copies if copy.source == copy.target)
    return frozenset(path for path in sources if filesystem.has_below(path))


def _is_split(filesystem: Filesystem, whole: frozenset[bytes], file: File) -> bool:
    """Whether a file takes the name of links of which one lies in a directory that is copied whole, or lies there itself."""
    if not file.links:
        return False
    places = (file.source, *map(filesystem.paths.__getitem__, file.links))
    return not all(map(partial(_is_outside, whole), places))


def cut(filesystem: Filesystem, files: Sequence[File], copies: tuple[Copy, ...], untouchable: frozenset[bytes]) -> Cut:
    """The same files in fewer lines: a directory that several lines copy out of crosses whole, without what is not kept.

    Below ``untouchable`` directories (volumes) nothing can be removed, and they stay as they are.
    """
    kept = {file.source: file for file in files if file.stays}
    sources = kept.keys() | {file.source for file in files}
    removed: list[bytes] = []
    for directory in filter(partial(_is_outside, untouchable), _shared(filesystem, copies)):
        below = filesystem.below(directory)
        gone = dropped(below, sources)
        members = list(map(kept.__getitem__, filter(kept.__contains__, below)))
        if len(gone) <= min(_MOST_REMOVED, max(_MANY_REMOVED, len(members))):
            copies = _with_whole(copies, directory, _directory_size(filesystem, members))
            removed += gone
    return Cut(copies, tuple(removed))


def _is_outside(directories: frozenset[bytes], path: bytes) -> bool:
    """Whether a path is none of some directories, and in none."""
    return directories.isdisjoint((path, *ancestors(path)))


def _with_whole(copies: tuple[Copy, ...], directory: bytes, size: int) -> tuple[Copy, ...]:
    """The copies with one of a whole directory in the place of those out of it."""
    inside = b"/" + directory + b"/"
    members = [copy for copy in copies if copy.source.startswith(inside) and copy.source == copy.target]
    whole = Copy(inside[:-1], inside[:-1], size, joined(map(attrgetter("because"), members)))
    at = copies.index(members[0])
    return tuple(filterfalse(members.__contains__, (*copies[:at], whole, *copies[at:])))


def _shared(filesystem: Filesystem, copies: Sequence[Copy]) -> list[bytes]:
    """Directories that at least a few lines copy out of side by side, the highest first, none that contains another one."""
    lines = filter(partial(_is_line, filesystem), copies)
    return _highest(sorted(frequent(Counter(parent_of(copy.source) for copy in lines), FEW_LINES) - SHARED_DIRECTORIES))


def _is_line(filesystem: Filesystem, copy: Copy) -> bool:
    """Whether a copy brings content to where it lay, or a link to a directory, which a COPY of it alone would follow."""
    if copy.source != copy.target or copy.owner:
        return False
    link = is_link(filesystem, copy.source[1:])
    return _leads_to_directory(filesystem, copy.source[1:]) if link else copy.size > 0


def is_link(filesystem: Filesystem, path: bytes) -> bool:
    """Whether a path is a symbolic link."""
    entry = filesystem.visible.get(path)
    return entry is not None and filesystem.kinds[entry] == Kind.SYMLINK


def frequent(counts: Counter[bytes], least: int) -> set[bytes]:
    return {path for path, count in counts.items() if count >= least}


def parent_of(source: bytes) -> bytes:
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
    target = filesystem.resolve(path)
    return target is not None and filesystem.kinds[target] == Kind.DIRECTORY


def dropped(below: Sequence[bytes], kept: Set[bytes]) -> list[bytes]:
    """The highest of the paths below a directory, in their order, that lead to nothing kept."""
    needed = {above for path in kept & set(below) for above in (path, *ancestors(path))}
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
    several = frequent(kept, 2) - SHARED_DIRECTORIES
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
