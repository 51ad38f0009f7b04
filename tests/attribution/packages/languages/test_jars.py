"""Java archives: libraries by their names, and what is in an archive."""

import io
import zipfile

import pytest

from layerscope.attribution.packages.languages.jars import Coordinates, Jar, NestedLibrary, contents_of_jar
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record, libraries
from tests.support.libraries import recorded


@pytest.mark.parametrize(
    ("file", "name", "version"),
    [
        ("slf4j-api-2.0.9.jar", "slf4j-api", "2.0.9"),
        ("guava-32.1.2-jre.jar", "guava", "32.1.2-jre"),
        ("log4j-1.2-api-2.17.1.jar", "log4j-1.2-api", "2.17.1"),
        (
            "netty-transport-native-epoll-4.1.100.Final-linux-x86_64.jar",
            "netty-transport-native-epoll",
            "4.1.100.Final-linux-x86_64",
        ),
        ("shop-1.0-20230101.123456-1.jar", "shop", "1.0-20230101.123456-1"),
        ("jakarta.el-api-5.0.0-RC1.jar", "jakarta.el-api", "5.0.0-RC1"),
        ("groovy-4.0.0-beta-2.jar", "groovy", "4.0.0-beta-2"),
        ("kotlin-stdlib-1.9.0-SNAPSHOT.jar", "kotlin-stdlib", "1.9.0-SNAPSHOT"),
    ],
)
def test_the_name_of_a_jar_tells_its_library(file: str, name: str, version: str) -> None:
    path = f"app/lib/{file}"
    assert recorded(path) == [Library(system="jar", name=name, version=version, paths=(path.encode(),))]


@pytest.mark.parametrize(
    "path", ["app/app.jar", "usr/local/tomcat/lib/catalina.jar", "app/target/shop-1.0.jar", "src/build/libs/shop-1.0.jar"]
)
def test_a_jar_without_version_or_from_a_build_is_no_library(path: str) -> None:
    assert not is_record(path.encode())


def jar(**members: bytes | str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def pom(group: str, artifact: str, version: str) -> dict[str, str]:
    properties = f"#Created by Apache Maven 3.9.6\nartifactId={artifact}\r\ngroupId={group}\nversion = {version}\n"
    return {f"META-INF/maven/{group}/{artifact}/pom.properties": properties}


def test_coordinates_inside_of_a_jar_are_more_exact_than_its_name() -> None:
    content = jar(**pom("io.netty", "netty-epoll", "4.1.100.Final"))
    assert libraries(b"app/netty-epoll-4.1.100.Final-linux-x86_64.jar", content)[0].identity == (
        "jar",
        "netty-epoll",
        "4.1.100.Final",
    )


def test_coordinates_of_what_was_merged_into_a_jar_are_not_its_own() -> None:
    content = jar(**pom("org.jctools", "jctools-core", "4.0.5"))
    assert libraries(b"app/sdk-trace-1.55.0-all.jar", content)[0].identity == ("jar", "sdk-trace", "1.55.0-all")


def test_a_fat_jar_tells_what_it_starts_and_what_it_holds() -> None:
    content = jar(
        **{
            "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\nMain-Class: org.springframework.boot.loader.launch.JarLaun\r\n"
            " cher\r\nStart-Class: com.example.Shop\r\nImplementation-Title: shop\r\nImplementation-Version: 1.0\r\n"
            "Class-Path: lib/a.jar lib/b.jar\r\n\r\nName: other\r\nMain-Class: not.Me\r\n",
            "BOOT-INF/classes/com/example/Shop.class": b"\xca\xfe\xba\xbe",
            "BOOT-INF/lib/slf4j-api-2.0.9.jar": jar(**pom("org.slf4j", "slf4j-api", "2.0.9")),
            "BOOT-INF/classpath.idx": "- x",
            **pom("com.example", "shop", "1.0"),
        }
    )
    found = contents_of_jar(content)
    assert found is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        stored = {member.filename: member.compress_size for member in archive.infolist()}
    assert found == Jar(
        title="shop",
        version="1.0",
        main_class="org.springframework.boot.loader.launch.JarLauncher",
        start_class="com.example.Shop",
        class_path=("lib/a.jar", "lib/b.jar"),
        coordinates=(Coordinates("com.example", "shop", "1.0"),),
        libraries=(NestedLibrary("BOOT-INF/lib/slf4j-api-2.0.9.jar", stored["BOOT-INF/lib/slf4j-api-2.0.9.jar"]),),
        classes=stored["BOOT-INF/classes/com/example/Shop.class"],
    )


def test_a_web_archive_holds_libraries_too() -> None:
    found = contents_of_jar(jar(**{"WEB-INF/lib/a-1.jar": b"a", "WEB-INF/classes/A.class": b"c"}))
    assert found is not None
    assert [library.path for library in found.libraries] == ["WEB-INF/lib/a-1.jar"]


def test_a_damaged_jar_is_told_by_its_name() -> None:
    content = jar(**pom("org.slf4j", "slf4j-api", "2.0.9"))
    for damaged in (
        content[: len(content) // 2],
        content[:-30],
        content.replace(b"PK\x03\x04", b"PK\x03\x05"),
        b"PK",
        b"\0" * 99,
    ):
        assert libraries(b"lib/slf4j-api-2.0.9-tests.jar", damaged)[0].identity == ("jar", "slf4j-api", "2.0.9-tests")
    assert contents_of_jar(b"PK") is None


def test_a_manifest_that_inflates_without_end_is_read_to_a_limit() -> None:
    bomb = jar(**{"META-INF/MANIFEST.MF": b"Main-Class: a.B\n" + b"X: " + b"\0" * 50_000_000})
    found = contents_of_jar(bomb)
    assert found is not None
    assert found.main_class == "a.B"
