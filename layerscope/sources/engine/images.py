"""Images that a local engine has: found, pulled where wanted, saved once to a temporary file, and opened from there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from layerscope.core.errors import ImageError, ImageNotFound, SourceError
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.sources.bytes.blobs import MappedFile
from layerscope.sources.bytes.spool import Spool
from layerscope.sources.engine.client import Engine, connect
from layerscope.sources.files.open_path import open_saved
from layerscope.sources.files.outer_tar import list_members
from layerscope.sources.image import Image, Platform, Progress, silent
from layerscope.sources.json_fields import Fields
from layerscope.sources.platforms import fits
from layerscope.sources.reference import ENGINES, Reference

_TAIL = 64 * 1024
_MESSAGE = expression(rb'\{"(?:message|error)":"((?:[^"\\]|\\.){1,1000})"')


class EngineImage(Struct, frozen=True):
    """An image in an engine's list. ``names`` are its tags, ``size`` bytes as the engine counts them, ``created`` seconds since
    1970, ``reference`` what opens it."""

    id: str
    names: tuple[str, ...]
    size: int
    created: int
    reference: str


def open_from_engine(reference: Reference, pull: bool = False, progress: Progress = silent) -> Image:
    """The image that the reference names, out of its engine, or out of any local engine that has it.

    Raises :class:`ImageNotFound` when an engine answers and lacks it, :class:`SourceError` when none answers.
    """
    return (_open_anywhere if reference.transport == "local" else _open)(reference, pull, progress)


def _open_anywhere(reference: Reference, pull: bool, progress: Progress) -> Image:
    """The image out of the first local engine that has it, or else lacks it and may pull it."""
    failures: dict[str, SourceError] = {}
    for transport in ENGINES:
        try:
            return _open(replace(reference, transport=transport), False, progress)
        except SourceError as error:
            failures[transport] = error
    lacking = [transport for transport, failure in failures.items() if isinstance(failure, ImageNotFound)]
    if pull and lacking:
        return _open(replace(reference, transport=lacking[0]), True, progress)
    raise _in_no_engine(reference.location, failures.values(), answered=bool(lacking))


def list_images() -> tuple[EngineImage, ...]:
    """The images of the local engines, the newest first; :class:`SourceError` when no engine answers."""
    found: list[EngineImage] = []
    failures: list[SourceError] = []
    for transport in ENGINES:
        try:
            with _connection(transport) as engine:
                found += [_entry(transport, Fields(image, "", [])) for image in engine.images()]
        except SourceError as error:
            failures.append(error)
    if len(failures) == len(ENGINES):
        raise SourceError("; ".join(map(str, failures)), failures[0].hint)
    return tuple(sorted(found, key=lambda image: -image.created))


def image_id(transport: str, name: str) -> str:
    """The id under which an engine has an image, "" when it has none of that name; :class:`SourceError` when none answers."""
    with _connection(transport) as engine:
        try:
            return _inspect(engine, name).text("Id")
        except ImageNotFound:
            return ""


@contextmanager
def _connection(transport: str) -> Iterator[Engine]:
    engine = connect(transport)
    try:
        yield engine
    finally:
        engine.close()


def _in_no_engine(name: str, failures: Iterable[SourceError], answered: bool) -> SourceError:
    reasons = "; ".join(map(str, failures))
    if answered:
        hint = "add --pull, or check the name; a file needs its path"
        return ImageNotFound(f"no local engine has {printable(name)}: {reasons}", hint)
    hint = "start an engine, or open a saved image: docker-archive:FILE"
    return SourceError(f"{printable(name)} is not a path that exists, and no local engine answers: {reasons}", hint)


def _entry(transport: str, image: Fields) -> EngineImage:
    names = tuple(name for name in image.texts("RepoTags") if name != "<none>:<none>")
    return EngineImage(
        id=image.text("Id"),
        names=names,
        size=image.number("Size"),
        created=image.number("Created"),
        reference=f"{transport}:{names[0] if names else image.text('Id')}",
    )


def _open(reference: Reference, pull: bool, progress: Progress) -> Image:
    """Finds, saves and opens the image in the engine of the reference."""
    with _connection(reference.transport) as engine:
        facts = _find(engine, reference, pull, progress)
        size = facts.count("Size") if "Size" in facts else facts.count("VirtualSize")
        file = _save(engine, facts.text("Id"), reference, progress, size)
    image = open_saved(file, reference)
    return replace(
        image,
        repository_tags=facts.texts("RepoTags") or image.repository_tags,
        manifest_digest=_manifest_digest(facts) or image.manifest_digest,
        engine_size=size,
    )


def _find(engine: Engine, reference: Reference, pull: bool, progress: Progress) -> Fields:
    """What the engine says of the image, which it pulls first where that is asked for and it has none that fits."""
    name = reference.location
    if pull and not _has(engine, reference):
        engine.pull(name, reference.platform, progress)
    facts = _inspect(engine, name)
    if not _suits(engine, facts, reference.platform):
        message = f"{engine.shown} has {printable(name)} for {_platform(facts)}, not for {reference.platform}"
        raise ImageError(message, f"add --pull, or ask for {_platform(facts)}")
    return facts


def _has(engine: Engine, reference: Reference) -> bool:
    try:
        return _suits(engine, _inspect(engine, reference.location), reference.platform)
    except ImageNotFound:
        return False


def _suits(engine: Engine, facts: Fields, wanted: Platform | None) -> bool:
    """Whether the image may be for the wanted platform; an engine that chooses among several says so when it saves one."""
    return wanted is None or engine.chooses_platforms or fits(wanted, _platform(facts))


def _inspect(engine: Engine, name: str) -> Fields:
    return Fields(engine.inspect(name), "", [])


def _platform(facts: Fields) -> Platform:
    return Platform(*map(facts.text, ("Os", "Architecture", "Variant")))


def _manifest_digest(facts: Fields) -> str | None:
    """The digest under which a registry has the image, when the engine knows exactly one."""
    digests = {name.rpartition("@")[2] for name in facts.texts("RepoDigests")}
    return digests.pop() if len(digests) == 1 else None


def _save(engine: Engine, identity: str, reference: Reference, progress: Progress, size: int | None) -> MappedFile:
    """The engine's archive of an image, in a temporary file without a name; :class:`SourceError` when it is not whole."""
    shown = printable(reference.location)
    platform = reference.platform if engine.chooses_platforms else None
    with Spool(f"the saved image {shown}") as spool:
        spool.fill(engine.save(identity or reference.location, platform, progress, size))
        file = spool.mapped(f"the save of {shown}")
    if reason := broken_off(file):
        raise SourceError(f"{engine.shown} broke off while it saved {shown}: {reason}", "try again, or see its log")
    return file


def broken_off(file: MappedFile) -> str:
    """Why a saved archive is not whole; "" when it is. An engine that fails halfway has answered 200 already, so it can only
    append its error, as JSON, and stop."""
    if file.size and list_members(file).complete:
        return ""
    messages = _MESSAGE.findall(bytes(file.view()[-_TAIL:]))
    return printable(messages[-1]) if messages else f"it ends after {file.size:,} bytes"
