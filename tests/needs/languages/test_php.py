"""What a PHP program needs: its configuration and extensions, the application, and Composer's packages."""

import json
from pathlib import Path
from typing import Any

import pytest

from layerscope.core.errors import ImageError
from layerscope.needs.languages.php import development_packages
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Runtime
from tests.support import languages
from tests.support.archives import link
from tests.support.languages import library, names, needed, told, unresolved
from tests.support.needs import ledger_of
from tests.support.programs import GLIBC_LOADER, Row, elf

EXTENSIONS = "usr/local/lib/php/extensions/no-debug-non-zts-20220829"
INSTALLED: list[Row] = [
    library("libpq.so.5"),
    ("usr/local/bin/php", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
    ("usr/local/etc/php/conf.d/docker-php-ext-pdo_pgsql.ini", b"; a comment\nextension=pdo_pgsql\n"),
    ("usr/local/etc/php/conf.d/opcache.ini", b"zend_extension=opcache.so\nopcache.preload=/app/preload.php\n"),
    ("usr/local/etc/php/php.ini-development", b""),
    (f"{EXTENSIONS}/pdo_pgsql.so", elf(soname="pdo_pgsql.so", needed=["libpq.so.5"])),
    (f"{EXTENSIONS}/opcache.so", elf(soname="opcache.so")),
    (f"{EXTENSIONS}/xdebug.so", elf(soname="xdebug.so", needed=["libmissing.so.1"])),
    ("usr/local/lib/php/PEAR.php", b"<?php"),
]
ENVIRONMENT = ["PATH=/usr/local/bin:/usr/bin", "PHP_VERSION=8.2.12", "PHP_INI_DIR=/usr/local/etc/php"]


def package(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "install-path": f"../{name}",
        "autoload": {"psr-4": {name.partition("/")[2].title() + "\\": "src/"}},
    } | more


def project(*packages: dict[str, Any], development: tuple[str, ...] = ()) -> list[Row]:
    """An application with Composer's packages, each of one source."""
    installed = json.dumps({"packages": packages, "dev": True, "dev-package-names": development}).encode()
    sources: list[Row] = [(f"app/vendor/{item['name']}/src/A.php", b"<?php") for item in packages]
    return [
        ("app/composer.json", b"{}"),
        ("app/public/index.php", b"<?php require '../vendor/autoload.php';"),
        ("app/src/Shop.php", b"<?php"),
        ("app/vendor/autoload.php", b"<?php"),
        ("app/vendor/composer/installed.json", installed),
        *sources,
    ]


def runtime_of(directory: Path, rows: list[Row], *words: str, **config: Any) -> Runtime:
    return languages.runtime_of(directory, [*INSTALLED, *rows], [], Cmd=list(words), Env=ENVIRONMENT, **config)


SERVE = ("php", "-S", "0.0.0.0:8080", "-t", "public", "public/index.php")


def test_the_configuration_says_which_extensions_are_needed(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [*project(), ("app/preload.php", b"<?php")], *SERVE)
    assert {path.rpartition("/")[2] for path in needed(runtime, EXTENSIONS)} == {"pdo_pgsql.so", "opcache.so"}
    assert "libpq.so.5" in names(runtime, "library")
    assert {"usr/local/etc/php/conf.d/opcache.ini", "app/preload.php"} <= needed(runtime)
    assert told(runtime) == [("php", "8.2", True)]
    assert unresolved(runtime) == ""


def test_debian_links_its_configuration_into_a_directory_of_the_version(tmp_path: Path) -> None:
    rows: list[Row] = [
        link("usr/bin/php", "/etc/alternatives/php"),
        link("etc/alternatives/php", "/usr/bin/php8.2"),
        ("usr/bin/php8.2", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
        ("etc/php/8.2/cli/php.ini", b"memory_limit = -1\n"),
        ("etc/php/8.2/mods-available/mbstring.ini", b"extension=mbstring.so\n"),
        link("etc/php/8.2/cli/conf.d/20-mbstring.ini", "/etc/php/8.2/mods-available/mbstring.ini"),
        ("usr/lib/php/20220829/mbstring.so", elf(soname="mbstring.so")),
        ("usr/lib/php/20220829/intl.so", elf(soname="intl.so")),
    ]
    runtime = languages.runtime_of(tmp_path, rows, [("app/job.php", b"<?php")], Cmd=["php", "job.php"])
    assert needed(runtime, "usr/lib/php") == {"usr/lib/php/20220829/mbstring.so"}
    assert {"etc/php/8.2/mods-available/mbstring.ini", "etc/php/8.2/cli/conf.d/20-mbstring.ini"} <= needed(runtime)
    assert told(runtime) == [("php", "8.2", True)]


def test_development_packages_are_dropped_but_those_that_are_loaded_at_every_start(tmp_path: Path) -> None:
    rows = project(
        package("acme/router"),
        package("acme/style"),
        package("acme/dumper", autoload={"files": ["functions.php"]}),
        package("acme/bar"),
        development=("acme/style", "acme/dumper", "acme/bar"),
    )
    rows.append(("app/config/bundles.php", rb"<?php return [Bar\AcmeBar::class => ['dev' => true]];"))
    runtime = runtime_of(tmp_path, rows, *SERVE)
    assert {path.split("/")[3] for path in needed(runtime, "app/vendor/acme/")} == {"router", "dumper", "bar"}
    assert {"app/src/Shop.php", "app/vendor/composer/installed.json"} <= needed(runtime)


def test_shared_sources_are_needed_where_the_application_brings_none_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "with").mkdir()
    assert needed(
        runtime_of(tmp_path, [("app/job.php", b"<?php require 'PEAR.php';")], "php", "job.php"), "usr/local/lib/php/P"
    )
    assert not needed(runtime_of(tmp_path / "with", project(), *SERVE), "usr/local/lib/php/P")


def test_a_source_that_cannot_be_read_may_use_shared_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Ledger.read

    def refuse(ledger: Ledger, entry: int, limit: int | None = None) -> bytes:
        if ledger.filesystem.paths[entry] == b"app/src/Shop.php":
            raise ImageError("the source cannot be read")
        return read(ledger, entry, limit)

    monkeypatch.setattr(Ledger, "read", refuse)
    assert needed(runtime_of(tmp_path, project(), *SERVE), "usr/local/lib/php/P")


@pytest.mark.parametrize(
    ("words", "said"),
    [(["php", "gone.php"], "/app/gone.php"), (["php"], "without a program"), (["php-fpm"], "scripts that requests name")],
)
def test_what_is_not_known_is_said_and_not_followed(tmp_path: Path, words: list[str], said: str) -> None:
    rows: list[Row] = [("usr/local/bin/php-fpm", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"]))]
    runtime = runtime_of(tmp_path, rows, *words)
    assert said in unresolved(runtime)
    assert not runtime.programs[0].followed


@pytest.mark.parametrize("content", [b"", b"[", b"[]", b'{"packages": 1, "dev-package-names": [1]}', b'{"packages": [1, {}]}'])
def test_a_broken_record_of_packages_drops_nothing(tmp_path: Path, content: bytes) -> None:
    rows: list[Row] = [*project(package("acme/router")), ("app/vendor/composer/installed.json", content)]
    assert "app/vendor/acme/router/src/A.php" in needed(runtime_of(tmp_path, rows, *SERVE))


@pytest.mark.parametrize("autoload", [5, [], ["a"], {"psr-4": 5, "psr-0": ["a"]}, {"files": 1}, {"psr-4": {"": 1}}])
def test_a_record_of_packages_with_odd_shapes_breaks_nothing(tmp_path: Path, autoload: object) -> None:
    package = {"name": "a/b", "install-path": "../a/b", "autoload": autoload}
    record = json.dumps({"packages": [package, {"name": "meta/package", "install-path": None}], "dev-package-names": ["a/b"]})
    ledger = ledger_of(tmp_path, [("app/vendor/composer/installed.json", record.encode())])
    expected = [] if autoload == {"files": 1} else [b"app/vendor/a/b/"]
    assert development_packages(ledger, b"app") == expected
