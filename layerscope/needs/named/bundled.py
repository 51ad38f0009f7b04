"""Programs that carry an interpreter and its libraries in themselves (PyInstaller, Nuitka): all but the C library's own."""

from functools import cache

from msgspec import Struct

from layerscope.core.tables import read_table
from layerscope.needs.follower import Start
from layerscope.needs.system.files import take_certificates

_LOOKED_AT = 4 * 1024 * 1024


class Bundled(Struct, frozen=True):
    """``bundled.toml``, which says what the fields mean."""

    marks: tuple[str, ...]
    libraries: tuple[str, ...]


@cache
def knowledge() -> Bundled:
    """Reads ``bundled.toml`` once."""
    return read_table(__file__, "bundled.toml", Bundled)


def take_bundled(start: Start) -> None:
    """Takes the C library's libraries that what a program unpacks is linked to, and certificate authorities."""
    content = start.ledger.content(start.program.entry, _LOOKED_AT)
    if not any(mark.encode() in content for mark in knowledge().marks):
        return
    loader = start.loader(noted=False)
    because = start.ledger.proof(start.program.entry, "a library may need it that is packed into")
    for name in knowledge().libraries:
        loader.load_named(start.program.entry, name.encode(), because)
    take_certificates(start.ledger, start.ledger.proof(start.program.entry, "a TLS library may be packed into"))
