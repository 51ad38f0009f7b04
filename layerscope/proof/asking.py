"""One question to a running container and its answer, both with a bound in time and size."""

import http.client
import shlex
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import StrEnum
from socket import SHUT_RDWR, socket
from typing import Any

from msgspec import Struct

from layerscope.core.names import printable
from layerscope.proof.reach import Connect
from layerscope.sources.engine.client import engine_errors

_PAUSE = 0.02
_MOST_BODY = 8 * 1024 * 1024


class Asked(StrEnum):
    """Over HTTP, or with a command in the container."""

    HTTP = "http"
    COMMAND = "exec"


class Answer(Struct, frozen=True):
    """One question with its answer: an HTTP status with the body, or an exit code with the output; ``failure`` when none
    came."""

    question: str
    status: int
    body: bytes
    failure: str = ""
    kind: Asked = Asked.HTTP


class _EndlessError(Exception):
    """An answer that did not end in time, or within the bytes that are read of one: there is nothing to compare."""


def get(connect: Connect, where: tuple[int, str], deadline: float, is_running: Callable[[], bool]) -> Answer:
    """A GET of a port and a path, repeated until the server answers, the container ends, or ``deadline`` (monotonic) is
    there."""
    port, path = where
    question = f"GET http://127.0.0.1:{port}{path}"
    while True:
        try:
            return Answer(question, *_response(connect, port, path, deadline))
        except _EndlessError as error:
            return Answer(question, 0, b"", str(error))
        except (OSError, http.client.HTTPException) as error:
            failure = printable(str(error))
        if not is_running():
            return Answer(question, 0, b"", "the container ended")
        if time.monotonic() > deadline:
            return Answer(question, 0, b"", f"no answer in time: {failure}")
        time.sleep(_PAUSE)


def _response(connect: Connect, port: int, path: str, deadline: float) -> tuple[int, bytes]:
    """Status and body of one GET."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.sock = connect(port)
    hurry = threading.Timer(max(deadline - time.monotonic(), 0.1), _shut_down, (connection.sock,))
    hurry.daemon = True
    hurry.start()
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        body = response.read(_MOST_BODY)
        if time.monotonic() > deadline:
            raise _EndlessError("the answer does not end in time")
        if len(body) == _MOST_BODY and response.read(1):
            raise _EndlessError(f"the answer is longer than {_MOST_BODY:,} bytes")
        return response.status, body
    finally:
        hurry.cancel()
        connection.close()


def _shut_down(connection: socket) -> None:
    """Ends a conversation that goes on and on, a byte at a time."""
    with suppress(OSError):
        connection.shutdown(SHUT_RDWR)


def execute(api: Any, identity: str, command: str, seconds: float) -> Answer:
    """A command in the container. One that does not end in time, or writes without end, is no answer."""
    status, output, failure = 0, b"", ""
    refusals: tuple[type[Exception], ...] = (*engine_errors(), ValueError)
    try:
        made = api.exec_create(identity, shlex.split(command))["Id"]
        output = _output(api.exec_start(made, stream=True), seconds)
        status = api.exec_inspect(made).get("ExitCode")
    except refusals as error:
        failure = printable(explanation(error))
    if len(output) > _MOST_BODY:
        failure = f"wrote more than {_MOST_BODY:,} bytes"
    elif status is None:
        failure = "no end in time"
    answer = (0, b"") if failure else (int(status), output)
    return Answer(f"exec {command}", *answer, failure, Asked.COMMAND)


def explanation(error: BaseException) -> str:
    """The words of an engine that refuses something."""
    return str(getattr(error, "explanation", None) or error)


def _output(pieces: Iterable[bytes], seconds: float) -> bytes:
    """What a command writes until it ends, time is up, or it is too much. What comes later is read too, and thrown away: an
    engine waits for its reader when the container is to end."""
    found = bytearray()
    enough = threading.Event()

    def read() -> None:
        with suppress(Exception):  # the connection of a container that was removed
            for piece in pieces:
                if len(found) <= _MOST_BODY:
                    found.extend(piece)
                else:
                    enough.set()
        enough.set()

    threading.Thread(target=read, daemon=True, name="output").start()
    enough.wait(seconds)
    return bytes(found)
