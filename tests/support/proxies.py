"""A proxy in this process (CONNECT, RFC 9110), which writes down what it sees."""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread


@dataclass
class Proxy:
    """``requests`` are the heads of what it was asked, ``seen`` all bytes that went through it."""

    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    seen: bytearray = field(default_factory=bytearray)


class _Handler(StreamRequestHandler):
    proxy: Proxy

    def handle(self) -> None:
        head = b"".join(iter(self.rfile.readline, b"\r\n"))
        self.proxy.requests.append(head)
        method, target, _ = head.split(b" ", 2)
        if method != b"CONNECT":
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        port = int(target.rpartition(b":")[2])
        with socket.create_connection(("127.0.0.1", port)) as server, suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            ends = {self.connection: server, server: self.connection}
            while True:
                for end in select.select(ends, [], [])[0]:
                    if not (piece := end.recv(65536)):
                        return
                    self.proxy.seen += piece
                    ends[end].sendall(piece)


class _Server(ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def proxying() -> Iterator[Proxy]:
    """Listens as long as the context lasts; all names lead to this machine."""
    proxy = Proxy()
    with _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy})) as server:
        proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
