"""What classes and settings of an application name is needed: paths that the image has, programs where others are started."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from layerscope.needs.model import Runtime
from tests.needs.languages.jvm.test_needs import INSTALLED
from tests.support import languages
from tests.support.languages import jar, needed, unresolved
from tests.support.programs import GLIBC_LOADER, Row, elf

IMAGE: list[Row] = [
    ("opt/conf/app.properties", b"a=1"),
    ("opt/conf/other.properties", b"b=2"),
    ("srv/models/small.bin", b"weights"),
    ("usr/bin/ffmpeg", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
]


def class_of(*strings: str) -> bytes:
    """A class file with these strings in its constant pool (Java Virtual Machine Specification 4.4.7)."""
    pool = b"".join(b"\x01" + struct.pack(">H", len(text)) + text.encode() for text in strings)
    return b"\xca\xfe\xba\xbe\0\0\0\x3d" + struct.pack(">H", len(strings) + 1) + pool + b"\0\x21\0\1\0\2"


def archive(files: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def run(directory: Path, rows: list[Row], *words: str) -> Runtime:
    return languages.runtime_of(directory, [*INSTALLED, *IMAGE], rows, Cmd=["java", *words], Env=["PATH=/usr/bin"])


def test_a_path_in_a_class_of_the_class_path(tmp_path: Path) -> None:
    runtime = run(
        tmp_path, [("app/classes/Main.class", class_of("conf", "/opt/conf/app.properties"))], "-cp", "classes", "Main"
    )
    assert "opt/conf/app.properties" in needed(runtime)
    assert "opt/conf/other.properties" not in needed(runtime)


def test_a_directory_in_the_jar_that_is_run(tmp_path: Path) -> None:
    content = archive({"META-INF/MANIFEST.MF": b"Main-Class: Main\n", "Main.class": class_of("/srv/models")})
    assert "srv/models/small.bin" in needed(run(tmp_path, [("app/app.jar", content)], "-jar", "app.jar"))


@pytest.mark.parametrize(("name", "is_needed"), [("Main.class", True), ("Library.class", False)])
def test_of_the_jars_of_a_class_path_the_one_with_the_main_class_is_read(tmp_path: Path, name: str, is_needed: bool) -> None:
    content = archive({name: class_of("/opt/conf/app.properties")})
    rows: list[Row] = [("app/lib/one.jar", content), ("app/lib/two.jar", jar())]
    assert ("opt/conf/app.properties" in needed(run(tmp_path, rows, "-cp", "lib/*", "Main"))) == is_needed


@pytest.mark.parametrize(
    "line", ["conf=/opt/conf/app.properties", "  location: file:/opt/conf/app.properties", "<f>/opt/conf/app.properties</f>"]
)
def test_a_path_in_settings_beside_the_classes(tmp_path: Path, line: str) -> None:
    content = archive({"Main.class": class_of("x"), "application.properties": line.encode()})
    assert "opt/conf/app.properties" in needed(run(tmp_path, [("app/app.jar", content)], "-jar", "app.jar"))


@pytest.mark.parametrize(
    ("strings", "is_needed"), [(("java/lang/ProcessBuilder", "ffmpeg"), True), (("java/lang/String", "ffmpeg"), False)]
)
def test_a_program_by_its_name_where_a_class_starts_others(tmp_path: Path, strings: tuple[str, ...], is_needed: bool) -> None:
    runtime = run(tmp_path, [("app/Main.class", class_of(*strings))], "-cp", ".", "Main")
    assert ("usr/bin/ffmpeg" in needed(runtime)) == is_needed


@pytest.mark.parametrize(
    "content", [b"", b"PK\3\4 broken", archive({"Main.class": class_of("/opt/conf/app.properties")})[:-30]]
)
def test_a_broken_jar_names_nothing(tmp_path: Path, content: bytes) -> None:
    runtime = run(tmp_path, [("app/app.jar", content)], "-jar", "app.jar")
    assert "opt/conf/app.properties" not in needed(runtime)
    assert "not in the image" not in unresolved(runtime)


def test_of_a_jar_with_a_damaged_class_the_others_are_read(tmp_path: Path) -> None:
    whole = archive({"Broken.class": class_of(*map(str, range(500))), "Main.class": class_of("/opt/conf/app.properties")})
    damaged = whole[:60] + b"\xff" * 20 + whole[80:]
    runtime = run(tmp_path, [("app/app.jar", damaged)], "-jar", "app.jar")
    assert "opt/conf/app.properties" in needed(runtime)
