"""What a program in a Java virtual machine needs: the Java home without its compilers, jars and classes, native libraries."""

import re
from fnmatch import fnmatchcase

from msgspec.structs import replace

from layerscope.attribution.packages.languages.jars import contents_of_jar
from layerscope.core.errors import ImageError
from layerscope.core.names import absolute, path_bytes, path_text, printable
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.needs.follower import Start
from layerscope.needs.languages.jvm.command import Launch, java_version, knowledge, read_launch, release_version
from layerscope.needs.ledger import Ledger, normal
from layerscope.needs.linker import Loader, linkage
from layerscope.needs.model import Because, Program
from layerscope.needs.trees import below, file_at, is_directory, located, names_in, take, take_below

_LARGEST_JAR = 512 * 1024 * 1024
_LARGEST_MANIFEST = 1024 * 1024
_MOST_JARS = 20_000
_NOT_READ = (b".java", b".kt", b".scala", b".groovy.orig")
_ANSWER_ONLY = frozenset(("-version", "--version", "-help", "--help"))


def follow(start: Start) -> Program:
    """Takes everything that a ``java`` command reads as needed.

    ``followed`` is False when its jar, its class path or its own home is not in the image.
    """
    ledger, program = start.ledger, start.program
    home = ledger.filesystem.trace(program.path).path.rpartition(b"/")[0].removesuffix(b"bin").rstrip(b"/")
    if home.endswith(b"/jre") and is_directory(ledger, home.removesuffix(b"/jre") + b"/lib"):
        home = home.removesuffix(b"/jre")
    runtime = _take_home(start, home)
    version = java_version(release_version(ledger, home) or start.environment.get("JAVA_VERSION", "")) or java_version(
        home.rpartition(b"/")[2].decode("utf-8", "replace")
    )
    launch = read_launch(start)
    followed = bool(version) and _is_home(ledger, home)
    if not _is_home(ledger, home):
        ledger.miss(program.path, "is a Java launcher whose virtual machine is not in the image")
    if launch.open:
        ledger.miss(program.path, printable(launch.open))
    if not launch.jar and not launch.main:
        if not _ANSWER_ONLY.intersection(start.words):
            ledger.miss(program.path, "is started without a class or a jar to run")
            followed = False
    else:
        followed = _take_code(start, launch) and followed and not launch.open
    _take_options(start, launch)
    _take_libraries(start, runtime)
    _take_system(start)
    return replace(program, version=version, ecosystem=Ecosystem.JVM, followed=followed)


def _is_home(ledger: Ledger, home: bytes) -> bool:
    places = (b"/lib/modules", b"/lib/rt.jar", b"/jre/lib/rt.jar")
    return any(file_at(ledger, home + place) is not None for place in places)


def _take_home(start: Start, home: bytes) -> list[int]:
    """The Java home, but for what compiles, shows or documents."""
    if not home or home in SYSTEM_DIRECTORIES:
        return []
    told = knowledge()["home"]
    dropped, files = frozenset(told["dropped"]), frozenset(told["files"])
    endings, commands = tuple(told["endings"]), frozenset(told["commands"])

    def wanted(path: bytes) -> bool:
        inside = path.decode("utf-8", "replace").removeprefix("jre/")
        parts = inside.split("/")
        if parts[0] in dropped or inside in files or inside.endswith(endings):
            return False
        return parts[0] != "bin" or parts[-1] in commands

    because = start.ledger.proof(start.program.entry, "Java's own files, of")
    return take_below(start.ledger, home, Role.RUNTIME, because, wanted)


def _take_code(start: Start, launch: Launch) -> bool:
    """Everything on the class path and the module path, with what manifests add. Whether all that must be there is."""
    ledger = start.ledger
    because = ledger.proof(start.script if start.script is not None else start.program.entry, "on the class path of")
    jars = _Jars(ledger, because)
    if launch.jar:
        path = located(start.directory, launch.jar)
        if file_at(ledger, path) is None:
            ledger.miss(start.program.path, f"runs {absolute(path)}, which is not in the image")
            return False
        jars.add(path, Role.DATA)
        _take_beside(start, path)
    found = bool(launch.jar)
    for part in () if launch.jar else launch.class_path:
        found = _take_part(start, jars, part, part.endswith("/*") or part == "*") or found
    for part in launch.module_path:
        found = _take_part(start, jars, part, True) or found
    for agent in launch.agents:
        path = located(start.directory, agent)
        if file_at(ledger, path) is None:
            ledger.miss(start.program.path, f"loads {absolute(path)} into the virtual machine, which is not in the image")
            return False
        jars.add(path, Role.DEPENDENCY)
        if path.rpartition(b"/")[0] not in SYSTEM_DIRECTORIES:
            take_below(ledger, path.rpartition(b"/")[0], Role.DEPENDENCY, because, _is_part)
    jars.follow()
    if not found and "/" not in launch.main:
        ledger.miss(start.program.path, f"runs {printable(launch.main)}, and nothing of its class path is in the image")
    return found or "/" in launch.main


