"""What a .NET program needs: the application's directory, the shared frameworks that the host picks, and native libraries.

The host's rules are those of .NET's design documents "host-probing", "host-runtime-information" and "roll-forward".
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from layerscope.core.names import absolute, path_bytes, path_text, printable
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import BUILD_CATEGORIES, Ecosystem, Linkage, Role
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.needs import trees
from layerscope.needs.follower import Start
from layerscope.needs.languages.dotnet import configuration as files
from layerscope.needs.languages.dotnet.configuration import Asset, Configuration, Framework
from layerscope.needs.languages.dotnet.frameworks import Installation, find_frameworks
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import linkage
from layerscope.needs.model import Because, Program, Proof
from layerscope.needs.projects import own_origin
from layerscope.needs.system.files import take_certificates, take_objects, take_paths
from layerscope.start.options import Grammar, read_options

_LARGEST_SETTING = 64 * 1024
_SETTINGS = b".runtimeconfig.json"


class _Known(Struct, frozen=True, kw_only=True):
    """``dotnet.toml``, which says what the fields mean."""

    options: Grammar
    commands: frozenset[str]
    roots: tuple[str, ...]
    locations: tuple[str, ...]
    unopened: tuple[str, ...]
    content_files: tuple[str, ...]
    content_directories: tuple[str, ...]
    globalization: tuple[str, ...]
    security: tuple[str, ...]
    other: tuple[str, ...]
    optional: tuple[str, ...]
    settings: tuple[str, ...]
    zones: tuple[str, ...]
    code: tuple[str, ...]
    foreign: frozenset[str]
    machines: dict[str, str]


_KNOWN = read_table(__file__, "dotnet.toml", _Known)
_UNOPENED = tuple(map(path_bytes, _KNOWN.unopened))
_NATIVE = frozenset(("__managedcode", "__modules"))
"""Sections that native code of .NET has."""


class Launch(Struct, frozen=True, kw_only=True):
    """What the host is to run: a path of the application's assembly, or the SDK's ``command``, and the host's options."""

    assembly: bytes = b""
    command: str = ""
    configuration: bytes = b""
    dependencies: bytes = b""
    framework: str = ""
    roll_forward: str = ""
    probing: tuple[bytes, ...] = ()


class Application(NamedTuple):
    """An application: its directory, the assembly's name without ending, its configuration, and where packages are probed."""

    directory: bytes
    stem: bytes
    configuration: Configuration
    dependencies: bytes
    probing: tuple[bytes, ...]


def follow(start: Start) -> Program:
    """Takes everything that a program of the ``dotnet`` command reads as needed.

    ``followed`` is False when an SDK command is started, or when the application or one of its frameworks is not there.
    """
    launch = muxer_launch(start)
    application = _application(start, launch)
    if isinstance(application, str):
        return replace(start.program, ecosystem=Ecosystem.DOTNET, followed=start.has_none([application]))
    return _run(start, application, trees.parent(start.ledger.filesystem.trace(start.program.path).path), launch)


def follow_host(start: Start) -> Program | None:
    """The same for an executable that is a .NET application itself (an apphost, a single file, native code); else None."""
    directory, _, name = start.program.path.rpartition(b"/")
    configuration = _host_configuration(start, trees.joined(directory, name))
    if configuration is None:
        return None
    dependencies = trees.joined(directory, name + b".deps.json")
    application = Application(directory, name, configuration, dependencies, configuration.probing)
    return _run(start, application, _installation(start), Launch())


def _host_configuration(start: Start, path: bytes) -> Configuration | None:
    """The configuration beside an executable, or in it; None where it is no .NET application."""
    ledger = start.ledger
    configuration = files.read_configuration(ledger, path + _SETTINGS)
    if configuration is not None and ledger.file(path + b".dll") is not None:
        return configuration
    native = None if _NATIVE.isdisjoint(dict(start.facts.sections)) else Configuration()
    return files.bundled_configuration(ledger, start.program.entry) or native


