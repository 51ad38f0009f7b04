"""Questions over HTTP: what a server says to its end is an answer, what never ends is none."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from layerscope.proof.asking import get

HEAD = b"HTTP/1.0 200 OK\r\n\r\n"


@contextmanager
def server(pieces: Iterator[bytes]) -> Iterator[int]:
    """One connection to a server that writes the pieces as long as somebody reads; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with suppress(OSError), listener.accept()[0] as connection:
                connection.recv(65536)
                for piece in pieces:
                    connection.sendall(piece)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1]


def trickle() -> Iterator[bytes]:
    yield HEAD
    while True:
        time.sleep(0.01)
        yield b"x"


def flood() -> Iterator[bytes]:
    yield HEAD
    while True:
        yield b"x" * 65536


def ask(pieces: Iterator[bytes], seconds: float) -> tuple[int, bytes, str]:
    with server(pieces) as port:
        answer = get(
            lambda number: socket.create_connection(("127.0.0.1", number)),
            (port, "/"),
            time.monotonic() + seconds,
            lambda: True,
        )
        return answer.status, answer.body, answer.failure


def test_an_answer_that_ends_is_one() -> None:
    assert ask(iter([HEAD, b"hello"]), 600.0) == (200, b"hello", "")


@pytest.mark.parametrize(
    ("pieces", "seconds", "failure"),
    [
        (trickle(), 0.3, "the answer does not end in time"),
        (flood(), 600.0, "the answer is longer than 8,388,608 bytes"),
    ],
    ids=["a byte now and then", "without end"],
)
def test_an_answer_without_end_is_none(pieces: Iterator[bytes], seconds: float, failure: str) -> None:
    assert ask(pieces, seconds) == (0, b"", failure)
