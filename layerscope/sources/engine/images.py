"""Images that a local engine has: found, pulled where wanted, saved once to a temporary file, and opened from there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from layerscope.core.errors import ImageError, ImageNotFound, SourceError
from layerscope.core.names import printable
from layerscope.sources.bytes.blobs import MappedFile
from layerscope.sources.bytes.spool import Spool
from layerscope.sources.engine.client import Engine, connect
from layerscope.sources.files.open_path import open_saved
from layerscope.sources.files.outer_tar import list_members
from layerscope.sources.image import Image, Platform, Progress
from layerscope.sources.platforms import fits
from layerscope.sources.reference import ENGINES, Reference

_TAIL = 64 * 1024
_MESSAGE = re.compile(rb'\{"(?:message|error)":"((?:[^"\\]|\\.){1,1000})"')


class EngineImage(Struct, frozen=True):
    """An image in an engine's list. ``names`` are its tags, ``size`` bytes as the engine counts them, ``created`` seconds since
    1970, ``reference`` what opens it."""

    id: str
    names: tuple[str, ...]
    size: int
    created: int
    reference: str


def open_from_engine(
    reference: Reference, platform: Platform | None, *, pull: bool = False, progress: Progress | None = None
) -> Image:
    """The image that the reference names, out of its engine, or out of whichever local engine has it.

    Raises :class:`ImageNotFound` when an engine answers and lacks it, :class:`SourceError` when none answers.
    """
    if reference.transport != "local":
        with _connected(reference.transport) as engine:
            return _open(engine, reference, platform, pull, progress)
    failures: list[SourceError] = []
    for transport in ENGINES:
        try:
            with _connected(transport) as engine:
                return _open(engine, reference, platform, False, progress)
        except SourceError as error:
            failures.append(error)
    if pull:
        lacking = [
            transport for transport, failure in zip(ENGINES, failures, strict=True) if isinstance(failure, ImageNotFound)
        ]
        if lacking:
            return open_from_engine(replace(reference, transport=lacking[0]), platform, pull=True, progress=progress)
    raise _in_no_engine(reference.location, failures)


def list_images() -> tuple[EngineImage, ...]:
    """The images of the local engines, the newest first; :class:`SourceError` when no engine answers."""
    found: list[EngineImage] = []
    failures: list[SourceError] = []
    for transport in ENGINES:
        try:
            with _connected(transport) as engine:
                found += [_listed(transport, image) for image in engine.images()]
        except SourceError as error:
            failures.append(error)
    if len(failures) == len(ENGINES):
        raise SourceError("; ".join(map(str, failures)), failures[0].hint)
    return tuple(sorted(found, key=lambda image: -image.created))


def image_id(transport: str, name: str) -> str:
    """The id under which an engine has an image, "" when it has none of that name; :class:`SourceError` when none answers."""
    with _connected(transport) as engine:
        try:
            return str(engine.inspect(name).get("Id") or "")
        except ImageNotFound:
            return ""


@contextmanager
def _connected(transport: str) -> Iterator[Engine]:
    engine = connect(transport)
    try:
        yield engine
    finally:
        engine.close()


def _in_no_engine(name: str, failures: list[SourceError]) -> SourceError:
    told = "; ".join(map(str, failures))
    if any(isinstance(failure, ImageNotFound) for failure in failures):
        hint = "add --pull, or check the name; a file needs its path"
        return ImageNotFound(f"no local engine has {printable(name)}: {told}", hint)
    hint = "start an engine, or open a saved image: docker-archive:FILE"
    return SourceError(f"{printable(name)} is no path that exists, and no local engine answers: {told}", hint)


def _listed(transport: str, image: dict[str, Any]) -> EngineImage:
    names = tuple(name for name in _texts(image.get("RepoTags")) if name != "<none>:<none>")
    identity = str(image.get("Id", ""))
    size, created = image.get("Size"), image.get("Created")
    return EngineImage(
        id=identity,
        names=names,
        size=size if isinstance(size, int) else 0,
        created=created if isinstance(created, int) else 0,
        reference=f"{transport}:{names[0] if names else identity}",
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _open(engine: Engine, reference: Reference, platform: Platform | None, pull: bool, progress: Progress | None) -> Image:
    """Finds, saves and opens the image in one engine."""
    name = reference.location
    try:
        facts = engine.inspect(name)
        if pull and platform and not engine.chooses_platforms and not fits(platform, _platform(facts)):
            raise ImageNotFound(name)
    except ImageNotFound:
        if not pull:
            raise
        engine.pull(name, platform, progress)
        facts = engine.inspect(name)
    if platform and not engine.chooses_platforms and not fits(platform, _platform(facts)):
        message = f"{engine.shown} has {printable(name)} for {_platform(facts)}, not for {platform}"
        raise ImageError(message, f"add --pull, or ask for {_platform(facts)}")
    size = next((facts[key] for key in ("Size", "VirtualSize") if isinstance(facts.get(key), int)), None)
    file = _saved(engine, str(facts.get("Id") or name), name, platform=platform, progress=progress, size=size)
    image = open_saved(file, replace(reference, name="", index=None), engine.transport, platform)
    return replace(
        image,
        repository_tags=_texts(facts.get("RepoTags")) or image.repository_tags,
        manifest_digest=_manifest_digest(facts) or image.manifest_digest,
        engine_size=size,
    )


def _platform(facts: dict[str, Any]) -> Platform:
    return Platform(*(str(facts.get(key) or "") for key in ("Os", "Architecture", "Variant")))


def _manifest_digest(facts: dict[str, Any]) -> str | None:
    """The digest under which a registry has the image, when the engine knows exactly one."""
    digests = {name.rpartition("@")[2] for name in _texts(facts.get("RepoDigests"))}
    return digests.pop() if len(digests) == 1 else None


def _saved(
    engine: Engine, identity: str, name: str, platform: Platform | None, progress: Progress | None, size: int | None
) -> MappedFile:
    """The engine's archive of an image, in a temporary file without a name; :class:`SourceError` when it is not whole."""
    wanted = platform if engine.chooses_platforms else None
    with Spool(f"the saved image {printable(name)}") as spool:
        spool.fill(engine.save(identity, wanted, progress, size))
        file = spool.mapped(f"the save of {printable(name)}")
    if reason := broken_off(file):
        raise SourceError(f"{engine.shown} broke off while it saved {printable(name)}: {reason}", "try again, or see its log")
    return file


def broken_off(file: MappedFile) -> str:
    """Why a saved archive is not whole; "" when it is. An engine that fails halfway has answered 200 already, so it can only
    append its error, as JSON, and stop."""
    if file.size and list_members(file).complete:
        return ""
    said = _MESSAGE.findall(bytes(file.view()[-_TAIL:]))
    return printable(said[-1]) if said else f"it ends after {file.size:,} bytes"
