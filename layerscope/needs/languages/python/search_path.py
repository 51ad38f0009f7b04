"""Where a Python interpreter looks for modules: its prefix, virtual environment and ``sys.path``.

Sources: CPython's ``Modules/getpath.py`` and ``Lib/site.py`` (documented in "The initialization of the sys.path module search
path"), PEP 405 (``pyvenv.cfg``); Debian's interpreter has ``dist-packages`` in place of ``site-packages``.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from enum import Enum

from msgspec import Struct

from layerscope.core.names import path_bytes, path_text
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import is_directory, joined, parent, upwards

_VERSION = re.compile(rb"python(\d+\.\d+)t?\Z")
_FINDER = re.compile(rb"import[ \t]+(__editable__\w*)")
_MAPPING = re.compile(rb"^MAPPING(?:\s*:[^=\n]*)?\s*=\s*(\{[^}]*\})", re.MULTILINE)
_LIBRARIES = (b"lib", b"lib64")
_LANDMARKS = (b"/os.py", b"/os.pyc")
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


class Installation(Struct, frozen=True):
    """An interpreter with its files. ``version`` is "3.11"; ``standard`` the directory of its standard library; ``settings``
    the entry of ``pyvenv.cfg`` (None outside a virtual environment); ``sites`` its directories of distributions."""

    version: str
    standard: bytes
    settings: int | None
    sites: tuple[bytes, ...]


def find_installation(ledger: Ledger, asked: bytes, environment: dict[str, str], home: bytes) -> Installation | None:
    """The installation that an interpreter started as ``asked`` belongs to; None when its standard library is not there."""
    environment_file = _virtual_environment(ledger, asked)
    settings = _read_settings(ledger, environment_file)
    real = ledger.filesystem.trace(asked).path
    starts = [stored_path(environment.get("PYTHONHOME", "").partition(":")[0])]
    if not starts[0]:
        starts = [path for path in (stored_path(settings.get("home", "")), real) if path]
    name = real.rpartition(b"/")[2]
    standard = next((found for start in starts if (found := _standard_library(ledger, start, name))), None)
    if standard is None:
        return None
    library, _, version = standard.rpartition(b"/")
    sites = _system_sites(ledger, parent(library), version)
    if environment_file is not None:
        is_shared = settings.get("include-system-site-packages", "").lower() == "true"
        own = parent(ledger.filesystem.paths[environment_file])
        sites = [_site(own, version), *(sites if is_shared else ())]
    if not environment.get("PYTHONNOUSERSITE") and (environment_file is None or len(sites) > 1):
        sites = [_site(stored_path(environment.get("PYTHONUSERBASE", "")) or home + b"/.local", version), *sites]
    real_sites = dict.fromkeys(ledger.filesystem.trace(path).path for path in sites)
    match = _VERSION.match(version)
    return Installation(match[1].decode() if match else "", standard, environment_file, tuple(real_sites))


def _site(prefix: bytes, version: bytes) -> bytes:
    return prefix + b"/lib/" + version + b"/site-packages"


def _system_sites(ledger: Ledger, prefix: bytes, version: bytes) -> list[bytes]:
    """The directories of distributions that an interpreter of a prefix has, with those of Debian for its own."""
    if prefix != b"usr" and (prefix or not is_directory(ledger, _DEBIAN)):
        return [_site(prefix, version)]
    local = b"usr/local/lib/" + version + b"/dist-packages"
    return [local, _DEBIAN, b"usr/lib/" + version + b"/dist-packages", _site(prefix, version)]


def search_path(
    ledger: Ledger, installation: Installation, first: Iterable[bytes], environment: dict[str, str]
) -> tuple[list[Place], list[int]]:
    """``sys.path`` as the interpreter computes it, and the ``.pth`` files that it reads on the way.

    ``first`` are directories that come before all others (the script's, the working directory's).
    """
    standard = installation.standard
    compact = parent(standard) + b"/python" + installation.version.replace(".", "").encode() + b".zip"
    named = [stored_path(part) for part in environment.get("PYTHONPATH", "").split(":") if part.startswith("/")]
    targets = {path.rsplit(b"/", 2)[0] for path in ledger.filesystem.visible if path.endswith(_RECORDS)}
    places = [_application_place(ledger, path, targets) for path in (*first, *named)]
    places += [Place(path, Use.STANDARD) for path in (compact, standard, standard + b"/lib-dynload")]
    sites = dict.fromkeys((*installation.sites, *(place.path for place in places if place.use == Use.SITE)))
    pth: list[int] = []
    for site in [site for site in sites if is_directory(ledger, site)]:
        places += [Place(site, Use.SITE)] if site in installation.sites else []
        for entry in _path_files(ledger, site):
            pth.append(entry)
            places += _added(ledger, entry, site)
    return list({place.path: place for place in reversed(places)}.values())[::-1], pth


def _application_place(ledger: Ledger, path: bytes, targets: set[bytes]) -> Place:
    """A directory that words or variables name; one that pip installed into (``--target``) holds distributions.

    What a build left beside its sources (``NAME.egg-info``) makes no such directory, unless it is called so.
    """
    real = ledger.filesystem.trace(path).path
    return Place(real, Use.SITE if real.endswith(_SITES) or real in targets else Use.APPLICATION)


def _path_files(ledger: Ledger, site: bytes) -> list[int]:
    names = [name for name in ledger.filesystem.children(site) if name.endswith(b".pth") and not name.startswith(b".")]
    entries = [ledger.filesystem.visible.get(joined(site, name)) for name in names]
    return [entry for entry in entries if entry is not None]


def _added(ledger: Ledger, entry: int, site: bytes) -> Iterator[Place]:
    """Directories that a ``.pth`` file adds, editable installations' finders looked into."""
    for line in map(bytes.strip, ledger.content(entry, _LARGEST_SETTINGS).splitlines()[:_MOST_ADDED]):
        if match := _FINDER.match(line):
            finder = ledger.filesystem.visible.get(site + b"/" + match[1] + b".py")
            yield from (Place(path, Use.APPLICATION, entry) for path in _mapped(ledger, finder))
        elif line and not line.startswith((b"#", b"import ", b"import\t")):
            path = ledger.filesystem.trace(line if line.startswith(b"/") else site + b"/" + line).path
            if is_directory(ledger, path):
                yield Place(path, Use.SITE if path.startswith(site + b"/") else Use.APPLICATION, entry)


