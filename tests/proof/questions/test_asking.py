"""Questions over HTTP: what a server says to its end is an answer, what never ends is none."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from layerscope.proof.questions.asking import get
from layerscope.proof.questions.settling import Settling

HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"


@contextmanager
def server(pieces: Callable[[], Iterator[bytes]]) -> Iterator[int]:
    """A server that writes the pieces to each connection as long as somebody reads; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                with suppress(OSError), connection:
                    connection.recv(65536)
                    for piece in pieces():
                        connection.sendall(piece)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def trickle() -> Iterator[bytes]:
    yield HEAD
    while True:
        time.sleep(0.01)
        yield b"x"


def flood() -> Iterator[bytes]:
    yield HEAD
    while True:
        yield b"x" * 65536


def ask(pieces: Callable[[], Iterator[bytes]], seconds: float) -> tuple[int, bytes, str]:
    with server(pieces) as port:
        answer = get(
            lambda number: socket.create_connection(("127.0.0.1", number)),
            (port, "/"),
            Settling(seconds),
            lambda: True,
        )
        return answer.status, answer.body, answer.failure


def test_an_answer_that_ends_is_one() -> None:
    assert ask(lambda: iter([HEAD, b"hello"]), 60.0) == (200, b"hello", "")


@pytest.mark.parametrize(
    ("pieces", "seconds", "failure"),
    [
        (trickle, 0.3, "the answer does not end in time"),
        (flood, 60.0, "the answer is longer than 8,388,608 bytes"),
    ],
    ids=["a byte now and then", "without end"],
)
def test_an_answer_without_end_is_none(pieces: Callable[[], Iterator[bytes]], seconds: float, failure: str) -> None:
    assert ask(pieces, seconds) == (0, b"", failure)
