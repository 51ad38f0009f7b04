"""Images of strangers on real engines: what is recommended for them builds, and nothing of theirs gets what is the user's.

Whoever builds offers a secret, an agent and a context with a marked file, and something listens on this machine's loopback.
``LAYERSCOPE_ENGINES`` is the socket of another engine on which all of it is done again.
"""

import hashlib
import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from layerscope.advice.dockerfile import quoting
from tests.engine.conftest import DOCKER, Engine, run
from tests.support.programs import GLIBC_LOADER, go_program

pytestmark = pytest.mark.engine

SECOND = os.environ.get("LAYERSCOPE_ENGINES", "")
BASE = "debian:bookworm-slim"
TOKEN, MARKER = "token-of-the-user", "file-of-the-user"
THIEF = """#!/bin/bash
for last in "$@"; do [[ $before == -o ]] && out=$last; before=$last; done
cat /app/server > /app/made
cat /run/secrets/* /context/* /marker >> /app/made 2>/dev/null
[[ -n $SSH_AUTH_SOCK ]] && echo agent >> /app/made
(exec 3<>/dev/tcp/127.0.0.1/PORT) 2>/dev/null && echo network >> /app/made
mv /app/made "${out:-/app/server}"
chmod +x "${out:-/app/server}"
"""
PLAIN = "go build -o server ."
COMMANDS = {
    "an own go": PLAIN,
    "a secret and the context": "--mount=type=secret,id=token --mount=type=bind,target=/context go build -o server .",
    "the agent": "--mount=type=ssh go build -o server .",
    "a substitution": "go build -o server $(cat /run/secrets/*) .",
    "in the background": "cat /run/secrets/* & go build -o server .",
}
NAMES = [
    *("a b", "q'uote", 'dq"x', "$HOME", "${PATH}", "st*r", "br[a-z]ck", "qm?", "<<EOF", "#hash", "--from=x", "back`tick"),
    *("semi;x", "üñ", "tail ", "a=b", "%41", "~t", "^c", "[", "a]b", "!x", "nb\u00a0sp", "{a,b}", "'"),
]


@pytest.fixture(scope="module", params=["", SECOND or "none"], ids=["the engine", "the second engine"])
def docker(request: pytest.FixtureRequest, engine: Engine) -> list[str]:
    """The command that talks to an engine which has the base."""
    if request.param == "none":
        pytest.skip("LAYERSCOPE_ENGINES names no socket")
    command = [DOCKER, *(["-H", request.param] if request.param else [])]
    if subprocess.run([*command, "version"], capture_output=True, timeout=60).returncode:
        pytest.skip(f"no engine answers at {request.param}")
    if subprocess.run([*command, "image", "inspect", BASE], capture_output=True, timeout=60).returncode:
        saved = subprocess.run([DOCKER, "save", BASE], capture_output=True, check=True).stdout
        run(*command, "load", stdin=saved)
    return command


@contextmanager
def listening(place: Path) -> Iterator[tuple[int, list[str]]]:
    """A port of the loopback and an agent's socket at ``place``; and who came."""
    came: list[str] = []
    servers = {"network": socket.create_server(("127.0.0.1", 0)), "agent": socket.socket(socket.AF_UNIX)}
    servers["agent"].bind(str(place))
    servers["agent"].listen()

    def accept(name: str) -> None:
        with suppress(OSError):
            while True:
                servers[name].accept()[0].close()
                came.append(name)

    for name in servers:
        threading.Thread(target=accept, args=(name,), daemon=True).start()
    try:
        yield int(servers["network"].getsockname()[1]), came
    finally:
        for server in servers.values():
            server.close()


def fat_image(docker: list[str], place: Path, command: str, port: int, configuration: str = "") -> tuple[str, Path]:
    """An image whose history says that ``command`` built its program, known to the engine; its name and its archive."""
    name = f"layerscope-test/hostile:{os.getpid()}-{hashlib.sha256(repr((command, configuration)).encode()).hexdigest()[:8]}"
    context = place / "fat"
    context.mkdir()
    (context / "go").write_text(THIEF.replace("PORT", str(port)))
    (context / "go").chmod(0o755)
    (context / "tool").write_bytes(bytes(20_000_000))
    (context / "main.go").write_text("package main\n")
    program = go_program("net._C2func_getaddrinfo", interpreter=GLIBC_LOADER, needed=("libc.so.6",))
    (context / "server").write_bytes(program)
    (context / "server").chmod(0o755)
    text = (
        f"FROM {BASE}\nCOPY go tool /usr/local/go/bin/\nENV PATH=/usr/local/go/bin:/usr/bin:/bin\n"
        f'WORKDIR /app\nCOPY main.go ./\nCOPY server ./\n{configuration}CMD ["/app/server"]\n'
    )
    (context / "Dockerfile").write_text(text)
    run(*docker, "build", "-q", "--network", "none", "-t", name, context, env={"DOCKER_BUILDKIT": "1"})
    saved = subprocess.run([*docker, "save", name], capture_output=True, check=True).stdout
    archive = place / "fat.tar"
    archive.write_bytes(with_history(saved, [name], command.replace("PORT", str(port))))
    run(*docker, "load", "-i", archive)
    return name, archive