def _is_part(inside: bytes) -> bool:
    return not inside.endswith(_NOT_READ) and b".git/" not in inside


def _take_part(start: Start, jars: "_Jars", part: str, jars_inside: bool) -> bool:
    """One part of a class path: a jar, the jars of a directory (``lib/*``), or a directory of classes. Whether it is there."""
    ledger = start.ledger
    if jars_inside and not part.endswith(".jar"):
        directory = located(start.directory, part.removesuffix("*"))
        names = [name for name in names_in(ledger, directory) if name.lower().endswith((b".jar", b".jmod"))]
        for name in names:
            jars.add(directory + b"/" + name if directory else name, Role.DEPENDENCY)
        if part.endswith("*"):
            return bool(names)
    path = located(start.directory, part)
    if file_at(ledger, path) is not None:
        jars.add(path, Role.DEPENDENCY)
        return True
    if not is_directory(ledger, path):
        return False
    if path in SYSTEM_DIRECTORIES:
        return bool(take(ledger, _classes_in(ledger, path), Role.DATA, jars.because))
    return bool(take_below(ledger, path, Role.DATA, jars.because, _is_part))


def _classes_in(ledger: Ledger, directory: bytes) -> list[bytes]:
    """Classes, and what a fat jar is unpacked to, in a directory that holds more than them."""
    inside = directory + b"/" if directory else b""
    places = (inside + b"BOOT-INF/", inside + b"META-INF/", inside + b"WEB-INF/")
    return [path for path in ledger.filesystem.below(directory) if path.endswith(b".class") or path.startswith(places)]


def _take_beside(start: Start, jar: bytes) -> None:
    """What lies beside a jar that finds its libraries by a file of its own, and what Spring Boot reads in both directories."""
    ledger = start.ledger
    because = ledger.proof(start.script if start.script is not None else start.program.entry, "beside the jar run by")
    directory, _, name = jar.rpartition(b"/")
    if name.decode("utf-8", "replace") in knowledge()["launcher"]["whole"] and directory not in SYSTEM_DIRECTORIES:
        take_below(ledger, directory, Role.DATA, because, _is_part)
    system = knowledge()["system"]
    for place in dict.fromkeys((located(start.directory, ""), directory)):
        for found in names_in(ledger, place):
            text = found.decode("utf-8", "replace")
            if any(fnmatchcase(text, shape) for shape in system["settings"]):
                take(ledger, [place + b"/" + found if place else found], Role.DATA, because)
        for inside in system["directories"] if place else ():
            take_below(ledger, place + b"/" + inside.encode(), Role.DATA, because)


class _Jars:
    """The jars that are needed, and those that their manifests add (``Class-Path``), each once."""

    def __init__(self, ledger: Ledger, because: tuple[Because, ...]) -> None:
        self._ledger = ledger
        self.because = because
        self._waiting: dict[int, bytes] = {}
        self._seen: set[int] = set()

    def add(self, path: bytes, role: Role, because: tuple[Because, ...] = ()) -> None:
        """Takes a jar as needed, if it is there."""
        entry = self._ledger.ask(path, role, because or self.because) if file_at(self._ledger, path) is not None else None
        if entry is not None and entry not in self._seen and len(self._seen) < _MOST_JARS:
            self._seen.add(entry)
            self._waiting[entry] = self._ledger.filesystem.trace(path).path

    def follow(self) -> None:
        """Reads the manifests of all jars, and of those that they name."""
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            for entry, content in _contents(self._ledger, list(waiting)).items():
                directory = waiting[entry].rpartition(b"/")[0]
                because = (Because("Class-Path in the manifest of", waiting[entry]), *self.because)
                for word in class_path_of(content):
                    path = normal(directory + b"/" + path_bytes(word)) if not word.startswith("/") else normal(path_bytes(word))
                    if word.endswith("/"):
                        take_below(self._ledger, path, Role.DEPENDENCY, because)
                    else:
                        self.add(path, Role.DEPENDENCY, because)


