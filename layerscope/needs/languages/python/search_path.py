"""Where a Python interpreter looks for modules: its prefix, virtual environment and ``sys.path``.

Sources: CPython's ``Modules/getpath.py`` and ``Lib/site.py`` (documented in "The initialization of the sys.path module search
path"), PEP 405 (``pyvenv.cfg``); Debian's interpreter has ``dist-packages`` in place of ``site-packages``.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import partial
from itertools import chain, product
from posixpath import join

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.needs.elf import version_key
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import first, is_directory, joined, parent, stored_path, upwards

_VERSION = expression(rb"python(\d+\.\d+)t?\Z")
_FINDER = expression(rb"import[ \t]+(__editable__\w*)")
_PTH = expression(rb"[^.].*\.pth", re.DOTALL)
_NO_PATH = expression(rb"\Z|#|import[ \t]")
_MAPPING = expression(rb"^MAPPING(?:\s*:[^=\n]*)?\s*=\s*(\{[^}]*\})", re.MULTILINE)
_LIBRARIES = (b"lib", b"lib64")
_RECORDS = (b".dist-info/METADATA", b".dist-info/RECORD")
_SITES = (b"/site-packages", b"/dist-packages")
_DEBIAN = b"usr/lib/python3/dist-packages"
_LARGEST_SETTINGS = 1024 * 1024
_MOST_SETTINGS = 1000
_MOST_ADDED = 10_000


class Use(Enum):
    """What a directory of ``sys.path`` holds."""

    APPLICATION = "application"
    STANDARD = "standard library"
    SITE = "installed distributions"


class Place(Struct, frozen=True):
    """A directory of ``sys.path``, without symbolic links. ``pth`` is the entry of the file that adds it, None for others."""

    path: bytes
    use: Use
    pth: int | None = None


def paths_of(places: Iterable[Place], *uses: Use) -> list[bytes]:
    """The directories that are of one of these uses."""
    return [place.path for place in places if place.use in uses]


class Installation(Struct, frozen=True):
    """An interpreter with its files. ``version`` is "3.11"; ``standard`` the directory of its standard library; ``settings``
    the entry of ``pyvenv.cfg`` (None outside a virtual environment); ``sites`` its directories of distributions."""

    version: str
    standard: bytes
    settings: int | None
    sites: tuple[bytes, ...]


def find_installation(ledger: Ledger, asked: bytes, environment: dict[str, str], home: bytes) -> Installation | None:
    """The installation that an interpreter started as ``asked`` belongs to; None when its standard library is not there."""
    virtual = _virtual_environment(ledger, asked)
    settings = _read_settings(ledger, virtual)
    real = ledger.filesystem.trace(asked).path
    starts = _starts(environment, settings, real)
    standard = first(_standard_library(ledger, start, real.rpartition(b"/")[2]) for start in starts)
    if standard is None:
        return None
    library, _, version = standard.rpartition(b"/")
    sites = [] if virtual is None else [_site(parent(ledger.filesystem.paths[virtual]), version)]
    if virtual is None or settings.get("include-system-site-packages", "").lower() == "true":
        system = _system_sites(ledger, parent(library), version)
        sites = [*_user_sites(environment, home, version), *sites, *system]
    real_sites = dict.fromkeys(ledger.filesystem.trace(path).path for path in sites)
    return Installation(_number(version), standard, virtual, tuple(real_sites))


def _starts(environment: dict[str, str], settings: dict[str, str], real: bytes) -> list[bytes]:
    """The directories from which the standard library is looked for upwards."""
    named = stored_path(environment.get("PYTHONHOME", "").partition(":")[0])
    return [named] if named else [stored_path(settings.get("home", "")) or real, real]


def _user_sites(environment: dict[str, str], home: bytes, version: bytes) -> list[bytes]:
    """The user's own directory of distributions, unless ENV turns it off."""
    base = stored_path(environment.get("PYTHONUSERBASE", "")) or home + b"/.local"
    return [] if environment.get("PYTHONNOUSERSITE") else [_site(base, version)]


def _number(name: bytes) -> str:
    """The version in the name of a directory or program, "" when there is none."""
    match = _VERSION.match(name)
    return match[1].decode() if match else ""


def _site(prefix: bytes, version: bytes) -> bytes:
    return prefix + b"/lib/" + version + b"/site-packages"


def _system_sites(ledger: Ledger, prefix: bytes, version: bytes) -> list[bytes]:
    """The directories of distributions that an interpreter of a prefix has, with those of Debian for its own."""
    if prefix != b"usr" and (prefix or not is_directory(ledger, _DEBIAN)):
        return [_site(prefix, version)]
    local = b"usr/local/lib/" + version + b"/dist-packages"
    return [local, _DEBIAN, b"usr/lib/" + version + b"/dist-packages", _site(prefix, version)]


