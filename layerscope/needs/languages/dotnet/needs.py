"""What a .NET program needs: the application's directory, the shared frameworks that the host picks, and native libraries.

The host's rules are those of .NET's design documents "host-probing", "host-runtime-information" and "roll-forward".
"""

from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from layerscope.core.names import absolute, path_bytes, printable
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import BUILD_CATEGORIES, Ecosystem, Linkage, Role
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.needs.follower import Start
from layerscope.needs.languages.dotnet.configuration import (
    Configuration,
    bundled_configuration,
    dependency_assets,
    read_configuration,
)
from layerscope.needs.languages.dotnet.frameworks import Frameworks, find_frameworks
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import Loader, linkage
from layerscope.needs.model import Because, Program
from layerscope.needs.system import take_certificates
from layerscope.needs.trees import below, file_at, is_directory, located, names_in, read_text, take, take_below
from layerscope.start.options import Grammar, read_options

_LARGEST_SETTING = 64 * 1024
_TRUE = frozenset(("1", "true"))


@cache
def knowledge() -> dict[str, Any]:
    """Reads ``dotnet.toml`` once."""
    return read_table(__file__, "dotnet.toml", dict[str, Any])


class Launch(NamedTuple):
    """What the host is told to run: a path of the application's assembly, or the SDK's ``command``, and the host's options."""

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
    if launch.command:
        return _not_followed(start, _about_command(start, launch.command))
    if not launch.assembly:
        return _not_followed(start, "is started without an application to run")
    assembly = start.ledger.filesystem.trace(launch.assembly)
    if not start.ledger.is_file(assembly.entry):
        return _not_followed(start, f"runs {absolute(launch.assembly)}, which is not in the image")
    start.ledger.ask(launch.assembly, Role.DATA, start.ledger.proof(start.program.entry, "run by"))
    directory, _, name = assembly.path.rpartition(b"/")
    stem = name.rpartition(b".")[0]
    path = launch.configuration or _joined(directory, stem + b".runtimeconfig.json")
    configuration = read_configuration(start.ledger, path)
    if configuration is None:
        return _not_followed(start, f"runs {absolute(assembly.path)}, whose {absolute(path)} is not in the image or broken")
    development = read_configuration(start.ledger, _joined(directory, stem + b".runtimeconfig.dev.json"))
    probing = (*launch.probing, *configuration.probing, *(development.probing if development else ()))
    dependencies = launch.dependencies or _joined(directory, stem + b".deps.json")
    root = start.ledger.filesystem.trace(start.program.path).path.rpartition(b"/")[0]
    return _run(start, Application(directory, stem, configuration, dependencies, probing), root, launch)


def follow_host(start: Start) -> Program | None:
    """The same for an executable that is a .NET application itself (an apphost, a single file, native code); else None."""
    ledger, path = start.ledger, start.program.path
    directory, _, name = path.rpartition(b"/")
    configuration = read_configuration(ledger, _joined(directory, name + b".runtimeconfig.json"))
    if configuration is None or file_at(ledger, _joined(directory, name + b".dll")) is None:
        facts = ledger.facts(start.program.entry)
        configuration = bundled_configuration(ledger, start.program.entry)
        if configuration is None:
            sections = {section for section, _ in facts.sections} if facts else set()
            if not {"__managedcode", "__modules"} & sections:
                return None
            configuration = Configuration((), True)
    application = Application(directory, name, configuration, _joined(directory, name + b".deps.json"), configuration.probing)
    return _run(start, application, _installation(start), Launch())


def muxer_launch(start: Start) -> Launch:
    """What the words of a ``dotnet`` command line mean."""
    line = read_options(start.words[1:], msgspec.convert(knowledge()["options"], Grammar))

    def paths(option: str) -> tuple[bytes, ...]:
        return tuple(located(start.directory, value) for value in line.values((option,)) if value)

    launch = Launch(
        configuration=b"".join(paths("--runtimeconfig")[-1:]),
        dependencies=b"".join(paths("--depsfile")[-1:]),
        framework=line.value(("--fx-version",)),
        roll_forward=line.value(("--roll-forward",)),
        probing=paths("--additionalprobingpath"),
    )
    if not line.arguments:
        return launch
    word = line.arguments[0]
    path = located(start.directory, word)
    is_assembly = word.endswith((".dll", ".exe")) or file_at(start.ledger, path) is not None
    if is_assembly and word not in knowledge()["muxer"]["commands"]:
        return launch._replace(assembly=path)
    return launch._replace(command=word)


def _not_followed(start: Start, what: str) -> Program:
    start.ledger.miss(start.program.path, what)
    return replace(start.program, ecosystem=Ecosystem.DOTNET, followed=False)


