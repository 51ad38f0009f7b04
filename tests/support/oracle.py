"""Independent counts: what Python's tarfile and plain rules say of an image, without any of the code under test."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO


@dataclass(frozen=True)
class Count:
    """Bytes that each layer stores, names and bytes of the final filesystem."""

    layers: list[int]
    final: dict[str, int]

    @property
    def live(self) -> int:
        return sum(self.final.values())


def layer_streams(archive: Path, tag: str = "") -> Iterator[IO[bytes]]:
    """The layers of an image in a docker-archive, lowest first: of the one by that tag, else of the first."""
    with tarfile.open(archive) as outer:
        document = json.loads(outer.extractfile("manifest.json").read())  # type: ignore[union-attr]
        chosen = next(image for image in document if not tag or tag in image["RepoTags"])
        for name in chosen["Layers"]:
            member = outer.getmember(name)
            while member.issym():
                parts: list[str] = []
                for part in (PurePosixPath(member.name).parent / member.linkname).parts:
                    parts = parts[:-1] if part == ".." else [*parts, part]
                member = outer.getmember("/".join(parts))
            stream = outer.extractfile(member)
            assert stream is not None
            yield stream


def count(archive: Path, tag: str = "") -> Count:
    """Unpacks the layers' listings one over the other, as an engine does: deletions first, then entry by entry.

    A hard link's bytes belong to the name that stores them and move on to a link when that name is deleted.
    """
    layers: list[int] = []
    final: dict[str, tuple[int, int]] = {}
    sizes: dict[int, int] = {}
    directories: set[str] = set()
    for stream in layer_streams(archive, tag):
        with tarfile.open(fileobj=stream) as tar:
            members = tar.getmembers()
        layers.append(sum(member.size for member in members if member.isreg()))
        for member in members:
            path = PurePosixPath("/" + member.name)
            if path.name == ".wh..wh..opq":
                _remove(final, f"{path.parent}/".replace("//", "/"))
            elif path.name.startswith(".wh."):
                gone = str(path.parent / path.name[4:])
                final.pop(gone, None)
                _remove(final, gone + "/")
        own: dict[str, int] = {}
        for member in members:
            path = PurePosixPath("/" + member.name)
            if path.name.startswith(".wh."):
                continue
            name = str(path)
            if member.isdir():
                final.pop(name, None)
                continue
            if name in directories:
                _remove(final, name + "/")
                directories.discard(name)
            directories.update(map(str, path.parents))
            if member.islnk():
                target = str(PurePosixPath("/" + member.linkname))
                final[name] = final.get(target, (own.get(target, -1), 0))
            else:
                number = len(sizes)
                sizes[number] = member.size if member.isreg() else 0
                own[name] = number
                final[name] = (number, 0)
    seen: set[int] = set()
    result: dict[str, int] = {}
    for name, (number, _) in final.items():
        result[name] = 0 if number in seen else sizes.get(number, 0)
        seen.add(number)
    return Count(layers, result)


def _remove(final: dict[str, tuple[int, int]], prefix: str) -> None:
    for name in [name for name in final if name.startswith(prefix)]:
        del final[name]