def muxer_launch(start: Start) -> Launch:
    """What the words of a ``dotnet`` command line mean."""
    line = read_options(start.words[1:], _KNOWN.options)

    def paths(option: str) -> tuple[bytes, ...]:
        return tuple(trees.all_located(start.directory, line.values((option,))))

    word = "".join(line.arguments[:1])
    assembly = trees.located(start.directory, word) if _is_assembly(start, word) else b""
    return Launch(
        assembly=assembly,
        command="" if assembly else word,
        configuration=b"".join(paths("--runtimeconfig")[-1:]),
        dependencies=b"".join(paths("--depsfile")[-1:]),
        framework=line.value(("--fx-version",)),
        roll_forward=line.value(("--roll-forward",)),
        probing=paths("--additionalprobingpath"),
    )


def _is_assembly(start: Start, word: str) -> bool:
    """Whether a word of the command line is the assembly to run, not a command of the SDK."""
    if word in _KNOWN.commands:
        return False
    return word.endswith((".dll", ".exe")) or start.ledger.file(trees.located(start.directory, word)) is not None


def _application(start: Start, launch: Launch) -> Application | str:
    """The application that a launch names, its assembly taken; or why there is none."""
    ledger = start.ledger
    if launch.command:
        return _about_command(start, launch.command)
    if not launch.assembly:
        return "is started without an application to run"
    assembly = ledger.filesystem.trace(launch.assembly)
    if not ledger.is_file(assembly.entry):
        return f"runs {absolute(launch.assembly)}, which is not in the image"
    ledger.ask(launch.assembly, Role.DATA, ledger.proof(start.program.entry, "run by"))
    return _configured(start.ledger, launch, assembly.path)


def _configured(ledger: Ledger, launch: Launch, assembly: bytes) -> Application | str:
    """The application of an assembly as its configuration says, or why there is none."""
    directory, _, name = assembly.rpartition(b"/")
    stem = trees.joined(directory, name.rpartition(b".")[0])
    path = launch.configuration or stem + _SETTINGS
    configuration = files.read_configuration(ledger, path)
    if configuration is None:
        return f"runs {absolute(assembly)}, whose {absolute(path)} is not in the image or broken"
    development = files.read_configuration(ledger, stem + b".runtimeconfig.dev.json") or Configuration()
    probing = (*launch.probing, *configuration.probing, *development.probing)
    return Application(directory, name.rpartition(b".")[0], configuration, launch.dependencies or stem + b".deps.json", probing)


def _about_command(start: Start, command: str) -> str:
    about = f"runs the command {printable(command)} of the .NET SDK, which builds before it starts anything"
    published = [path.removesuffix(_SETTINGS) for path in start.ledger.filesystem.visible if _is_published(path)]
    if not published:
        return about + "; publish the project (dotnet publish -c Release -o out) and start its assembly (dotnet out/NAME.dll)"
    best = min(published, key=lambda path: (b"/publish/" not in path, b"/Release/" not in path, path + _SETTINGS))
    return about + f"; start what it built instead: dotnet {absolute(best + b'.dll')}"


def _is_published(path: bytes) -> bool:
    return path.endswith(_SETTINGS) and b"/obj/" not in path and not path.startswith((b"usr/", b"root/."))


def _installation(start: Start) -> bytes:
    """Where an executable finds the shared frameworks that does not lie among them (design document "install-locations")."""
    return start.ledger.filesystem.trace(path_bytes(next(_installations(start)))).path


def _installations(start: Start) -> Iterator[str]:
    """The places of .NET in the order in which they count: those of variables, of files, and the usual ones."""
    named = (start.environment.get(name, "") for name in ("DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_ROOT"))
    yield from (place for place in named if place.startswith("/"))
    yield from _registered(start.ledger, start.ledger.proof(start.program.entry, "names the .NET installation for"))
    yield from (root for root in _KNOWN.roots if trees.is_directory(start.ledger, path_bytes(root) + b"/shared"))
    yield _KNOWN.roots[0]


def _registered(ledger: Ledger, because: Proof) -> Iterator[str]:
    """The places that files of the system name; such a file is needed then."""
    for location in map(path_bytes, _KNOWN.locations):
        if text := trees.read_text(ledger, location, _LARGEST_SETTING):
            ledger.ask(location, Role.DATA, because)
            yield text.strip()


