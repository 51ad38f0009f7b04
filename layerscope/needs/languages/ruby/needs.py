"""What a Ruby program needs: the standard library, the application, the gems that it loads, and their libraries."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from layerscope.core.expressions import expression
from layerscope.core.names import absolute, path_bytes, path_text, printable
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.needs import trees
from layerscope.needs.follower import Start
from layerscope.needs.languages.ruby.ffi import take_loaded
from layerscope.needs.languages.ruby.gems import Gem, Lock, gems_of_groups, installed_gems, read_lock
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, Program, Proof
from layerscope.needs.named.sources import take_named
from layerscope.needs.projects import origin, own_origin, take_project
from layerscope.needs.system.files import take_accounts, take_certificates, take_libraries, take_paths
from layerscope.start.options import CommandLine, Grammar, read_options
from layerscope.start.programs import base_name

_API = expression(r"\d+\.\d+\.\d+\Z")
_ENDINGS = (b".rb", b".ru", b".rake", b".erb", b"file", b"script")
_MARKS = ("Gemfile", "gems.rb", "config.ru")
_LARGEST_SOURCE = 1024 * 1024
_SETTING = expression(r'^BUNDLE_(\w+):\s*"?([^"\n]*)"?\s*$', re.MULTILINE)


class _UsedByGems(Struct, frozen=True):
    """What gems are known to use of the system, by the name of the gem."""

    programs: dict[str, tuple[str, ...]]
    data: dict[str, tuple[str, ...]]
    libraries: dict[str, tuple[str, ...]]


class _Known(Struct, frozen=True, kw_only=True):
    """``ruby.toml``, which says what the fields mean."""

    options: Grammar
    libraries: tuple[str, ...]
    gems: tuple[str, ...]
    left_out: tuple[str, ...]
    boot: tuple[str, ...]
    unloaded: tuple[str, ...]
    sources: tuple[str, ...]
    settings: tuple[str, ...]
    used: _UsedByGems


_KNOWN = read_table(__file__, "ruby.toml", _Known)
_UNLOADED, _SOURCES = tuple(map(path_bytes, _KNOWN.unloaded)), tuple(map(path_bytes, _KNOWN.sources))


class Installation(NamedTuple):
    """A Ruby: the directories of its libraries (``lib/ruby``) and its version for extensions (``3.1.0``)."""

    libraries: tuple[bytes, ...]
    api: str


class Run(NamedTuple):
    """What is run: a ``script``, or ``code`` of ``-e``; ``bundled`` says that ``bundle exec`` starts it, ``other`` are the
    words of a program that is no Ruby script."""

    script: bytes = b""
    code: bool = False
    bundled: bool = False
    other: tuple[str, ...] = ()


def follow(start: Start) -> Program:
    """Takes everything that a Ruby program reads as needed.

    ``followed`` is False when the standard library or the script is not in the image, or when nothing says what is run.
    """
    ledger, program = start.ledger, start.program
    installation = find_installation(start)
    if installation is None:
        ledger.miss(program.path, "is a Ruby whose standard library is not in the image")
        return program
    settings = _settings(start)
    homes = gem_homes(start, installation, settings)
    run = _unwrap(start, read_run(start), homes)
    taken = _take_runtime(start, installation)
    is_there = start.has_none(_take_script(start, run))
    application = _Application(start, run, _root(start, run, settings), homes, settings)
    taken += application.take_gems() + application.take_files()
    take_libraries(start, taken)
    _take_system(start)
    followed = is_there and _run_other(start, run)
    return replace(program, version=installation.api.rpartition(".")[0], ecosystem=Ecosystem.RUBY, followed=followed)


def find_installation(start: Start) -> Installation | None:
    """The interpreter's own files, found below the prefix that it lies in."""
    ledger = start.ledger
    prefix = trees.parent(trees.parent(ledger.filesystem.trace(start.program.path).path))
    places = trees.inside(prefix, (place.format(triplet=start.triplet) for place in _KNOWN.libraries))
    libraries = tuple(place for place in places if trees.is_directory(ledger, place))
    api = _api(start, libraries)
    return Installation(libraries, api) if api else None


