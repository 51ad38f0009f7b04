"""The application that Node.js runs, with its production packages."""

from pathlib import Path

import pytest

from tests.support.archives import link
from tests.support.node_images import ENVIRONMENT, NPM, SERVER, needed, package, packages, runtime_of, unresolved
from tests.support.programs import GLIBC_LOADER, elf


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


TOOLS = [
    ("usr/bin/ffmpeg", elf(interpreter=GLIBC_LOADER, soname="ffmpeg")),
    ("usr/bin/git", elf(interpreter=GLIBC_LOADER, soname="git")),
    ("usr/bin/file", elf(interpreter=GLIBC_LOADER, soname="file")),
]


@pytest.mark.parametrize(
    "source",
    [
        b"const {execFile} = require('child_process'); execFile('ffmpeg', ['-i', name])",
        b"import {exec} from 'node:child_process'; exec(`nice ffmpeg -i ${name} | sort`)",
        b"import {$} from 'zx'; await $`ffmpeg -version`",
        b"require('child_process'); const tool = process.env.TOOL || 'ffmpeg'",
        b"import run from './run.js'; run('ffmpeg', ['-i'])",
    ],
)
def test_programs_that_sources_start_are_kept(tmp_path: Path, source: bytes) -> None:
    runtime = runtime_of(tmp_path, [("app/main.mjs", source), *TOOLS], made_by="RUN make", Cmd=["node", "main.mjs"])
    assert {path for path in needed(runtime) if path.startswith("usr/bin/")} - {"usr/bin/env"} == {"usr/bin/ffmpeg"}


def test_other_words_of_sources_start_nothing(tmp_path: Path) -> None:
    source = b"require('child_process'); form.get('file'); const x = {file: 'file'}"
    runtime = runtime_of(tmp_path, [("app/main.js", source), *TOOLS], made_by="RUN make", Cmd=["node", "main.js"])
    assert not {"usr/bin/file", "usr/bin/git"} & needed(runtime)


def test_paths_that_sources_name_are_kept(tmp_path: Path) -> None:
    source = b"const a = '/usr/share/fonts/a/Sans.ttf'; read(`/models/${name}.bin`)"
    rows = [("app/main.js", source), ("usr/share/fonts/a/Sans.ttf", b"f"), ("models/a.bin", b"m"), ("srv/other", b"o")]
    found = needed(runtime_of(tmp_path, rows, made_by="RUN make", Cmd=["node", "main.js"]))
    assert {"usr/share/fonts/a/Sans.ttf", "models/a.bin"} <= found
    assert "srv/other" not in found


def test_a_package_brings_the_programs_that_it_is_made_for(tmp_path: Path) -> None:
    rows = [("app/main.js", b"require('fluent-ffmpeg')"), *package("app/node_modules/fluent-ffmpeg"), *TOOLS]
    found = needed(runtime_of(tmp_path, rows, made_by="RUN make", Cmd=["node", "main.js"]))
    assert "usr/bin/ffmpeg" in found
    assert "usr/bin/git" not in found


def test_packages_that_npm_installs_for_the_whole_image_are_kept_but_not_tools(tmp_path: Path) -> None:
    place = "usr/local/lib/node_modules"
    rows = [
        ("app/main.js", b""),
        *package(f"{place}/mailer", {"dependencies": {"qs": "1"}, "bin": {"mailer": "index.js"}}),
        *package(f"{place}/mailer/node_modules/qs"),
        *package(f"{place}/typescript"),
        link("usr/local/bin/mailer", "../lib/node_modules/mailer/index.js"),
    ]
    found = needed(runtime_of(tmp_path, rows, made_by="RUN npm install -g mailer typescript", Cmd=["node", "main.js"]))
    assert {f"{place}/mailer/index.js", f"{place}/mailer/node_modules/qs/index.js", "usr/local/bin/mailer"} <= found
    assert not any(path.startswith((f"{place}/typescript", f"{place}/npm")) for path in found)


def test_types_are_kept_where_they_are_checked_before_the_program_runs(tmp_path: Path) -> None:
    rows = [
        ("app/package.json", b'{"dependencies": {"ts-node": "10"}, "devDependencies": {"@types/node": "20", "jest": "1"}}'),
        ("app/src/index.ts", b""),
        ("app/tsconfig.json", b'{"extends": "@tsconfig/node20/tsconfig.json"}'),
        *package("app/node_modules/ts-node", {"bin": {"ts-node": "index.js"}}),
        *package("app/node_modules/typescript"),
        *package("app/node_modules/@types/node", **{"index.d.ts": b""}),
        *package("app/node_modules/@tsconfig/node20", **{"tsconfig.json": b"{}"}),
        *package("app/node_modules/jest"),
        link("app/node_modules/.bin/ts-node", "../ts-node/index.js"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "node_modules/ts-node/index.js", "src/index.ts"])
    assert packages(runtime) == {"ts-node", "typescript", "@types/node", "@tsconfig/node20"}
    assert {"app/node_modules/@types/node/index.d.ts", "app/tsconfig.json"} <= needed(runtime)
