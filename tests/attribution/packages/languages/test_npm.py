"""npm: packages in node_modules, and which of them only developing needs by a lock file."""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from layerscope.attribution.packages.languages.development import only_developing
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record, libraries
from tests.support.libraries import developing_trees, recorded
from tests.support.patience import PATIENCE


def test_a_directory_in_node_modules_with_a_package_json_is_a_library() -> None:
    package = {"name": "express", "version": "4.22.3", "dependencies": {"accepts": "~1.3.8"}, "keywords": ["web"]}
    assert recorded("app/node_modules/express/package.json", package) == [
        Library(system="npm", name="express", version="4.22.3", trees=(b"app/node_modules/express",))
    ]
    assert recorded("node_modules/express/package.json", package)[0].trees == (b"node_modules/express",)


def test_names_with_a_scope_have_two_components() -> None:
    (library,) = recorded("app/node_modules/@types/node/package.json", {"name": "@types/node", "version": "20.10.6"})
    assert (library.name, library.trees) == ("@types/node", (b"app/node_modules/@types/node",))
    assert not is_record(b"app/node_modules/@types/package.json")


def test_nested_packages_are_libraries_of_their_own_but_directories_of_a_package_are_not() -> None:
    (nested,) = recorded("app/node_modules/send/node_modules/ms/package.json", {"name": "ms", "version": "2.1.3"})
    assert nested.trees == (b"app/node_modules/send/node_modules/ms",)
    assert not is_record(b"app/node_modules/send/lib/package.json")
    assert not is_record(b"app/package.json")
    assert not is_record(b"app/node_modules/.cache/package.json")


def test_an_alias_is_what_its_package_json_says() -> None:
    (library,) = recorded("app/node_modules/uuid8/package.json", {"name": "uuid", "version": "8.3.2"})
    assert (library.name, library.trees) == ("uuid", (b"app/node_modules/uuid8",))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": 1}', b"\xff\xfe", b'{"version": {"a": 1}}'])
def test_a_damaged_package_json_still_marks_the_directory_of_a_package(content: bytes) -> None:
    assert recorded("app/node_modules/@a/b/package.json", content) == [
        Library(system="npm", name="@a/b", version="", trees=(b"app/node_modules/@a/b",))
    ]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert recorded("node_modules/a/package.json", b'\xef\xbb\xbf{"name": "a", "version": "1.0.0"}')[0].version == "1.0.0"


PACKAGES = {
    "": {"name": "shop", "version": "1.0.0", "devDependencies": {"mocha": "^10"}},
    "node_modules/@types/express": {"version": "4.17.25", "dev": True},
    "node_modules/debug": {"version": "2.6.9"},
    "node_modules/fsevents": {"version": "2.3.3", "optional": True, "os": ["darwin"]},
    "node_modules/mocha": {"version": "10.8.2", "dev": True},
    "node_modules/mocha/node_modules/ms": {"version": "2.1.3", "dev": True},
    "node_modules/nanoid3": {"name": "nanoid", "version": "3.3.0", "dev": True},
    "node_modules/tool": {"resolved": "packages/tool", "link": True, "dev": True},
    "node_modules/worker": {"version": "1.0.0", "devOptional": True},
    "packages/tool": {"version": "1.0.0", "dev": True},
    "node_modules/../../etc": {"version": "1.0.0", "dev": True},
}
DEVELOPING = {
    "app/node_modules/@types/express",
    "app/node_modules/mocha",
    "app/node_modules/mocha/node_modules/ms",
    "app/node_modules/nanoid3",
}


@pytest.mark.parametrize("path", ["app/package-lock.json", "app/node_modules/.package-lock.json"])
def test_a_lock_file_marks_what_only_developing_needs(path: str) -> None:
    found = recorded(path, {"name": "shop", "lockfileVersion": 3, "packages": PACKAGES})
    assert developing_trees(found) == DEVELOPING
    assert all(library.development for library in found)
    assert {library.name for library in found} == {"@types/express", "mocha", "ms", "nanoid"}


