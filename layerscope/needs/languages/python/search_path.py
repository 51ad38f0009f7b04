"""Where a Python interpreter looks for modules: its prefix, virtual environment and ``sys.path``.

Sources: CPython's ``Modules/getpath.py`` and ``Lib/site.py`` (documented in "The initialization of the sys.path module search
path"), PEP 405 (``pyvenv.cfg``); Debian's interpreter has ``dist-packages`` in place of ``site-packages``.
"""

import ast
import re
from collections.abc import Iterable
from enum import Enum

from msgspec import Struct

from layerscope.core.errors import ImageError
from layerscope.core.names import path_bytes, path_text
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger, normal

_VERSION = re.compile(rb"python(\d+\.\d+)t?\Z")
_LARGEST_SETTINGS = 1024 * 1024


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
    the entry of ``pyvenv.cfg`` (None outside of a virtual environment); ``sites`` its directories of distributions."""

    version: str
    prefix: bytes
    standard: bytes
    settings: int | None
    sites: tuple[bytes, ...]

    @property
    def tag(self) -> bytes:
        """How the names of its bytecode and extension modules say that they are for it: ``cpython-311``."""
        return b"cpython-" + self.version.replace(".", "").encode()


def find_installation(ledger: Ledger, asked: bytes, environment: dict[str, str], home: bytes) -> Installation | None:
    """The installation that an interpreter started as ``asked`` belongs to; None when its standard library is not there."""
    settings = _virtual_environment(ledger, asked)
    values = _settings(ledger, settings)
    real = ledger.filesystem.trace(asked).path
    named = stored_path(environment.get("PYTHONHOME", "").partition(":")[0])
    starts = [named] if named else [stored_path(values["home"]), real] if values.get("home") else [real]
    name = real.rpartition(b"/")[2]
    standard = next((found for start in starts if (found := _standard_library(ledger, start, name))), None)
    if standard is None:
        return None
    version_name = standard.rpartition(b"/")[2]
    prefix = standard.rpartition(b"/")[0].rpartition(b"/")[0]
    match = _VERSION.match(version_name)
    version = match[1].decode() if match else ""
    sites = _sites(ledger, prefix, version_name)
    if settings is not None:
        own = ledger.filesystem.paths[settings].rpartition(b"/")[0]
        inherited = sites if values.get("include-system-site-packages", "").lower() == "true" else []
        sites = [own + b"/lib/" + version_name + b"/site-packages", *inherited]
    if environment.get("PYTHONNOUSERSITE", "") == "" and (settings is None or len(sites) > 1):
        base = stored_path(environment.get("PYTHONUSERBASE", "")) or home + b"/.local"
        sites = [base + b"/lib/" + version_name + b"/site-packages", *sites]
    real_sites = dict.fromkeys(ledger.filesystem.trace(path).path for path in sites)
    return Installation(version, prefix, standard, settings, tuple(real_sites))


def _sites(ledger: Ledger, prefix: bytes, version_name: bytes) -> list[bytes]:
    sites = [prefix + b"/lib/" + version_name + b"/site-packages"]
    if prefix == b"usr" or (prefix == b"" and is_directory(ledger, b"usr/lib/python3/dist-packages")):
        local = b"usr/local/lib/" + version_name
        sites = [
            local + b"/dist-packages",
            b"usr/lib/python3/dist-packages",
            b"usr/lib/" + version_name + b"/dist-packages",
            *sites,
        ]
    return sites


def search_path(
    ledger: Ledger, installation: Installation, first: Iterable[bytes], environment: dict[str, str]
) -> tuple[list[Place], list[int]]:
    """``sys.path`` as the interpreter computes it, and the ``.pth`` files that it reads on the way.

    ``first`` are directories that come before all others (the script's, the working directory's).
    """
    standard = installation.standard
    compact = b"python" + installation.version.replace(".", "").encode() + b".zip"
    named = [stored_path(part) for part in environment.get("PYTHONPATH", "").split(":") if part.startswith("/")]
    informed = (b".dist-info/METADATA", b".dist-info/RECORD")
    targets = {path.rsplit(b"/", 2)[0] for path in ledger.filesystem.visible if path.endswith(informed)}
    places = [_application_place(ledger, path, targets) for path in (*first, *named)]
    places.append(Place(standard.rpartition(b"/")[0] + b"/" + compact, Use.STANDARD))
    places += [Place(standard, Use.STANDARD), Place(standard + b"/lib-dynload", Use.STANDARD)]
    pth: list[int] = []
    sites = dict.fromkeys((*installation.sites, *(place.path for place in places if place.use == Use.SITE)))
    for site in sites:
        if not is_directory(ledger, site):
            continue
        if site in installation.sites:
            places.append(Place(site, Use.SITE))
        for entry in _path_files(ledger, site):
            pth.append(entry)
            places += _added(ledger, entry, site)
    return list({place.path: place for place in reversed(places)}.values())[::-1], pth


def _application_place(ledger: Ledger, path: bytes, targets: set[bytes]) -> Place:
    """A directory that somebody named; one that pip installed into (``--target``) holds distributions.

    What a build left beside its sources (``NAME.egg-info``) makes no such directory, but for one that is called so.
    """
    real = ledger.filesystem.trace(path).path
    site = real.endswith((b"/site-packages", b"/dist-packages")) or real in targets
    return Place(real, Use.SITE if site else Use.APPLICATION)


def _path_files(ledger: Ledger, site: bytes) -> list[int]:
    names = [name for name in ledger.filesystem.children(site) if name.endswith(b".pth") and not name.startswith(b".")]
    entries = [ledger.filesystem.visible.get(site + b"/" + name) for name in names]
    return [entry for entry in entries if entry is not None]


def _added(ledger: Ledger, entry: int, site: bytes) -> list[Place]:
    """Directories that a ``.pth`` file adds, editable installations' finders looked into."""
    places: list[Place] = []
    for line in map(bytes.strip, content(ledger, entry).splitlines()[:10_000]):
        if match := re.match(rb"import[ \t]+(__editable__\w*)", line):
            finder = ledger.filesystem.visible.get(site + b"/" + match[1] + b".py")
            places += [Place(path, Use.APPLICATION, entry) for path in _mapped(ledger, finder)]
        elif line and not line.startswith((b"#", b"import ", b"import\t")):
            path = ledger.filesystem.trace(line if line.startswith(b"/") else site + b"/" + line).path
            if is_directory(ledger, path):
                places.append(Place(path, Use.SITE if path.startswith(site + b"/") else Use.APPLICATION, entry))
    return places


