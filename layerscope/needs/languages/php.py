"""What a PHP program needs: its configuration, the extensions that this loads, the application, and Composer's packages."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.core.expressions import expression
from layerscope.core.names import absolute, path_bytes, path_text, printable
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.needs import trees
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Program
from layerscope.needs.named.sources import take_named
from layerscope.needs.projects import origin, take_project
from layerscope.needs.system.files import take_libraries, take_paths
from layerscope.start.options import Grammar, read_options
from layerscope.start.programs import base_name

_LARGEST_SETTINGS = 1024 * 1024
_LARGEST_RECORD = 64 * 1024 * 1024
_MOST_SCANNED = 2000
_EXTENSION = expression(r"^\s*(?:zend_)?extension\s*=\s*[\"']?([^\"';\s]+)", re.MULTILINE | re.IGNORECASE)
_EXTENSION_DIRECTORY = expression(r"^\s*extension_dir\s*=\s*[\"']?([^\"';\s]+)", re.MULTILINE | re.IGNORECASE)
_NAMED_FILE = expression(r"^\s*[\w.]+\s*=\s*[\"']?(/[^\"';\s]+)", re.MULTILINE)
_VERSION = expression(r"\d+\.\d+")


class _Known(Struct, frozen=True, kw_only=True):
    """``php.toml``, which says what the fields mean."""

    options: Grammar
    servers: frozenset[str]
    directories: tuple[str, ...]
    extensions: tuple[str, ...]
    include: tuple[str, ...]
    settings: tuple[str, ...]
    zones: tuple[str, ...]
    left_out: tuple[str, ...]
    discovered: tuple[str, ...]
    roots: tuple[str, ...]


_KNOWN = read_table(__file__, "php.toml", _Known)


class Run(Struct, frozen=True, kw_only=True):
    """What is run: a ``script``, ``code`` of ``-r``, or the built-in web server (``serves``) with its ``documents`` ("" for the
    working directory); ``settings`` are those of ``-d``, ``configuration`` what ``-c`` names."""

    script: str = ""
    code: bool = False
    serves: bool = False
    documents: str = ""
    configuration: str = ""
    settings: tuple[str, ...] = ()


class _Package(Struct):
    """A package in Composer's ``installed.json``; metapackages have no path."""

    name: str = ""
    autoload: Any = None
    path: str | None = field(name="install-path", default=None)


class _Installed(Struct):
    """Composer's ``installed.json``."""

    packages: list[_Package] = []
    development: list[str] = field(name="dev-package-names", default_factory=list)

    def unused(self, texts: str) -> list[str]:
        """Where the packages lie that only development asks for, and that neither start nor the texts load."""
        asked = (item for item in self.packages if item.name in self.development)
        return [item.path for item in asked if item.path and not _is_loaded(item, texts)]


def follow(start: Start) -> Program:
    """Takes everything that a PHP program reads as needed.

    ``followed`` is False for servers whose scripts are named by requests (php-fpm), and where the script is not there.
    """
    version, run = php_version(start), read_run(start)
    taken = _take_configuration(start, version, run)
    taken += _take_application(start, run)
    take_libraries(start, taken)
    _take_system(start)
    followed = start.has_none(_obstacles(start, version, run))
    return replace(start.program, version=version, ecosystem=Ecosystem.PHP, followed=followed)


def php_version(start: Start) -> str:
    """Major and minor version: of PHP_VERSION, the program's name, or the directories of its configuration."""
    candidates = [start.environment.get("PHP_VERSION", ""), start.name, re.sub(r".*(\d)(\d)\Z", r"\1.\2", start.name)]
    candidates += map(path_text, trees.names_in(start.ledger, b"etc/php"))
    return "".join(_VERSION.findall("\n".join(candidates))[:1])


def read_run(start: Start) -> Run:
    """What the words of a ``php`` command line mean (php(1))."""
    line = read_options(start.words[1:], _KNOWN.options)
    code = line.has(("-r", "--run", "-R", "--process-code"))
    named = line.value(("-f", "--file", "-F", "--process-file"))
    return Run(
        script=named or ("" if code else "".join(line.arguments[:1])),
        code=code,
        serves=line.has(("-S", "--server")),
        documents=line.value(("-t", "--docroot")),
        configuration=line.value(("-c", "--php-ini")),
        settings=line.values(("-d", "--define")),
    )