def _api(start: Start, libraries: tuple[bytes, ...]) -> str:
    """Of the versions that are there the one that the program's name or its library says, else the newest; "" for none."""
    names = set(map(path_text, chain.from_iterable(trees.names_in(start.ledger, place) for place in libraries)))
    versions = sorted(filter(_API.match, names), key=lambda name: tuple(map(int, name.split("."))))
    named = "".join(re.findall(r"\d+\.\d+", " ".join((start.name, *start.facts.needed)))[:1])
    fitting = [name for name in versions if name.startswith(f"{named}.")]
    return "".join(fitting[:1] or versions[-1:])


def read_run(start: Start) -> Run:
    """What the words of a ``ruby`` command line mean (ruby(1))."""
    line = read_options(start.words[1:], _KNOWN.options)
    if line.has(("-e",)) or not line.arguments:
        return Run(code=line.has(("-e",)))
    script = _script(start, line)
    match line.arguments:
        case (name, "exec", *words) if base_name(name).rstrip("0123456789.") in ("bundle", "bundler"):
            return Run(script, bundled=True, other=tuple(filter("--keep-file-descriptors".__ne__, words)))
    return Run(script)


def _script(start: Start, line: CommandLine) -> bytes:
    """The path of the script that a command line names; ``-S`` looks for it in PATH first."""
    word = line.arguments[0]
    places = _in_path(start, word) if line.has(("-S",)) and "/" not in word else []
    return trees.first_file(start.ledger, places) or trees.located(start.directory, word)


def _in_path(start: Start, word: str) -> list[bytes]:
    return [path_bytes(f"{part}/{word}") for part in start.environment.get("PATH", "").split(":")]


def _unwrap(start: Start, run: Run, homes: list[bytes]) -> Run:
    """What ``bundle exec`` starts: a script of Ruby's is run by this interpreter, anything else is another program."""
    if not run.other:
        return run
    name = run.other[0]
    start.ledger.ask(run.script, Role.DATA, origin(start, "run by"))
    if base_name(name).rstrip("0123456789.") == "ruby":
        return read_run(replace(start, words=run.other))._replace(bundled=True, other=())
    scripts = (place for place in _command_places(start, name, homes) if _is_ruby_script(start.ledger, place))
    return next((Run(script, bundled=True) for script in scripts), run)


def _command_places(start: Start, name: str, homes: list[bytes]) -> list[bytes]:
    """Where Bundler looks for a command."""
    places = [trees.located(start.directory, name)] if "/" in name else []
    return [*places, *_in_path(start, name), *(home + path_bytes(f"/bin/{name}") for home in homes)]


def _is_ruby_script(ledger: Ledger, path: bytes) -> bool:
    first = trees.text_at(ledger, path, 256).partition("\n")[0]
    return first.startswith("#!") and "ruby" in first


def _take_runtime(start: Start, installation: Installation) -> list[int]:
    """Takes the standard library, and what the system's packages add to it."""
    because = origin(start, "Ruby's own files, of")
    inside = (path_bytes(installation.api), b"vendor_ruby", b"site_ruby")
    places = [trees.joined(library, name) for library in installation.libraries for name in inside]
    return trees.take_each_below(start.ledger, places, Role.RUNTIME, because)


def _take_script(start: Start, run: Run) -> Iterator[str]:
    """Takes what is run. Why it cannot be followed."""
    if run.code or run.other:
        return
    if not run.script:
        yield "is started without a program to run"
    elif start.ledger.ask(run.script, Role.DATA, origin(start, "run by")) is None:
        yield f"runs {absolute(run.script)}, which is not in the image"


def _run_other(start: Start, run: Run) -> bool:
    """Starts the program that is no Ruby script, if there is one. Whether all that it needs is known."""
    if not run.other:
        return True
    child = start.run(run.other, start.directory, own_origin(start, "in the directory of the application run by"))
    return child is not None and child.followed