def _mapped(ledger: Ledger, finder: int | None) -> list[bytes]:
    """The directories above the packages that setuptools' finder of an editable installation names in its MAPPING."""
    match = _MAPPING.search(ledger.content(finder, _LARGEST_SETTINGS))
    try:
        mapping = ast.literal_eval(path_text(match[1])) if match else {}
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    values = mapping.values() if isinstance(mapping, dict) else ()
    paths = [stored_path(path) for path in values if isinstance(path, str) and path.startswith("/")]
    return list(dict.fromkeys(parent(ledger.filesystem.trace(path).path) for path in paths))


def _virtual_environment(ledger: Ledger, asked: bytes) -> int | None:
    """``pyvenv.cfg`` beside the interpreter or in the directory above, its symbolic link not followed (PEP 405)."""
    directory = parent(asked)
    files = (ledger.file(place + b"/pyvenv.cfg") for place in (directory, parent(directory)))
    return next((entry for entry in files if entry is not None), None)


def _read_settings(ledger: Ledger, entry: int | None) -> dict[str, str]:
    lines = path_text(ledger.content(entry, _LARGEST_SETTINGS)).splitlines()
    pairs = (line.partition("=") for line in lines[:_MOST_SETTINGS])
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _standard_library(ledger: Ledger, start: bytes, name: bytes) -> bytes | None:
    """The directory ``lib/python3.X`` that has ``os.py``, in a directory above ``start``."""
    trace, visible = ledger.filesystem.trace, ledger.filesystem.visible
    for place in upwards(trace(start).path):
        for library in _LIBRARIES:
            directory = trace(joined(place, library)).path
            for candidate in [name] if _VERSION.match(name) else _versions(ledger, directory):
                path = trace(directory + b"/" + candidate).path
                if any(path + landmark in visible for landmark in _LANDMARKS):
                    return path
    return None


def _versions(ledger: Ledger, directory: bytes) -> list[bytes]:
    """The names of directories of standard libraries, the newest first."""
    names = [name for name in ledger.filesystem.children(directory) if _VERSION.match(name)]
    return sorted(names, key=lambda name: [int(number) for number in re.findall(rb"\d+", name)], reverse=True)


def stored_path(text: str) -> bytes:
    """A path of the configuration as the filesystem stores it."""
    return path_bytes(text).lstrip(b"/")
