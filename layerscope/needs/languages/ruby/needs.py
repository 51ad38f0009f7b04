"""What a Ruby program needs: the standard library, the application, the gems that it loads, and their libraries."""

import re
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from layerscope.core.names import path_bytes, path_text, printable
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.needs.follower import Start
from layerscope.needs.languages.ruby.gems import Gem, Lock, gems_of_groups, installed_gems, read_lock
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import Loader, linkage, multiarch
from layerscope.needs.model import Because, Program
from layerscope.needs.projects import origin, take_project
from layerscope.needs.system import take_accounts, take_certificates, take_libraries
from layerscope.needs.trees import file_at, is_directory, located, names_in, read_text, take, take_below
from layerscope.start.options import Grammar, read_options
from layerscope.start.programs import base_name

_API = re.compile(r"\d+\.\d+\.\d+\Z")
_LARGEST_SOURCE = 1024 * 1024
_SETTING = re.compile(r'^BUNDLE_(\w+):\s*"?([^"\n]*)"?\s*$', re.MULTILINE)


@cache
def knowledge() -> dict[str, Any]:
    """Reads ``ruby.toml`` once."""
    return read_table(__file__, "ruby.toml", dict[str, Any])


class Installation(NamedTuple):
    """A Ruby: the directories of its libraries (``lib/ruby``) and its version for extensions (``3.1.0``)."""

    libraries: tuple[bytes, ...]
    api: str


class Run(NamedTuple):
    """What is run: a ``script``, or ``code`` of ``-e``; ``bundled`` says that ``bundle exec`` starts it, ``other`` are the
    words of a program that is no Ruby script. ``directories`` are those of ``-I``."""

    script: bytes = b""
    code: bool = False
    bundled: bool = False
    other: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()


def follow(start: Start) -> Program:
    """Takes everything that a Ruby program reads as needed.

    ``followed`` is False when the standard library or the script is not in the image, or when nothing says what is run.
    """
    ledger, program = start.ledger, start.program
    installation = find_installation(start)
    if installation is None:
        ledger.miss(program.path, "is a Ruby whose standard library is not in the image")
        return program
    run = read_run(start)
    settings = _settings(start)
    homes = gem_homes(start, installation, settings)
    run = _unwrapped(start, run, homes)
    taken = _take_runtime(start, installation)
    followed = _take_script(start, run)
    root = _root(start, run, settings)
    gems = _take_gems(start, run, root, homes, settings)
    because = (Because("in the directory of the application run by", program.path), *origin(start, "run by")[1:])
    known = tuple(home + b"/" for home in homes)
    taken += take_project(start, root, tuple(knowledge()["project"]["left_out"]), because, lambda path: path.startswith(known))
    taken += [entry for path in knowledge()["project"]["settings"] if (entry := file_at(ledger, root + b"/" + path.encode()))]
    for place in _setting_files(start, root):
        ledger.ask(place, Role.DATA, because)
    take_libraries(start, [*taken, *gems])
    _take_system(start)
    if run.other:
        child = start.run(run.other, start.directory, because)
        followed = followed and child is not None and child.followed
    return replace(program, version=".".join(installation.api.split(".")[:2]), ecosystem=Ecosystem.RUBY, followed=followed)


def find_installation(start: Start) -> Installation | None:
    """The interpreter's own files, found below the prefix that it lies in."""
    ledger = start.ledger
    prefix = ledger.filesystem.trace(start.program.path).path.rpartition(b"/")[0].rpartition(b"/")[0]
    facts = ledger.facts(start.program.entry)
    triplet = multiarch(facts.machine) if facts else ""
    places = [place.replace("{triplet}", triplet) for place in knowledge()["interpreter"]["libraries"]]
    libraries = tuple(path for place in places if is_directory(ledger, path := (prefix + b"/" + place.encode()).lstrip(b"/")))
    found = {name.decode("utf-8", "replace") for path in libraries for name in names_in(ledger, path)}
    versions = sorted((name for name in found if _API.match(name)), key=lambda name: tuple(map(int, name.split("."))))
    if not versions:
        return None
    named = re.search(
        r"(\d+\.\d+)", " ".join((base_name(start.program.path.decode("utf-8", "replace")), *(facts.needed if facts else ())))
    )
    api = next((name for name in versions if named and name.startswith(f"{named[1]}.")), versions[-1])
    return Installation(libraries, api)


def read_run(start: Start) -> Run:
    """What the words of a ``ruby`` command line mean (ruby(1))."""
    line = read_options(start.words[1:], msgspec.convert(knowledge()["options"], Grammar))
    words = line.arguments
    run = Run(directories=tuple(part for value in line.values(("-I",)) for part in value.split(":")))
    if line.has(("-e",)):
        return run._replace(code=True)
    if not words:
        return run
    script = located(start.directory, words[0])
    if line.has(("-S",)) and "/" not in words[0]:
        places = [path_bytes(f"{part}/{words[0]}") for part in start.environment.get("PATH", "").split(":")]
        script = next((place for place in places if file_at(start.ledger, place) is not None), script)
    if base_name(words[0]).rstrip("0123456789.") in ("bundle", "bundler") and words[1:2] == ("exec",):
        return run._replace(
            script=script, bundled=True, other=tuple(word for word in words[2:] if word != "--keep-file-descriptors")
        )
    return run._replace(script=script)