def _root(start: Start, run: Run, settings: dict[str, str]) -> bytes:
    """The application's directory: where its Gemfile lies, else the working directory or the script's."""
    trace = start.ledger.filesystem.trace
    if gemfile := start.environment.get("BUNDLE_GEMFILE") or settings.get("GEMFILE"):
        return trees.parent(trace(trees.located(start.directory, gemfile)).path)
    here = trees.located(start.directory, "")
    beside = trees.parent(trace(run.script).path) if run.script else here
    places = filter(None, (here, beside, trees.parent(beside)))
    marked = (place for place in places if trees.first_file(start.ledger, trees.inside(place, _MARKS)))
    return next(marked, here or beside)


def _setting_files(start: Start, root: bytes) -> list[bytes]:
    """The files of Bundler's settings, the application's first (bundle-config(1))."""
    named = trees.all_located("/", (start.environment.get("BUNDLE_APP_CONFIG", ""),))
    home = trees.located(start.environment.get("HOME", "/root"), ".bundle/config")
    return [*(place + b"/config" for place in named), root + b"/.bundle/config", home]


def _settings(start: Start) -> dict[str, str]:
    """Bundler's settings (PATH, WITHOUT …): of ENV, else of its files."""
    found: dict[str, str] = {}
    for place in reversed(_setting_files(start, trees.located(start.directory, ""))):
        found |= dict(_SETTING.findall(trees.text_at(start.ledger, place, _LARGEST_SOURCE)))
    return found | {name[7:]: value for name, value in start.environment.items() if name.startswith("BUNDLE_") and value}


def gem_homes(start: Start, installation: Installation, settings: dict[str, str]) -> list[bytes]:
    """The directories of gems, in the order of their search."""
    ledger, places = start.ledger, _gem_places(start, installation, settings)
    real = dict.fromkeys(ledger.filesystem.trace(place).path for place in places)
    return [home for home in filter(None, real) if trees.is_directory(ledger, home + b"/specifications")]


def _gem_places(start: Start, installation: Installation, settings: dict[str, str]) -> list[bytes]:
    """Where gems can be: as variables and Bundler's settings say, and the usual places."""
    api = installation.api
    named = (start.environment.get("GEM_HOME", ""), *start.environment.get("GEM_PATH", "").split(":"))
    places = trees.all_located("/", named)
    if path := settings.get("PATH"):
        bundle = trees.located(start.directory, path)
        places += [bundle, trees.joined(bundle, path_bytes(f"ruby/{api}"))]
    places += [path_bytes(place.format(api=api, triplet=start.triplet)) for place in _KNOWN.gems]
    return places + [library + path_bytes(f"/gems/{api}") for library in installation.libraries]


