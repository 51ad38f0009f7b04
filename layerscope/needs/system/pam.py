"""What programs that ask PAM who may do what read and load (pam.conf(5), pam.d(5))."""

from collections.abc import Iterable, Sequence

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes
from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Proof
from layerscope.needs.system.files import system_files, take_objects, take_own_accounts
from layerscope.needs.trees import take, take_below

_MODULE = expression(rb"\bpam_[\w-]+\.so\b")
_LARGEST_SERVICE = 65536


def take_pam(start: Start) -> None:
    """Takes the services, the modules that they name with their libraries and settings, and all accounts with their
    passwords, for a program that is linked to PAM."""
    table, ledger = system_files().pam, start.ledger
    if table.library not in start.facts.needed:
        return
    because = ledger.proof(start.program.entry, "asked by way of PAM by")
    services = take_below(ledger, path_bytes(table.services), Role.DATA, because)
    _take_modules(start, _named_in(ledger, services), because)
    take(ledger, map(path_bytes, table.files), Role.DATA, because)
    take_below(ledger, path_bytes(table.settings), Role.DATA, because)
    take_own_accounts(ledger, because)
    for path in map(path_bytes, table.passwords):
        if (entry := ledger.file(path)) is not None:
            ledger.lift(entry, because)


def _named_in(ledger: Ledger, services: Iterable[int]) -> list[bytes]:
    """The names of the modules that services name."""
    return sorted({name for entry in services for name in _MODULE.findall(ledger.content(entry, _LARGEST_SERVICE))})


def _take_modules(start: Start, names: Sequence[bytes], because: Proof) -> None:
    """Takes modules by their names, where PAM looks for them, with their libraries."""
    places = [path_bytes(place.format(start.triplet)) for place in system_files().pam.modules]
    found = (start.ledger.ask(place + b"/" + name, Role.LIBRARY, because) for place in places for name in names)
    take_objects(start, [entry for entry in found if entry is not None], (".so",))
