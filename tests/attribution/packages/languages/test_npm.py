"""npm's, yarn's and pnpm's libraries in node_modules, and which of them only developing needs."""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from layerscope.attribution.packages.languages.development import is_project_file, told_together
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record, libraries
from tests.support.patience import PATIENCE


def told(path: str, content: object = b"") -> list[Library]:
    encoded = content if isinstance(content, bytes) else json.dumps(content).encode()
    return libraries(path.encode(), encoded) if is_record(path.encode()) else []


def trees(found: list[Library]) -> set[str]:
    return {tree.decode() for library in found if library.development for tree in library.trees}


def test_a_directory_in_node_modules_with_a_package_json_is_a_library() -> None:
    package = {"name": "express", "version": "4.22.3", "dependencies": {"accepts": "~1.3.8"}, "keywords": ["web"]}
    assert told("app/node_modules/express/package.json", package) == [
        Library("npm", "express", "4.22.3", trees=(b"app/node_modules/express",))
    ]
    assert told("node_modules/express/package.json", package)[0].trees == (b"node_modules/express",)


def test_names_with_a_scope_have_two_components() -> None:
    (library,) = told("app/node_modules/@types/node/package.json", {"name": "@types/node", "version": "20.10.6"})
    assert (library.name, library.trees) == ("@types/node", (b"app/node_modules/@types/node",))
    assert not is_record(b"app/node_modules/@types/package.json")


def test_nested_packages_are_libraries_of_their_own_but_directories_of_a_package_are_not() -> None:
    (nested,) = told("app/node_modules/send/node_modules/ms/package.json", {"name": "ms", "version": "2.1.3"})
    assert nested.trees == (b"app/node_modules/send/node_modules/ms",)
    assert not is_record(b"app/node_modules/send/lib/package.json")
    assert not is_record(b"app/package.json")
    assert not is_record(b"app/node_modules/.cache/package.json")


def test_an_alias_is_what_its_package_json_says() -> None:
    (library,) = told("app/node_modules/uuid8/package.json", {"name": "uuid", "version": "8.3.2"})
    assert (library.name, library.trees) == ("uuid", (b"app/node_modules/uuid8",))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": 1}', b"\xff\xfe", b'{"version": {"a": 1}}'])
def test_a_damaged_package_json_still_marks_the_directory_of_a_package(content: bytes) -> None:
    assert told("app/node_modules/@a/b/package.json", content) == [
        Library("npm", "@a/b", "", trees=(b"app/node_modules/@a/b",))
    ]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert told("node_modules/a/package.json", b'\xef\xbb\xbf{"name": "a", "version": "1.0.0"}')[0].version == "1.0.0"


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
    found = told(path, {"name": "shop", "lockfileVersion": 3, "packages": PACKAGES})
    assert trees(found) == DEVELOPING
    assert all(library.development for library in found)
    assert {library.name for library in found} == {"@types/express", "mocha", "ms", "nanoid"}


def test_a_lock_file_of_version_2_repeats_itself_for_older_npm() -> None:
    lock = {"lockfileVersion": 2, "packages": PACKAGES, "dependencies": {"debug": {"version": "2.6.9", "dev": True}}}
    assert trees(told("app/package-lock.json", lock)) == DEVELOPING


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
    found = told("app/package-lock.json", lock)
    assert trees(found) == DEVELOPING
    assert ("nanoid", "3.3.0") in {(library.name, library.version) for library in found}


def test_the_lock_file_of_a_library_says_nothing_about_the_image() -> None:
    assert not is_record(b"app/node_modules/express/package-lock.json")
    assert not is_record(b"app/node_modules/express/node_modules/.package-lock.json")
    assert is_record(b"package-lock.json")
    assert is_record(b"node_modules/.package-lock.json")


PNPM_LOCK_9 = b"""\
lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

importers:

  .:
    dependencies:
      debug:
        specifier: ^4
        version: 4.4.3(supports-color@8.1.1)
      uuid8:
        specifier: npm:uuid@8
        version: uuid@8.3.2
    devDependencies:
      '@types/express':
        specifier: ^4
        version: 4.17.25
      JSONStream:
        specifier: 1.3.5
        version: 1.3.5
      api:
        specifier: workspace:*
        version: link:apps/api

packages:

  '@types/body-parser@1.19.6':
    resolution: {integrity: sha512-HLFeCYgz89uk22N5Qg3dvGvsv46B8GLvKKo1zKG4NybA8U2DiEO3w9lqGg29t==}

snapshots:

  '@types/body-parser@1.19.6': {}

  '@types/express@4.17.25':
    dependencies:
      '@types/body-parser': 1.19.6
      ms: 2.1.3

  JSONStream@1.3.5:
    dependencies:
      jsonparse: 1.3.1

  debug@4.4.3(supports-color@8.1.1):
    dependencies:
      ms: 2.1.3
    optionalDependencies:
      supports-color: 8.1.1

  jsonparse@1.3.1: {}

  ms@2.1.3: {}

  supports-color@8.1.1: {}

  uuid@8.3.2: {}
"""


def test_pnpm_9_lists_what_projects_and_packages_need() -> None:
    found = told("app/node_modules/.pnpm/lock.yaml", PNPM_LOCK_9)
    assert {(library.name, library.version) for library in found} == {
        ("@types/express", "4.17.25"),
        ("@types/body-parser", "1.19.6"),
        ("JSONStream", "1.3.5"),
        ("jsonparse", "1.3.1"),
    }
    store = "app/node_modules/.pnpm"
    assert f"{store}/@types+express@4.17.25/node_modules/@types/express" in trees(found)


