"""What a PHP program needs: its configuration, the extensions that this loads, the application, and Composer's packages."""

import re
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.core.names import absolute, path_bytes
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger, normal
from layerscope.needs.linker import multiarch
from layerscope.needs.model import Program
from layerscope.needs.projects import origin, take_project
from layerscope.needs.system import take_libraries
from layerscope.needs.trees import below, file_at, is_directory, located, names_in, read_text, take, take_below
from layerscope.start.options import Grammar, read_options
from layerscope.start.programs import base_name

_LARGEST_SETTINGS = 1024 * 1024
_LARGEST_RECORD = 64 * 1024 * 1024
_MOST_SCANNED = 2000
_EXTENSION = re.compile(r"^\s*(?:zend_)?extension\s*=\s*[\"']?([^\"';\s]+)", re.MULTILINE | re.IGNORECASE)
_EXTENSION_DIRECTORY = re.compile(r"^\s*extension_dir\s*=\s*[\"']?([^\"';\s]+)", re.MULTILINE | re.IGNORECASE)
_NAMED_FILE = re.compile(r"^\s*[\w.]+\s*=\s*[\"']?(/[^\"';\s]+)", re.MULTILINE)
_VERSION = re.compile(r"(\d+)\.(\d+)")


@cache
def knowledge() -> dict[str, Any]:
    """Reads ``php.toml`` once."""
    return read_table(__file__, "php.toml", dict[str, Any])


class Run(NamedTuple):
    """What is run: a ``script``, ``code`` of ``-r``, or the built-in web server (``serves``) with its ``documents`` ("" for the
    working directory); ``settings`` are those of ``-d``, ``configuration`` what ``-c`` names."""

    script: str = ""
    code: bool = False
    serves: bool = False
    documents: str = ""
    configuration: str = ""
    settings: tuple[str, ...] = ()


def follow(start: Start) -> Program:
    """Takes everything that a PHP program reads as needed.

    ``followed`` is False for servers whose scripts are named by requests (php-fpm), and where the script is not there.
    """
    ledger, program = start.ledger, start.program
    version = php_version(start)
    run = read_run(start)
    taken = _take_configuration(start, version, run)
    taken += _take_application(start, run)
    take_libraries(start, taken)
    _take_system(start)
    followed = _is_known(start, run)
    if not version:
        ledger.miss(program.path, "is a PHP whose version nothing in the image tells")
    return replace(program, version=version, ecosystem=Ecosystem.PHP, followed=followed and bool(version))


def php_version(start: Start) -> str:
    """Major and minor version: of PHP_VERSION, the program's name, or the directories of its configuration."""
    name = base_name(start.program.path.decode("utf-8", "replace"))
    short = re.search(r"(\d)(\d)\Z", name)
    candidates = [start.environment.get("PHP_VERSION", ""), name, f"{short[1]}.{short[2]}" if short else ""]
    candidates += [item.decode("utf-8", "replace") for item in names_in(start.ledger, b"etc/php")]
    return next((f"{match[1]}.{match[2]}" for text in candidates if (match := _VERSION.search(text))), "")


def read_run(start: Start) -> Run:
    """What the words of a ``php`` command line mean (php(1))."""
    line = read_options(start.words[1:], msgspec.convert(knowledge()["options"], Grammar))
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


def _is_known(start: Start, run: Run) -> bool:
    name = base_name(start.words[0]) if start.words else ""
    if name.rstrip("0123456789.") in knowledge()["servers"]["names"] or b"fpm" in start.program.path.rpartition(b"/")[2]:
        start.ledger.miss(start.program.path, "runs the scripts that requests name, which cannot be known")
        return False
    if run.script:
        path = located(start.directory, run.script)
        if file_at(start.ledger, path) is None:
            start.ledger.miss(start.program.path, f"runs {absolute(path)}, which is not in the image")
            return False
    elif not run.serves and not run.code:
        start.ledger.miss(start.program.path, "is started without a program to run")
        return False
    return True


