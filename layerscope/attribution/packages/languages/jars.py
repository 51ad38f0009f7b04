"""Java archives: ``NAME-VERSION.jar`` is a library; what an archive says of itself, and what a fat one holds.

A jar's file name names its library, as every build tool writes it. What lies inside is more exact: Maven's
coordinates in ``META-INF/maven/GROUP/ARTIFACT/pom.properties``, ``Implementation-Title`` and ``-Version`` in the manifest.
A jar in ``target`` or ``build/libs`` is what the build of the application made.

Formats: Oracle's "JAR File Specification", Apache Maven Archiver, Spring Boot's "The Executable Jar Format".
"""

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from layerscope.attribution.packages.library import Library
from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.core.paths import parent
from layerscope.layers.jars import damaged_archive

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

_FILE_NAME = expression(
    rb"(?P<name>.+?)-(?P<version>[0-9][\w.+]*(?:-[0-9][\w.+]*)*"
    rb"(?:-(?:alpha|beta|rc|cr|m|b|build|sp)(?:-[0-9][\w.]*))?(?:-[A-Za-z_][\w.]*)*)\.jar",
    re.IGNORECASE,
)
_CLASSIFIER = expression("-[A-Za-z]")
_NAME_BYTES = 255
_BUILT_IN = (b"/target", b"/build/libs")
_MANIFEST = "META-INF/MANIFEST.MF"
_COORDINATES = expression(r"META-INF/maven/[^/]+/[^/]+/pom\.properties")
_NESTED = expression(r"(?:(?:BOOT-INF|WEB-INF)/lib|WEB-INF/lib-provided|lib|APP-INF/lib)/[^/]+\.jar")
_PART_BYTES = 256 * 1024
_MEMBERS = 200_000
_POMS = 500


class Coordinates(msgspec.Struct, frozen=True):
    """A library in a Maven repository: ``org.slf4j``, ``slf4j-api``, ``2.0.9``."""

    group: str
    artifact: str
    version: str


class NestedLibrary(msgspec.Struct, frozen=True):
    """A jar inside an archive: its path there, and its bytes as stored (compressed, where it is)."""

    path: str
    size: int


class Jar(msgspec.Struct, frozen=True, kw_only=True):
    """What a jar, war or ear holds. ``main_class`` is what ``java -jar`` starts, in a Spring Boot archive its launcher, which
    starts ``start_class``. ``class_path`` are URLs relative to the archive. ``coordinates`` are several when others were
    merged into it. ``classes`` are the stored bytes of its own classes.
    """

    title: str = ""
    version: str = ""
    main_class: str = ""
    start_class: str = ""
    class_path: tuple[str, ...] = ()
    coordinates: tuple[Coordinates, ...] = ()
    libraries: tuple[NestedLibrary, ...] = ()
    classes: int = 0


def is_record(path: bytes) -> bool:
    """Whether a jar is a library: by its name, and not where a build leaves the application's own."""
    directory = b"/" + parent(path)
    return not directory.endswith(_BUILT_IN) and _named(path) is not None


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The library that a jar is: by its name, as in 1,020 of 1,020 jars of one Maven repository.

    ``content`` may be empty, and is read only where a classifier may stand behind the version (``-linux-x86_64``, ``-jre``). A
    jar may carry the coordinates of libraries that were merged into it: its own are those that agree with its name.
    """
    named = _named(path)
    if named is None:
        return []
    name, version = named
    if content and _CLASSIFIER.search(version):
        version = _own_version(content, name, version)
    return [Library(system="jar", name=name, version=version, paths=(path,))]


def _own_version(content: bytes, name: str, otherwise: str) -> str:
    """The version that an archive has by its coordinates of that name."""
    jar = contents_of_jar(content) or Jar()
    own = [found.version for found in jar.coordinates if found.artifact == name]
    return own[0] if len(own) == 1 else otherwise


def contents_of_jar(content: bytes) -> Jar | None:
    """What an archive says of itself, None when it is none or too damaged to list. Nested archives are not opened."""
    import zipfile
    from io import BytesIO

    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()[:_MEMBERS]
            manifest = _manifest(_part(archive, _MANIFEST))
            poms = filter(_COORDINATES.fullmatch, (member.filename for member in members))
            found = (_properties(_part(archive, pom)) for pom in islice(poms, _POMS))
            return _jar(manifest, tuple(filter(None, found)), members)
    except damaged_archive():
        return None


def _jar(manifest: Mapping[str, str], coordinates: tuple[Coordinates, ...], members: "Iterable[ZipInfo]") -> Jar:
    nested: list[NestedLibrary] = []
    classes = 0
    for member in members:
        if _NESTED.fullmatch(member.filename):
            nested.append(NestedLibrary(member.filename, member.compress_size))
        elif member.filename.endswith(".class"):
            classes += member.compress_size
    return Jar(
        title=manifest.get("Implementation-Title") or manifest.get("Bundle-Name", ""),
        version=manifest.get("Implementation-Version") or manifest.get("Bundle-Version", ""),
        main_class=manifest.get("Main-Class", ""),
        start_class=manifest.get("Start-Class", ""),
        class_path=tuple(manifest.get("Class-Path", "").split()),
        coordinates=coordinates,
        libraries=tuple(nested),
        classes=classes,
    )


def _named(path: bytes) -> tuple[str, str] | None:
    """Name and version of ``NAME-VERSION[-CLASSIFIER].jar``."""
    name = path.rpartition(b"/")[2]
    match = _FILE_NAME.fullmatch(name) if len(name) <= _NAME_BYTES else None
    return (path_text(match["name"]), path_text(match["version"])) if match else None


def _part(archive: "ZipFile", name: str) -> str:
    """The beginning of a member as text, "" when it is missing or damaged."""
    try:
        with archive.open(name) as part:
            return part.read(_PART_BYTES).decode("utf-8", "replace")
    except damaged_archive():
        return ""


def _manifest(content: str) -> dict[str, str]:
    """The main section; a line that begins with a space continues the one before it."""
    main = re.split(r"\n\n", content.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n"), maxsplit=1)[0]
    lines = (line.partition(":") for line in main.replace("\n ", "").split("\n"))
    return {key.strip(): value.strip() for key, _, value in lines}


def _properties(content: str) -> Coordinates | None:
    """Maven's coordinates in a Java properties file of three keys."""
    lines = (line.partition("=") for line in content.splitlines() if not line.startswith(("#", "!")))
    values = {key.strip(): value.strip() for key, _, value in lines}
    artifact = values.get("artifactId", "")
    return Coordinates(values.get("groupId", ""), artifact, values.get("version", "")) if artifact else None