def _obstacles(start: Start, version: str, run: Run) -> Iterator[str]:
    """Why what is run cannot be followed."""
    name = base_name("".join(start.words[:1])).rstrip("0123456789.")
    if name in _KNOWN.servers or "fpm" in start.name:
        yield "runs the scripts that requests name, which cannot be known"
    elif run.script:
        yield from _about_script(start, trees.located(start.directory, run.script))
    elif not run.serves and not run.code:
        yield "is started without a program to run"
    if not version:
        yield "is a PHP whose version nothing in the image tells"


def _about_script(start: Start, path: bytes) -> Iterator[str]:
    if start.ledger.file(path) is None:
        yield f"runs {absolute(path)}, which is not in the image"


def _take_configuration(start: Start, version: str, run: Run) -> list[int]:
    """Takes php.ini, the files of conf.d, and the extensions that they load."""
    ledger, because = start.ledger, origin(start, "configuration of")
    files = _configuration_files(start, version, run)
    text = "\n".join((*run.settings, trees.texts_at(ledger, files, _LARGEST_SETTINGS)))
    taken = trees.take_files(ledger, files, Role.RUNTIME, because)
    named = [trees.located("/", value) for value in _NAMED_FILE.findall(text) if not value.endswith(".so")]
    trees.take_files(ledger, named, Role.DATA, because)
    return taken + _take_extensions(start, text, version)


def _configuration_files(start: Start, version: str, run: Run) -> list[bytes]:
    """php.ini and the files of conf.d, in the order of php(1), whether they are there or not."""
    place = _configuration_place(start, version, run)
    named = [place] if start.ledger.file(place) is not None else [place + b"/php.ini", place + b"/php-cli.ini"]
    return [*named, *_scanned_files(start, place + b"/conf.d")]


def _scanned_files(start: Start, usual: bytes) -> Iterator[bytes]:
    """The files of the directories that PHP goes through for settings; an empty name is the ``usual`` one."""
    for scan in start.environment.get("PHP_INI_SCAN_DIR", "").split(":"):
        yield from trees.paths_like(start.ledger, trees.located("/", scan) or usual, ("*.ini",))


def _configuration_place(start: Start, version: str, run: Run) -> bytes:
    """The directory of php.ini, or the file that is named in its place."""
    ledger = start.ledger
    named = (run.configuration, *(start.environment.get(name, "") for name in ("PHPRC", "PHP_INI_DIR")))
    places = trees.all_located(start.directory, named) + _fill(_KNOWN.directories, version)
    return next((path for path in places if trees.is_directory(ledger, path) or ledger.file(path) is not None), b"")


def _fill(places: tuple[str, ...], version: str) -> list[bytes]:
    return [path_bytes(place.format(version=version, short=version.replace(".", ""))) for place in places]


def _take_extensions(start: Start, text: str, version: str) -> list[int]:
    """Takes the extensions that the text of the configuration loads."""
    because = origin(start, "extension that the configuration loads into")
    roots = trees.all_located("/", _EXTENSION_DIRECTORY.findall(text)) or _fill(_KNOWN.extensions, version)
    libraries = list(chain.from_iterable(trees.below(start.ledger, root) for root in roots))
    taken: list[int] = []
    for value in dict.fromkeys(_EXTENSION.findall(text)):
        name = base_name(value).removesuffix(".so") + ".so"
        paths = [trees.located("/", value)] if value.startswith("/") else _libraries_of(libraries, name)
        taken += trees.take_files(start.ledger, paths, Role.RUNTIME, because)
        if not paths:
            start.ledger.miss(start.program.path, f"loads the extension {printable(name)}, which is not in the image")
    return taken


def _libraries_of(libraries: list[bytes], name: str) -> list[bytes]:
    end = path_bytes(f"/{name}")
    return [path for path in libraries if path.endswith(end)]


def _take_application(start: Start, run: Run) -> list[int]:
    """Takes the application's directory with Composer's packages, except those of development that nothing loads."""
    ledger = start.ledger
    because = origin(start, "in the directory of the application run by")
    if run.script:
        ledger.ask(trees.located(start.directory, run.script), Role.DATA, origin(start, "run by"))
    roots = _roots(start, run)
    development = tuple(chain.from_iterable(development_packages(ledger, root) for root in roots))
    taken: list[int] = []
    for root in roots:
        taken += take_project(start, root, _KNOWN.left_out, because, lambda path: path.startswith(development))
    take_named(start, taken, (b".php", b".inc", b".phtml"))
    if not _has_autoloader(ledger, roots) or _uses_include_path(ledger, taken):
        shared = map(path_bytes, _KNOWN.include)
        taken += trees.take_each_below(ledger, shared, Role.DEPENDENCY, because, lambda path: path.endswith((b".php", b".inc")))
    return taken


