"""What programs read of the system whatever their language is: certificate authorities, accounts, libraries."""

from collections.abc import Iterable
from functools import cache

from msgspec import Struct

from layerscope.core.names import path_bytes
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import Loader
from layerscope.needs.model import Proof


class Certificates(Struct, frozen=True):
    """The places of certificate authorities; see the comments in ``system.toml``."""

    bundles: tuple[str, ...]
    openssl: tuple[str, ...]


class Accounts(Struct, frozen=True):
    """The files by which users and groups are looked up, and the functions that do; see the comments in ``system.toml``."""

    files: tuple[str, ...]
    functions: tuple[str, ...]
    becoming: tuple[str, ...]


class Pam(Struct, frozen=True, kw_only=True):
    """What PAM reads; see the comments in ``system.toml``."""

    library: str
    services: str
    settings: str
    files: tuple[str, ...]
    passwords: tuple[str, ...]
    modules: tuple[str, ...]


class Companion(Struct, frozen=True):
    """What comes with libraries and programs: their names, and places, in which {} is the multiarch name."""

    of: tuple[str, ...]
    places: tuple[str, ...]


class SystemFiles(Struct, frozen=True):
    """The tables of ``system.toml``."""

    certificates: Certificates
    accounts: Accounts
    pam: Pam
    databases: dict[str, tuple[str, ...]]
    companions: tuple[Companion, ...]


@cache
def system_files() -> SystemFiles:
    """Reads ``system.toml`` once."""
    return read_table(__file__, "system.toml", SystemFiles)


def take_paths(ledger: Ledger, paths: Iterable[str], role: Role, because: Proof) -> None:
    """Takes those of the paths that are in the image."""
    for path in paths:
        ledger.ask(path.encode(), role, because)


def take_bundle(ledger: Ledger, because: Proof) -> int | None:
    """Takes the system's bundle of certificate authorities. Its entry, None when the image has none."""
    places = (path.encode() for path in system_files().certificates.bundles)
    return next((entry for path in places if (entry := ledger.ask(path, Role.CERTIFICATES, because)) is not None), None)


def take_certificates(ledger: Ledger, because: Proof) -> None:
    """Takes what a TLS library verifies servers by: the bundle, also by the name that OpenSSL has for it."""
    take_bundle(ledger, because)
    take_paths(ledger, system_files().certificates.openssl, Role.CERTIFICATES, because)


def take_accounts(ledger: Ledger, because: Proof) -> None:
    """Takes the files by which users and groups are looked up."""
    take_paths(ledger, system_files().accounts.files, Role.USER, because)


def take_own_accounts(ledger: Ledger, because: Proof) -> None:
    """Takes the files by which a user of the image is looked up by name: those of a base do not know him."""
    for path in system_files().accounts.files:
        if (entry := ledger.file(path.encode())) is not None:
            ledger.lift(entry, because)


def take_libraries(start: Start, entries: Iterable[int]) -> None:
    """Takes the libraries of the shared objects among ``entries``, which the program opens while it runs."""
    paths = start.ledger.filesystem.paths
    start.loader().load_objects(entry for entry in entries if paths[entry].endswith(b".so"))


def take_objects(start: Start, entries: Iterable[int], optional: tuple[str, ...]) -> Loader:
    """Takes the libraries of shared objects that the program opens while it runs; those with an ``optional`` ending load only
    where their libraries are. A loader for more that is not missed."""
    paths, ends = start.ledger.filesystem.paths, tuple(map(path_bytes, optional))
    objects = list(entries)
    start.loader().load_objects(entry for entry in objects if not paths[entry].endswith(ends))
    loader = start.loader(noted=False)
    loader.load_objects(entry for entry in objects if paths[entry].endswith(ends))
    return loader