def search_path(
    ledger: Ledger, installation: Installation, first_places: Iterable[bytes], environment: dict[str, str]
) -> tuple[list[Place], list[int]]:
    """``sys.path`` as the interpreter computes it, and the ``.pth`` files that it reads on the way.

    ``first_places`` are directories that come before all others (the script's, the working directory's).
    """
    targets = _targets(ledger)
    places = [_application_place(ledger, path, targets) for path in (*first_places, *_python_path(environment))]
    sites = [*installation.sites, *paths_of(places, Use.SITE)]
    places += _standard_places(installation)
    pth: list[int] = []
    for site in filter(partial(is_directory, ledger), dict.fromkeys(sites)):
        places += [Place(site, Use.SITE)] if site in installation.sites else []
        files = _path_files(ledger, site)
        pth += files
        places += chain.from_iterable(_added_places(ledger, entry, site) for entry in files)
    return list({place.path: place for place in reversed(places)}.values())[::-1], pth


def _standard_places(installation: Installation) -> list[Place]:
    standard = installation.standard
    compact = parent(standard) + b"/python" + installation.version.replace(".", "").encode() + b".zip"
    return [Place(path, Use.STANDARD) for path in (compact, standard, standard + b"/lib-dynload")]


def _python_path(environment: dict[str, str]) -> list[bytes]:
    return [stored_path(part) for part in environment.get("PYTHONPATH", "").split(":") if part.startswith("/")]


def _targets(ledger: Ledger) -> frozenset[bytes]:
    """The directories that distributions are installed in, wherever they lie."""
    return frozenset(path.rsplit(b"/", 2)[0] for path in ledger.filesystem.visible if path.endswith(_RECORDS))


def _application_place(ledger: Ledger, path: bytes, targets: frozenset[bytes]) -> Place:
    """A directory that words or variables name; one that pip installed into (``--target``) holds distributions.

    What a build left beside its sources (``NAME.egg-info``) makes no such directory, unless it is called so.
    """
    real = ledger.filesystem.trace(path).path
    return Place(real, Use.SITE if real.endswith(_SITES) or real in targets else Use.APPLICATION)


def _path_files(ledger: Ledger, site: bytes) -> list[int]:
    """The ``.pth`` files in a directory, by name; hidden ones are not read."""
    visible = ledger.filesystem.visible
    paths = (joined(site, name) for name in filter(_PTH.fullmatch, ledger.filesystem.children(site)))
    return [visible[path] for path in filter(visible.__contains__, paths)]


def _added_places(ledger: Ledger, entry: int, site: bytes) -> Iterator[Place]:
    """Directories that a ``.pth`` file adds, editable installations' finders looked into."""
    for line in map(bytes.strip, ledger.content(entry, _LARGEST_SETTINGS).splitlines()[:_MOST_ADDED]):
        if match := _FINDER.match(line):
            finder = ledger.filesystem.visible.get(site + b"/" + match[1] + b".py")
            yield from (Place(path, Use.APPLICATION, entry) for path in _mapped_directories(ledger, finder))
        elif not _NO_PATH.match(line):
            path = ledger.filesystem.trace(join(site, line)).path
            if is_directory(ledger, path):
                yield Place(path, Use.SITE if path.startswith(site + b"/") else Use.APPLICATION, entry)


def _mapped_directories(ledger: Ledger, finder: int | None) -> Iterable[bytes]:
    """The directories above the packages that setuptools' finder of an editable installation names in its MAPPING."""
    values = _read_mapping(ledger.content(finder, _LARGEST_SETTINGS)).values()
    paths = (stored_path(path) for path in values if isinstance(path, str) and path.startswith("/"))
    return dict.fromkeys(parent(ledger.filesystem.trace(path).path) for path in paths)


def _read_mapping(finder: bytes) -> dict[object, object]:
    """The literal value of a finder's MAPPING; nothing where it has none that can be read."""
    match = _MAPPING.search(finder)
    try:
        mapping = ast.literal_eval(path_text(match[1])) if match else {}
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return {}
    return mapping if isinstance(mapping, dict) else {}


def _virtual_environment(ledger: Ledger, asked: bytes) -> int | None:
    """``pyvenv.cfg`` beside the interpreter or in the directory above, its symbolic link not followed (PEP 405)."""
    directory = parent(asked)
    return first(ledger.file(place + b"/pyvenv.cfg") for place in (directory, parent(directory)))


def _read_settings(ledger: Ledger, entry: int | None) -> dict[str, str]:
    lines = path_text(ledger.content(entry, _LARGEST_SETTINGS)).splitlines()
    pairs = (line.partition("=") for line in lines[:_MOST_SETTINGS])
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _standard_library(ledger: Ledger, start: bytes, name: bytes) -> bytes | None:
    """The directory ``lib/python3.X`` that has ``os.py``, in a directory above ``start``."""
    trace, visible = ledger.filesystem.trace, ledger.filesystem.visible
    for place, library in product(upwards(trace(start).path), _LIBRARIES):
        directory = trace(joined(place, library)).path
        for candidate in [name] if _number(name) else _versions(ledger, directory):
            path = trace(directory + b"/" + candidate).path
            if not visible.keys().isdisjoint((path + b"/os.py", path + b"/os.pyc")):
                return path
    return None


def _versions(ledger: Ledger, directory: bytes) -> list[bytes]:
    """The names of directories of standard libraries, the newest first."""
    names = filter(_VERSION.match, ledger.filesystem.children(directory))
    return sorted(names, key=lambda name: version_key(_number(name)), reverse=True)