def _unwrapped(start: Start, run: Run, homes: list[bytes]) -> Run:
    """What ``bundle exec`` starts: a script of Ruby's is run by this interpreter, anything else is a program of its own."""
    if not run.other:
        return run
    ledger, name = start.ledger, run.other[0]
    start.ledger.ask(run.script, Role.DATA, origin(start, "run by"))
    if base_name(name).rstrip("0123456789.") == "ruby":
        inner = read_run(_with_words(start, run.other))
        return inner._replace(bundled=True, other=())
    places = [located(start.directory, name)] if "/" in name else []
    places += [path_bytes(f"{part}/{name}") for part in start.environment.get("PATH", "").split(":")]
    places += [home + b"/bin/" + path_bytes(name) for home in homes]
    for place in places:
        first = (read_text(ledger, place, 256) or "").partition("\n")[0] if file_at(ledger, place) is not None else ""
        if first.startswith("#!") and "ruby" in first:
            return Run(place, bundled=True)
    return run


def _with_words(start: Start, words: tuple[str, ...]) -> Start:
    return replace(start, words=words)


def _take_runtime(start: Start, installation: Installation) -> list[int]:
    """The standard library, and what the system's packages add to it."""
    because = origin(start, "Ruby's own files, of")
    taken: list[int] = []
    for library in installation.libraries:
        taken += take_below(start.ledger, library + b"/" + path_bytes(installation.api), Role.RUNTIME, because)
        for name in (b"/vendor_ruby", b"/site_ruby"):
            taken += take_below(start.ledger, library + name, Role.RUNTIME, because)
    return taken


def _take_script(start: Start, run: Run) -> bool:
    """Takes what is run. Whether it is known and in the image."""
    if run.code or run.other:
        return True
    if not run.script:
        start.ledger.miss(start.program.path, "is started without a program to run")
        return False
    if start.ledger.ask(run.script, Role.DATA, origin(start, "run by")) is None:
        start.ledger.miss(
            start.program.path,
            f"runs {printable('/' + path_text(run.script))}, which is not in the image",
        )
        return False
    return True


def _root(start: Start, run: Run, settings: dict[str, str]) -> bytes:
    """The application's directory: where its Gemfile lies, else the working directory or the script's."""
    ledger = start.ledger
    gemfile = start.environment.get("BUNDLE_GEMFILE") or settings.get("GEMFILE", "")
    if gemfile:
        return ledger.filesystem.trace(located(start.directory, gemfile)).path.rpartition(b"/")[0]
    here = located(start.directory, "")
    beside = ledger.filesystem.trace(run.script).path.rpartition(b"/")[0] if run.script else here
    for place in (here, beside, beside.rpartition(b"/")[0]):
        if place and any(file_at(ledger, place + name) is not None for name in (b"/Gemfile", b"/gems.rb", b"/config.ru")):
            return place
    return here or beside


def _setting_files(start: Start, root: bytes) -> list[bytes]:
    """The files of Bundler's settings, the application's first (bundle-config(1))."""
    named = start.environment.get("BUNDLE_APP_CONFIG", "")
    home = start.environment.get("HOME", "/root")
    return [path_bytes(named).strip(b"/") + b"/config"] * bool(named) + [
        root + b"/.bundle/config",
        located(home, ".bundle/config"),
    ]


def _settings(start: Start) -> dict[str, str]:
    """Bundler's settings (PATH, WITHOUT …): of ENV, else of its files."""
    found: dict[str, str] = {}
    for place in reversed(_setting_files(start, located(start.directory, ""))):
        found |= dict(_SETTING.findall(read_text(start.ledger, place, _LARGEST_SOURCE) or ""))
    return found | {name[7:]: value for name, value in start.environment.items() if name.startswith("BUNDLE_") and value}


def gem_homes(start: Start, installation: Installation, settings: dict[str, str]) -> list[bytes]:
    """The directories of gems, in the order of their search."""
    facts = start.ledger.facts(start.program.entry)
    values = {"{api}": installation.api, "{triplet}": multiarch(facts.machine) if facts else ""}
    places = [start.environment.get("GEM_HOME", ""), *start.environment.get("GEM_PATH", "").split(":")]
    if path := settings.get("PATH"):
        places += [f"{start.directory}/{path}" if not path.startswith("/") else path]
        places += [f"{places[-1]}/ruby/{installation.api}"]
    places += [_filled(place, values) for place in knowledge()["interpreter"]["gems"]]
    homes = [located("/", place) for place in places if place]
    homes += [library + b"/gems/" + path_bytes(installation.api) for library in installation.libraries]
    real = dict.fromkeys(start.ledger.filesystem.trace(home).path for home in homes)
    return [home for home in real if home and is_directory(start.ledger, home + b"/specifications")]