def _contents(ledger: Ledger, entries: list[int]) -> dict[int, bytes]:
    """The contents of jars; of those that were looked into while indexing, an archive with their manifest and little else."""
    filesystem = ledger.filesystem
    found: dict[int, bytes] = {}
    for entry in entries:
        picked = filesystem.content(entry)
        try:
            if picked is not None:
                found[entry] = picked
            elif filesystem.sizes[filesystem.holder(entry)] <= _LARGEST_JAR:
                found[entry] = ledger.read(entry)
        except ImageError:
            continue
    return found


def class_path_of(jar: bytes) -> list[str]:
    """The relative paths in a jar's ``Class-Path``; none where it has no manifest or is broken."""
    contents = contents_of_jar(jar)
    words = contents.class_path if contents is not None else ()
    return [word.removeprefix("file:") for word in words if "://" not in word]


def _take_options(start: Start, launch: Launch) -> None:
    """Files and directories that properties and other options name."""
    ledger = start.ledger
    homes = frozenset(knowledge()["launcher"]["homes"])
    for name, value in launch.properties:
        because = (Because(f"-D{printable(name)} names it"), *ledger.proof(start.program.entry, "run by"))
        for piece in re.split(r"[,:;]", value):
            path = located(start.directory, piece)
            if not piece or len(piece) > 4096 or path in SYSTEM_DIRECTORIES:
                continue
            if file_at(ledger, path) is not None:
                ledger.ask(path, Role.DATA, because)
            elif (piece.startswith("/") or "/" in piece or name in homes) and is_directory(ledger, path):
                take_below(ledger, path, Role.DATA, because, _is_part)
    because = ledger.proof(start.program.entry, "an option names it for")
    for value in launch.files:
        if file_at(ledger, located(start.directory, value)) is not None:
            ledger.ask(located(start.directory, value), Role.DATA, because)


def _take_libraries(start: Start, taken: list[int]) -> None:
    ledger, entry = start.ledger, start.program.entry
    facts = ledger.facts(entry)
    if facts is None:
        return
    known = knowledge()["libraries"]
    optional = tuple(map(str.encode, known["optional"]))
    objects = [item for item in taken if b".so" in ledger.filesystem.paths[item].rpartition(b"/")[2]]
    required = [item for item in objects if not ledger.filesystem.paths[item].endswith(optional)]
    inside = ":".join(_library_directories(ledger, required))
    environment = {**start.environment, "LD_LIBRARY_PATH": ":".join((start.environment.get("LD_LIBRARY_PATH", ""), inside))}
    Loader(ledger, linkage(facts), facts.machine, environment).load_objects(required)
    loader = Loader(ledger, linkage(facts), facts.machine, environment, noted=False)
    loader.load_objects(item for item in objects if item not in set(required))
    because = ledger.proof(entry, "loaded by name, where it is there, into the virtual machine of")
    loader.load_matching(entry, tuple(map(str.encode, known["named"])), because)


def _library_directories(ledger: Ledger, objects: list[int]) -> list[str]:
    """Where the machine's own libraries lie: each finds the others there, as they are loaded before (libjvm.so above all)."""
    directories = dict.fromkeys(ledger.filesystem.paths[item].rpartition(b"/")[0] for item in objects)
    return ["/" + path_text(path) for path in directories]


def _take_system(start: Start) -> None:
    """Users, whose homes are a property of every program, and fonts: those that belong to Java itself as part of it."""
    ledger, system = start.ledger, knowledge()["system"]
    because = ledger.proof(start.program.entry, "read, where it is there, by the virtual machine of")
    for path in system["users"]:
        ledger.ask(path.encode(), Role.USER, because)
    common = frozenset(system["common_fonts"])
    visible, component_of = ledger.filesystem.visible, start.attribution.component_of
    for directory in system["fonts"]:
        for path in below(ledger, directory.encode()):
            usual = component_of(visible[path]).package in common or path.startswith(b"etc/fonts/conf.d/")
            take(ledger, [path], Role.RUNTIME if usual else Role.DATA, because)
