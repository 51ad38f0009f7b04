"""What the user wrote for an image, taken apart: the names of containers-transports(5)."""

import os
import re

from msgspec import Struct

from layerscope.core.errors import ImageError, UsageError
from layerscope.core.names import printable

ENGINES = ("docker-daemon", "podman")
ARCHIVES = ("docker-archive", "oci-archive", "oci", "dir")
_LOGIN = re.compile(r"[^@]*:[^@]*@.*/")
_MARKS = ("index.json", "oci-layout", "manifest.json")
_ELSEWHERE = {
    "containers-storage": "name it podman:{rest}, or save it: podman save --format oci-archive -o FILE {rest}",
    "ostree": "copy it with skopeo to oci:DIRECTORY",
    "sif": "copy it with skopeo to oci:DIRECTORY",
    "tarball": "build an image of it first",
    "atomic": "copy it with skopeo to oci:DIRECTORY",
    "docker-manifest": "copy it with skopeo to oci:DIRECTORY",
}


class Reference(Struct, frozen=True):
    """A reference to an image.

    ``transport`` is one of :data:`ENGINES` or :data:`ARCHIVES`; ``docker`` for an image in a registry, ``path`` for an existing
    file or directory that its content will tell, ``local`` for a name that whichever local engine has, or else its registry.
    ``location`` is a path, or an image's name. ``name`` (a reference or a tag, "" for none) or ``index`` (from 0) chooses one
    of several images in an archive or layout.
    ``text`` is what the user wrote.
    """

    transport: str
    location: str
    name: str
    index: int | None
    text: str


def parse_reference(text: str) -> Reference:
    """Takes ``text`` apart; looks at the file system only to tell a path from a name.

    Raises :class:`UsageError` for a transport that is not read here or a malformed choice, :class:`ImageError` for a path that
    does not exist.
    """
    if not text.strip() or "\0" in text:
        raise UsageError("an image reference is needed", "for example alpine:3.19, or docker-archive:image.tar")
    transport, colon, rest = text.partition(":")
    if colon and transport in ENGINES:
        return _of_engine(transport, rest, text)
    if colon and transport in ARCHIVES:
        return _of_path(transport, rest, text)
    if text.startswith("docker://"):
        return _of_registry(rest.removeprefix("//"), text)
    if colon and transport in _ELSEWHERE:
        hint = _ELSEWHERE[transport].format(rest=printable(rest.removeprefix("//")) or "NAME")
        raise UsageError(f"{transport}: is not read directly", hint)
    return _without_transport(text)


def _of_engine(transport: str, name: str, text: str) -> Reference:
    if not name:
        raise UsageError(f"{transport}: needs the name or ID of an image", f"for example {transport}:alpine:3.19")
    return _named(transport, name, text)


def _of_registry(name: str, text: str) -> Reference:
    if not name:
        raise UsageError("docker:// needs the name of an image in a registry", "for example docker://ghcr.io/org/app:1.2")
    return _named("docker", name, text)


def _named(transport: str, name: str, text: str) -> Reference:
    """A reference to a name, which is repeated in messages and so may hold no password."""
    if _LOGIN.match(name):
        raise UsageError("the name of an image has no place for a user and password", "log in: docker login REGISTRY")
    return Reference(transport, name, "", None, text)


def _of_path(transport: str, rest: str, text: str) -> Reference:
    path, choice = _split_choice(rest)
    if not path:
        raise UsageError(f"{transport}: needs a path", f"for example {transport}:image.tar")
    if not os.path.lexists(path):
        raise ImageError(f"{printable(path)}: no such file or directory", "check the path after the transport")
    return Reference(transport, path, *_choice(choice, text), text)


def _split_choice(rest: str) -> tuple[str, str]:
    """The path and what follows its colon; a path that has colons itself and exists is taken whole."""
    if os.path.lexists(rest):
        return rest, ""
    path, _, choice = rest.partition(":")
    return path, choice


def _choice(choice: str, text: str) -> tuple[str, int | None]:
    if not choice.startswith("@"):
        return choice, None
    digits = choice[1:]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise UsageError(f"{printable(text)}: @ must be followed by the number of an image, from 0", "for example :@0")
    return "", int(digits)


def _without_transport(text: str) -> Reference:
    if os.path.lexists(text) and (_looks_like_path(text) or not _is_other_directory(text)):
        return Reference("path", text, "", None, text)
    path, colon, choice = text.partition(":")
    if colon and (os.path.isfile(path) or _is_directory(path)):  # noqa: PTH113
        return Reference("path", path, *_choice(choice, text), text)
    if _looks_like_path(text) or path.endswith((".tar", ".tar.gz", ".tgz", ".tar.zst")):
        raise ImageError(f"{printable(text)}: no such file or directory", "check the path")
    return _named("local", text, text)


def _is_directory(path: str) -> bool:
    """Whether a directory is there and meant: it is written as a path, or holds an image."""
    return os.path.isdir(path) and (_looks_like_path(path) or not _is_other_directory(path))  # noqa: PTH112


def _is_other_directory(path: str) -> bool:
    """Whether it is a directory that holds no image: one called ``alpine`` does not hide the engine's image of that name."""
    return os.path.isdir(path) and not any(os.path.lexists(f"{path}/{name}") for name in _MARKS)  # noqa: PTH112


def _looks_like_path(text: str) -> bool:
    return text.startswith(("/", "./", "../", "~")) or text in (".", "..") or text.endswith("/")