def _run(start: Start, application: Application, root: bytes, launch: Launch) -> Program:
    """Takes everything that an application reads, with the shared frameworks below ``root``."""
    configuration = application.configuration
    taken = _take_application(start, application) + _take_content(start)
    version, followed = configuration.included, True
    if not configuration.self_contained:
        policy = launch.roll_forward or start.environment.get("DOTNET_ROLL_FORWARD", "")
        frameworks = find_frameworks(Installation(start.ledger, root, launch.framework, policy), configuration)
        followed = start.has_none(map(_about_missing, frameworks.missing))
        version = frameworks.version
        taken += _take_host(start, root, frameworks.resolver) + _take_frameworks(start, root, frameworks.found)
    taken += _take_named_code(start)
    _take_libraries(start, taken, configuration)
    _take_system(start)
    return replace(start.program, version=version, ecosystem=Ecosystem.DOTNET, followed=followed)


def _about_missing(framework: Framework) -> str:
    return f"needs the framework {printable(framework.name)} {printable(framework.version)}, which is not in the image"


def _take_application(start: Start, application: Application) -> list[int]:
    """Takes the directory of the assembly without what the build left there, and the packages that are probed elsewhere."""
    assets = files.dependency_assets(start.ledger, application.dependencies)
    wanted = _application_files(start, application, assets)
    because = own_origin(start, "beside the assembly of the application run by")
    taken = trees.take(start.ledger, wanted, Role.DATA, because)
    because, known = own_origin(start, "package of the application run by"), set(wanted)
    for asset in assets:
        if known.isdisjoint(_published(application.directory, asset)):
            places = [place + path_bytes(f"/{asset.package}/{asset.file}") for place in application.probing]
            found = trees.first_file(start.ledger, places)
            taken += trees.take(start.ledger, filter(None, [found]), Role.DEPENDENCY, because)
    return taken


def _published(directory: bytes, asset: Asset) -> tuple[bytes, bytes]:
    """Where the file of a package is, if it was published with the application."""
    return trees.joined(directory, path_bytes(asset.file)), trees.joined(directory, path_bytes(asset.name))


def _application_files(start: Start, application: Application, assets: tuple[Asset, ...]) -> list[bytes]:
    """The files of an application's directory. What of it no program opens is declined."""
    ledger, directory = start.ledger, application.directory
    listed = set[bytes]().union(*(_published(directory, asset) for asset in assets))
    own = trees.joined(directory, application.stem + b".")
    is_unopened, is_shared = _unopened(start, len(trees.joined(directory, b""))), directory in SYSTEM_DIRECTORIES
    wanted = []
    for path in trees.below(ledger, directory):
        if is_unopened(path):
            ledger.declined.add(ledger.filesystem.visible[path])
        elif path in listed or path.startswith(own) or not (is_shared or _is_for_building(start, path)):
            wanted.append(path)
    return wanted


def _is_for_building(start: Start, path: bytes) -> bool:
    entry = start.ledger.filesystem.visible[path]
    return start.attribution.component_of(entry).category in BUILD_CATEGORIES and not path.endswith((b".dll", b".so"))


def _unopened(start: Start, length: int) -> Callable[[bytes], bool]:
    """Says of a path, inside of a publish directory from ``length`` on, whether no program opens it here: by its ending, or as
    it is for another system (``runtimes/win-x64/native/…``)."""
    machine, is_musl = start.facts.machine, linkage(start.facts) == Linkage.MUSL

    def is_foreign(system: list[str]) -> bool:
        other = _KNOWN.machines.get(system[-1], machine) != machine
        return system[0] in _KNOWN.foreign or other or ("musl" in system and not is_musl)

    def is_unopened(path: bytes) -> bool:
        first, _, rest = path[length:].partition(b"/")
        return path.endswith(_UNOPENED) or (first == b"runtimes" and is_foreign(path_text(rest.partition(b"/")[0]).split("-")))

    return is_unopened


