"""What .NET's build wrote down of an application: ``*.runtimeconfig.json`` and ``*.deps.json``, and that of a single file."""

import re
from collections.abc import Iterator
from struct import error, unpack_from
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.core.limits import ELF_FILE_BYTES
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import located

_LARGEST_DOCUMENT = 16 * 1024 * 1024
_BUNDLE_SIGNATURE = bytes.fromhex("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae")
_APPENDED = 4096
_PROBED = re.compile(r"/[^|]*")

Form = TypeVar("Form")


class Framework(Struct, frozen=True, rename="camel"):
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


class _Options(Struct, rename="camel", kw_only=True):
    framework: Framework = Framework()
    frameworks: list[Framework] = []
    included_frameworks: list[Framework] = []
    roll_forward: str = ""
    config_properties: dict[str, Any] = {}
    additional_probing_paths: list[str] = []

    def configuration(self) -> Configuration:
        rows = (row for row in (self.framework, *self.frameworks) if row.name)
        frameworks = tuple(replace(row, roll_forward=row.roll_forward or self.roll_forward) for row in rows)
        return Configuration(
            frameworks,
            self_contained=bool(self.included_frameworks) or not frameworks,
            included="".join(row.version for row in self.included_frameworks[:1]),
            invariant=str(self.config_properties.get("System.Globalization.Invariant")).lower() == "true",
            probing=tuple(located("/", place) for place in self.additional_probing_paths if _PROBED.fullmatch(place)),
        )


class _RuntimeConfiguration(Struct, rename="camel"):
    """A ``*.runtimeconfig.json``."""

    runtime_options: _Options


class Asset(NamedTuple):
    """A file of a package: the package's directory below a packages directory, its path there, and where it is published."""

    package: str
    file: str
    name: str


class _Target(Struct):
    name: str = ""


class _Library(Struct):
    path: str = ""


class _Resource(Struct):
    locale: str = ""


class _Files(Struct, rename="camel"):
    """The files of a package, by their paths in it."""

    runtime: dict[str, Any] = {}
    native: dict[str, Any] = {}
    resources: dict[str, _Resource] = {}
    runtime_targets: dict[str, Any] = {}

    def published(self) -> Iterator[tuple[str, str]]:
        """Each file, and where a publish directory has it."""
        for file in (*self.runtime, *self.native):
            yield file, file.rpartition("/")[2]
        for file, resource in self.resources.items():
            yield file, f"{resource.locale}/{file.rpartition('/')[2]}".lstrip("/")
        yield from ((file, file) for file in self.runtime_targets)


class _Dependencies(Struct, rename="camel"):
    """A ``*.deps.json``."""

    runtime_target: _Target | str = ""
    targets: dict[str, dict[str, _Files]] = {}
    libraries: dict[str, _Library] = {}

    def assets(self) -> Iterator[Asset]:
        target = self.runtime_target if isinstance(self.runtime_target, str) else self.runtime_target.name
        for library, files in self.targets.get(target, {}).items():
            package = self.libraries.get(library, _Library()).path or library.lower()
            yield from (Asset(package, file, name) for file, name in files.published())


def read_configuration(ledger: Ledger, path: bytes) -> Configuration | None:
    """A ``*.runtimeconfig.json`` of the image; None when it is not there or is no such document."""
    document = _read(ledger, path, _RuntimeConfiguration)
    return document.runtime_options.configuration() if document is not None else None


def dependency_assets(ledger: Ledger, path: bytes) -> tuple[Asset, ...]:
    """The files of all packages that a ``*.deps.json`` lists for its runtime target; none when it is not there."""
    document = _read(ledger, path, _Dependencies)
    return tuple(document.assets()) if document is not None else ()


def _read(ledger: Ledger, path: bytes, form: type[Form]) -> Form | None:
    try:
        return _decode(ledger.content(ledger.file(path), _LARGEST_DOCUMENT), form)
    except (RecursionError, ValueError):
        return None


def _decode(content: bytes, form: type[Form]) -> Form:
    return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=form)


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
        offset = unpack_from("<q", content, at - 8)[0] if at >= 8 else 0
        return _bundle(content, offset) if 0 < offset < len(content) else None
    except (ImageError, IndexError, RecursionError, error, ValueError):
        return None


def _bundle(content: bytes, offset: int) -> Configuration:
    """The configuration in a bundle, whose header is at ``offset``: a version, an identifier, and where the documents lie."""
    major, _, _ = unpack_from("<IIi", content, offset)
    if major < 2:
        return Configuration()
    _, _, start, size = unpack_from("<qqqq", content, _end_of_text(content, offset + 12))
    if not 0 < start <= start + size <= len(content):
        return Configuration()
    return _decode(content[start : start + size], _RuntimeConfiguration).runtime_options.configuration()


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
