"""Which files' contents are kept while a layer is read: the same ones from an uncompressed and from a compressed layer."""

import gzip
import io
import zipfile

import pytest

from layerscope.attribution.packages.languages.development import is_project_file
from layerscope.attribution.packages.registry import is_record as is_read
from layerscope.attribution.packages.system import rpm
from layerscope.layers import keep as picks_module
from layerscope.layers import reading
from layerscope.layers.jars import jar_names
from layerscope.layers.keep import RECORDS as ENDINGS
from layerscope.layers.keep import Picks, is_record
from tests.support.archives import Entry, layer_tar
from tests.support.layers import index_of

RECORDS = (
    *("usr/lib/python3/dist-packages/six-1.16.egg-info", "opt/venv/lib/python3.11/site-packages/flask-3.0.dist-info/RECORD"),
    *("target/flask-3.0.dist-info/METADATA", "srv/site-packages/x-1-py3.9.egg-info/PKG-INFO"),
    *("srv/site-packages/x-1-py3.9.egg-info/installed-files.txt", "srv/site-packages/x-1-py3.9.egg-info/top_level.txt"),
    *("srv/site-packages/x-1-py3.9.egg/EGG-INFO/PKG-INFO", "opt/conda/conda-meta/numpy-1.26-py311.json"),
    *("app/node_modules/express/package.json", "app/node_modules/@types/node/package.json", "node_modules/x/package.json"),
    *("app/node_modules/.package-lock.json", "app/package-lock.json", "package-lock.json"),
    *("app/node_modules/.pnpm/ms@2.1.3/node_modules/ms/package.json", "app/node_modules/.pnpm/lock.yaml"),
    *("usr/local/bundle/specifications/rake-13.0.gemspec", "specifications/x-1.gemspec"),
    *("usr/local/bundle/extensions/x86_64-linux/3.3.0/nokogiri-1.16/gem.build_complete",),
    *("app/bundler/gems/thing-0123456789ab/thing.gemspec", "app/vendor/composer/installed.json", "app/shop.deps.json"),
    *("app/lib/guava-33.0.0-jre.jar", "app/uv.lock", "poetry.lock", "app/pdm.lock", "app/Pipfile.lock"),
)
PROJECT_FILES = ("app/package.json", "package.json", "app/Gemfile", "app/Gemfile.lock")
OTHERS = (
    *("app/tsconfig.json", "app/node_modules/express/lib/data.json", "app/node_modules/express/test/package.json"),
    *(
        "usr/local/bundle/gems/rake-13.0/rake.gemspec",
        "usr/lib/ruby/gems/3.0.0/specifications/default/json-2.gemspec",
        "app/README.txt",
        "etc/x.lock",
        "app/composer/other.json",
    ),
    *("root/.m2/repository/com/google/guava/33/guava-33.0.0.jar", "root/.gradle/caches/modules-2/x-1.0.jar"),
)


@pytest.mark.parametrize("path", [*RECORDS, *PROJECT_FILES])
def test_what_tells_of_libraries_is_picked(path: str) -> None:
    assert is_record(path.encode())
    assert Picks().wants(path.encode(), 100)


@pytest.mark.parametrize("path", OTHERS)
def test_what_only_looks_like_it_is_not(path: str) -> None:
    assert not is_record(path.encode())


def test_every_kind_of_file_that_is_read_is_picked() -> None:
    assert [path for path in RECORDS if not is_read(path.encode())] == []
    assert [path for path in PROJECT_FILES if not is_project_file(path.encode())] == []
    endings = [ending for found in ENDINGS.values() for ending in found]
    assert [ending for ending in endings if not any(f"/{path}".encode().endswith(ending) for path in RECORDS)] == []
    assert all(Picks().wants(path, 100) for path in rpm.FILES)


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


def test_a_damaged_jar_has_no_names() -> None:
    whole = jar(("META-INF/MANIFEST.MF", b"x" * 500), ("a", b"b"))
    for content in (b"", b"PK", whole[:-30], b"\0" * 100, whole.replace(b"\x08\x00", b"\x63\x00")):
        assert jar_names(content) == b"" or zipfile.is_zipfile(io.BytesIO(jar_names(content)))
    assert jar_names(whole[:-30]) == b""


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["uncompressed", "compressed"])
def test_what_is_kept_of_a_layer_has_a_limit(pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PICKED_LAYER_BYTES", 250)
    tar = layer_tar([(f"app/node_modules/p{number}/package.json", b"x" * 100) for number in range(9)])
    index = index_of(pack(tar))  # type: ignore[operator]
    assert [index.paths[row] for row in index.contents] == [
        b"app/node_modules/p0/package.json",
        b"app/node_modules/p1/package.json",
    ]


def test_a_file_of_an_rpm_database_may_be_larger_than_others() -> None:
    larger = picks_module.PICKED_FILE_BYTES + 1
    assert Picks().wants(b"var/lib/rpm/Packages", larger)
    assert Picks().wants(b"usr/lib/sysimage/rpm/rpmdb.sqlite", larger)
    assert not Picks().wants(b"var/lib/dpkg/status", larger)
    assert not Picks().wants(b"var/lib/rpm/Packages", picks_module.RPM_DATABASE_BYTES + 1)


@pytest.mark.parametrize("words", [("\ud800", "/\udcff/x"), ("",), ("/" * 50,)])
def test_odd_commands_disturb_nothing(words: tuple[str, ...]) -> None:
    assert index_of(layer_tar([("a", b"b")]), Picks.of_commands(words)).paths == [b"a"]
