"""Images that do nothing but hand out files: which servers are known, on which port, and when the program must stay."""

import json
from pathlib import Path

import pytest

from layerscope.needs.model import NoteCode, Runtime
from tests.support.node_images import (
    ENVIRONMENT,
    SHEBANG,
    link,
    needed,
    package,
    packages,
    project,
    runtime_of,
)
from tests.support.programs import Row

GLOBAL = "usr/local/lib/node_modules"
PAGES: list[Row] = [
    ("app/dist/index.html", b"<p>home</p>"),
    ("app/dist/assets/app.js", b"1"),
    ("app/dist/about.html", b"<p>about</p>"),
]
SERVERS: list[Row] = [
    *package(f"{GLOBAL}/serve", {"version": "14.2.4", "bin": {"serve": "./main.js"}}, **{"main.js": SHEBANG}),
    *package(f"{GLOBAL}/serve/node_modules/arg"),
    (
        f"{GLOBAL}/serve/package.json",
        json.dumps(
            {"name": "serve", "version": "14.2.4", "bin": {"serve": "./main.js"}, "dependencies": {"arg": "5"}}
        ).encode(),
    ),
    link("usr/local/bin/serve", "../lib/node_modules/serve/main.js"),
    *package(
        f"{GLOBAL}/http-server",
        {"version": "14.1.1", "bin": {"http-server": "bin/http-server"}},
        **{"bin/http-server": SHEBANG},
    ),
    link("usr/local/bin/http-server", "../lib/node_modules/http-server/bin/http-server"),
    *package("app/node_modules/vite", {"version": "5.4.0", "bin": {"vite": "bin/vite.js"}}, **{"bin/vite.js": SHEBANG}),
    link("app/node_modules/.bin/vite", "../vite/bin/vite.js"),
    *package("app/node_modules/sirv-cli", {"version": "2.0.2", "bin": {"sirv": "bin.js"}}, **{"bin.js": SHEBANG}),
    link("app/node_modules/.bin/sirv", "../sirv-cli/bin.js"),
]


def served(
    tmp_path: Path, *command: str, rows: list[Row] | None = None, env: tuple[str, ...] = (), **config: object
) -> Runtime:
    """What the image needs that serves these pages."""
    files = [*SERVERS, *PAGES, *project(scripts={"start": "serve -s dist -l 4000", "preview": "vite preview --port 5000"})]
    return runtime_of(tmp_path, [*files, *(rows or [])], Cmd=list(command), Env=[*ENVIRONMENT, *env], **config)


@pytest.mark.parametrize(
    ("command", "port", "fallback", "clean", "server"),
    [
        (("serve", "-s", "dist"), 3000, b"index.html", True, "serve 14.2.4"),
        (("serve", "--single", "dist", "--listen", "tcp://0.0.0.0:81"), 81, b"index.html", True, "serve 14.2.4"),
        (("serve", "-l", "8080", "dist"), 8080, b"", True, "serve 14.2.4"),
        (("serve", "-p80", "-n", "/app/dist"), 80, b"", True, "serve 14.2.4"),
        (("npm", "start"), 4000, b"index.html", True, "serve 14.2.4"),
        (("npx", "serve", "-s", "dist", "-l=82"), 82, b"index.html", True, "serve 14.2.4"),
        (("http-server", "dist", "-p", "83", "-c-1"), 83, b"", True, "http-server 14.1.1"),
        (("npm", "run", "preview"), 5000, b"index.html", True, "vite 5.4.0"),
        (("npx", "vite", "preview", "--host", "0.0.0.0"), 4173, b"index.html", True, "vite 5.4.0"),
        (("npx", "sirv", "dist", "--single", "--host", "--port", "84"), 84, b"index.html", True, "sirv 2.0.2"),
        (("sh", "-c", "serve -s dist -l ${PORT:-85}"), 85, b"index.html", True, "serve 14.2.4"),
    ],
)
def test_a_server_of_files_is_a_site(
    tmp_path: Path, command: tuple[str, ...], port: int, fallback: bytes, clean: bool, server: str
) -> None:
    site = served(tmp_path, *command).site
    assert site is not None
    assert (site.root, site.port, site.fallback, site.clean, site.server) == (b"app/dist", port, fallback, clean, server)


def test_the_port_is_taken_from_the_environment(tmp_path: Path) -> None:
    site = served(tmp_path, "serve", "-s", "dist", env=("PORT=8080",)).site
    assert site is not None
    assert site.port == 8080


def test_the_server_stays_needed_as_a_whole(tmp_path: Path) -> None:
    runtime = served(tmp_path, "serve", "-s", "dist")
    assert {f"{GLOBAL}/serve", f"{GLOBAL}/serve/node_modules/arg"} <= packages(runtime)
    assert {"app/dist/index.html", "app/dist/assets/app.js", "usr/local/bin/node", "usr/bin/env"} <= needed(runtime)
    assert runtime.programs[0].followed


@pytest.mark.parametrize(
    ("rows", "command", "reason"),
    [
        ([("app/dist/serve.json", b'{"rewrites": []}')], ("serve", "dist"), "serve.json has rules of its own"),
        ([("app/vite.config.ts", b"export default { base: '/x' }")], ("npx", "vite", "preview"), "vite.config.ts has rules"),
        ([("app/dist/404.html", b"")], ("serve", "dist"), "404.html is its page for unknown paths"),
        ([], ("serve", "-s", "dist", "--cors"), "--cors changes what it answers"),
        ([], ("http-server", "dist", "-P", "http://backend"), "-P changes what it answers"),
        ([], ("serve", "-s", "build"), "its directory is not in the image"),
        ([("app/other/a.txt", b"")], ("serve", "other"), "it has no index.html"),
        ([], ("serve", "-s", "dist", "-l", "unix:/tmp/socket"), "port unix:/tmp/socket changes what it answers"),
    ],
)
def test_what_another_server_would_answer_differently_keeps_the_program(
    tmp_path: Path, rows: list[Row], command: tuple[str, ...], reason: str
) -> None:
    runtime = served(tmp_path, *command, rows=rows)
    assert runtime.site is None
    assert [note.code for note in runtime.notes] == [NoteCode.SERVER_STAYS]
    assert reason in runtime.notes[0].what


def test_a_server_beside_another_program_is_no_site(tmp_path: Path) -> None:
    script = ("app/start.sh", b"#!/bin/sh\nnode api.js &\nexec serve -s dist\n")
    runtime = served(tmp_path, "/app/start.sh", rows=[script, ("app/api.js", b"1")])
    assert runtime.site is None
    assert {"app/api.js", f"{GLOBAL}/serve/main.js"} <= needed(runtime)


def test_a_script_that_changes_the_port_is_no_site(tmp_path: Path) -> None:
    script = ("app/start.sh", b"#!/bin/sh\nexport PORT=9000\nexec serve -s dist\n")
    assert served(tmp_path, "/app/start.sh", rows=[script]).site is None


def test_directories_that_are_listed_today_are_noted(tmp_path: Path) -> None:
    assert [note.code for note in served(tmp_path, "serve", "dist").notes] == [NoteCode.DIRECTORY_LISTINGS]


def test_a_server_that_only_checks_health_is_no_site(tmp_path: Path) -> None:
    check = {"Test": ["CMD", "serve", "-s", "dist"]}
    assert served(tmp_path, "node", "dist/assets/app.js", Healthcheck=check).site is None
