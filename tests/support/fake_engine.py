"""An engine in this process that has nothing, pulls nothing, and writes down what it was sent (Docker Engine API 1.41)."""

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class FakeEngine:
    """``redirects`` is another engine's URL that pulls are redirected to, "" for none."""

    redirects: str = ""
    port: int = 0
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def sent(self, header: str) -> list[str]:
        """The values of a header in all requests."""
        return [headers[header] for _, headers in self.requests if header in headers]


class _Handler(BaseHTTPRequestHandler):
    engine: FakeEngine

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        self.engine.requests.append((self.path, dict(self.headers)))
        if self.path.endswith("/version"):
            self._answer(200, {"ApiVersion": "1.41"})
        elif "/images/json" in self.path:
            self._answer(200, [])
        else:
            self._answer(404, {"message": "no such image"})

    def do_POST(self) -> None:
        self.engine.requests.append((self.path, dict(self.headers)))
        self._take_body()
        if self.engine.redirects and "/images/create" in self.path:
            self.send_response(307)
            self.send_header("Location", self.engine.redirects + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._answer(200, {"error": "pull access denied"})

    def _take_body(self) -> None:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            return
        while size := int(self.rfile.readline(), 16):
            self.rfile.read(size + 2)
        self.rfile.readline()

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def answering(engine: FakeEngine) -> Iterator[FakeEngine]:
    """Listens on this machine as long as the context lasts; ``engine.port`` is where."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"engine": engine}))
    engine.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield engine
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def credentials_in(values: Iterable[str]) -> set[str]:
    """All texts in headers of credentials, which are JSON in base64."""
    found: set[str] = set()
    waiting: list[object] = [json.loads(base64.urlsafe_b64decode(value)) for value in values]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif item:
            found.add(str(item))
    return found
