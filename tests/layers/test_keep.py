"""Which files' contents are kept while a layer is read: the same ones from an uncompressed and from a compressed layer."""

import pytest

from layerscope.attribution.packages.languages.development import is_project_file
from layerscope.attribution.packages.registry import is_record as is_read
from layerscope.attribution.packages.system import rpm
from layerscope.layers import keep as picks_module
from layerscope.layers.keep import RECORDS as ENDINGS
from layerscope.layers.keep import Picks, is_record
from tests.support.archives import layer_tar
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


def test_a_file_of_an_rpm_database_may_be_larger_than_others() -> None:
    larger = picks_module.PICKED_FILE_BYTES + 1
    assert Picks().wants(b"var/lib/rpm/Packages", larger)
    assert Picks().wants(b"usr/lib/sysimage/rpm/rpmdb.sqlite", larger)
    assert not Picks().wants(b"var/lib/dpkg/status", larger)
    assert not Picks().wants(b"var/lib/rpm/Packages", picks_module.RPM_DATABASE_BYTES + 1)


@pytest.mark.parametrize("words", [("\ud800", "/\udcff/x"), ("",), ("/" * 50,)])
def test_odd_commands_disturb_nothing(words: tuple[str, ...]) -> None:
    assert index_of(layer_tar([("a", b"b")]), Picks.of_commands(words)).paths == [b"a"]
