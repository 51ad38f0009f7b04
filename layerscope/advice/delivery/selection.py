"""Which files and links a base lacks: those of the needs that it does not have, and the links that lead to what it has."""

from collections.abc import Iterator
from functools import partial
from itertools import chain, filterfalse

from layerscope.advice.delivery.files import File, files_of, is_system, link_file, links_of, reason
from layerscope.advice.delivery.root import can_assemble
from layerscope.advice.ground import Ground
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.base_provides import Supply, lies_at_any
from layerscope.advice.plan.prepare_stage import can_remove, may_run
from layerscope.core.vocabulary import Role
from layerscope.filesystem.directories import SYSTEM_TREES
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Need

_ALTERNATIVES = b"etc/alternatives/"


def has_stage(ground: Ground) -> bool:
    """Whether a stage may start from the image that removes files and puts links and directories together."""
    return may_run(ground.config) and can_remove(ground.filesystem) and can_assemble(ground.filesystem)


def selection(ground: Ground, base: Candidate, supplied: Supply) -> list[File]:
    """The files to bring onto a base for the needs, in their order."""
    filesystem = ground.filesystem
    if not has_stage(ground):
        return files_of(filesystem, supplied.missing, with_links=False)
    files = files_of(filesystem, (*supplied.missing, *_free_links(ground, supplied)))
    known = {file.target for file in files}
    beside = {file.target: file for need in supplied.provided for file in _links_beside(filesystem, base, need)}
    files += [file for path, file in beside.items() if path not in known]
    return list(filterfalse(partial(_is_link_of, base, filesystem), files))


def _free_links(ground: Ground, supplied: Supply) -> list[Need]:
    """The links that are needed for their own sake, not on the way to something else."""
    links = [need for need in ground.runtime.needs if need.role == Role.LINK]
    needs = (*supplied.missing, *supplied.provided) if links else ()
    spoken = set(chain.from_iterable(map(partial(links_of, ground.filesystem), needs)))
    return [need for need in links if need.entry not in spoken]


def _links_beside(filesystem: Filesystem, base: Candidate, need: Need) -> Iterator[File]:
    """The links that lead to what the base has, but for those that it has itself, as far as that is known."""
    if base.content is not None and need.path not in base.content:
        return  # it has another one, or its own programs do without
    for link in links_of(filesystem, need, base.content or ()):
        file = link_file(filesystem, link, reason(need))
        if base.content is not None or not (is_system(file.source) or lies_at_any((file.source,), base.paths)):
            yield file


def _is_link_of(base: Candidate, filesystem: Filesystem, file: File) -> bool:
    """Whether a file is a link that the base has itself, or has something else in the place of."""
    if filesystem.kinds[file.entry] != Kind.SYMLINK:
        return False
    if base.content is not None:
        return (file.source in base.content or file.source in base.links) and not _is_chosen(base, filesystem, file)
    below = filesystem.layers[file.entry] < base.own_layers
    return below or (base.reference != "scratch" and file.source in SYSTEM_TREES)


def _is_chosen(base: Candidate, filesystem: Filesystem, file: File) -> bool:
    """Whether it is an alternative (update-alternatives(1)) for which the base has chosen another program."""
    is_alternative = file.source.startswith(_ALTERNATIVES)
    return is_alternative and base.links.get(file.source, b"") != filesystem.link(file.entry)
