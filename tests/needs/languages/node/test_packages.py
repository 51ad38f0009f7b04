"""Packages as Node.js finds them."""

from pathlib import Path

import pytest

from layerscope.needs.languages.node.packages import Packages, owner, package_of
from layerscope.needs.languages.node.tree import Tree
from tests.support.needs import ledger_of
from tests.support.node_images import SERVER, needed, package, packages, project, runtime_of


def test_a_nested_package_is_kept_where_only_its_neighbour_finds_it(tmp_path: Path) -> None:
    rows = [*SERVER, *package("app/node_modules/@scope/send", {"dependencies": {"qs": "5"}})]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "dist/server.js"])
    assert "app/node_modules/@scope/send/node_modules/qs/index.js" in needed(runtime)


def test_a_proof_leads_over_the_packages_to_the_command(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, SERVER, Cmd=["node", "dist/server.js"])
    proof = next(need.because for need in runtime.needs if need.path == b"app/node_modules/qs/index.js")
    assert [step.path.decode() for step in proof] == [
        "app/node_modules/qs/package.json",
        "app/node_modules/express/package.json",
        "app/package.json",
        "usr/local/bin/node",
        "",
    ]


def test_packages_in_a_circle_are_taken_once(tmp_path: Path) -> None:
    rows = [
        *project(dependencies={"a": "1"}),
        *package("app/node_modules/a", {"peerDependencies": {"b": "1"}}),
        *package("app/node_modules/b", {"dependencies": {"a": "1"}}),
        ("app/index.js", b"require('a')"),
    ]
    assert packages(runtime_of(tmp_path, rows, Cmd=["node", "index.js"])) == {"a", "b"}


@pytest.mark.parametrize(
    ("specifier", "package"),
    [
        ("express", "express"),
        ("lodash/fp", "lodash"),
        ("@scope/name/part", "@scope/name"),
        ("@scope", ""),
        ("", ""),
        ("./local", ""),
        ("node:fs", ""),
        ("fs/promises", ""),
        ("https://example.com/x.js", ""),
    ],
)
def test_the_package_in_a_name(specifier: str, package: str) -> None:
    assert package_of(specifier) == package


@pytest.mark.parametrize(
    ("path", "directory"),
    [
        (b"app/node_modules/a/index.js", b"app/node_modules/a"),
        (b"app/node_modules/@s/a/lib/x.js", b"app/node_modules/@s/a"),
        (b"app/node_modules/a/node_modules/b/x.js", b"app/node_modules/a/node_modules/b"),
        (b"app/node_modules/a.js", None),
        (b"app/my_node_modules/a/x.js", None),
        (b"app/x.js", None),
    ],
)
def test_the_package_that_a_file_lies_in(path: bytes, directory: bytes | None) -> None:
    assert owner(path) == directory


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("./a", b"app/a.js"),
        ("./a.js?x", b"app/a.js"),
        ("file:///app/a.js", b"app/a.js"),
        ("./lib", b"app/lib/main.cjs"),
        ("./sub/", b"app/sub/index.js"),
        ("/app/t.js", b"app/t.ts"),
        ("./gone", None),
    ],
)
def test_a_path_means_a_file_as_node_finds_it(tmp_path: Path, name: str, path: bytes | None) -> None:
    files = ("a.js", "lib/main.cjs", "sub/index.js", "sub.js", "t.ts")
    ledger = ledger_of(tmp_path, [*((f"app/{file}", b"") for file in files), ("app/lib/package.json", b'{"main": "main"}')])
    entry = Packages(Tree(ledger), (), typescript=True).source(name, b"app")
    assert (ledger.filesystem.paths[entry] if entry is not None else None) == path


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("app/.next/standalone", ""),
        ("srv/.output/server", ""),
        ("app/.next/server", "app/node_modules/swc"),
        ("app/next/standalone", "app/node_modules/swc"),
    ],
)
def test_a_server_that_a_framework_built_to_run_by_itself_finds_nothing_above_it(
    tmp_path: Path, place: str, found: str
) -> None:
    above = place.partition("/")[0]
    rows = [(f"{place}/node_modules/next/index.js", b""), (f"{above}/node_modules/swc/index.js", b"")]
    ledger = ledger_of(tmp_path, rows)
    packages = Packages(Tree(ledger), ())
    inside = packages.find("swc", f"{place}/node_modules/next".encode())
    assert (inside or b"").decode() == found
