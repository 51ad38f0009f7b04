"""What a Go program asks the system for, by the functions that its linker kept (see layers/elf.toml)."""

from msgspec import Struct

from layerscope.core.names import path_bytes
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Role
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Program, UnresolvedCode
from layerscope.needs.system.files import take_bundle, take_paths


class _Read(Struct, frozen=True):
    functions: tuple[str, ...]
    what: str
    role: Role
    files: tuple[str, ...]
    alone: str = ""


class _Open(Struct, frozen=True):
    functions: tuple[str, ...]
    what: str
    code: UnresolvedCode = UnresolvedCode.UNKNOWN


class _Known(Struct, frozen=True):
    """``go.toml``, which says what the fields mean."""

    certificates: str
    zones: tuple[str, ...]
    read: tuple[_Read, ...]
    open: tuple[_Open, ...]


_KNOWN = read_table(__file__, "go.toml", _Known)
_ROOTS, _CLIENT = "crypto/x509.loadSystemRoots", "crypto/tls.Client"
_VERIFIES = {_CLIENT: f"{_CLIENT}, which verifies servers by them,", _ROOTS: _ROOTS}
"""What is said of the functions that read certificate authorities."""


def go_needs(ledger: Ledger, program: Program, environment: dict[str, str]) -> None:
    """Adds the files that the linked-in packages of a Go program read, where the image has them."""
    _take_certificates(ledger, program, environment)
    _take_zones(ledger, program, environment)
    for row in _KNOWN.read:
        _take_read(ledger, program, row)
    for unknown in _KNOWN.open:
        if _linked(program, unknown.functions):
            ledger.miss(program.path, unknown.what, unknown.code)


def _linked(program: Program, functions: tuple[str, ...]) -> str:
    """The first of the functions that is linked in, "" for none."""
    return next(filter(program.mentions.__contains__, functions), "")


def _take_read(ledger: Ledger, program: Program, row: _Read) -> None:
    function = _linked(program, row.functions)
    if not function:
        return
    because = ledger.proof(program.entry, f"{row.what}: {function} is linked into")
    if not row.alone or ledger.ask(row.alone.encode(), row.role, because) is None:
        take_paths(ledger, row.files, row.role, because)


def _take_certificates(ledger: Ledger, program: Program, environment: dict[str, str]) -> None:
    if not _linked(program, (_ROOTS,)):
        return
    what = _VERIFIES[_linked(program, (_CLIENT, _ROOTS))]
    because = ledger.proof(program.entry, f"certificate authorities: {what} is linked into")
    named = environment.get("SSL_CERT_FILE", "")
    bundle = ledger.ask(path_bytes(named), Role.CERTIFICATES, because) if named else take_bundle(ledger, because)
    directories = environment.get("SSL_CERT_DIR") or _KNOWN.certificates
    for entry in _added_files(ledger, directories.split(":")):
        if entry != bundle:
            ledger.add(entry, Role.CERTIFICATES, because)


def _added_files(ledger: Ledger, directories: list[str]) -> list[int]:
    """The files of directories of certificates that an image adds: links lead to what the bundle is made of."""
    kinds, places = ledger.filesystem.kinds, map(path_bytes, directories)
    return [entry for place in places for entry in ledger.children(place) if kinds[entry] == Kind.REGULAR]


def _take_zones(ledger: Ledger, program: Program, environment: dict[str, str]) -> None:
    if not _linked(program, ("time.LoadLocation",)):
        return
    because = ledger.proof(program.entry, "time zones: time.LoadLocation is linked into")
    ledger.take_tree(path_bytes(environment.get("ZONEINFO", "")), Role.ZONEINFO, because)
    found = any(ledger.take_tree(place.encode(), Role.ZONEINFO, because) for place in _KNOWN.zones)
    if not found and not _linked(program, ("time/tzdata.loadFromEmbeddedTZData",)):
        root = environment.get("GOROOT", "/usr/local/go")
        ledger.ask(path_bytes(f"{root}/lib/time/zoneinfo.zip"), Role.ZONEINFO, because)