def _take_content(start: Start) -> list[int]:
    """Takes settings and static files in the working directory, which is the content root of ASP.NET Core."""
    ledger, root = start.ledger, trees.located(start.directory, "")
    because = own_origin(start, "in the content root of the application run by")
    taken = trees.take(ledger, trees.paths_like(ledger, root, _KNOWN.content_files), Role.DATA, because)
    directories = [] if root in SYSTEM_DIRECTORIES else trees.inside(root, _KNOWN.content_directories)
    return taken + trees.take_each_below(ledger, directories, Role.DATA, because)


def _take_host(start: Start, root: bytes, resolver: str) -> list[int]:
    """Takes the host, with the muxer, by which a base image of .NET is known."""
    because = own_origin(start, "host of .NET for")
    taken = trees.take_files(start.ledger, [root + b"/dotnet"], Role.RUNTIME, because)
    if resolver:
        taken += trees.take_below(start.ledger, root + path_bytes(f"/host/fxr/{resolver}"), Role.RUNTIME, because)
    return taken


def _take_frameworks(start: Start, root: bytes, versions: dict[str, str]) -> list[int]:
    """Takes the shared frameworks."""
    taken: list[int] = []
    for name, version in versions.items():
        because = own_origin(start, f"framework {printable(name)} {printable(version)} of")
        directory = root + path_bytes(f"/shared/{name}/{version}")
        taken += trees.take_below(start.ledger, directory, Role.RUNTIME, because, lambda inside: not inside.endswith(_UNOPENED))
    return taken


def _take_named_code(start: Start) -> list[int]:
    """Takes profilers and start-up hooks that variables name, each with its directory."""
    taken: list[int] = []
    for name, directory in _named_code(start):
        taken += trees.take_below(start.ledger, directory, Role.DATA, (Because(f"ENV {name} names it"),))
    return taken


def _named_code(start: Start) -> Iterator[tuple[str, bytes]]:
    """The variables that name code, each with the directory of that."""
    for name in _KNOWN.code:
        for path in map(path_bytes, start.environment.get(name, "").split(":")):
            directory = path if trees.is_directory(start.ledger, path) else trees.parent(path)
            if path.startswith(b"/") and directory.strip(b"/") not in SYSTEM_DIRECTORIES:
                yield name, directory


def _take_libraries(start: Start, taken: list[int], configuration: Configuration) -> None:
    """Takes what native code in the application and the frameworks loads, and what the runtime loads by name."""
    ledger, entry = start.ledger, start.program.entry
    objects = [item for item in taken if _is_shared(ledger.filesystem.paths[item])]
    loader = take_objects(start, objects, _KNOWN.optional)
    because = ledger.proof(entry, "loaded by name, where it is there, by the runtime of")
    if not _is_invariant(start, configuration):
        found = loader.load_matching(entry, tuple(map(path_bytes, _KNOWN.globalization)), because)
        if not found and not configuration.self_contained:
            ledger.miss(start.program.path, "formats for cultures with ICU, which is not in the image")
    loader.load_matching(entry, tuple(map(path_bytes, _security(start))), because)
    loader.load_matching(entry, tuple(map(path_bytes, _KNOWN.other)), because)


def _security(start: Start) -> list[str]:
    """The names of OpenSSL's libraries, of the version that a variable asks for."""
    version = start.environment.get("CLR_OPENSSL_VERSION_OVERRIDE")
    return [f"{stem}.{version}" if version else stem for stem in _KNOWN.security]


def _is_invariant(start: Start, configuration: Configuration) -> bool:
    """Whether the program does without ICU."""
    setting = start.environment.get("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "").lower()
    return setting in ("1", "true") if setting else configuration.invariant


def _is_shared(path: bytes) -> bool:
    return path.endswith(b".so") or b".so." in path.rpartition(b"/")[2]


def _take_system(start: Start) -> None:
    because = start.ledger.proof(start.program.entry, "read, where it is there, by the runtime of")
    take_paths(start.ledger, _KNOWN.settings, Role.DATA, because)
    take_certificates(start.ledger, because)
    trees.take_each_below(start.ledger, map(path_bytes, _KNOWN.zones), Role.ZONEINFO, because)