def _take_configuration(start: Start, version: str, run: Run) -> list[int]:
    """php.ini, the files of conf.d, and the extensions that they load."""
    ledger = start.ledger
    because = origin(start, "configuration of")
    told = knowledge()["configuration"]
    places = [located(start.directory, run.configuration)] if run.configuration else []
    places += [
        path_bytes(start.environment[name]).strip(b"/") for name in ("PHPRC", "PHP_INI_DIR") if start.environment.get(name)
    ]
    places += [_filled(place, version) for place in told["directories"]]
    directory = next((place for place in places if is_directory(ledger, place) or file_at(ledger, place) is not None), b"")
    scanned = start.environment.get("PHP_INI_SCAN_DIR", "")
    scans = (
        [path_bytes(part).strip(b"/") or directory + b"/conf.d" for part in scanned.split(":")]
        if scanned
        else [directory + b"/conf.d"]
    )
    files = [directory] if file_at(ledger, directory) is not None else [directory + b"/php.ini", directory + b"/php-cli.ini"]
    files += [scan + b"/" + name for scan in scans for name in names_in(ledger, scan) if name.endswith(b".ini")]
    text = "\n".join((*run.settings, *(read_text(ledger, path, _LARGEST_SETTINGS) or "" for path in files)))
    taken = [
        entry for path in files if file_at(ledger, path) is not None and (entry := ledger.ask(path, Role.RUNTIME, because))
    ]
    for value in _NAMED_FILE.findall(text):
        if file_at(ledger, located("/", value)) is not None and not value.endswith(".so"):
            ledger.ask(located("/", value), Role.DATA, because)
    return taken + _take_extensions(start, text, version)


def _filled(place: str, version: str) -> bytes:
    return place.replace("{version}", version).replace("{short}", version.replace(".", "")).encode()


def _take_extensions(start: Start, text: str, version: str) -> list[int]:
    ledger = start.ledger
    because = origin(start, "extension that the configuration loads into")
    named = _EXTENSION_DIRECTORY.findall(text)
    roots = [path_bytes(place).strip(b"/") for place in named] or [
        _filled(path, version) for path in knowledge()["configuration"]["extensions"]
    ]
    found: dict[bytes, list[bytes]] = {}
    for root in roots:
        for path in below(ledger, root):
            if path.endswith(b".so"):
                found.setdefault(path.rpartition(b"/")[2], []).append(path)
    taken: list[int] = []
    for value in dict.fromkeys(_EXTENSION.findall(text)):
        name = path_bytes(base_name(value))
        name = name if name.endswith(b".so") else name + b".so"
        paths = [path_bytes(value).strip(b"/")] if value.startswith("/") else found.get(name, [])
        taken += take(ledger, [path for path in paths if file_at(ledger, path) is not None], Role.RUNTIME, because)
        if not paths:
            ledger.miss(start.program.path, f"loads the extension {absolute(name)[1:]}, which is not in the image")
    return taken


def _take_application(start: Start, run: Run) -> list[int]:
    """The application's directory with Composer's packages, but for those of development that nothing loads."""
    ledger = start.ledger
    because = origin(start, "in the directory of the application run by")
    roots = [located(start.directory, "")]
    script = located(start.directory, run.script) if run.script else b""
    if script:
        ledger.ask(script, Role.DATA, origin(start, "run by"))
        roots.append(ledger.filesystem.trace(script).path.rpartition(b"/")[0])
    if run.documents:
        roots.append(located(start.directory, run.documents))
    roots += [root.rpartition(b"/")[0] for root in tuple(roots) if _is_project(ledger, root.rpartition(b"/")[0])]
    taken: list[int] = []
    has_packages = False
    development = tuple(path for root in dict.fromkeys(roots) for path in development_packages(ledger, root))
    for root in dict.fromkeys(roots):
        has_packages = has_packages or file_at(ledger, root + b"/vendor/autoload.php") is not None
        tests = tuple(knowledge()["project"]["left_out"])
        taken += take_project(start, root, tests, because, lambda path: path.startswith(development))
    if not has_packages or _uses_include_path(ledger, taken):
        for path in knowledge()["configuration"]["include"]:
            taken += take_below(
                ledger, path.encode(), Role.DEPENDENCY, because, lambda inside: inside.endswith((b".php", b".inc"))
            )
    return taken