def _about_command(start: Start, command: str) -> str:
    told = f"runs the command {printable(command)} of the .NET SDK, which builds before it starts anything"
    published = sorted(
        path
        for path in start.ledger.filesystem.visible
        if path.endswith(b".runtimeconfig.json") and b"/obj/" not in path and not path.startswith((b"usr/", b"root/."))
    )
    if not published:
        return told + "; publish the project (dotnet publish -c Release -o out) and start its assembly (dotnet out/NAME.dll)"
    best = min(published, key=lambda path: (b"/publish/" not in path, b"/Release/" not in path, path))
    return told + f"; start what it built instead: dotnet {absolute(best.removesuffix(b'.runtimeconfig.json') + b'.dll')}"


def _joined(directory: bytes, name: bytes) -> bytes:
    return directory + b"/" + name if directory else name


def _installation(start: Start) -> bytes:
    """Where an executable of its own finds the shared frameworks (design document "install-locations")."""
    for name in ("DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_ROOT"):
        if start.environment.get(name, "").startswith("/"):
            return start.ledger.filesystem.trace(path_bytes(start.environment[name])).path
    for location in knowledge()["installation"]["locations"]:
        if text := read_text(start.ledger, location.encode(), _LARGEST_SETTING):
            start.ledger.ask(
                location.encode(), Role.DATA, start.ledger.proof(start.program.entry, "names the .NET installation for")
            )
            return start.ledger.filesystem.trace(path_bytes(text.strip())).path
    places = [start.ledger.filesystem.trace(root.encode()).path for root in knowledge()["installation"]["roots"]]
    return next((place for place in places if is_directory(start.ledger, place + b"/shared")), places[0])


def _run(start: Start, application: Application, root: bytes, launch: Launch) -> Program:
    ledger, configuration = start.ledger, application.configuration
    taken = _take_application(start, application)
    taken += _take_content(start)
    version = configuration.included
    followed = True
    if not configuration.self_contained:
        frameworks = find_frameworks(
            ledger,
            root,
            configuration,
            launch.framework,
            launch.roll_forward or start.environment.get("DOTNET_ROLL_FORWARD", ""),
        )
        for name, asked in frameworks.missing:
            ledger.miss(
                start.program.path, f"needs the framework {printable(name)} {printable(asked)}, which is not in the image"
            )
        followed = not frameworks.missing
        version = frameworks.version
        taken += _take_frameworks(start, root, frameworks)
    taken += _take_named_code(start)
    _take_libraries(start, taken, configuration)
    _take_system(start)
    return replace(start.program, version=version, ecosystem=Ecosystem.DOTNET, followed=followed)


def _take_application(start: Start, application: Application) -> list[int]:
    """The directory of the assembly, but for what the build left there, and the packages that are probed elsewhere."""
    ledger, directory = start.ledger, application.directory
    because = (Because("beside the assembly of the application run by", start.program.path), *_origin(start))
    assets = dependency_assets(ledger, application.dependencies)
    listed = {_joined(directory, inside) for asset in assets for inside in (path_bytes(asset.file), path_bytes(asset.name))}
    own = _joined(directory, application.stem + b".")
    only_listed = directory in SYSTEM_DIRECTORIES
    foreign = _foreign(start)
    wanted = []
    for path in below(ledger, directory):
        inside = path[len(directory) + 1 :] if directory else path
        if inside.endswith(tuple(map(str.encode, knowledge()["unopened"]["endings"]))) or foreign(inside):
            ledger.declined.add(ledger.filesystem.visible[path])
            continue
        if path in listed or path.startswith(own) or (not only_listed and _is_application(start, path)):
            wanted.append(path)
    taken = take(ledger, wanted, Role.DATA, because)
    known = set(wanted)
    package = (Because("package of the application run by", start.program.path), *_origin(start))
    for asset in assets:
        places = (place + b"/" + path_bytes(asset.package) + b"/" + path_bytes(asset.file) for place in application.probing)
        if not {_joined(directory, path_bytes(asset.file)), _joined(directory, path_bytes(asset.name))} & known:
            found = next((place for place in places if file_at(ledger, place) is not None), None)
            taken += take(ledger, [found], Role.DEPENDENCY, package) if found else []
    return taken


def _origin(start: Start) -> tuple[Because, ...]:
    entry = start.script if start.script is not None else start.program.entry
    return start.ledger.proof(entry, "run by")[1:]


def _is_application(start: Start, path: bytes) -> bool:
    entry = start.ledger.filesystem.visible[path]
    return path.endswith((b".dll", b".so")) or start.attribution.component_of(entry).category not in BUILD_CATEGORIES


def _foreign(start: Start) -> Any:
    """Tells of a path inside of a publish directory whether it is for another system (``runtimes/win-x64/native/…``)."""
    identifiers = knowledge()["identifiers"]
    machines: dict[str, str] = identifiers["machines"]
    foreign = frozenset(identifiers["foreign"])
    facts = start.ledger.facts(start.program.entry)
    machine, musl = (facts.machine, linkage(facts) == Linkage.MUSL) if facts else ("", False)

    def told(inside: bytes) -> bool:
        if not inside.startswith(b"runtimes/"):
            return False
        words = inside.split(b"/", 2)[1].decode("utf-8", "replace").split("-")
        other = words[-1] in machines and machines[words[-1]] != machine
        return words[0] in foreign or other or ("musl" in words and not musl)

    return told