def _mapped(ledger: Ledger, finder: int | None) -> list[bytes]:
    """The directories above the packages that setuptools' finder of an editable installation names in its MAPPING."""
    if finder is None:
        return []
    match = re.search(rb"^MAPPING(?:\s*:[^=\n]*)?\s*=\s*(\{[^}]*\})", content(ledger, finder), re.MULTILINE)
    try:
        mapping = ast.literal_eval(path_text(match[1])) if match else {}
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    if not isinstance(mapping, dict):
        return []
    paths = [stored_path(path) for path in mapping.values() if isinstance(path, str) and path.startswith("/")]
    return list(dict.fromkeys(ledger.filesystem.trace(path).path.rpartition(b"/")[0] for path in paths))


def _virtual_environment(ledger: Ledger, asked: bytes) -> int | None:
    """``pyvenv.cfg`` beside the interpreter or in the directory above, its symbolic link not followed (PEP 405)."""
    directory = normal(asked).rpartition(b"/")[0]
    for place in (directory, directory.rpartition(b"/")[0]):
        entry = ledger.filesystem.trace(place + b"/pyvenv.cfg").entry
        if ledger.is_file(entry):
            return entry
    return None


def _settings(ledger: Ledger, entry: int | None) -> dict[str, str]:
    if entry is None:
        return {}
    lines = path_text(content(ledger, entry)).splitlines()
    pairs = (line.partition("=") for line in lines[:1000])
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _standard_library(ledger: Ledger, start: bytes, name: bytes) -> bytes | None:
    """The directory ``lib/python3.X`` that has ``os.py``, in a directory above ``start``."""
    place = ledger.filesystem.trace(start).path
    asked = _VERSION.match(name)
    while True:
        for library in (b"lib", b"lib64"):
            directory = ledger.filesystem.trace(place + b"/" + library).path
            for candidate in [name] if asked else _versions(ledger, directory):
                path = ledger.filesystem.trace(directory + b"/" + candidate).path
                if any(path + landmark in ledger.filesystem.visible for landmark in (b"/os.py", b"/os.pyc")):
                    return path
        if not place:
            return None
        place = place.rpartition(b"/")[0]


def _versions(ledger: Ledger, directory: bytes) -> list[bytes]:
    names = [ledger.filesystem.paths[entry].rpartition(b"/")[2] for entry in ledger.children(directory)]
    return sorted(
        (name for name in names if _VERSION.match(name)), key=lambda name: [int(n) for n in re.findall(rb"\d+", name)]
    )[::-1]


def is_directory(ledger: Ledger, path: bytes) -> bool:
    """Whether a directory of that path, which has no symbolic links in it, has an entry or anything below it."""
    entry = ledger.filesystem.visible.get(path)
    if entry is not None:
        return ledger.filesystem.kinds[entry] == Kind.DIRECTORY
    return ledger.filesystem.has_below(path)


def content(ledger: Ledger, entry: int, limit: int = _LARGEST_SETTINGS) -> bytes:
    """What a small file says; nothing when it cannot be read."""
    try:
        return ledger.read(entry, limit)
    except ImageError:
        return b""


def stored_path(text: str) -> bytes:
    """A path of the configuration as the filesystem stores it."""
    return path_bytes(text).lstrip(b"/")
