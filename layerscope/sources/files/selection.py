"""Which of several images in one place is meant: by ``:name``, by ``@index``, or by its platform."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from layerscope.core.errors import ImageError, UsageError
from layerscope.core.names import printable
from layerscope.sources.image import Platform
from layerscope.sources.platforms import fits
from layerscope.sources.reference import Reference

Item = TypeVar("Item")
Names = Callable[[Item], Sequence[str]]
"""What an item is called."""

_SHOWN = 20
_DEFAULTS = ("docker.io/library/", "index.docker.io/library/", "docker.io/", "localhost/")


def select(items: Sequence[Item], names: Names[Item], reference: Reference, where: str) -> list[Item]:
    """The items that ``@index`` or ``:name`` leaves, all of them without either; :class:`UsageError` where that is none."""
    if reference.index is not None:
        if reference.index >= len(items):
            raise UsageError(f"{where} holds {len(items)} images, numbered from 0", f"there is no :@{reference.index}")
        return [items[reference.index]]
    found = _by_name(items, names, reference.name) if reference.name else list(items)
    if not found:
        raise UsageError(f"{where} has no image called {printable(reference.name)}", _choices(items, names))
    return found


def _by_name(items: Sequence[Item], names: Names[Item], name: str) -> list[Item]:
    """The items of that name, else those whose name ends so."""
    wanted, tails = full_name(name), (f"/{name}", f":{name}")
    exact = [item for item in items if wanted in map(full_name, names(item))]
    return exact or [item for item in items if any(known.endswith(tails) for known in names(item))]


def full_name(name: str) -> str:
    """A name in the form in which ``alpine``, ``docker.io/library/alpine:latest`` and ``localhost/alpine`` are the same."""
    prefix = next(filter(name.startswith, _DEFAULTS), "")
    name = name.removeprefix(prefix)
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def ambiguous(items: Sequence[Item], names: Names[Item], where: str, found: int) -> UsageError:
    """The error for several images of which none was chosen."""
    return UsageError(f"{where} holds {found} images", _choices(items, names))


def _choices(items: Sequence[Item], names: Names[Item]) -> str:
    shown = [f":{printable(next(iter(names(item)), f'@{number}'))}" for number, item in enumerate(items)]
    more = f" … ({len(shown)} in all)" if len(shown) > _SHOWN else ""
    return f"choose one by adding {' or '.join(shown[:_SHOWN])}{more}"


def for_platform(found: Sequence[tuple[Item, Platform]], wanted: Platform, where: str) -> Item:
    """The first item of the wanted platform; :class:`ImageError` where none has it."""
    for item, platform in found:
        if fits(wanted, platform):
            return item
    there = ", ".join(dict.fromkeys(printable(str(platform)) for _, platform in found))
    hint = f"choose with --platform among: {there}"
    raise ImageError(f"{where} has no image for {printable(str(wanted))}", hint)
