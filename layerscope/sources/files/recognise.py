"""What a path holds, by its content and never by its name."""

import os
import stat
from itertools import compress
from pathlib import Path
from typing import NamedTuple

from layerscope.core.errors import ImageError
from layerscope.core.names import printable
from layerscope.sources import json_fields
from layerscope.sources.bytes.blobs import MappedFile
from layerscope.sources.bytes.compression import COMPRESSED, form_of
from layerscope.sources.bytes.inflate import inflate_to_file
from layerscope.sources.files.outer_tar import is_tar, list_members
from layerscope.sources.files.store import FolderStore, Store, TarStore
from layerscope.sources.image import Progress, silent

_WHAT_IS_READ = "name what docker save, podman save, skopeo copy or a build's --output type=oci wrote"

_LOAD_AGAIN = "load it with docker load, and write it again with docker save"


class Content(NamedTuple):
    """``kinds`` are the transports that can read what is there, the best first: a save of Docker 25 or later is a
    ``docker-archive`` and an ``oci-archive``. ``problem`` is what is wrong with the outer file."""

    kinds: tuple[str, ...]
    store: Store
    problem: str = ""


def recognise(path: str, progress: Progress = silent) -> Content:
    """Looks at the file or directory at ``path``. A compressed archive is inflated once, to a temporary file without a name.

    Raises :class:`ImageError` when it cannot be read or holds no image.
    """
    shown = printable(os.fsencode(path))
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            return _folder(FolderStore(Path(path)))
        if not stat.S_ISREG(mode):
            raise ImageError(f"{shown} is neither a file nor a directory", "write the image to a file first")
        file = MappedFile.open(Path(path))
    except OSError as error:
        raise ImageError(f"{shown} cannot be read: {error.strerror or error}", "check the path and its permissions") from error
    return recognise_file(file, progress)


def recognise_file(file: MappedFile, progress: Progress = silent) -> Content:
    """As :func:`recognise`, for a file that is already mapped."""
    problem = ""
    if form_of(file.view()) in COMPRESSED:
        file, problem = inflate_to_file(file, progress)
    if not file.size:
        raise ImageError(problem or f"{file.name} is an empty file", "fetch or save it again")
    if not is_tar(file.view()):
        raise ImageError(f"{file.name} is not an image: it is neither a tar nor a directory layout", _WHAT_IS_READ)
    members = list_members(file)
    problem = problem or members.problem
    store = TarStore(members, file.name)
    return Content(_kinds_in_tar(store, problem), store, problem)


def _kinds_in_tar(store: TarStore, problem: str) -> tuple[str, ...]:
    """The transports that can read a tar; one that is cut off may be a ``docker-archive`` without its manifest.json."""
    names = store.members.names()
    is_cut_archive = problem and any(name.endswith("/layer.tar") for name in names)
    is_layout = bool(names & {"index.json", "oci-layout"})
    kinds = compress(("docker-archive", "oci-archive"), ("manifest.json" in names or is_cut_archive, is_layout))
    if found := tuple(kinds):
        return found
    if problem:
        raise ImageError(f"{problem}, and nothing before that says what image it is", "fetch or save it again")
    if "repositories" in names:
        raise ImageError(f"{store.where} is what docker save wrote before Docker 1.10, which is not read", _LOAD_AGAIN)
    raise ImageError(f"{store.where} is a tar, but not an image: it has no manifest.json and no index.json", _WHAT_IS_READ)


def _folder(store: FolderStore) -> Content:
    if store.find("index.json") or store.find("oci-layout"):
        return Content(("oci",), store)
    if manifest := store.find("manifest.json"):
        kind = "docker-archive" if isinstance(json_fields.load(manifest, store.where), list) else "dir"
        return Content((kind,), store)
    raise no_image_in(store.where)


def no_image_in(where: str, also: str = "") -> ImageError:
    """The error for a directory that holds no image; ``also`` is what else was tried."""
    lacks = "it has no index.json or oci-layout (oci:) and no manifest.json (dir:, docker-archive:)"
    return ImageError(f"{where} is a directory without an image: {lacks}{also}", _WHAT_IS_READ)
