"""What a program in a Java virtual machine needs: Java without its compilers, the class path, native libraries."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from layerscope.needs.languages.jvm.needs import class_path_of
from layerscope.needs.model import Because, Runtime
from tests.support import languages
from tests.support.archives import link
from tests.support.languages import LIBRARIES, jar, library, names, needed, told, unresolved
from tests.support.programs import GLIBC_LOADER, Row, elf

HOME = "usr/lib/jvm/java-17-openjdk-amd64"
INSTALLED: list[Row] = [
    library("libstdc++.so.6"),
    library("libz.so.1"),
    link("usr/bin/java", "/etc/alternatives/java"),
    link("etc/alternatives/java", f"/{HOME}/bin/java"),
    (f"{HOME}/bin/java", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6", "libjli.so"], runpath="$ORIGIN/../lib")),
    (f"{HOME}/bin/javac", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
    (f"{HOME}/release", b'IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.9"\n'),
    (f"{HOME}/lib/modules", b"jimage"),
    (f"{HOME}/lib/libjli.so", elf(soname="libjli.so", needed=["libz.so.1"])),
    (f"{HOME}/lib/server/libjvm.so", elf(soname="libjvm.so", needed=["libstdc++.so.6"])),
    (f"{HOME}/lib/libnet.so", elf(soname="libnet.so", needed=["libjvm.so"])),
    (f"{HOME}/lib/libawt_xawt.so", elf(soname="libawt_xawt.so", needed=["libX11.so.6"])),
    (f"{HOME}/lib/ct.sym", b"symbols"),
    (f"{HOME}/lib/src.zip", b"PK"),
    (f"{HOME}/jmods/java.base.jmod", b"JM"),
    (f"{HOME}/include/jni.h", b""),
    link(f"{HOME}/lib/security/cacerts", "/etc/ssl/certs/java/cacerts"),
    link(f"{HOME}/conf/net.properties", "/etc/java-17-openjdk/net.properties"),
    ("etc/ssl/certs/java/cacerts", b"keystore"),
    ("etc/java-17-openjdk/net.properties", b""),
    ("etc/passwd", b"root:x:0:0::/root:/bin/sh\n"),
]


def runtime_of(directory: Path, rows: Sequence[Row], *words: str, **config: Any) -> Runtime:
    """The needs of an image with Java and these files, started by ``java`` with these words in /app."""
    return languages.runtime_of(directory, INSTALLED, rows, Cmd=["java", *words], **config)


def test_java_is_kept_without_what_compiles_and_shows(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [("app/app.jar", jar())], "-jar", "app.jar")
    inside = {path.removeprefix(HOME + "/") for path in needed(runtime, HOME)}
    assert inside == {
        *("bin/java", "release", "lib/modules", "lib/libjli.so", "lib/server/libjvm.so", "lib/libnet.so", "lib/libawt_xawt.so"),
        *("lib/security/cacerts", "conf/net.properties"),
    }
    assert {"etc/ssl/certs/java/cacerts", "etc/java-17-openjdk/net.properties", "app/app.jar"} <= needed(runtime)
    assert told(runtime) == [("jvm", "17", True)]


def test_libraries_of_the_machine_are_followed_and_optional_ones_are_not_missed(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [("app/app.jar", jar())], "-jar", "app.jar")
    assert {"libstdc++.so.6", "libz.so.1"} <= names(runtime, "library")
    assert unresolved(runtime) == ""


def test_the_class_path_of_a_manifest_is_followed_from_jar_to_jar(tmp_path: Path) -> None:
    rows = [
        ("app/app.jar", jar("lib/first.jar lib/" + "long" * 30 + ".jar missing.jar")),
        ("app/lib/first.jar", jar("second.jar")),
        ("app/lib/second.jar", jar()),
        (f"app/lib/{'long' * 30}.jar", jar()),
    ]
    runtime = runtime_of(tmp_path, rows, "-jar", "app.jar")
    assert {path for path, _ in rows} <= needed(runtime)
    proof = next(need.because for need in runtime.needs if need.path == b"app/lib/second.jar")
    assert proof[0] == Because("Class-Path in the manifest of", b"app/lib/first.jar")


def test_a_class_path_has_jars_directories_and_stars(tmp_path: Path) -> None:
    rows = [
        ("app/main.jar", jar()),
        ("app/lib/a.jar", jar()),
        ("app/lib/b.JAR", jar()),
        ("app/lib/notes.txt", b""),
        ("app/classes/app/Main.class", b"\xca\xfe\xba\xbe"),
        ("app/classes/app.properties", b""),
        ("app/classes/Main.java", b"class Main {}"),
    ]
    runtime = languages.runtime_of(tmp_path, [*INSTALLED, *rows], [], Cmd=["java", "-cp", "main.jar:lib/*:classes", "app.Main"])
    assert {path for path in needed(runtime, "app") if not path.endswith((".txt", ".java"))} == {
        str(path) for path, _ in rows if not str(path).endswith((".txt", ".java"))
    }
    assert told(runtime) == [("jvm", "17", True)]


def test_without_a_class_path_the_working_directory_is_searched(tmp_path: Path) -> None:
    rows = [("app/BOOT-INF/classes/app/Main.class", b""), ("app/org/springframework/boot/loader/launch/JarLauncher.class", b"")]
    runtime = runtime_of(tmp_path, rows, "org.springframework.boot.loader.launch.JarLauncher")
    assert {path for path, _ in rows} <= needed(runtime)
    assert told(runtime) == [("jvm", "17", True)]


def test_argument_files_and_variables_are_read(tmp_path: Path) -> None:
    rows = [
        ("app/options", b"-cp 'lib dir/a.jar' # a comment\n-Dconfig=/app/conf/app.yml\n"),
        ("app/lib dir/a.jar", jar()),
        ("app/conf/app.yml", b""),
        ("opt/agent/agent.jar", jar()),
        ("opt/agent/inst/part.jar", jar()),
    ]
    environment = ["PATH=/usr/bin", "JAVA_TOOL_OPTIONS=-javaagent:/opt/agent/agent.jar=port=1"]
    runtime = runtime_of(tmp_path, rows, "@options", "app.Main", Env=environment)
    assert {path for path, _ in rows} <= needed(runtime)


def test_server_homes_are_kept_whole(tmp_path: Path) -> None:
    rows = [("opt/tomcat/bin/bootstrap.jar", jar()), ("opt/tomcat/conf/server.xml", b""), ("opt/tomcat/webapps/a.war", jar())]
    words = (
        "-classpath",
        "/opt/tomcat/bin/bootstrap.jar",
        "-Dcatalina.home=/opt/tomcat",
        "org.apache.catalina.startup.Bootstrap",
    )
    runtime = languages.runtime_of(tmp_path, [*INSTALLED, *rows], [], Cmd=["java", *words, "start"])
    assert {path for path, _ in rows} <= needed(runtime)


def test_jars_that_find_others_by_a_file_of_their_own_keep_all_beside_them(tmp_path: Path) -> None:
    rows = [("app/quarkus-run.jar", jar()), ("app/lib/main/a.jar", jar()), ("app/quarkus/quarkus-application.dat", b"")]
    runtime = languages.runtime_of(tmp_path, [*INSTALLED, *rows], [], Cmd=["java", "-jar", "quarkus-run.jar"])
    assert {path for path, _ in rows} <= needed(runtime)


def test_an_older_java_has_its_runtime_in_jre(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("opt/jdk/jre/bin/java", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
        ("opt/jdk/jre/lib/rt.jar", b"PK"),
        ("opt/jdk/release", b'JAVA_VERSION="1.8.0_392"\n'),
        ("opt/jdk/lib/tools.jar", b"PK"),
        ("opt/jdk/bin/javac", elf(interpreter=GLIBC_LOADER)),
    ]
    runtime = languages.runtime_of(
        tmp_path, rows, [("app/a.jar", jar())], Cmd=["java", "-jar", "a.jar"], Env=["PATH=/opt/jdk/jre/bin"]
    )
    assert needed(runtime, "opt/jdk") == {"opt/jdk/jre/bin/java", "opt/jdk/jre/lib/rt.jar", "opt/jdk/release"}
    assert told(runtime) == [("jvm", "8", True)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-jar", "other.jar"], "/app/other.jar"),
        (["-cp", "nothing.jar", "app.Main"], "app.Main"),
        (["-cp", "$CLASSES", "app.Main"], "$CLASSES"),
        (["-javaagent:/opt/none.jar", "-jar", "app.jar"], "/opt/none.jar"),
        ([], "without a class"),
    ],
)
def test_what_is_not_there_is_said_and_not_followed(tmp_path: Path, words: list[str], said: str) -> None:
    runtime = runtime_of(tmp_path, [("app/app.jar", jar())], *words)
    assert said in unresolved(runtime)
    assert not runtime.programs[0].followed


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x05\x06", jar("a.jar")[:60], jar("a.jar")[:-30], b"\0" * 500],
    ids=["empty", "an end alone", "a beginning", "no end", "zeros"],
)
def test_a_damaged_jar_has_no_class_path(content: bytes) -> None:
    assert class_path_of(content) == []


def test_a_manifest_ends_its_main_part_at_the_first_empty_line() -> None:
    text = "Manifest-Version: 1.0\r\nClass-Path: a.j\r\n ar b.jar\r\n\r\nName: x\r\nClass-Path: no.jar\r\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", text)
    assert class_path_of(buffer.getvalue()) == ["a.jar", "b.jar"]


NATIVE = f"{LIBRARIES}/jni/libsqlitejdbc.so"


@pytest.mark.parametrize(
    ("manifest", "name", "is_needed"),
    [
        ("/usr/share/java/sqlite-jdbc.jar", NATIVE, True),
        ("", NATIVE, False),
        ("/usr/share/java/sqlite-jdbc.jar", f"{LIBRARIES}/jni/libatk-wrapper.so", False),
    ],
)
def test_native_libraries_of_the_systems_own_jars(tmp_path: Path, manifest: str, name: str, is_needed: bool) -> None:
    installed: list[Row] = [
        *INSTALLED,
        ("usr/share/java/sqlite-jdbc.jar", jar()),
        (name, elf(soname=name.rpartition("/")[2], needed=["libstdc++.so.6"])),
    ]
    rows: list[Row] = [("app/app.jar", jar(manifest) if manifest else jar())]
    runtime = languages.runtime_of(tmp_path, installed, rows, Cmd=["java", "-jar", "app.jar"])
    assert (name in needed(runtime)) == is_needed
    assert runtime.programs[0].bound == is_needed


@pytest.mark.parametrize(("modules", "is_bound"), [("java.base java.naming", True), ("java.base java.se", False), ("", False)])
def test_a_runtime_that_jlink_made_has_no_other_build(tmp_path: Path, modules: str, is_bound: bool) -> None:
    release = f'JAVA_VERSION="17.0.9"\nMODULES="{modules}"\n' if modules else 'JAVA_VERSION="17.0.9"\n'
    rows: list[Row] = [("app/app.jar", jar()), (f"{HOME}/release", release.encode())]
    assert runtime_of(tmp_path, rows, "-jar", "app.jar").programs[0].bound == is_bound