def test_pnpm_ends_the_directories_of_names_with_capitals_in_a_digest() -> None:
    """Both names were made by pnpm: the first by 8 and 9, the second by 10."""
    found = trees(told("app/node_modules/.pnpm/lock.yaml", PNPM_LOCK_9))
    for digest in ("r3os6ifnv5rfzwtsmjig3b325i", "fb8f73c374dcf7070ffed90b688edabd"):
        assert f"app/node_modules/.pnpm/JSONStream@1.3.5_{digest}/node_modules/JSONStream" in found


PNPM_LOCK_6 = b"""\
lockfileVersion: '6.0'

dependencies:
  debug:
    specifier: ^4
    version: 4.4.3(supports-color@8.1.1)

devDependencies:
  '@testing-library/react':
    specifier: ^14
    version: 14.3.1(@types/react@18.3.31)(react-dom@18.3.1)(react@18.3.1)

packages:

  /@testing-library/react@14.3.1(@types/react@18.3.31)(react-dom@18.3.1)(react@18.3.1):
    resolution: {integrity: sha512-H99XjUhWQw0lTgyMN05W3xQG1Nh4lq574D8keFf1dDoNTJgp66VbJozRaczoF+wsiaPJNt/TcnfpLGufGxSrZQ==}
    engines: {node: '>=14'}
    dependencies:
      dev: 1.0.0
    dev: true

  /debug@4.4.3(supports-color@8.1.1):
    dependencies:
      ms: 2.1.3
    dev: false
"""


def test_pnpm_8_marks_packages() -> None:
    (library,) = told("srv/node_modules/.pnpm/lock.yaml", PNPM_LOCK_6)
    directory = "@testing-library+react@14.3.1_@types+react@18.3.31_react-dom@18.3.1_react@18.3.1"
    assert (library.name, library.version) == ("@testing-library/react", "14.3.1")
    assert trees([library]) == {f"srv/node_modules/.pnpm/{directory}/node_modules/@testing-library/react"}


def test_a_package_in_pnpms_store_is_found_by_its_package_json() -> None:
    path = "app/node_modules/.pnpm/debug@4.4.3_supports-color@8.1.1/node_modules/debug/package.json"
    (library,) = told(path, {"name": "debug", "version": "4.4.3"})
    assert library.trees == (path.removesuffix("/package.json").encode(),)


def yarn_project(**more: object) -> dict[bytes, bytes]:
    """A project whose node_modules has no lock file: koa needs ms, and so does mocha, which brings an ms of its own too."""
    documents: dict[str, object] = {
        "app/package.json": {"name": "shop", "dependencies": {"koa": "^2"}, "devDependencies": {"mocha": "^10", "koa": "*"}},
        "app/node_modules/koa/package.json": {"name": "koa", "version": "2.15.0", "dependencies": {"ms": "2.0.0"}},
        "app/node_modules/ms/package.json": {"name": "ms", "version": "2.0.0"},
        "app/node_modules/mocha/package.json": {
            "name": "mocha",
            "version": "10.8.2",
            "dependencies": {"ms": "^2.1.3", "he": "*"},
            "peerDependencies": {"absent": "*"},
        },
        "app/node_modules/mocha/node_modules/ms/package.json": {"name": "ms", "version": "2.1.3"},
        "app/node_modules/he/package.json": {"name": "he", "version": "1.2.0", "optionalDependencies": {"ms": "*"}},
        "app/node_modules/stray/package.json": {"name": "stray", "version": "1.0.0"},
        **more,
    }
    return {path.encode(): json.dumps(document).encode() for path, document in documents.items()}


def test_without_a_lock_file_of_npm_it_follows_from_what_each_package_needs() -> None:
    found = told_together(yarn_project())
    assert trees(found) == {"app/node_modules/mocha", "app/node_modules/mocha/node_modules/ms", "app/node_modules/he"}
    assert {(library.name, library.version) for library in found} == {("mocha", "10.8.2"), ("ms", "2.1.3"), ("he", "1.2.0")}


def test_what_another_project_of_the_workspace_needs_is_needed() -> None:
    found = told_together(yarn_project(**{"app/packages/web/package.json": {"dependencies": {"he": "^1"}}}))
    assert trees(found) == {"app/node_modules/mocha", "app/node_modules/mocha/node_modules/ms"}


@pytest.mark.parametrize(
    "lock", ["app/package-lock.json", "app/node_modules/.package-lock.json", "app/node_modules/.pnpm/lock.yaml"]
)
def test_a_lock_file_knows_better(lock: str) -> None:
    assert told_together(yarn_project(**{lock: {}})) == []


def test_libraries_outside_of_a_project_are_needed_as_far_as_anybody_knows() -> None:
    files = yarn_project()
    del files[b"app/package.json"]
    assert told_together(files) == []
    assert is_project_file(b"app/package.json")
    assert not is_project_file(b"app/node_modules/koa/package.json")


def test_packages_that_need_each_other_in_a_circle_end() -> None:
    files = yarn_project(**{"app/node_modules/he/package.json": {"name": "he", "dependencies": {"mocha": "*"}}})
    assert trees(told_together(files)) >= {"app/node_modules/mocha", "app/node_modules/he"}


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
    assert trees(found) == listed - needed == {"node_modules/checker", "node_modules/helper"}
    without_locks = {path: content for path, content in files.items() if not path.endswith(b"-lock.json")}
    assert trees(told_together(without_locks)) == listed - needed