def _take_content(start: Start) -> list[int]:
    """Settings and static files in the working directory, which is the content root of ASP.NET Core."""
    ledger, root = start.ledger, located(start.directory, "")
    because = (Because("in the content root of the application run by", start.program.path), *_origin(start))
    content = knowledge()["content"]
    names = [
        name
        for name in names_in(ledger, root)
        if any(fnmatchcase(name.decode("utf-8", "replace"), shape) for shape in content["names"])
    ]
    taken = take(ledger, [_joined(root, name) for name in names], Role.DATA, because)
    if root not in SYSTEM_DIRECTORIES:
        for name in content["directories"]:
            taken += take_below(ledger, _joined(root, name.encode()), Role.DATA, because)
    return taken


def _take_frameworks(start: Start, root: bytes, frameworks: Frameworks) -> list[int]:
    """The host and the shared frameworks, with the muxer, by which a base image of .NET is known."""
    ledger = start.ledger
    endings = tuple(map(str.encode, knowledge()["unopened"]["endings"]))
    host = (Because("host of .NET for", start.program.path), *_origin(start))
    taken = take(ledger, [path for path in (root + b"/dotnet",) if file_at(ledger, path) is not None], Role.RUNTIME, host)
    if frameworks.resolver:
        taken += take_below(ledger, root + b"/host/fxr/" + path_bytes(frameworks.resolver), Role.RUNTIME, host)
    for name, version in frameworks.found:
        because = (Because(f"framework {printable(name)} {printable(version)} of", start.program.path), *_origin(start))
        directory = root + b"/shared/" + path_bytes(f"{name}/{version}")
        taken += take_below(ledger, directory, Role.RUNTIME, because, lambda inside: not inside.endswith(endings))
    return taken


def _take_named_code(start: Start) -> list[int]:
    """Profilers and start-up hooks that variables name, each with its directory."""
    taken: list[int] = []
    for name in knowledge()["variables"]["code"]:
        for value in start.environment.get(name, "").split(":"):
            path = path_bytes(value)
            if not value.startswith("/"):
                continue
            directory = path if is_directory(start.ledger, path) else path.rpartition(b"/")[0]
            if directory.strip(b"/") not in SYSTEM_DIRECTORIES:
                taken += take_below(start.ledger, directory, Role.DATA, (Because(f"ENV {name} names it"),))
    return taken


def _take_libraries(start: Start, taken: list[int], configuration: Configuration) -> None:
    ledger, entry = start.ledger, start.program.entry
    facts = ledger.facts(entry)
    if facts is None:
        return
    libc = linkage(facts)
    known = knowledge()["libraries"]
    optional = tuple(map(str.encode, known["optional"]))
    objects = [item for item in taken if _is_shared(ledger.filesystem.paths[item])]
    required = [item for item in objects if not ledger.filesystem.paths[item].endswith(optional)]
    Loader(ledger, libc, facts.machine, start.environment).load_objects(required)
    loader = Loader(ledger, libc, facts.machine, start.environment, noted=False)
    loader.load_objects(item for item in objects if item not in set(required))
    because = ledger.proof(entry, "loaded by name, where it is there, by the runtime of")
    invariant = start.environment.get("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "").lower()
    if not (invariant in _TRUE if invariant else configuration.invariant):
        stems = tuple(map(str.encode, known["globalization"]))
        if not loader.load_matching(entry, stems, because) and configuration.self_contained is False:
            ledger.miss(start.program.path, "formats for cultures with ICU, which is not in the image")
    loader.load_matching(entry, _security(start, known["security"]), because)
    loader.load_matching(entry, tuple(map(str.encode, known["other"])), because)


def _security(start: Start, stems: list[str]) -> tuple[bytes, ...]:
    """OpenSSL's libraries: of the version that CLR_OPENSSL_VERSION_OVERRIDE names, else of all that are there."""
    version = start.environment.get("CLR_OPENSSL_VERSION_OVERRIDE", "")
    return tuple(path_bytes(f"{stem}.{version}" if version else stem) for stem in stems)


def _is_shared(path: bytes) -> bool:
    return path.endswith(b".so") or b".so." in path.rpartition(b"/")[2]


def _take_system(start: Start) -> None:
    ledger: Ledger = start.ledger
    system = knowledge()["system"]
    because = ledger.proof(start.program.entry, "read, where it is there, by the runtime of")
    for path in system["settings"]:
        ledger.ask(path.encode(), Role.DATA, because)
    take_certificates(ledger, because)
    for path in system["zones"]:
        take_below(ledger, path.encode(), Role.ZONEINFO, because)
