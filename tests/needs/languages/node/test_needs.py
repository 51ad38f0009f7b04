"""What a Node.js program needs: its own files, the packages for production, native add-ons, and how it is started."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from layerscope.attribution.attribute import attribute
from layerscope.filesystem.stacking import stack
from layerscope.history.history import read_history
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.needs.languages.node.sources import requests
from layerscope.needs.model import NoteCode, Runtime
from layerscope.needs.needs import find_needs
from layerscope.sources import open_image
from tests.support.archives import config_json, docker_archive, link
from tests.support.programs import GLIBC_LOADER, Row, elf, layer

LIBRARIES = "usr/lib/x86_64-linux-gnu"
NPM = "usr/local/lib/node_modules/npm"
SHEBANG = b"#!/usr/bin/env node\n"

SYSTEM: list[Row] = [
    ("usr/local/bin/node", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
    ("lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
    (f"{LIBRARIES}/libc.so.6", elf(soname="libc.so.6")),
    (f"{LIBRARIES}/libvips.so.42", elf(soname="libvips.so.42")),
    ("bin/sh", elf(sections={".text": b"shell"})),
    ("usr/bin/env", elf(sections={".text": b"env"})),
    (
        f"{NPM}/package.json",
        json.dumps({"name": "npm", "version": "10.8.2", "bin": {"npm": "bin/npm-cli.js", "npx": "bin/npx-cli.js"}}).encode(),
    ),
    (f"{NPM}/bin/npm-cli.js", SHEBANG),
    (f"{NPM}/bin/npx-cli.js", SHEBANG),
    (f"{NPM}/node_modules/tar/package.json", b'{"name": "tar"}'),
    link("usr/local/bin/npm", f"../lib/{NPM.partition('lib/')[2]}/bin/npm-cli.js"),
    link("usr/local/bin/npx", f"../lib/{NPM.partition('lib/')[2]}/bin/npx-cli.js"),
]
ENVIRONMENT = ["PATH=/usr/local/bin:/usr/bin:/bin", "NODE_VERSION=20.11.1"]


def package(directory: str, manifest: Mapping[str, object] | None = None, **files: bytes) -> list[Row]:
    """A package in a directory: its package.json, index.js and further files."""
    name = directory.rpartition("node_modules/")[2]
    record = {"name": name, "version": "1.0.0", **(manifest or {})}
    rows: list[Row] = [
        (f"{directory}/package.json", json.dumps(record).encode()),
        (f"{directory}/index.js", b"module.exports = 1\n"),
    ]
    return rows + [(f"{directory}/{path}", content) for path, content in files.items()]


def runtime_of(directory: Path, rows: Sequence[Row], *, compress: bool = False, **config: Any) -> Runtime:
    """What the image of node, npm and these files needs; it works in /app."""
    config = {"Env": ENVIRONMENT, "WorkingDir": "/app", **config}
    tars = [layer(SYSTEM), layer(rows)]
    document = config_json(tars, [{"created_by": "ADD rootfs /"}, {"created_by": "COPY . /"}], **config)
    stored = [gzip.compress(tar) for tar in tars] if compress else tars
    image = open_image(f"docker-archive:{docker_archive(directory / 'image.tar', stored, document)}")
    indexes = index_layers(image.layers, Picks.of_commands(image.config.entrypoint, image.config.cmd))
    filesystem = stack(indexes)
    attribution = attribute(filesystem, image.config, read_history(image.config, len(tars), {}))
    return find_needs(filesystem, Contents(image.layers, indexes), image.config, attribution)


def needed(runtime: Runtime) -> set[str]:
    return {need.path.decode() for need in runtime.needs}


def packages(runtime: Runtime) -> set[str]:
    """The directories of packages whose package.json is needed."""
    inside = (need.path.decode() for need in runtime.needs if b"node_modules/" in need.path)
    return {
        path.removesuffix("/package.json").removeprefix("app/node_modules/") for path in inside if path.endswith("package.json")
    }


def unresolved(runtime: Runtime) -> str:
    return "\n".join(item.what for item in runtime.unresolved)


def project(**manifest: object) -> list[Row]:
    return [("app/package.json", json.dumps({"name": "app", **manifest}).encode())]


SERVER: list[Row] = [
    *project(dependencies={"express": "4"}, devDependencies={"typescript": "5"}),
    *package("app/node_modules/express", {"dependencies": {"qs": "6", "@scope/send": "1"}}),
    *package("app/node_modules/qs"),
    *package("app/node_modules/@scope/send", {"optionalDependencies": {"not-installed": "1"}}),
    *package("app/node_modules/@scope/send/node_modules/qs"),
    *package("app/node_modules/typescript", {"bin": {"tsc": "bin/tsc"}}),
    ("app/dist/server.js", b"const express = require('express'); const { health } = require('./health');\n"),
    ("app/dist/health.js", b"exports.health = () => 1;\n"),
    ("app/src/server.ts", b"import express from 'express';\n"),
    ("app/test/server.test.js", b"require('typescript')\n"),
    ("app/package-lock.json", b"{}"),
]


@pytest.mark.parametrize("compress", [False, True])
def test_a_server_keeps_its_production_packages_and_what_runs(tmp_path: Path, compress: bool) -> None:
    runtime = runtime_of(tmp_path, SERVER, compress=compress, Cmd=["node", "dist/server.js"])
    assert packages(runtime) == {"express", "qs", "@scope/send"}
    assert {"app/dist/server.js", "app/dist/health.js", "app/package.json", "usr/local/bin/node"} <= needed(runtime)
    assert not {"app/src/server.ts", "app/test/server.test.js", "app/package-lock.json"} & needed(runtime)
    assert not {path for path in needed(runtime) if path.startswith(NPM)}
    assert [(item.ecosystem, item.version, item.followed) for item in runtime.programs] == [("node", "20.11.1", True)]


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


def test_a_package_for_developing_that_the_program_asks_for_is_kept(tmp_path: Path) -> None:
    rows = [*SERVER, ("app/dist/health.js", b"const ts = await import('typescript/lib/x.js');")]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "dist/server.js"])
    assert "typescript" in packages(runtime)


def test_workers_and_forked_files_are_followed(tmp_path: Path) -> None:
    rows = [
        *SERVER,
        ("app/dist/health.js", b"new Worker('./jobs/worker.js')"),
        ("app/dist/jobs/worker.js", b"require('typescript')"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "dist/server.js"])
    assert "typescript" in packages(runtime)


def test_preloaded_modules_are_needed(tmp_path: Path) -> None:
    rows = [*SERVER, *package("app/node_modules/tracing", {"dependencies": {"otel": "1"}}), *package("app/node_modules/otel")]
    environment = [*ENVIRONMENT, "NODE_OPTIONS=--import tracing/register"]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "dist/server.js"], Env=environment)
    assert {"tracing", "otel"} <= packages(runtime)


def test_links_of_pnpm_are_followed_and_kept(tmp_path: Path) -> None:
    store = "app/node_modules/.pnpm"
    rows: list[Row] = [
        *project(dependencies={"koa": "2"}, devDependencies={"prettier": "3"}),
        ("app/server.js", b"require('koa')"),
        link("app/node_modules/koa", ".pnpm/koa@2.0.0/node_modules/koa"),
        link("app/node_modules/prettier", ".pnpm/prettier@3.0.0/node_modules/prettier"),
        *package(f"{store}/koa@2.0.0/node_modules/koa", {"dependencies": {"co": "4"}}),
        link(f"{store}/koa@2.0.0/node_modules/co", "../../co@4.0.0/node_modules/co"),
        *package(f"{store}/co@4.0.0/node_modules/co"),
        *package(f"{store}/prettier@3.0.0/node_modules/prettier"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "server.js"])
    links = {"app/node_modules/koa", f"{store}/koa@2.0.0/node_modules/co"}
    files = {f"{store}/koa@2.0.0/node_modules/koa/index.js", f"{store}/co@4.0.0/node_modules/co/index.js"}
    assert links | files <= needed(runtime)
    assert not {path for path in needed(runtime) if "prettier" in path}


def test_a_package_of_the_workspace_comes_with_its_own_packages(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("app/package.json", b'{"workspaces": ["apps/*", "libs/*"], "devDependencies": {"turbo": "1"}}'),
        ("app/apps/api/package.json", b'{"name": "api", "dependencies": {"shared": "*"}}'),
        ("app/apps/api/server.js", b"require('shared')"),
        ("app/apps/web/index.js", b"require('react')"),
        ("app/libs/shared/package.json", b'{"name": "shared", "dependencies": {"ms": "2"}}'),
        ("app/libs/shared/index.js", b"require('ms')"),
        ("app/libs/shared/test/index.test.js", b""),
        link("app/node_modules/shared", "../libs/shared"),
        *package("app/node_modules/ms"),
        *package("app/node_modules/turbo"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "server.js"], WorkingDir="/app/apps/api")
    assert {"app/node_modules/shared", "app/libs/shared/index.js", "app/node_modules/ms/index.js"} <= needed(runtime)
    assert "app/node_modules/turbo/index.js" not in needed(runtime)
    assert "app/libs/shared/test/index.test.js" not in {
        need.path.decode() for need in runtime.needs if need.role == "dependency"
    }


def test_native_add_ons_bring_their_libraries(tmp_path: Path) -> None:
    sharp = package("app/node_modules/sharp", None, **{"build/sharp.node": elf(needed=["libvips.so.42"], soname="sharp.node")})
    foreign = [("app/node_modules/sharp/build/musl.node", elf(needed=["libgone.so.1", "libc.musl-x86_64.so.1"], soname="m"))]
    rows = [*project(dependencies={"sharp": "0"}), *sharp, *foreign, ("app/index.js", b"require('sharp')")]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "."])
    assert f"{LIBRARIES}/libvips.so.42" in needed(runtime)
    assert "libgone" not in unresolved(runtime)


def test_npm_start_keeps_npm_and_follows_the_script(tmp_path: Path) -> None:
    rows = [*SERVER, *project(dependencies={"express": "4"}, scripts={"start": "NODE_ENV=production node dist/server.js"})]
    runtime = runtime_of(tmp_path, rows, Cmd=["npm", "start"])
    assert {f"{NPM}/node_modules/tar/package.json", "bin/sh", "app/dist/server.js"} <= needed(runtime)
    assert {"express", "qs"} <= packages(runtime)
    assert runtime.programs[0].followed
    assert [note.code for note in runtime.notes] == [NoteCode.DIRECT_COMMAND]
    assert 'CMD ["node", "dist/server.js"] would leave npm out' in runtime.notes[0].what
    assert runtime.unresolved == ()


def test_scripts_before_and_after_are_followed_too(tmp_path: Path) -> None:
    scripts = {"prestart": "node scripts/migrate.mjs", "start": "node dist/server.js"}
    migrate = ("app/scripts/migrate.mjs", b"import 'typescript'")
    runtime = runtime_of(tmp_path, [*SERVER, *project(scripts=scripts), migrate], Cmd=["npm", "run", "start", "--silent"])
    assert "typescript" in packages(runtime)


def test_a_script_that_is_not_there_is_told(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, SERVER, Cmd=["npm", "run", "serve"])
    assert not runtime.programs[0].followed
    assert "no package.json has such a script" in unresolved(runtime)


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


@pytest.mark.parametrize("command", [["node"], ["node", "gone.js"], ["node", "--test"], ["node", "--run", "gone"]])
def test_what_is_not_known_to_run_is_not_followed(tmp_path: Path, command: list[str]) -> None:
    assert not runtime_of(tmp_path, SERVER, Cmd=command).programs[0].followed


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


def test_packages_in_a_circle_are_taken_once(tmp_path: Path) -> None:
    rows = [
        *project(dependencies={"a": "1"}),
        *package("app/node_modules/a", {"peerDependencies": {"b": "1"}}),
        *package("app/node_modules/b", {"dependencies": {"a": "1"}}),
        ("app/index.js", b"require('a')"),
    ]
    assert packages(runtime_of(tmp_path, rows, Cmd=["node", "index.js"])) == {"a", "b"}


def test_sources_are_read_by_their_tokens() -> None:
    source = rb"""
    // require('commented'); /** @type {import('webpack').Config} */
    import x from "koa"; import 'side'; export * from './a.js';
    const y = require( /* why */ 'express' ), z = await import("dyn"), r = /["'`]/, s = "it's // not";
    new Worker("./worker.js"); a.require("no"); __require("fs"); import {
      b } from 'multi'
    """
    found = requests(source)
    assert found.modules == ("koa", "side", "./a.js", "express", "dyn", "fs", "multi")
    assert found.paths == ("./worker.js",)
    assert not found.computed


@pytest.mark.parametrize("source", [b"require(name)", b"import(`./x/${y}`)", b"require('a' + b)", b"require.resolve(x)"])
def test_names_made_at_run_time_are_noticed(source: bytes) -> None:
    assert requests(source).computed


@pytest.mark.parametrize("piece", [b'\\"', b"/* ", b"` ", b"(/[", b"import ", b"require(/* ", b"'", b"= /a", b"${"])
def test_hostile_sources_are_read_in_time(piece: bytes) -> None:
    assert requests(piece * 50_000 + b"\nrequire('x')") is not None