def test_a_lock_file_of_version_2_repeats_itself_for_older_npm() -> None:
    lock = {"lockfileVersion": 2, "packages": PACKAGES, "dependencies": {"debug": {"version": "2.6.9", "dev": True}}}
    assert developing_trees(recorded("app/package-lock.json", lock)) == DEVELOPING


def test_a_lock_file_of_version_1_nests_packages() -> None:
    lock = {
        "lockfileVersion": 1,
        "requires": True,
        "dependencies": {
            "debug": {"version": "2.6.9", "requires": {"ms": "2.0.0"}},
            "mocha": {
                "version": "10.8.2",
                "dev": True,
                "requires": {"ms": "^2.1.3"},
                "dependencies": {"ms": {"version": "2.1.3", "dev": True}},
            },
            "@types/express": {"version": "4.17.25", "dev": True},
            "nanoid3": {"version": "npm:nanoid@3.3.0", "dev": True},
        },
    }
    found = recorded("app/package-lock.json", lock)
    assert developing_trees(found) == DEVELOPING
    assert ("nanoid", "3.3.0") in {(library.name, library.version) for library in found}


def test_the_lock_file_of_a_library_says_nothing_about_the_image() -> None:
    assert not is_record(b"app/node_modules/express/package-lock.json")
    assert not is_record(b"app/node_modules/express/node_modules/.package-lock.json")
    assert is_record(b"package-lock.json")
    assert is_record(b"node_modules/.package-lock.json")


def npm(directory: Path, *arguments: str) -> str:
    environment = {**os.environ, "npm_config_cache": str(directory / "cache"), "npm_config_update_notifier": "false"}
    command = ["npm", *arguments, "--offline", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=directory / "app", env=environment, capture_output=True, text=True, timeout=PATIENCE)
    return done.stdout


def packed(directory: Path, name: str, **document: object) -> str:
    """A package as an archive in a directory, as a registry would hand it out; its place for package.json."""
    source = directory / name
    source.mkdir(parents=True)
    (source / "package.json").write_text(json.dumps({"name": name, "version": "1.2.3", **document}))
    (source / "index.js").write_text("module.exports = 1\n")
    with tarfile.open(directory / f"{name}.tgz", "w:gz") as archive:
        archive.add(source, "package")
    return f"file:{directory}/{name}.tgz"


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_what_npm_installed_is_what_npm_lists(tmp_path: Path) -> None:
    shared = packed(tmp_path / "registry", "shared")
    server = packed(tmp_path / "registry", "server", dependencies={"shared": shared})
    helper = packed(tmp_path / "registry", "helper")
    checker = packed(tmp_path / "registry", "checker", dependencies={"shared": shared, "helper": helper})
    (tmp_path / "app").mkdir()
    project = {"name": "shop", "version": "1.0.0", "dependencies": {"server": server}, "devDependencies": {"checker": checker}}
    (tmp_path / "app/package.json").write_text(json.dumps(project))
    npm(tmp_path, "install")
    application = tmp_path / "app"
    if not (application / "node_modules/server").is_dir():
        pytest.skip("this npm installs nothing without a registry")
    files = {
        os.fsencode(path.relative_to(application)): path.read_bytes()
        for path in application.rglob("*.json")
        if is_record(os.fsencode(path.relative_to(application))) or path.parent == application
    }
    found = [library for path, content in files.items() for library in libraries(path, content)]
    listed = {line.removeprefix(f"{application}/") for line in npm(tmp_path, "ls", "--all", "--parseable").split()[1:]}
    needed = {
        line.removeprefix(f"{application}/") for line in npm(tmp_path, "ls", "--all", "--parseable", "--omit=dev").split()[1:]
    }
    assert {tree.decode() for library in found for tree in library.trees} == listed
    assert developing_trees(found) == listed - needed == {"node_modules/checker", "node_modules/helper"}
    without_locks = {path: content for path, content in files.items() if not path.endswith(b"-lock.json")}
    assert developing_trees(only_developing(without_locks)) == listed - needed
