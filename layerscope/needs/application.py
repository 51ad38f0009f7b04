"""The files that were put beside the program, above all in its working directory."""

from layerscope.attribution.model import Attribution
from layerscope.core.names import path_bytes
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Category, Role
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because


def application_needs(ledger: Ledger, attribution: Attribution, working_dir: str) -> None:
    """Takes what attribution calls the application: put into the image beside the program, and consumed by no build step.

    What is of no known category is taken too, where it lies in the working directory: it may be what the program reads. Other
    names of a program that is started (build tools link them) are not taken.
    """
    owner, paths = attribution.owner, ledger.filesystem.paths
    inside = normal_path(path_bytes(working_dir))
    application = _components(attribution, Category.APPLICATION)
    unknown = frozenset() if inside in SHARED_DIRECTORIES else _components(attribution, Category.UNKNOWN)
    either = application | unknown
    programs = _programs(ledger)
    for entry in [entry for entry in ledger.filesystem.visible.values() if owner[entry] in either]:
        if not _is_undecided(ledger, entry) or ledger.filesystem.holder(entry) in programs:
            continue
        if owner[entry] in application:
            ledger.add(entry, Role.DATA, (Because("application file, read by no build step"),))
        elif paths[entry].startswith(inside + b"/"):
            ledger.add(entry, Role.DATA, (Because("in the working directory; nothing says what it is"),))


def _components(attribution: Attribution, category: Category) -> frozenset[int]:
    return frozenset(number for number, component in enumerate(attribution.components) if component.category == category)


def _programs(ledger: Ledger) -> frozenset[int]:
    """The entries that store programs which are started."""
    started = (need.entry for need in ledger.needs if need.role in (Role.PROGRAM, Role.HEALTHCHECK))
    return frozenset(map(ledger.filesystem.holder, started))


def _is_undecided(ledger: Ledger, entry: int) -> bool:
    """Whether nothing has said yet if a file is needed."""
    return not (entry in ledger or entry in ledger.declined or ledger.filesystem.kinds[entry] == Kind.DIRECTORY)
