"""What .NET's build wrote down of an application: ``*.runtimeconfig.json`` and ``*.deps.json``, and that of a single file."""

from collections.abc import Iterator
from struct import error, unpack_from
from typing import Any, NamedTuple, TypeVar

import msgspec

from layerscope.core.errors import ImageError
from layerscope.core.expressions import expression
from layerscope.core.limits import ELF_FILE_BYTES
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import located

_LARGEST_DOCUMENT = 16 * 1024 * 1024
_BUNDLE_SIGNATURE = bytes.fromhex("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae")
_APPENDED = 4096
_PROBED = expression(r"/[^|]*")

Kind = TypeVar("Kind", str, list[Any], dict[str, Any])


class Framework(NamedTuple):
    """A shared framework that is asked for, in at least this version; ``roll_forward`` is "" where nothing says how."""

    name: str = ""
    version: str = ""
    roll_forward: str = ""


class Configuration(NamedTuple):
    """``frameworks`` must be installed; a ``self_contained`` application brings its own, of version ``included``.
    ``invariant`` says that it does without ICU, ``probing`` names directories of packages."""

    frameworks: tuple[Framework, ...] = ()
    self_contained: bool = True
    included: str = ""
    invariant: bool = False
    probing: tuple[bytes, ...] = ()


class Asset(NamedTuple):
    """A file of a package: the package's directory below a packages directory, its path there, and where it is published."""

    package: str
    file: str
    name: str


def read_configuration(ledger: Ledger, path: bytes) -> Configuration | None:
    """A ``*.runtimeconfig.json`` of the image; None when it is not there or is no such document."""
    return _configuration(_read(ledger, path))


def dependency_assets(ledger: Ledger, path: bytes) -> tuple[Asset, ...]:
    """The files of all packages that a ``*.deps.json`` lists for its runtime target; none when it is not there."""
    return tuple(_assets(_as(dict, _read(ledger, path))))


def _read(ledger: Ledger, path: bytes) -> Any:
    try:
        return _decode(ledger.content(ledger.file(path), _LARGEST_DOCUMENT))
    except (RecursionError, ValueError):
        return None


def _decode(content: bytes) -> Any:
    return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))


def _as(kind: type[Kind], value: Any) -> Kind:
    """A value of a document where it is of this kind, else an empty one: what is wrong is skipped alone."""
    return value if isinstance(value, kind) else kind()


def _tables(value: Any) -> list[dict[str, Any]]:
    return [row for row in _as(list, value) if isinstance(row, dict)]


def _configuration(document: Any) -> Configuration | None:
    """The configuration in a document; None when it is none."""
    options = _as(dict, document).get("runtimeOptions")
    if not isinstance(options, dict):
        return None
    frameworks = _frameworks(options)
    versions = [_as(str, row.get("version")) for row in _tables(options.get("includedFrameworks"))]
    properties = _as(dict, options.get("configProperties"))
    places = _as(list, options.get("additionalProbingPaths"))
    return Configuration(
        frameworks,
        self_contained=bool(versions) or not frameworks,
        included="".join(versions[:1]),
        invariant=str(properties.get("System.Globalization.Invariant")).lower() == "true",
        probing=tuple(located("/", place) for place in places if _PROBED.fullmatch(_as(str, place))),
    )


def _frameworks(options: dict[str, Any]) -> tuple[Framework, ...]:
    """The frameworks that are asked for; those that do not say how they roll forward do it as the options say."""
    rows = _tables([options.get("framework"), *_as(list, options.get("frameworks"))])
    return tuple(_framework(row, _as(str, options.get("rollForward"))) for row in rows if row.get("name"))


def _framework(row: dict[str, Any], policy: str) -> Framework:
    return Framework(_as(str, row.get("name")), _as(str, row.get("version")), _as(str, row.get("rollForward")) or policy)


def _assets(document: dict[str, Any]) -> Iterator[Asset]:
    target, libraries = document.get("runtimeTarget"), _as(dict, document.get("libraries"))
    name = _as(str, _as(dict, target).get("name", target))
    for library, files in _as(dict, _as(dict, document.get("targets")).get(name)).items():
        package = _as(str, _as(dict, libraries.get(library)).get("path")) or library.lower()
        yield from (Asset(package, file, published) for file, published in _published(_as(dict, files)))


def _published(files: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each file of a package, by its path in it, and where a publish directory has it."""
    for group in ("runtime", "native", "resources"):
        for file, details in _as(dict, files.get(group)).items():
            locale = _as(str, _as(dict, details).get("locale")) if group == "resources" else ""
            yield file, f"{locale}/{file.rpartition('/')[2]}".lstrip("/")
    yield from ((file, file) for file in _as(dict, files.get("runtimeTargets")))


def bundled_configuration(ledger: Ledger, entry: int) -> Configuration | None:
    """The configuration inside of a single-file application; None when the program is none.

    A bundle lies behind the ELF file proper: its header's offset stands in front of a signature in the host's data (design
    document "bundle format").
    """
    if not _may_be_bundle(ledger, entry):
        return None
    try:
        content = ledger.read(entry)
        at = content.find(_BUNDLE_SIGNATURE)
        offset = unpack_from("<q", content, at - 8)[0] if at >= 8 else 0
        return _bundle(content, offset) if 0 < offset < len(content) else None
    except (ImageError, IndexError, RecursionError, error, ValueError):
        return None


def _may_be_bundle(ledger: Ledger, entry: int) -> bool:
    """Whether a program is an ELF file with much behind its sections, and is not too large to be read."""
    facts, size = ledger.facts(entry), ledger.filesystem.sizes[ledger.filesystem.holder(entry)]
    if facts is None or size > ELF_FILE_BYTES * 2:
        return False
    return size - sum(stored for _, stored in facts.sections) >= _APPENDED


def _bundle(content: bytes, offset: int) -> Configuration | None:
    """The configuration in a bundle, whose header is at ``offset``: a version, an identifier, and where the documents lie."""
    major, _, _ = unpack_from("<IIi", content, offset)
    if major < 2:
        return Configuration()
    _, _, start, size = unpack_from("<qqqq", content, _end_of_text(content, offset + 12))
    if not 0 < start <= start + size <= len(content):
        return Configuration()
    return _configuration(_decode(content[start : start + size]))


def _end_of_text(content: bytes, position: int) -> int:
    """Where a text ends that begins with its length, seven bits in a byte."""
    length = shift = 0
    while shift <= 28:
        byte = content[position]
        position += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    return position + length
