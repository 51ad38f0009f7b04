"""The planned tree, followed once more: every path that is asked for leads in it to what it led to in the image, and every link
that crosses leads somewhere if it did before. What does not is brought as well, or told."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, filterfalse

from msgspec import Struct

from layerscope.advice.delivery.files import File, link_file, reason
from layerscope.advice.delivery.tree import MADE, Found, Tree
from layerscope.advice.plan.base_provides import Supply
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.core.names import absolute
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.layers.index import Kind
from layerscope.needs.model import Need


class Repair(Struct, frozen=True):
    """``files`` that have to cross besides, and what is lost all the same."""

    files: tuple[File, ...] = ()
    problems: tuple[Remark, ...] = ()


def repair(tree: Tree, supply: Supply, files: Iterable[File]) -> Repair:
    """What the tree lacks of the needs, of the files that were to cross, and of what its links lead to."""
    lost = list(chain(_lost_needs(tree, supply), _lost_files(tree, files), _lost_targets(tree)))
    known = {(file.source, file.target): file for file in files}
    new = {(file.source, file.target): file for file in lost if (file.source, file.target) not in known}
    again = dict.fromkeys(file.target for file in lost if (file.source, file.target) in known)
    return Repair(tuple(new.values()), tuple(remark(Code.LEADS_ELSEWHERE, path=absolute(path)) for path in again))


def _lost_needs(tree: Tree, supply: Supply) -> Iterator[File]:
    """What is asked for and does not lead to the right thing: a copy under the path that is asked for."""
    for need in supply.missing:
        if tree.filesystem.kinds[need.entry] not in (Kind.DIRECTORY, Kind.SYMLINK):
            for asked in need.asked or (need.path,):
                if not _is(tree, tree.find(asked), need.entry):
                    yield File(need.entry, need.path, asked, reason(need))
    for need in supply.provided:
        yield from _lost_of_base(tree, need)


def _lost_of_base(tree: Tree, need: Need) -> Iterator[File]:
    """A path by which the base's own is asked for, where that leads nowhere."""
    if tree.base.content is not None and tree.find(need.path).exists:
        for asked in filterfalse(partial(_is_there, tree, need), need.asked):
            yield File(need.entry, need.path, asked, reason(need))


def _is_there(tree: Tree, need: Need, asked: bytes) -> bool:
    """Whether a path leads somewhere in the new image, or not to what is needed in the old one."""
    return tree.find(asked).exists or tree.filesystem.real_path(asked) != need.path


def _lost_files(tree: Tree, files: Iterable[File]) -> Iterator[File]:
    """The files that are not where they were to cross."""
    for file in files:
        found = tree.find(file.target, follow_last=tree.filesystem.kinds[file.entry] != Kind.SYMLINK)
        if not _is(tree, found, file.entry):
            yield file


def _is(tree: Tree, found: Found, entry: int) -> bool:
    """Whether a path leads to the content of an entry."""
    if found.entry is None or found.entry == MADE:
        return False
    holder = tree.filesystem.holder
    return holder(found.entry) == holder(entry)


def _lost_targets(tree: Tree) -> Iterator[File]:
    """What kept links led to in the image, where they lead nowhere now."""
    for path in tree.links():
        if not tree.find(path).exists:
            traced, because = tree.filesystem.trace(path), f"{absolute(path)} leads to it"
            if traced.entry is not None or tree.filesystem.has_below(traced.path):
                yield from (link_file(tree.filesystem, link, because) for link in traced.links)
                yield from _targets(tree, traced.path, because)


def _targets(tree: Tree, path: bytes, because: str) -> Iterator[File]:
    """A file, or everything below a directory; nothing of a directory that is not the link's alone."""
    filesystem = tree.filesystem
    below = [] if path in SHARED_DIRECTORIES else filesystem.below(path)
    for found in (path, *below):
        entry = filesystem.visible.get(found)
        if entry is not None and filesystem.kinds[entry] != Kind.DIRECTORY:
            yield File(entry, found, found, because)
