"""What a program in a Java virtual machine needs: the Java home without its compilers, jars and classes, native libraries."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, starmap

from msgspec.structs import replace

from layerscope.attribution.packages.languages.jars import contents_of_jar
from layerscope.core.names import absolute, path_bytes, path_text, printable
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.filesystem.directories import SYSTEM_DIRECTORIES
from layerscope.needs import trees
from layerscope.needs.follower import Start
from layerscope.needs.languages.jvm.command import (
    KNOWN,
    Launch,
    java_version,
    linked_modules,
    read_launch,
    release_version,
)
from layerscope.needs.languages.jvm.literals import take_literals
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, Program, Proof
from layerscope.needs.projects import origin
from layerscope.needs.system.files import take_accounts, take_objects

_LARGEST_JAR = 512 * 1024 * 1024
_LONGEST_PATH = 4096
_MOST_JARS = 20_000
_SYSTEM_JARS = b"usr/share/java/"
_NOT_READ = (b".java", b".kt", b".scala", b".groovy.orig")
_ZONES = (b"etc/timezone", b"etc/localtime")
"""Where the runtime finds the name of the local time zone, which it shows."""
_ANSWER_ONLY = frozenset(("-version", "--version", "-help", "--help"))


def follow(start: Start) -> Program:
    """Takes everything that a ``java`` command reads as needed.

    ``followed`` is False when its jar, its class path or its own home is not in the image.
    """
    home = _home(start)
    runtime, version = _take_home(start, home), _version(start, home)
    launch = read_launch(start)
    followed = start.has_none(_obstacles(start, home, launch)) and bool(version)
    if launch.program:
        before = {need.entry for need in start.ledger.needs}
        followed = _take_code(start, launch) and followed
        take_literals(start, launch, [need.entry for need in start.ledger.needs if need.entry not in before])
    _take_named(start, launch)
    _take_libraries(start, runtime)
    _take_system(start)
    bound = bool(linked_modules(start.ledger, home)) or _take_native(start, runtime)
    return replace(start.program, version=version, ecosystem=Ecosystem.JVM, followed=followed, bound=bound)


def _home(start: Start) -> bytes:
    """The Java home that the command lies in; of a ``jre`` in a JDK, the JDK."""
    home = trees.parent(start.ledger.filesystem.trace(start.program.path).path).removesuffix(b"bin").rstrip(b"/")
    whole = home.removesuffix(b"/jre")
    return whole if trees.is_directory(start.ledger, whole + b"/lib") else home


def _version(start: Start, home: bytes) -> str:
    """The version of a Java home: as a file in it or ENV says, else by its name."""
    named = release_version(start.ledger, home) or start.environment.get("JAVA_VERSION", "")
    return java_version(named) or java_version(path_text(home.rpartition(b"/")[2]))


def _obstacles(start: Start, home: bytes, launch: Launch) -> Iterable[str]:
    """Why the program cannot be followed, as far as its command says."""
    modules = (home + b"/lib/modules", home + b"/lib/rt.jar", home + b"/jre/lib/rt.jar")
    if trees.first_file(start.ledger, modules) is None:
        yield "is a Java launcher whose virtual machine is not in the image"
    if launch.variable:
        yield printable(f"is started with {launch.variable}, which only a shell knows")
    if not launch.program and _ANSWER_ONLY.isdisjoint(start.words):
        yield "is started without a class or a jar to run"


def _take_home(start: Start, home: bytes) -> list[int]:
    """Takes the Java home without what compiles, shows or documents."""
    if home in SYSTEM_DIRECTORIES:
        return []
    because = start.ledger.proof(start.program.entry, "Java's own files, of")
    return trees.take_below(start.ledger, home, Role.RUNTIME, because, _is_runtime)


def _is_runtime(path: bytes) -> bool:
    """Whether a running program can read a file of a Java home."""
    inside = path_text(path).removeprefix("jre/")
    first, last = inside.split("/")[0], inside.rpartition("/")[2]
    if first in KNOWN.home_directories or inside in KNOWN.home_files or inside.endswith(KNOWN.home_endings):
        return False
    return first != "bin" or last in KNOWN.commands


def _take_code(start: Start, launch: Launch) -> bool:
    """Takes everything on the class path and the module path, with what manifests add. Whether all that must be there is."""
    jars = _Jars(start, origin(start, "on the class path of"))
    if launch.jar and not jars.add_file(launch.jar, Role.DATA, "runs {}, which is not in the image"):
        return False
    for path in trees.all_located(start.directory, (launch.jar,)):
        _take_beside(start, path)
    found = list(starmap(jars.add_part, launch.parts))
    if not all(map(jars.add_agent, launch.agents)):
        return False
    jars.follow()
    is_there = any((*found, launch.jar, "/" in launch.main))
    if not is_there:
        start.ledger.miss(start.program.path, f"runs {printable(launch.main)}, and nothing of its class path is in the image")
    return is_there


def _is_part(inside: bytes) -> bool:
    """Whether a file in a directory of code can be read by a program."""
    return not inside.endswith(_NOT_READ) and b".git/" not in inside


def _take_beside(start: Start, jar: bytes) -> None:
    """Takes what lies beside a jar that finds its libraries by a file, and what Spring Boot reads in both directories."""
    ledger, because = start.ledger, origin(start, "beside the jar run by")
    directory, _, name = jar.rpartition(b"/")
    if path_text(name) in KNOWN.whole and directory not in SYSTEM_DIRECTORIES:
        trees.take_below(ledger, directory, Role.DATA, because, _is_part)
    for place in dict.fromkeys((trees.located(start.directory, ""), directory)):
        trees.take(ledger, trees.paths_like(ledger, place, KNOWN.settings), Role.DATA, because)
        directories = trees.inside(place, KNOWN.directories) if place else []
        trees.take_each_below(ledger, directories, Role.DATA, because)


class _Jars:
    """The jars that are needed, and those that their manifests add (``Class-Path``), each once."""

    def __init__(self, start: Start, because: Proof) -> None:
        self._start = start
        self._ledger: Ledger = start.ledger
        self._because = because
        self._waiting: dict[int, bytes] = {}
        self._seen: set[int] = set()

    def add(self, path: bytes, role: Role, because: Proof) -> bool:
        """Takes a jar as needed. Whether it is there."""
        entry = self._ledger.file(path)
        if entry is None:
            return False
        self._ledger.ask(path, role, because)
        if entry not in self._seen and len(self._seen) < _MOST_JARS:
            self._seen.add(entry)
            self._waiting[entry] = self._ledger.filesystem.trace(path).path
        return True

    def add_file(self, word: str, role: Role, missing: str) -> bool:
        """Takes a jar that the command names; what is ``missing`` is noted. Whether it is there."""
        path = trees.located(self._start.directory, word)
        found = self.add(path, role, self._because)
        if not found:
            self._ledger.miss(self._start.program.path, missing.format(absolute(path)))
        return found

    def add_agent(self, word: str) -> bool:
        """Takes an agent and what lies beside it. Whether it is there."""
        found = self.add_file(word, Role.DEPENDENCY, "loads {} into the virtual machine, which is not in the image")
        directory = trees.parent(trees.located(self._start.directory, word))
        if found and directory not in SYSTEM_DIRECTORIES:
            trees.take_below(self._ledger, directory, Role.DEPENDENCY, self._because, _is_part)
        return found

    def add_part(self, part: str, jars_inside: bool) -> bool:
        """Takes a part of a class path: a jar, the jars of a directory (``lib/*``), or a directory of classes. Whether it is
        there."""
        if jars_inside and not part.endswith(".jar"):
            is_there = self._add_inside(trees.located(self._start.directory, part.removesuffix("*")))
            if part.endswith("*"):
                return is_there
        path = trees.located(self._start.directory, part)
        return self.add(path, Role.DEPENDENCY, self._because) or self._add_directory(path)

    def _add_inside(self, directory: bytes) -> bool:
        """Takes the jars directly in a directory. Whether there are any."""
        names = [name for name in trees.names_in(self._ledger, directory) if name.lower().endswith((b".jar", b".jmod"))]
        for name in names:
            self.add(trees.joined(directory, name), Role.DEPENDENCY, self._because)
        return bool(names)

    def _add_directory(self, path: bytes) -> bool:
        """Takes a directory of classes: of one that holds more than them, classes and what a fat jar is unpacked to."""
        if not trees.is_directory(self._ledger, path):
            return False
        if path not in SYSTEM_DIRECTORIES:
            return bool(trees.take_below(self._ledger, path, Role.DATA, self._because, _is_part))
        inside = tuple(trees.inside(path, ("BOOT-INF/", "META-INF/", "WEB-INF/")))
        found = [name for name in self._ledger.filesystem.below(path) if name.endswith(b".class") or name.startswith(inside)]
        return bool(trees.take(self._ledger, found, Role.DATA, self._because))

    def follow(self) -> None:
        """Reads the manifests of all jars, and of those that they name."""
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            for entry, path in waiting.items():
                self._add_named(path, class_path_of(self._content(entry)))

    def _add_named(self, jar: bytes, words: list[str]) -> None:
        because = (Because("Class-Path in the manifest of", jar), *self._because)
        for word in words:
            path = trees.located("/" + path_text(trees.parent(jar)), word)
            if word.endswith("/"):
                trees.take_below(self._ledger, path, Role.DEPENDENCY, because)
            else:
                self.add(path, Role.DEPENDENCY, because)

    def _content(self, entry: int) -> bytes:
        """The content of a jar; of one that was looked into while indexing, an archive with its manifest and little else."""
        filesystem = self._ledger.filesystem
        kept = filesystem.content(entry)
        is_large = filesystem.sizes[filesystem.holder(entry)] > _LARGEST_JAR
        return self._ledger.content(entry) if kept is None and not is_large else kept or b""


def class_path_of(jar: bytes) -> list[str]:
    """The relative paths in a jar's ``Class-Path``; none where it has no manifest or is broken."""
    contents = contents_of_jar(jar)
    words = contents.class_path if contents is not None else ()
    return [word.removeprefix("file:") for word in words if "://" not in word]


def _take_named(start: Start, launch: Launch) -> None:
    """Takes the files and directories that properties and other options name."""
    ledger, entry = start.ledger, start.program.entry
    for name, value in launch.properties:
        because = (Because(f"-D{printable(name)} names it"), *ledger.proof(entry, "run by"))
        for piece, path in _named_paths(start.directory, value):
            _take_file_or_directory(ledger, path, "/" in piece or name in KNOWN.homes, because)
    files = trees.all_located(start.directory, launch.files)
    trees.take_files(ledger, files, Role.DATA, ledger.proof(entry, "an option names it for"))


def _named_paths(directory: str, value: str) -> Iterator[tuple[str, bytes]]:
    """The parts of a property's value that can be paths of the program's own, each with its path."""
    for piece in re.split(r"[,:;]", value):
        path = trees.located(directory, piece[:_LONGEST_PATH])
        if 0 < len(piece) <= _LONGEST_PATH and path not in SYSTEM_DIRECTORIES:
            yield piece, path


def _take_file_or_directory(ledger: Ledger, path: bytes, whole: bool, because: Proof) -> None:
    """Takes a file, or, where it can be meant, a ``whole`` directory without sources."""
    if ledger.file(path) is not None:
        ledger.ask(path, Role.DATA, because)
    elif whole and trees.is_directory(ledger, path):
        trees.take_below(ledger, path, Role.DATA, because, _is_part)


def _take_libraries(start: Start, taken: list[int]) -> None:
    """Takes what the machine's libraries load. Each finds the others where they lie: they are loaded before (libjvm.so above
    all)."""
    paths, entry = start.ledger.filesystem.paths, start.program.entry
    objects = [item for item in taken if b".so" in paths[item].rpartition(b"/")[2]]
    directories = dict.fromkeys("/" + path_text(trees.parent(paths[item])) for item in objects)
    search = ":".join((start.environment.get("LD_LIBRARY_PATH", ""), *directories))
    loader = take_objects(replace(start, environment=start.environment | {"LD_LIBRARY_PATH": search}), objects, KNOWN.optional)
    because = start.ledger.proof(entry, "loaded by name, where it is there, into the virtual machine of")
    loader.load_matching(entry, tuple(map(path_bytes, KNOWN.named)), because)


def _take_native(start: Start, runtime: list[int]) -> bool:
    """Takes the native libraries of the distribution's own jars, where its Java looks for them. Whether there are any."""
    if not any(need.path.startswith(_SYSTEM_JARS) for need in start.ledger.needs):
        return False
    because = start.ledger.proof(start.program.entry, "a native library that jars of the system load, for")
    directories = [path_bytes(place.format(multiarch=start.triplet)) for place in KNOWN.native]

    def is_loaded(inside: bytes) -> bool:
        return b".so" in inside and path_text(inside) not in KNOWN.displayed

    found = [
        entry for place in directories for entry in trees.take_below(start.ledger, place, Role.LIBRARY, because, is_loaded)
    ]
    _take_libraries(start, [*runtime, *found])
    return bool(found)


def _take_system(start: Start) -> None:
    """Takes users, whose homes are a property of every program, and fonts: those that belong to Java itself as part of it."""
    ledger, component_of = start.ledger, start.attribution.component_of
    because = ledger.proof(start.program.entry, "read, where it is there, by the virtual machine of")
    take_accounts(ledger, because)
    for path in chain.from_iterable(trees.below(ledger, path_bytes(directory)) for directory in KNOWN.fonts):
        package = component_of(ledger.filesystem.visible[path]).package
        usual = package in KNOWN.common_fonts or path.startswith(b"etc/fonts/conf.d/")
        trees.take(ledger, [path], Role.RUNTIME if usual else Role.DATA, because)
    for path in _ZONES:
        ledger.ask(path, Role.ZONEINFO, ledger.proof(start.program.entry, "the name of the time zone, for"))