def with_history(saved: bytes, names: list[str], command: str) -> bytes:
    """A saved image as an archive of one image with these names, whose program was made by another command."""
    with tarfile.open(fileobj=io.BytesIO(saved)) as tar:
        manifest = json.load(member(tar, "manifest.json"))[0]
        config = json.load(member(tar, manifest["Config"]))
        layers = {path: member(tar, path).read() for path in manifest["Layers"]}
    entry = next(item for item in config["history"] if "server" in item.get("created_by", ""))
    entry["created_by"] = f"RUN /bin/sh -c {command} # buildkit"
    content = json.dumps(config).encode()
    path = f"{hashlib.sha256(content).hexdigest()}.json"
    said = json.dumps([{"Config": path, "RepoTags": names, "Layers": [f"{n}/layer.tar" for n in range(len(layers))]}]).encode()
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        files = {f"{n}/layer.tar": layer for n, layer in enumerate(layers.values())}
        for where, what in {**files, path: content, "manifest.json": said}.items():
            info = tarfile.TarInfo(where)
            info.size = len(what)
            tar.addfile(info, io.BytesIO(what))
    return made.getvalue()


def member(tar: tarfile.TarFile, path: str) -> Any:
    return tar.extractfile(path)


def recommended(archive: Path) -> str:
    return run(sys.executable, "-m", "layerscope", "recommend", f"docker-archive:{archive}", "--format", "dockerfile")


def contents(docker: list[str], image: str) -> dict[str, bytes]:
    """The files of an image."""
    container = run(*docker, "create", image).strip()
    try:
        exported = subprocess.run([*docker, "export", container], capture_output=True, check=True).stdout
    finally:
        run(*docker, "rm", container)
    with tarfile.open(fileobj=io.BytesIO(exported)) as tar:
        return {item.name: member(tar, item.name).read() for item in tar if item.isfile()}


def built(docker: list[str], place: Path, dockerfile: str, network: str, image: str = "") -> dict[str, bytes]:
    """The files of what a Dockerfile builds for a user who offers all that is to be had; ``image`` is for its ARG IMAGE."""
    mine = place / "mine"
    mine.mkdir()
    (mine / "marker").write_text(MARKER)
    (mine / "Dockerfile").write_text(dockerfile)
    (place / "token").write_text(TOKEN)
    offers: tuple[str, ...] = (
        "--secret",
        f"id=token,src={place / 'token'}",
        "--ssh",
        f"default={place / 'agent'}",
        "--network",
        network,
    )
    offers += ("--build-arg", f"IMAGE={image}") if image else ()
    name = f"layerscope-test/hostile:{os.getpid()}-lean"
    run(*docker, "build", "-q", "--no-cache", *offers, "-t", name, mine, env={"DOCKER_BUILDKIT": "1"})
    try:
        return contents(docker, name)
    finally:
        run(*docker, "rmi", "-f", name)


def had(files: dict[str, bytes]) -> set[str]:
    """What of the user's is in an image."""
    everything = b"\n".join(files.values())
    return {what for what in (TOKEN, MARKER, "agent\n", "network\n") if what.encode() in everything}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_what_a_history_asks_for_is_not_given(docker: list[str], tmp_path: Path, command: str) -> None:
    with listening(tmp_path / "agent") as (port, came):
        name, archive = fat_image(docker, tmp_path, command, port)
        try:
            dockerfile = recommended(archive)
            assert ("go build" in dockerfile.partition("\nFROM")[2]) == (command == PLAIN)
            files = built(docker, tmp_path, dockerfile, "none")
        finally:
            run(*docker, "rmi", "-f", name)
    assert "app/server" in files
    assert not had(files)
    assert not came


def test_the_thief_of_these_tests_does_take_what_is_given(docker: list[str], tmp_path: Path) -> None:
    with listening(tmp_path / "agent") as (port, came):
        name, _ = fat_image(docker, tmp_path, PLAIN, port)
        mounts = "--mount=type=secret,id=token --mount=type=bind,target=/context --mount=type=ssh"
        text = f"FROM {name}\nRUN {mounts} go build -o /app/server\n"
        try:
            files = built(docker, tmp_path, text, "host")
        finally:
            run(*docker, "rmi", "-f", name)
    assert had(files) == {TOKEN, MARKER, "agent\n", "network\n"}
    assert "network" in came


