"""The application that Node.js runs, with its production packages."""

from pathlib import Path

import pytest

from tests.support.node_images import ENVIRONMENT, NPM, SERVER, needed, package, packages, runtime_of, unresolved


@pytest.mark.parametrize("compress", [False, True])
def test_a_server_keeps_its_production_packages_and_what_runs(tmp_path: Path, compress: bool) -> None:
    runtime = runtime_of(tmp_path, SERVER, compress=compress, Cmd=["node", "dist/server.js"])
    assert packages(runtime) == {"express", "qs", "@scope/send"}
    assert {"app/dist/server.js", "app/dist/health.js", "app/package.json", "usr/local/bin/node"} <= needed(runtime)
    assert not {"app/src/server.ts", "app/test/server.test.js", "app/package-lock.json"} & needed(runtime)
    assert not {path for path in needed(runtime) if path.startswith(NPM)}
    assert [(item.ecosystem, item.version, item.followed) for item in runtime.programs] == [("node", "20.11.1", True)]


def test_a_bundle_needs_no_packages(tmp_path: Path) -> None:
    rows = [row for row in SERVER if row[0] != "app/dist/server.js"]  # type: ignore[index]
    bundle = b'var e=__commonJS({"node_modules/express/index.js"(){}});var h=require("http");import f from"node:fs/promises";'
    runtime = runtime_of(tmp_path, [*rows, ("app/dist/server.js", bundle)], Cmd=["node", "dist/server.js"])
    assert packages(runtime) == set()
    assert runtime.programs[0].followed


def test_names_made_at_run_time_keep_all_production_packages_and_are_told(tmp_path: Path) -> None:
    rows = [row for row in SERVER if row[0] != "app/dist/server.js"]  # type: ignore[index]
    runtime = runtime_of(tmp_path, [*rows, ("app/dist/server.js", b"require(process.env.DRIVER)")], Cmd=["node", "dist/server"])
    assert packages(runtime) == {"express", "qs", "@scope/send"}
    assert "names that it makes at run time" in unresolved(runtime)


def test_preloaded_modules_are_needed(tmp_path: Path) -> None:
    rows = [*SERVER, *package("app/node_modules/tracing", {"dependencies": {"otel": "1"}}), *package("app/node_modules/otel")]
    environment = [*ENVIRONMENT, "NODE_OPTIONS=--import tracing/register"]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "dist/server.js"], Env=environment)
    assert {"tracing", "otel"} <= packages(runtime)