class _Application(NamedTuple):
    """The application in ``root``, with the directories of gems and Bundler's settings."""

    start: Start
    run: Run
    root: bytes
    homes: list[bytes]
    settings: dict[str, str]

    def take_files(self) -> list[int]:
        """Takes the files of the application's directory, and Bundler's settings."""
        because = own_origin(self.start, "in the directory of the application run by")
        known = tuple(home + b"/" for home in self.homes)
        taken = take_project(self.start, self.root, _KNOWN.left_out, because, lambda path: path.startswith(known))
        for place in _setting_files(self.start, self.root):
            self.start.ledger.ask(place, Role.DATA, because)
        script = self.start.ledger.file(self.run.script)
        take_named(self.start, [*taken, *([] if script is None else [script])], _ENDINGS)
        return taken

    def take_gems(self) -> list[int]:
        """Takes the gems of the application's Gemfile.lock where it keeps to them, else all that are installed."""
        ledger, lock = self.start.ledger, self._lock()
        because = own_origin(self.start, "gem of the application run by")
        gems = self._gems(lock)
        taken = list(chain.from_iterable(_take_gem(ledger, gem, because) for gem in gems))
        taken += trees.take_each_below(ledger, self._places(lock), Role.DEPENDENCY, because)
        if any(gem.name == "ffi" for gem in gems):
            take_loaded(self.start, taken)
        for name in sorted({gem.name for gem in gems}):
            _take_used(self.start, name, (Because(f"the gem {printable(name)} uses it"), *because[1:]))
        return taken

    def _places(self, lock: Lock | None) -> list[bytes]:
        """Directories with programs of gems, and those of gems that are part of the application."""
        places = list(chain.from_iterable((home + b"/bin", home + b"/plugins") for home in self.homes))
        paths = lock.paths if lock is not None else ()
        return places + [trees.located("/" + path_text(self.root), path) for path in paths if not path.startswith(".")]

    def _lock(self) -> Lock | None:
        """The Gemfile.lock that restricts what is loaded, None where none does."""
        locks = (read_lock(self.start.ledger, self.root + name) for name in (b"/Gemfile.lock", b"/gems.locked"))
        return next(filter(None, locks), None) if self._is_bundled() else None

    def _gems(self, lock: Lock | None) -> list[Gem]:
        """The gems that can be loaded: with a lock, those of every group that Bundler is not asked to go without."""
        installed = list(installed_gems(self.start.ledger, self.homes))
        if lock is None:
            return installed
        without = re.split(r"[\s:,]+", self.settings.get("WITHOUT", ""))
        gemfile = trees.text_at(self.start.ledger, self.root + b"/Gemfile", _LARGEST_SOURCE)
        names = lock.closure(gems_of_groups(gemfile, without)) | {"bundler"}
        return [gem for gem in installed if gem.default or gem.name in names]

    def _is_bundled(self) -> bool:
        """Whether Bundler restricts what is loaded: by ``bundle exec``, or by the application's first lines."""
        if self.run.bundled or "bundler/setup" in self.start.environment.get("RUBYOPT", ""):
            return True
        places = [self.run.script, *trees.inside(self.root, _KNOWN.boot)]
        return "bundler" in trees.texts_at(self.start.ledger, places, _LARGEST_SOURCE).lower()


def _take_gem(ledger: Ledger, gem: Gem, because: Proof) -> list[int]:
    """Takes a gem's specification, its files without tests and what its extensions were made of, and its built extensions."""
    role, name = Role.RUNTIME if gem.default else Role.DEPENDENCY, path_bytes(gem.full)
    platforms = trees.paths_like(ledger, gem.home + b"/extensions", ("*",))
    built = [trees.joined(api, name) for platform in platforms for api in trees.paths_like(ledger, platform, ("*",))]
    taken = trees.take(ledger, [gem.specification], role, because)
    taken += trees.take_below(ledger, gem.home + b"/gems/" + name, role, because, _is_loaded)
    return taken + trees.take_each_below(ledger, built, role, because, lambda path: not (b"/" + path).endswith(_SOURCES))


def _is_loaded(inside: bytes) -> bool:
    """Whether a program can load a file of a gem."""
    is_source = inside.startswith(b"ext/") and (b"/" + inside).endswith(_SOURCES)
    return not is_source and not inside.startswith(_UNLOADED)


def _take_used(start: Start, gem: str, because: Proof) -> None:
    """Takes the programs, data and libraries of the system that a gem is known to use."""
    used = _KNOWN.used
    for command in used.programs.get(gem, ()):
        start.run((command,), start.directory, because)
    for path in used.data.get(gem, ()):
        trees.take_below(start.ledger, path.encode(), Role.ZONEINFO if "zoneinfo" in path else Role.DATA, because)
    if stems := tuple(map(path_bytes, used.libraries.get(gem, ()))):
        start.loader(noted=False).load_matching(start.program.entry, stems, because)


def _take_system(start: Start) -> None:
    because = origin(start, "read, where it is there, by the standard library of")
    take_paths(start.ledger, _KNOWN.settings, Role.DATA, because)
    take_certificates(start.ledger, because)
    take_accounts(start.ledger, because)
