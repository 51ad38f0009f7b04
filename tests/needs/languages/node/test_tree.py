"""What packages say of themselves."""

from pathlib import Path

import pytest

from layerscope.needs.languages.node.tree import Manifest, Tree
from tests.support.needs import ledger_of
from tests.support.node_images import packages, runtime_of
from tests.support.programs import Row


def test_damaged_records_are_passed_over(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("app/package.json", b'{"dependencies": {"a": "1", "b": 1, "c": null}, "scripts": [1], "main": 7}'),
        ("app/node_modules/a/package.json", b'{"dependencies": ["x"], "name": {}}'),
        ("app/node_modules/b/package.json", b"[" * 100_000),
        ("app/node_modules/c/package.json", b"\xff\xfe"),
        ("app/index.js", b"require('a'); require('b'); require('c')"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "index.js"])
    assert packages(runtime) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("#db", ["./db.node.js", "./db.js"]),
        ("#util/text", ["./util/text.js"]),
        ("#gone", []),
    ],
)
def test_imports_mean_the_targets_of_all_conditions(name: str, targets: list[str]) -> None:
    table = {"#db": {"node": "./db.node.js", "default": ["./db.js", 7]}, "#util/*": "./util/*.js"}
    assert Manifest(imports=table).targets(name) == targets


def test_a_nested_value_that_has_no_end_is_read_to_some_depth() -> None:
    value: object = "deep"
    for _ in range(1000):
        value = [value]
    assert Manifest(imports={"#x": value}).targets("#x") == []


@pytest.mark.parametrize(
    ("manifest", "commands"),
    [
        (Manifest(name="@scope/tool", bin="cli.js"), {"tool": "cli.js"}),
        (Manifest(bin={"a": "a.js", "b": 1}), {"a": "a.js"}),
        (Manifest(bin=3), {}),
    ],
)
def test_commands_are_files_by_their_names(manifest: Manifest, commands: dict[str, str]) -> None:
    assert manifest.commands() == commands


def test_what_a_package_needs_is_listed_once() -> None:
    manifest = Manifest(dependencies={"a": "1", "b": "1"}, optional_dependencies={"b": "1", "c": "1"}, peer_dependencies=[1])
    assert manifest.needed == ("a", "b", "c")
    assert set(manifest.optional) == {"b", "c"}


def test_a_project_is_the_nearest_within_its_package(tmp_path: Path) -> None:
    rows: list[Row] = [("app/package.json", b"{}"), ("app/node_modules/a/lib/x.js", b""), ("app/src/x.js", b"")]
    tree = Tree(ledger_of(tmp_path, rows))
    assert tree.root(b"app/src") == b"app"
    assert tree.project(b"app/node_modules/a/lib") is None
