"""What the user wrote for an image, taken apart: the names of containers-transports(5)."""

import os

from msgspec import Struct

from layerscope.core.errors import ImageError, UsageError
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.sources.image import Platform

ENGINES = ("docker-daemon", "podman")
ARCHIVES = ("docker-archive", "oci-archive", "oci", "dir")
_LOGIN = expression(r"[^@]*:[^@]*@.*/")
_MARKS = ("index.json", "oci-layout", "manifest.json")
_COPY = "copy it with skopeo to oci:DIRECTORY"
_ELSEWHERE = {
    "containers-storage": "name it podman:{rest}, or save it: podman save --format oci-archive -o FILE {rest}",
    "ostree": _COPY,
    "sif": _COPY,
    "tarball": "build an image of it first",
    "atomic": _COPY,
    "docker-manifest": _COPY,
}
_NAMED = {
    **{engine: (f"{engine}:", "the name or ID of an image", "alpine:3.19") for engine in ENGINES},
    "docker": ("docker://", "the name of an image in a registry", "ghcr.io/org/app:1.2"),
}
"""How a transport of names is written, what it needs, and an example."""


class Reference(Struct, frozen=True, kw_only=True):
    """A reference to an image.

    ``transport`` is one of :data:`ENGINES` or :data:`ARCHIVES`; ``docker`` for an image in a registry, ``path`` for an existing
    file or directory whose content decides, ``local`` for a name that any local engine may have, or else its registry.
    ``location`` is a path, or an image's name. Of several images in one place, ``name`` (a reference or a tag, "" for none),
    ``index`` (from 0) and ``platform`` (this machine's when None) choose one. ``text`` is what the user wrote.
    """

    transport: str
    location: str
    text: str
    name: str = ""
    index: int | None = None
    platform: Platform | None = None


def parse_reference(text: str, platform: Platform | None = None) -> Reference:
    """Takes ``text`` apart; looks at the file system only to distinguish a path from a name.

    Raises :class:`UsageError` for a transport that is not read here or a malformed choice, :class:`ImageError` for a path that
    does not exist.
    """
    if not text.strip() or "\0" in text:
        raise UsageError("an image reference is needed", "for example alpine:3.19, or docker-archive:image.tar")
    transport, location, choice = _parts(text)
    name, index = _parse_choice(choice, text)
    return Reference(transport=transport, location=location, text=text, name=name, index=index, platform=platform)


def _parts(text: str) -> tuple[str, str, str]:
    """Transport, location and what chooses one of several images there."""
    transport, colon, rest = text.partition(":")
    if not colon:
        return _without_transport(text)
    if transport in ENGINES:
        return transport, _image_name(transport, rest), ""
    if text.startswith("docker://"):
        return "docker", _image_name("docker", rest.removeprefix("//")), ""
    if transport in ARCHIVES:
        return transport, *_existing_path(transport, rest)
    if transport in _ELSEWHERE:
        hint = _ELSEWHERE[transport].format(rest=printable(rest.removeprefix("//")) or "NAME")
        raise UsageError(f"{transport}: is not read directly", hint)
    return _without_transport(text)


def _image_name(transport: str, name: str) -> str:
    """The name of an image, which is repeated in messages and so may hold no password."""
    if not name:
        prefix, what, example = _NAMED[transport]
        raise UsageError(f"{prefix} needs {what}", f"for example {prefix}{example}")
    if _LOGIN.match(name):
        raise UsageError("the name of an image has no place for a user and password", "log in: docker login REGISTRY")
    return name


def _existing_path(transport: str, rest: str) -> tuple[str, str]:
    """The path and what follows its colon; a path that has colons itself and exists is taken whole."""
    path, choice = (rest, "") if os.path.lexists(rest) else rest.partition(":")[::2]
    if not path:
        raise UsageError(f"{transport}: needs a path", f"for example {transport}:image.tar")
    if not os.path.lexists(path):
        raise ImageError(f"{printable(path)}: no such file or directory", "check the path after the transport")
    return path, choice


def _parse_choice(choice: str, text: str) -> tuple[str, int | None]:
    if not choice.startswith("@"):
        return choice, None
    digits = choice[1:]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise UsageError(f"{printable(text)}: @ must be followed by the number of an image, from 0", "for example :@0")
    return "", int(digits)


def _without_transport(text: str) -> tuple[str, str, str]:
    if _is_image_path(text):
        return "path", text, ""
    path, colon, choice = text.partition(":")
    if colon and _is_image_path(path):
        return "path", path, choice
    if _looks_like_path(text) or path.endswith((".tar", ".tar.gz", ".tgz", ".tar.zst")):
        raise ImageError(f"{printable(text)}: no such file or directory", "check the path")
    return "local", _image_name("local", text), ""


def _is_image_path(path: str) -> bool:
    """Whether something is there and meant. A directory is meant where it is written as a path or holds an image: one called
    ``alpine`` does not hide the engine's image of that name."""
    if not os.path.lexists(path):
        return False
    is_directory = os.path.isdir(path)  # noqa: PTH112
    return not is_directory or _looks_like_path(path) or any(os.path.lexists(f"{path}/{name}") for name in _MARKS)


def _looks_like_path(text: str) -> bool:
    return text.startswith(("/", "./", "../", "~")) or text in (".", "..") or text.endswith("/")
