"""One question to a running container and its answer, both with a bound in time and size."""

import http.client
import shlex
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from socket import SHUT_RD, socket
from typing import Any

from msgspec.structs import replace

from layerscope.core.names import printable
from layerscope.proof.questions.answers import Answer, Asked
from layerscope.proof.questions.settling import Settling
from layerscope.proof.reach import Connect
from layerscope.sources.engine.client import engine_errors

_PAUSE = 0.02
_BETWEEN = 0.1
"""Seconds between two questions to a server that answers."""
_MOST_BODY = 8 * 1024 * 1024
_COMPARED = ("Content-Type", "Content-Encoding", "Location")
"""Headers that are a part of an answer: by which a client knows what it got, or where to go on."""


class _EndlessError(Exception):
    """An answer that did not end in time, or within the bytes that are read of one: there is nothing to compare."""


def get(connect: Connect, where: tuple[int, str], settling: Settling, is_running: Callable[[], bool]) -> Answer:
    """A GET of a port and a path, repeated until the answer has settled, the container ends, or its time is up."""
    port, path = where
    nothing = Answer(question=f"GET http://127.0.0.1:{port}{path}")
    while True:
        try:
            answer = _response(connect, where, settling.deadline)
            if settling.is_final(answer):
                return answer
            pause = _BETWEEN
        except _EndlessError as error:
            return replace(nothing, failure=str(error))
        except (OSError, http.client.HTTPException) as error:
            pause = _PAUSE
            if settling.is_late:
                return settling.last or replace(nothing, failure=f"no answer in time: {printable(str(error))}")
        if not is_running():
            return replace(nothing, failure="the container ended")
        time.sleep(pause)


def _response(connect: Connect, where: tuple[int, str], deadline: float) -> Answer:
    """What one GET answers."""
    port, path = where
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
        headers = ((name, response.getheader(name)) for name in _COMPARED)
        told = tuple(f"{name}: {value}" for name, value in headers if value is not None)
        return Answer(question=f"GET http://127.0.0.1:{port}{path}", status=response.status, body=body, headers=told)
    finally:
        hurry.cancel()
        connection.close()


def _shut_down(connection: socket) -> None:
    """Ends a conversation that goes on and on, a byte at a time: for the reader only, since a server that writes to a closed
    connection answers with a reset, which overtakes what it has said."""
    with suppress(OSError):
        connection.shutdown(SHUT_RD)


def execute(api: Any, identity: str, command: str, seconds: float) -> Answer:
    """A command line in the container. One that does not end in time, or writes without end, is no answer."""
    try:
        found = execute_words(api, identity, shlex.split(command), seconds)
    except ValueError as error:
        found = Answer(question="", failure=printable(str(error)))
    return replace(found, question=f"exec {command}", kind=Asked.COMMAND)


def execute_words(api: Any, identity: str, words: Sequence[str], seconds: float) -> Answer:
    """As :func:`execute`, a program with its arguments."""
    status, output, failure = 0, b"", ""
    try:
        made = api.exec_create(identity, list(words))["Id"]
        output = _output(api.exec_start(made, stream=True), seconds)
        status = api.exec_inspect(made).get("ExitCode")
    except engine_errors() as error:
        failure = printable(explanation(error))
    if len(output) > _MOST_BODY:
        failure = f"wrote more than {_MOST_BODY:,} bytes"
    elif status is None:
        failure = "no end in time"
    answer = Answer(question=shlex.join(words), failure=failure, kind=Asked.COMMAND)
    return answer if failure else replace(answer, status=int(status), body=output)


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