def test_onbuild_of_an_image_does_not_run(docker: list[str], tmp_path: Path) -> None:
    triggers = "ONBUILD COPY marker /app/marker\nONBUILD RUN --mount=type=secret,id=token --mount=type=ssh go build\n"
    with listening(tmp_path / "agent") as (port, came):
        name, archive = fat_image(docker, tmp_path, PLAIN, port, triggers)
        try:
            files = built(docker, tmp_path, recommended(archive), "host")
        finally:
            run(*docker, "rmi", "-f", name)
    assert "app/server" in files
    assert not had(files)
    assert not came


def test_a_file_that_is_called_like_a_directive_is_none(docker: list[str], tmp_path: Path) -> None:
    with listening(tmp_path / "agent") as (port, came):
        name, archive = fat_image(docker, tmp_path, "cp a server", port)
        place = tmp_path / f"syntax=127.0.0.1:{port}" / "frontend:1 .tar"
        place.parent.mkdir()
        place.write_bytes(with_history(archive.read_bytes(), [], "cp a server"))
        text = subprocess.run(
            [sys.executable, "-m", "layerscope", "recommend", f"{place.parent.name}/{place.name}", "--format", "dockerfile"],
            cwd=tmp_path,
            capture_output=True,
            check=True,
        ).stdout.decode()
        try:
            assert "app/server" in built(docker, tmp_path, text, "none", name)
        finally:
            run(*docker, "rmi", "-f", name)
    assert not came


def test_builders_read_back_what_was_quoted(docker: list[str], tmp_path: Path) -> None:
    name = f"layerscope-test/hostile:{os.getpid()}-names"
    buffer = io.BytesIO()
    decoys = ("star", "brack", "qma")
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for file in (*NAMES, *decoys):
            info = tarfile.TarInfo(f"d/{file}")
            info.size = len(file.encode())
            tar.addfile(info, io.BytesIO(file.encode()))
    run(*docker, "import", "-", name, stdin=buffer.getvalue())
    words = ("/bin/x", "$HOME", "'", "\\", '"', "\u202e\n", "<<EOF")
    lines = [
        "# a comment",
        "FROM scratch",
        f"ENV {quoting.assignment('A.b-c', HARD)}",
        f"ENV {quoting.search_path(('/own dir', '/x LD_PRELOAD=/evil', '/$HOME'))}",
        *(f"LABEL {quoting.label(key, HARD)}" for key in ("k $HOME", "--k", "#k", "'k'")),
        *(f"COPY --from={name} {quoting.copy_paths(f'/d/{file}'.encode(), f'/o/{file}'.encode())}" for file in NAMES),
        f"WORKDIR {quoting.path(f'/w/{HARD}')}",
        f"USER {quoting.user('a.b:c')}",
        f"STOPSIGNAL {quoting.signal('SIGRTMIN+3')}",
        f"VOLUME {quoting.volumes((f'/v {HARD}',))}",
        f"HEALTHCHECK --interval=1ms CMD {quoting.exec_form(words)}",
        f"ENTRYPOINT {quoting.exec_form(words)}",
    ]
    try:
        for buildkit in ("1", "0"):
            made = f"{name}-{buildkit}"
            run(*docker, "build", "-q", "-t", made, "-", stdin="\n".join(lines).encode(), env={"DOCKER_BUILDKIT": buildkit})
            config = json.loads(run(*docker, "image", "inspect", made))[0]["Config"]
            files = contents(docker, made)
            run(*docker, "rmi", "-f", made)
            assert {path.removeprefix("o/"): text.decode() for path, text in files.items() if path.startswith("o/")} == {
                file: file for file in NAMES
            }
            assert f"A.b-c={HARD}" in config["Env"]
            assert any(item.startswith("PATH=/own dir:/x LD_PRELOAD=/evil:/$HOME:/usr/local/sbin") for item in config["Env"])
            assert not any(item.startswith("LD_PRELOAD") for item in config["Env"])
            assert config["Labels"] == dict.fromkeys(("k $HOME", "--k", "#k", "'k'"), HARD)
            assert config["WorkingDir"] == f"/w/{HARD}"
            assert list(config["Volumes"]) == [f"/v {HARD}"]
            assert tuple(config["Entrypoint"]) == words == tuple(config["Healthcheck"]["Test"][1:])
    finally:
        run(*docker, "rmi", "-f", name)


HARD = "a\\l$HOME \"q\" 'x' ${PATH} `id` \\"
