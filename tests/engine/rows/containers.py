"""Containers of one image: started, asked, watched, and always removed."""

import http.client
import json
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from layerscope.proof.containers import root_directory
from layerscope.proof.tracing import Trace
from layerscope.sources.engine.client import connect
from tests.engine.conftest import DOCKER, free_port, run
from tests.engine.rows import Ask, Row

_SECONDS = 60.0
"""How long a program may take until it answers, on a machine that has other work to do."""

_VARIES = b"<varies>"
_REDIRECTS = (301, 302, 303, 307, 308)


class Seen(NamedTuple):
    """What one container did: its answers, one a question; what Docker says of its health; which files it opened, where that
    was watched; and, where it did not run, what it said."""

    answers: tuple[tuple[int, bytes], ...] = ()
    health: str = ""
    opened: tuple[bytes, ...] = ()
    problem: str = ""


def observe(image: str, row: Row, port: int, *, watched: bool = False) -> Seen:
    """Runs a container of the image, asks it all that the row asks, and waits for its health check where there is one."""
    listens = port or free_port()
    _wait_until_free(listens)
    with _container(image, row, listens) as identity:
        opened: tuple[bytes, ...] = ()
        try:
            if watched:
                with _trace(identity) as trace:
                    answers, health = _asked(identity, row, listens)
                opened = trace.opened
            else:
                answers, health = _asked(identity, row, listens)
        except OSError as error:
            return Seen(problem=f"{error}: {_said(identity)}")
        return Seen(answers, health, opened)


@contextmanager
def _container(image: str, row: Row, port: int) -> Iterator[str]:
    environment = [word for pair in (f"PORT={port}", *row.environment) for word in ("-e", pair)]
    identity = run(DOCKER, "create", "--network", "host", *environment, image).strip()
    try:
        yield identity
    finally:
        run(DOCKER, "rm", "-f", "-v", identity)


@contextmanager
def _trace(identity: str) -> Iterator[Trace]:
    """A watch that begins before the container does."""
    engine = connect("docker-daemon")
    try:
        root = root_directory(engine, identity)
        assert root is not None
        with Trace(identity, root) as trace:
            yield trace
    finally:
        engine.close()


def _asked(identity: str, row: Row, port: int) -> tuple[tuple[tuple[int, bytes], ...], str]:
    started = subprocess.run([DOCKER, "start", identity], capture_output=True, text=True, timeout=120)
    if started.returncode:
        raise ConnectionError(started.stderr.strip())
    answers = tuple(_answer(identity, ask, port) for ask in row.asks)
    return answers, _health(identity) if row.checked else ""


def _answer(identity: str, ask: Ask, port: int) -> tuple[int, bytes]:
    """Status and body, what varies taken out; asked again until the program listens. Of a redirect, where it leads to: what
    servers write below it is read by nobody."""

    def once() -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request(ask.method, ask.path, ask.body or None, {"Host": "localhost"})
            response = connection.getresponse()
            body = response.read()
            place = response.headers["Location"] or ""
            return response.status, f"Location: {place}".encode() if response.status in _REDIRECTS else body
        finally:
            connection.close()

    status, body = _until(identity, once)
    for pattern in ask.varies:
        body = re.sub(pattern.encode(), _VARIES, body)
    return status, body


def _until(identity: str, once: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            return once()
        except (OSError, http.client.HTTPException) as error:
            running = run(DOCKER, "inspect", "-f", "{{.State.Running}}", identity).strip() == "true"
            if not running or time.monotonic() > deadline:
                raise ConnectionError("the container ended" if not running else f"no answer in time ({error})") from error
            time.sleep(0.1)


def _health(identity: str) -> str:
    """What Docker says of the container's health, once it has made up its mind."""
    deadline = time.monotonic() + _SECONDS
    while True:
        state = json.loads(run(DOCKER, "inspect", "-f", "{{json .State}}", identity))
        health = str((state.get("Health") or {}).get("Status", "no health check"))
        if health != "starting" or time.monotonic() > deadline:
            return health
        time.sleep(0.5)


def _said(identity: str) -> str:
    done = subprocess.run([DOCKER, "logs", "--tail", "20", identity], capture_output=True, timeout=60)
    return (done.stdout + done.stderr).decode(errors="replace").strip()[-1500:]


def _wait_until_free(port: int) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                assert time.monotonic() < deadline, f"port {port} of this machine is taken, and stays so"
            else:
                return
        time.sleep(0.5)