def _has_autoloader(ledger: Ledger, roots: list[bytes]) -> bool:
    return trees.first_file(ledger, (root + b"/vendor/autoload.php" for root in roots)) is not None


def _roots(start: Start, run: Run) -> list[bytes]:
    """The directories of the application: where it is started, the script's, the documents', and the projects of these."""
    scripts = trees.all_located(start.directory, (run.script,))
    roots = [trees.located(start.directory, ""), *(trees.parent(start.ledger.filesystem.trace(path).path) for path in scripts)]
    roots += trees.all_located(start.directory, (run.documents,))
    above = [path for path in map(trees.parent, roots) if _is_project(start.ledger, path)]
    return list(dict.fromkeys([*roots, *above]))


def _is_project(ledger: Ledger, root: bytes) -> bool:
    if root in SYSTEM_DIRECTORIES:
        return False
    return not set(map(path_bytes, _KNOWN.roots)).isdisjoint(trees.names_in(ledger, root))


def _uses_include_path(ledger: Ledger, taken: list[int]) -> bool:
    """Whether a source of the application, packages aside, speaks of the directories on PHP's include_path."""
    paths = ledger.filesystem.paths
    sources = [entry for entry in taken if paths[entry].endswith(b".php") and b"/vendor/" not in paths[entry]]
    words = re.compile(b"|".join(map(re.escape, (b"include_path", *map(path_bytes, _KNOWN.include)))))
    return any(_may_have(ledger, entry, words) for entry in sources[:_MOST_SCANNED])


def _may_have(ledger: Ledger, entry: int, words: re.Pattern[bytes]) -> bool:
    """Whether a source has one of the words; one that cannot be read may."""
    try:
        return words.search(ledger.read(entry, _LARGEST_SETTINGS)) is not None
    except ImageError:
        return True


def development_packages(ledger: Ledger, root: bytes) -> list[bytes]:
    """The directories of packages that only development asks for (``dev-package-names`` of Composer's ``installed.json``).

    One that the autoloader includes at every start, or that a framework's list of classes names, stays.
    """
    vendor = root + b"/vendor/"
    installed = _read_installed(ledger, vendor + b"composer/installed.json")
    texts = trees.texts_at(ledger, trees.inside(root, _KNOWN.discovered), _LARGEST_SETTINGS)
    paths = (trees.located(f"/{path_text(vendor)}composer", path) + b"/" for path in installed.unused(texts))
    return [path for path in paths if path.startswith(vendor)]


def _read_installed(ledger: Ledger, record: bytes) -> _Installed:
    try:
        return msgspec.json.decode(ledger.content(ledger.file(record), _LARGEST_RECORD), type=_Installed)
    except (RecursionError, ValueError):
        return _Installed()


def _is_loaded(package: _Package, texts: str) -> bool:
    """Whether a package is loaded at every start, or named in the texts."""
    autoload = package.autoload if isinstance(package.autoload, dict) else {}
    words = [word for name in (package.name, *_spaces(autoload)) for word in (name, name.replace("\\", "\\\\"))]
    return bool(autoload.get("files")) or any(word in texts for word in filter(None, words))


def _spaces(autoload: dict[str, Any]) -> Iterator[str]:
    """The namespaces of a package."""
    for kind in ("psr-4", "psr-0"):
        table = autoload.get(kind)
        yield from table if isinstance(table, dict) else ()


def _take_system(start: Start) -> None:
    """Takes what the interpreter reads of the system: locale, TLS settings, and time zones where a distribution built it."""
    because = origin(start, "read, where it is there, by")
    take_paths(start.ledger, (path.format(triplet=start.triplet) for path in _KNOWN.settings), Role.DATA, because)
    if not start.program.path.startswith(b"usr/local/"):
        trees.take_each_below(start.ledger, map(path_bytes, _KNOWN.zones), Role.ZONEINFO, because)
