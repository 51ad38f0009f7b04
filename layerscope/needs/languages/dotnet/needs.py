"""What a .NET program needs: the application's directory, the shared frameworks that the host picks, and native libraries.

The host's rules are those of .NET's design documents "host-probing", "host-runtime-information" and "roll-forward".
"""

from collections.abc import Callable
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
from layerscope.needs.languages.dotnet.configuration import Asset, Configuration
from layerscope.needs.languages.dotnet.frameworks import Installation, find_frameworks
from layerscope.needs.linker import linkage
from layerscope.needs.model import Because, Program
from layerscope.needs.projects import own_origin
from layerscope.needs.system import take_certificates, take_objects, take_paths
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
    native = any(section in ("__managedcode", "__modules") for section, _ in start.facts.sections)
    return files.bundled_configuration(ledger, start.program.entry) or (Configuration() if native else None)


def muxer_launch(start: Start) -> Launch:
    """What the words of a ``dotnet`` command line mean."""
    line = read_options(start.words[1:], _KNOWN.options)

    def paths(option: str) -> tuple[bytes, ...]:
        return tuple(trees.all_located(start.directory, line.values((option,))))

    word = "".join(line.arguments[:1])
    path = trees.located(start.directory, word)
    is_file = word.endswith((".dll", ".exe")) or start.ledger.file(path) is not None
    is_assembly = is_file and word not in _KNOWN.commands
    return Launch(
        assembly=path if is_assembly else b"",
        command="" if is_assembly else word,
        configuration=b"".join(paths("--runtimeconfig")[-1:]),
        dependencies=b"".join(paths("--depsfile")[-1:]),
        framework=line.value(("--fx-version",)),
        roll_forward=line.value(("--roll-forward",)),
        probing=paths("--additionalprobingpath"),
    )


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
    directory, _, name = assembly.path.rpartition(b"/")
    stem = trees.joined(directory, name.rpartition(b".")[0])
    path = launch.configuration or stem + _SETTINGS
    configuration = files.read_configuration(ledger, path)
    if configuration is None:
        return f"runs {absolute(assembly.path)}, whose {absolute(path)} is not in the image or broken"
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
    ledger, trace = start.ledger, start.ledger.filesystem.trace
    for name in ("DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_ROOT"):
        if start.environment.get(name, "").startswith("/"):
            return trace(path_bytes(start.environment[name])).path
    for location in map(path_bytes, _KNOWN.locations):
        if text := trees.read_text(ledger, location, _LARGEST_SETTING):
            ledger.ask(location, Role.DATA, ledger.proof(start.program.entry, "names the .NET installation for"))
            return trace(path_bytes(text.strip())).path
    places = [trace(root.encode()).path for root in _KNOWN.roots]
    return next((place for place in places if trees.is_directory(ledger, place + b"/shared")), places[0])


def _run(start: Start, application: Application, root: bytes, launch: Launch) -> Program:
    """Takes everything that an application reads, with the shared frameworks below ``root``."""
    configuration = application.configuration
    taken = _take_application(start, application) + _take_content(start)
    version, followed = configuration.included, True
    if not configuration.self_contained:
        policy = launch.roll_forward or start.environment.get("DOTNET_ROLL_FORWARD", "")
        frameworks = find_frameworks(Installation(start.ledger, root, launch.framework, policy), configuration)
        missing = (f"{printable(name)} {printable(asked)}" for name, asked in frameworks.missing)
        followed = start.has_none(f"needs the framework {name}, which is not in the image" for name in missing)
        version = frameworks.version
        taken += _take_host(start, root, frameworks.resolver) + _take_frameworks(start, root, frameworks.found)
    taken += _take_named_code(start)
    _take_libraries(start, taken, configuration)
    _take_system(start)
    return replace(start.program, version=version, ecosystem=Ecosystem.DOTNET, followed=followed)


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
            taken += trees.take(start.ledger, [found] if found else [], Role.DEPENDENCY, because)
    return taken


def _published(directory: bytes, asset: Asset) -> tuple[bytes, bytes]:
    """Where the file of a package is, if it was published with the application."""
    return trees.joined(directory, path_bytes(asset.file)), trees.joined(directory, path_bytes(asset.name))


def _application_files(start: Start, application: Application, assets: tuple[Asset, ...]) -> list[bytes]:
    """The files of an application's directory. What of it no program opens is declined."""
    ledger, directory = start.ledger, application.directory
    listed = {path for asset in assets for path in _published(directory, asset)}
    own = trees.joined(directory, application.stem + b".")
    is_foreign, inside = _foreign(start), len(directory) + bool(directory)
    wanted = []
    for path in trees.below(ledger, directory):
        if path.endswith(_UNOPENED) or is_foreign(path[inside:]):
            ledger.declined.add(ledger.filesystem.visible[path])
        elif path in listed or path.startswith(own) or (directory not in SYSTEM_DIRECTORIES and _is_application(start, path)):
            wanted.append(path)
    return wanted


def _is_application(start: Start, path: bytes) -> bool:
    entry = start.ledger.filesystem.visible[path]
    return path.endswith((b".dll", b".so")) or start.attribution.component_of(entry).category not in BUILD_CATEGORIES


def _foreign(start: Start) -> Callable[[bytes], bool]:
    """Says of a path inside of a publish directory whether it is for another system (``runtimes/win-x64/native/…``)."""
    machine, is_musl = start.facts.machine, linkage(start.facts) == Linkage.MUSL

    def is_foreign(inside: bytes) -> bool:
        if not inside.startswith(b"runtimes/"):
            return False
        words = path_text(inside.split(b"/", 2)[1]).split("-")
        other = _KNOWN.machines.get(words[-1], machine) != machine
        return words[0] in _KNOWN.foreign or other or ("musl" in words and not is_musl)

    return is_foreign


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
    named = [(name, value) for name in _KNOWN.code for value in start.environment.get(name, "").split(":")]
    for name, value in named:
        path = path_bytes(value)
        directory = path if trees.is_directory(start.ledger, path) else trees.parent(path)
        if value.startswith("/") and directory.strip(b"/") not in SYSTEM_DIRECTORIES:
            taken += trees.take_below(start.ledger, directory, Role.DATA, (Because(f"ENV {name} names it"),))
    return taken


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
    version = start.environment.get("CLR_OPENSSL_VERSION_OVERRIDE", "")
    end = f".{version}" if version else ""
    loader.load_matching(entry, tuple(path_bytes(stem + end) for stem in _KNOWN.security), because)
    loader.load_matching(entry, tuple(map(path_bytes, _KNOWN.other)), because)


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