def _filled(place: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        place = place.replace(name, value)
    return place


def _take_gems(start: Start, run: Run, root: bytes, homes: list[bytes], settings: dict[str, str]) -> list[int]:
    """The gems of the application's Gemfile.lock where it keeps to them, else all that are installed."""
    ledger = start.ledger
    locks = [root + name for name in (b"/Gemfile.lock", b"/gems.locked")]
    lock = next((found for path in locks if (found := read_lock(ledger, path)) is not None), None)
    names = _loaded(start, root, lock, settings) if lock is not None and _is_bundled(start, run, root) else None
    because = (Because("gem of the application run by", start.program.path), *origin(start, "run by")[1:])
    taken: list[int] = []
    used: set[str] = set()
    for gem in installed_gems(ledger, homes):
        if names is None or gem.default or gem.name in names or gem.name == "bundler":
            taken += _take_gem(ledger, gem, because)
            used.add(gem.name)
    for home in homes:
        taken += take_below(ledger, home + b"/bin", Role.DEPENDENCY, because)
        taken += take_below(ledger, home + b"/plugins", Role.DEPENDENCY, because)
    for path in lock.paths if lock is not None and names is not None else ():
        if not path.startswith("."):
            taken += take_below(ledger, located("/" + path_text(root), path), Role.DEPENDENCY, because)
    _take_needs_of_gems(start, used, because)
    return taken


def _is_bundled(start: Start, run: Run, root: bytes) -> bool:
    """Whether Bundler restricts what is loaded: by ``bundle exec``, or by the application's first lines."""
    if run.bundled or "bundler/setup" in start.environment.get("RUBYOPT", ""):
        return True
    places = [run.script, *(root + b"/" + name.encode() for name in knowledge()["project"]["boot"])]
    return any("bundler" in (read_text(start.ledger, place, _LARGEST_SOURCE) or "").lower() for place in places if place)


def _loaded(start: Start, root: bytes, lock: Lock, settings: dict[str, str]) -> set[str]:
    """Bundler asks for the gems of every group but those that it is told to go without."""
    without = re.split(r"[\s:,]+", settings.get("WITHOUT", ""))
    if not any(without):
        return lock.closure(())
    gemfile = read_text(start.ledger, root + b"/Gemfile", _LARGEST_SOURCE) or ""
    return lock.closure(gems_of_groups(gemfile, without))


def _take_gem(ledger: Ledger, gem: Gem, because: tuple[Because, ...]) -> list[int]:
    """A gem's specification, its files but for tests and what its extensions were made of, and its built extensions."""
    role = Role.RUNTIME if gem.default else Role.DEPENDENCY
    told = knowledge()["gems"]
    left_out = tuple(f"{name}/".encode() for name in told["left_out"])
    sources = tuple(map(str.encode, told["sources"]))
    taken = take(ledger, [gem.specification], role, because)
    directory = gem.home + b"/gems/" + path_bytes(gem.full)
    taken += take_below(
        ledger, directory, role, because, lambda path: not path.startswith(left_out) and not _made_of(path, sources)
    )
    for platform in names_in(ledger, gem.home + b"/extensions"):
        for api in names_in(ledger, gem.home + b"/extensions/" + platform):
            place = gem.home + b"/extensions/" + platform + b"/" + api + b"/" + path_bytes(gem.full)
            taken += take_below(ledger, place, role, because, lambda path: not (b"/" + path).endswith(sources))
    return taken


def _made_of(inside: bytes, sources: tuple[bytes, ...]) -> bool:
    return inside.startswith(b"ext/") and (b"/" + inside).endswith(sources)


def _take_needs_of_gems(start: Start, used: set[str], because: tuple[Because, ...]) -> None:
    """Programs, data and libraries of the system that gems are known to use."""
    told, ledger, entry = knowledge()["gems"], start.ledger, start.program.entry
    facts = ledger.facts(entry)
    for name in sorted(used):
        why = (Because(f"the gem {printable(name)} uses it"), *because[1:])
        for command in told["programs"].get(name, ()):
            start.run((command,), start.directory, why)
        for path in told["data"].get(name, ()):
            take_below(ledger, path.encode(), Role.ZONEINFO if "zoneinfo" in path else Role.DATA, why)
        stems = tuple(map(str.encode, told["libraries"].get(name, ())))
        if stems and facts:
            Loader(ledger, linkage(facts), facts.machine, start.environment, noted=False).load_matching(entry, stems, why)


def _take_system(start: Start) -> None:
    because = origin(start, "read, where it is there, by the standard library of")
    for path in (b"etc/ssl/openssl.cnf", b"usr/lib/ssl/openssl.cnf"):
        start.ledger.ask(path, Role.DATA, because)
    take_certificates(start.ledger, because)
    take_accounts(start.ledger, because)
