"""Commands that packages bring and that start something else."""

from pathlib import Path

import pytest

from layerscope.needs.model import Runtime
from tests.support.archives import link
from tests.support.node_images import SERVER, SHEBANG, needed, package, packages, project, runtime_of, unresolved
from tests.support.programs import Row


def test_a_command_of_a_package_is_found_in_the_bin_directory(tmp_path: Path) -> None:
    rows: list[Row] = [
        *SERVER,
        *project(dependencies={"express": "4"}, devDependencies={"tsx": "4"}, scripts={"start": "tsx src/server.ts"}),
        *package("app/node_modules/tsx", {"bin": "./cli.mjs", "dependencies": {"esbuild": "0"}}, **{"cli.mjs": SHEBANG}),
        *package("app/node_modules/esbuild"),
        link("app/node_modules/.bin/tsx", "../tsx/cli.mjs"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["npm", "start"])
    assert {"tsx", "esbuild", "express", "qs"} <= packages(runtime)
    assert "typescript" not in packages(runtime)
    assert {"app/src/server.ts", "app/node_modules/.bin/tsx"} <= needed(runtime)
    assert runtime.programs[0].followed


def test_npx_runs_a_command_of_a_package(tmp_path: Path) -> None:
    rows: list[Row] = [
        *SERVER,
        *package("app/node_modules/next", {"bin": {"next": "bin/next"}}, **{"bin/next": SHEBANG}),
        link("app/node_modules/.bin/next", "../next/bin/next"),
        ("app/.next/BUILD_ID", b"1"),
        ("app/.next/cache/webpack/0.pack", b"1"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["npx", "next", "start", "-p", "80"])
    assert "app/.next/BUILD_ID" in {need.path.decode() for need in runtime.needs if "next reads it" in need.because[0].what}
    assert not {need.path for need in runtime.needs if b"cache" in need.path and need.because[-1].what == "CMD"}
    assert {"next", "express"} <= packages(runtime)


def test_a_development_server_is_not_followed(tmp_path: Path) -> None:
    rows: list[Row] = [
        *SERVER,
        *package("app/node_modules/vite", {"bin": {"vite": "bin/vite.js"}}, **{"bin/vite.js": SHEBANG}),
        link("app/node_modules/.bin/vite", "../vite/bin/vite.js"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["npx", "vite", "--host"])
    assert not runtime.programs[0].followed
    assert "compiles sources while it runs" in unresolved(runtime)


def astro(directory: Path, word: str) -> Runtime:
    rows: list[Row] = [
        *project(dependencies={"astro": "4"}),
        *package("app/node_modules/astro", {"bin": {"astro": "astro.js"}}, **{"astro.js": SHEBANG}),
        link("app/node_modules/.bin/astro", "../astro/astro.js"),
        ("app/dist/index.html", b"<p>"),
        ("app/astro.config.mjs", b"export default {}"),
    ]
    return runtime_of(directory, rows, Cmd=["npx", "astro", word, "--host"])


def test_a_preview_serves_what_was_built(tmp_path: Path) -> None:
    runtime = astro(tmp_path, "preview")
    assert {"app/dist/index.html", "app/astro.config.mjs", "app/node_modules/astro/index.js"} <= needed(runtime)
    assert runtime.programs[0].followed
    assert not astro(tmp_path, "dev").programs[0].followed


@pytest.mark.parametrize("name", ["ecosystem.config.js", "ecosystem.json", "process.yml"])
def test_pm2_runs_what_its_file_lists(tmp_path: Path, name: str) -> None:
    bins = {"pm2-runtime": "bin/pm2-runtime"}
    texts = {
        "js": "module.exports = { apps: [{ script: './src/worker.js' }] }",
        "json": '{"apps": [{"script": "./src/worker.js"}]}',
        "yml": "apps:\n  - script: ./src/worker.js\n",
    }
    rows: list[Row] = [
        *SERVER,
        *package("usr/local/lib/node_modules/pm2", {"bin": bins}, **{"bin/pm2-runtime": SHEBANG}),
        link("usr/local/bin/pm2-runtime", "../lib/node_modules/pm2/bin/pm2-runtime"),
        ("app/src/worker.js", b"require('express')"),
        (f"app/{name}", texts[name.rpartition(".")[2]].encode()),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["pm2-runtime", name])
    assert {f"app/{name}", "app/src/worker.js"} <= needed(runtime)
    assert {"express", "qs"} <= packages(runtime)
