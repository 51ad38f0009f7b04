"""Independent counts: what Python's tarfile and plain rules say of an image, without any of the code under test."""

import json
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple


@dataclass(frozen=True)
class Count:
    """Bytes that each layer stores, names and bytes of the final filesystem."""

    layers: list[int]
    final: dict[str, int]

    @property
    def live(self) -> int:
        return sum(self.final.values())


class Listed(NamedTuple):
    """What a layer's listing says of an entry. ``link`` is the target of a hard link, "" for all else."""

    path: str
    is_directory: bool
    size: int
    link: str


def count(archive: Path, tag: str = "") -> Count:
    """Unpacks the layers' listings one over the other, as an engine does: deletions first, then entry by entry.

    The image is the one by that tag in a docker-archive, else the first. A hard link's bytes belong to the name that stores
    them and move on to a link when that name is deleted.
    """
    layers: list[int] = []
    final: dict[str, int] = {}
    sizes: list[int] = []
    directories: set[str] = set()
    for layer in _layers(archive, tag):
        listing = _listing(archive, layer)
        layers.append(sum(entry.size for entry in listing))
        for entry in listing:
            above, _, name = entry.path.rpartition("/")
            if name == ".wh..wh..opq":
                _remove(final, above + "/")
            elif name.startswith(".wh."):
                gone = f"{above}/{name[4:]}"
                final.pop(gone, None)
                _remove(final, gone + "/")
        own: dict[str, int] = {}
        for path, is_directory, size, link in listing:
            above, _, name = path.rpartition("/")
            if name.startswith(".wh."):
                continue
            if is_directory:
                final.pop(path, None)
                continue
            if path in directories:
                _remove(final, path + "/")
                directories.discard(path)
            while above not in directories:
                directories.add(above)
                above = above.rpartition("/")[0]
            if link:
                final[path] = final.get(link, own.get(link, -1))
            else:
                own[path] = final[path] = len(sizes)
                sizes.append(size)
    seen: set[int] = set()
    result: dict[str, int] = {}
    for path, number in final.items():
        result[path] = 0 if number in seen or number < 0 else sizes[number]
        seen.add(number)
    return Count(layers, result)


def _layers(archive: Path, tag: str) -> list[str]:
    """The members that hold the image's layers, lowest first."""
    with tarfile.open(archive) as outer:
        document = json.loads(outer.extractfile("manifest.json").read())  # type: ignore[union-attr]
        chosen = next(image for image in document if not tag or tag in image["RepoTags"])
        return [_followed(outer, name) for name in chosen["Layers"]]


def _followed(outer: tarfile.TarFile, name: str) -> str:
    """The member that a name leads to: layers that several images share are symbolic links."""
    member = outer.getmember(name)
    while member.issym():
        parts: list[str] = []
        for part in (PurePosixPath(member.name).parent / member.linkname).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        member = outer.getmember("/".join(parts))
    return member.name


@cache
def _listing(archive: Path, layer: str) -> tuple[Listed, ...]:
    """The entries of one layer; each is listed once, however many images stand on it."""
    with tarfile.open(archive) as outer:
        stream = outer.extractfile(layer)
        assert stream is not None
        with tarfile.open(fileobj=stream) as tar:
            return tuple(
                Listed(
                    _absolute(member.name),
                    member.isdir(),
                    member.size if member.isreg() else 0,
                    _absolute(member.linkname) if member.islnk() else "",
                )
                for member in tar
            )


def _absolute(name: str) -> str:
    return str(PurePosixPath("/" + name))


def _remove(final: dict[str, int], prefix: str) -> None:
    for name in [name for name in final if name.startswith(prefix)]:
        del final[name]