def _is_project(ledger: Ledger, root: bytes) -> bool:
    names = set(names_in(ledger, root)) if root and root not in SYSTEM_DIRECTORIES else set()
    return any(name.encode() in names for name in knowledge()["project"]["roots"])


def _uses_include_path(ledger: Ledger, taken: list[int]) -> bool:
    """Whether a source of the application, packages aside, speaks of the directories on PHP's include_path."""
    paths = ledger.filesystem.paths
    sources = [entry for entry in taken if paths[entry].endswith(b".php") and b"/vendor/" not in paths[entry]]
    shared = tuple(path.encode() for path in knowledge()["configuration"]["include"])
    for entry in sources[:_MOST_SCANNED]:
        try:
            content = ledger.read(entry, _LARGEST_SETTINGS)
        except ImageError:
            return True
        if any(path in content for path in shared) or b"include_path" in content:
            return True
    return False


def development_packages(ledger: Ledger, root: bytes) -> tuple[bytes, ...]:
    """The directories of packages that only development asks for (``dev-package-names`` of Composer's ``installed.json``).

    One that the autoloader includes at every start, or that a framework's list of classes names, stays.
    """
    record = root + b"/vendor/composer/installed.json"
    entry = file_at(ledger, record)
    try:
        document = msgspec.json.decode(ledger.read(entry, _LARGEST_RECORD)) if entry is not None else {}
    except (ImageError, msgspec.DecodeError, RecursionError, ValueError):
        return ()
    names = document.get("dev-package-names") if isinstance(document, dict) else None
    packages = document.get("packages") if isinstance(document, dict) else None
    if not isinstance(names, list) or not isinstance(packages, list):
        return ()
    texts = "\n".join(
        read_text(ledger, root + b"/" + path.encode(), _LARGEST_SETTINGS) or "" for path in knowledge()["project"]["discovered"]
    )
    found = []
    for package in packages:
        if isinstance(package, dict) and package.get("name") in names and not _is_loaded(package, texts):
            place = package.get("install-path")
            if isinstance(place, str) and place:
                found.append(normal(record.rpartition(b"/")[0] + b"/" + path_bytes(place)) + b"/")
    return tuple(path for path in found if path.startswith(root + b"/vendor/"))


def _is_loaded(package: dict[str, Any], texts: str) -> bool:
    autoload = package.get("autoload")
    autoload = autoload if isinstance(autoload, dict) else {}
    if autoload.get("files"):
        return True
    tables = [table for kind in ("psr-4", "psr-0") if isinstance(table := autoload.get(kind), dict)]
    spaces = [name for table in tables for name in table]
    words = [str(package.get("name")), *(space for space in spaces if space)]
    return any(word in texts or word.replace("\\", "\\\\") in texts for word in words)


def _take_system(start: Start) -> None:
    """What the interpreter reads of the system: its locale and TLS settings, and time zones where a distribution built it."""
    ledger = start.ledger
    because = origin(start, "read, where it is there, by")
    told = knowledge()["system"]
    for path in told["settings"]:
        ledger.ask(path.encode(), Role.DATA, because)
    facts = ledger.facts(start.program.entry)
    cache = f"usr/lib/{multiarch(facts.machine) if facts else ''}/gconv/gconv-modules.cache"
    ledger.ask(cache.encode(), Role.DATA, because)
    if not start.program.path.startswith(b"usr/local/"):
        for place in told["zones"]:
            take_below(ledger, place.encode(), Role.ZONEINFO, because)
