"""What .NET's build wrote down of an application: ``*.runtimeconfig.json`` and ``*.deps.json``, and that of a single file."""

from collections.abc import Iterator
from struct import error, unpack_from
from typing import Any, NamedTuple

import msgspec

from layerscope.core.errors import ImageError
from layerscope.core.limits import ELF_FILE_BYTES
from layerscope.core.names import path_bytes
from layerscope.needs.ledger import Ledger, normal
from layerscope.needs.trees import file_at

_LARGEST_DOCUMENT = 16 * 1024 * 1024
_BUNDLE_SIGNATURE = bytes.fromhex("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae")
_APPENDED = 4096


class Framework(NamedTuple):
    """A shared framework that is asked for, in at least this version; ``roll_forward`` is "" where nothing says how."""

    name: str
    version: str
    roll_forward: str = ""


class Configuration(NamedTuple):
    """``frameworks`` must be installed; a ``self_contained`` application brings its own, of version ``included``.
    ``invariant`` says that it does without ICU, ``probing`` names directories of packages."""

    frameworks: tuple[Framework, ...]
    self_contained: bool = False
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
    entry = file_at(ledger, path)
    document = _document(ledger, entry) if entry is not None else None
    return parse_configuration(document) if document is not None else None


def parse_configuration(document: Any) -> Configuration | None:
    """The configuration in a document; None when it is none."""
    options = document.get("runtimeOptions") if isinstance(document, dict) else None
    if not isinstance(options, dict):
        return None
    policy = _text(options.get("rollForward"))
    single = options.get("framework")
    listed = options.get("frameworks")
    rows = [*([single] if single else []), *(listed if isinstance(listed, list) else [])]
    frameworks = tuple(
        Framework(_text(row.get("name")), _text(row.get("version")), _text(row.get("rollForward")) or policy)
        for row in rows
        if isinstance(row, dict) and row.get("name")
    )
    included = options.get("includedFrameworks")
    versions = [_text(row.get("version")) for row in included if isinstance(row, dict)] if isinstance(included, list) else []
    properties = options.get("configProperties")
    invariant = isinstance(properties, dict) and str(properties.get("System.Globalization.Invariant")).lower() == "true"
    probing = options.get("additionalProbingPaths")
    places = [_text(place) for place in probing] if isinstance(probing, list) else []
    return Configuration(
        frameworks,
        bool(versions) or not frameworks,
        versions[0] if versions else "",
        invariant,
        tuple(normal(path_bytes(place)) for place in places if place.startswith("/") and "|" not in place),
    )


def _document(ledger: Ledger, entry: int) -> Any:
    try:
        content = ledger.read(entry, _LARGEST_DOCUMENT)
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (ImageError, msgspec.DecodeError, RecursionError, ValueError):
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def dependency_assets(ledger: Ledger, path: bytes) -> tuple[Asset, ...]:
    """The files of all packages that a ``*.deps.json`` lists for its runtime target; none when it is not there."""
    entry = file_at(ledger, path)
    document = _document(ledger, entry) if entry is not None else None
    return tuple(_assets(document)) if isinstance(document, dict) else ()


def _assets(document: dict[str, Any]) -> Iterator[Asset]:
    target, targets = document.get("runtimeTarget"), document.get("targets")
    name = _text(target.get("name")) if isinstance(target, dict) else _text(target)
    rows = targets.get(name) if isinstance(targets, dict) else None
    libraries = document.get("libraries")
    for library, row in rows.items() if isinstance(rows, dict) else ():
        told = libraries.get(library) if isinstance(libraries, dict) else None
        package = (_text(told.get("path")) if isinstance(told, dict) else "") or library.lower()
        for group in ("runtime", "native", "resources", "runtimeTargets"):
            files = row.get(group) if isinstance(row, dict) else None
            for file, details in files.items() if isinstance(files, dict) else ():
                yield Asset(package, file, _published(group, file, details))


def _published(group: str, file: str, details: Any) -> str:
    """Where a publish directory has a file of a package."""
    name = file.rpartition("/")[2]
    if group == "runtimeTargets":
        return file
    locale = _text(details.get("locale")) if isinstance(details, dict) else ""
    return f"{locale}/{name}" if group == "resources" and locale else name


def bundled_configuration(ledger: Ledger, entry: int) -> Configuration | None:
    """The configuration inside of a single-file application; None when the program is none.

    A bundle lies behind the ELF file proper: its header's offset stands in front of a signature in the host's data (design
    document "bundle format").
    """
    facts = ledger.facts(entry)
    size = ledger.filesystem.sizes[ledger.filesystem.holder(entry)]
    if facts is None or size - sum(stored for _, stored in facts.sections) < _APPENDED or size > ELF_FILE_BYTES * 2:
        return None
    try:
        content = ledger.read(entry)
        at = content.find(_BUNDLE_SIGNATURE)
        if at < 8:
            return None
        offset = unpack_from("<q", content, at - 8)[0]
        return _bundle(content, offset) if 0 < offset < len(content) else None
    except (ImageError, error, msgspec.DecodeError, ValueError):
        return None


def _bundle(content: bytes, offset: int) -> Configuration | None:
    major, _, _ = unpack_from("<IIi", content, offset)
    position = offset + 12
    length, shift = 0, 0
    while True:  # the identifier's length, seven bits a byte
        byte = content[position] if position < len(content) else 0
        position += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80 or shift > 28:
            break
    if major < 2:
        return Configuration((), True)
    _, _, start, size = unpack_from("<qqqq", content, position + length)
    if not 0 < start <= start + size <= len(content):
        return Configuration((), True)
    document = msgspec.json.decode(content[start : start + size].removeprefix(b"\xef\xbb\xbf"))
    return parse_configuration(document)
