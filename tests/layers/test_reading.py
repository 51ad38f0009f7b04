"""One layer's bytes into its index: the same contents are kept from an uncompressed and from a compressed layer."""

import gzip
import io
import zipfile

import pytest

from layerscope.layers import reading
from layerscope.layers.index import LayerIndex
from layerscope.layers.jars import jar_names
from layerscope.layers.keep import Picks
from tests.layers.test_keep import OTHERS, PROJECT_FILES, RECORDS
from tests.support.archives import Entry, layer_tar
from tests.support.layers import index_of
from tests.support.programs import elf, go_program


def layers() -> list[Entry]:
    return [
        *((path, b"content of " + path.encode()) for path in (*RECORDS, *PROJECT_FILES, *OTHERS) if not path.endswith(".jar")),
        ("etc/passwd", b"root"),
        ("usr/local/bin/start.sh", b"#!/bin/sh\nexec x\n"),
        ("srv/start.sh", b"no script"),
        ("opt/other.sh", b"#!/bin/sh\n"),
        ("run", b"#!/bin/sh\n"),
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["uncompressed", "compressed"])
def test_records_and_started_scripts_are_kept_from_any_layer(pack: object) -> None:
    index = index_of(pack(layer_tar(layers())), Picks.of_commands(("/usr/local/bin/start.sh", "/run")))  # type: ignore[operator]
    kept = {index.paths[row].decode() for row in index.contents}
    expected = {path for path in (*RECORDS, *PROJECT_FILES) if not path.endswith(".jar")}
    assert kept == expected | {"etc/passwd", "usr/local/bin/start.sh", "run"}
    row = index.paths.index(b"app/package.json")
    assert index.contents[row] == b"content of app/package.json"


def jar(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["uncompressed", "compressed"])
def test_of_a_jar_the_names_in_it_are_kept(pack: object) -> None:
    coordinates = b"groupId=org.example\nartifactId=shop\nversion=1.0\n"
    content = jar(
        ("META-INF/MANIFEST.MF", b"Main-Class: Shop\n"),
        ("Shop.class", b"\xca\xfe\xba\xbe" * 50_000),
        ("META-INF/maven/org.example/shop/pom.properties", coordinates),
    )
    index = index_of(pack(layer_tar([("app/shop-1.0.jar", content)])))  # type: ignore[operator]
    (kept,) = index.contents.values()
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        assert archive.read("META-INF/maven/org.example/shop/pom.properties") == coordinates
        assert archive.namelist() == ["META-INF/MANIFEST.MF", "META-INF/maven/org.example/shop/pom.properties"]
    assert len(kept) < 1000


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["uncompressed", "compressed"])
def test_what_is_kept_of_a_layer_has_a_limit(pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PICKED_LAYER_BYTES", 250)
    tar = layer_tar([(f"app/node_modules/p{number}/package.json", b"x" * 100) for number in range(9)])
    index = index_of(pack(tar))  # type: ignore[operator]
    assert [index.paths[row] for row in index.contents] == [
        b"app/node_modules/p0/package.json",
        b"app/node_modules/p1/package.json",
    ]


def test_a_damaged_jar_has_no_names() -> None:
    whole = jar(("META-INF/MANIFEST.MF", b"x" * 500), ("a", b"b"))
    for content in (b"", b"PK", whole[:-30], b"\0" * 100, whole.replace(b"\x08\x00", b"\x63\x00")):
        assert jar_names(content) == b"" or zipfile.is_zipfile(io.BytesIO(jar_names(content)))
    assert jar_names(whole[:-30]) == b""


def kept(*entries: tuple[str, bytes], commands: tuple[str, ...] = ()) -> LayerIndex:
    """The index of a compressed layer."""
    return index_of(gzip.compress(layer_tar(list(entries))), Picks.of_commands(commands))


def test_of_a_compressed_layer_the_facts_of_libraries_and_started_programs_are_kept() -> None:
    library = elf(needed=["libc.so.6"])
    index = kept(
        ("usr/lib/libx.so.1", library),
        ("app/run", library),
        ("app/plugin.so", library),
        ("opt/tool", library),
        commands=("/app/run",),
    )
    assert {index.paths[row] for row in index.elf} == {b"usr/lib/libx.so.1", b"app/run"}
    assert index.contents == {}


def test_the_facts_of_build_tools_and_of_go_programs_that_are_not_started_are_read_when_they_are_asked_for() -> None:
    index = kept(("usr/local/go/lib/libx.so", elf()), ("usr/lib/libgo.so", go_program("net/http.Get")))
    assert index.elf == {}


def test_what_may_hold_credentials_is_kept_as_an_outline_and_only_so_much_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECRET_LAYER_BYTES", 50)
    index = kept(("a/.env", b"TOKEN=hunter2hunter2\n"), ("b/.env", b"x" * 40), ("c/.env", b"PASSWORD=hunter2\n"))
    assert {index.paths[row]: content for row, content in index.contents.items()} == {
        b"a/.env": b"TOKEN=*",
        b"c/.env": b"PASSWORD=*",
    }
