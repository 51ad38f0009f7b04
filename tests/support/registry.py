"""A registry in this process (OCI distribution-spec, pulling only), with the manners and the faults that real ones have."""

import gzip
import hashlib
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from layerscope.sources.registry import client
from tests.support.archives import config_json, layer_tar, oci_manifest, to_json

TARS = [layer_tar([("etc/os-release", b"ID=debian\n")]), layer_tar([("app/server", b"\x7fELF" + bytes(200_000))])]
LAYERS = [gzip.compress(tar, mtime=0) for tar in TARS]
PASSWORD = {"auth": "dXNlcjpzZWNyZXQ="}
"""The entry of ``user`` with the password ``secret``."""
IDENTITY = {"identitytoken": "refresh-me"}


@dataclass
class FakeRegistry:
    """``content`` is what it has, by the end of the path (``manifests/1``, ``blobs/sha256:…``).

    ``wants`` is ``""``, ``"basic"`` or ``"bearer"``: who pulls has to be ``user`` with the password ``secret``, or anybody
    where ``anonymous`` tokens are given. ``passing`` counts answers 503 that come first; ``cut`` breaks the first answers of
    so many blobs off after their half; ``ranges`` is whether it knows ranges. ``elsewhere`` is where it redirects to for blobs,
    ``redirects`` the whole Location for ``manifests``, ``blobs`` (not for what is below ``/v2/stored``) or ``token``.
    ``refuses`` is the status of a refusal, and ``words`` what is said then, where ``{said}`` stands for the credentials that
    were sent. ``token`` is what its tokens are.
    """

    content: dict[str, bytes] = field(default_factory=dict)
    wants: str = ""
    anonymous: bool = False
    realm: str = ""
    passing: int = 0
    cut: int = 0
    ranges: bool = True
    elsewhere: str = ""
    redirects: dict[str, str] = field(default_factory=dict)
    refuses: int = 401
    words: str = ""
    token: str = "for-pulling"
    scheme: str = "http"
    host: str = ""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def add(self, manifest: bytes, *blobs: bytes, tag: str = "") -> str:
        """Stores an image; its digest."""
        digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
        self.content[f"manifests/{digest}"] = manifest
        if tag:
            self.content[f"manifests/{tag}"] = manifest
        for blob in blobs:
            self.content[f"blobs/sha256:{hashlib.sha256(blob).hexdigest()}"] = blob
        return digest

    @property
    def url(self) -> str:
        """Its origin."""
        return f"{self.scheme}://{self.host}"

    def asked(self, part: str) -> list[dict[str, str]]:
        """The headers of all requests whose path has ``part``."""
        return [headers for path, headers in self.requests if part in path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Head and body are written apart; the body would wait 40 ms for the head's receipt.
    registry: FakeRegistry

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        registry, parts = self.registry, urlsplit(self.path)
        registry.requests.append((self.path, dict(self.headers)))
        if parts.path == "/token" and "token" not in registry.redirects:
            self._token(parse_qs(parts.query))
        elif parts.path == "/token":
            self._answer(307, b"", {"Location": registry.redirects["token"]})
        elif registry.passing:
            registry.passing -= 1
            self._answer(503, b"", {"Retry-After": "0"})
        elif not self._is_known():
            self._challenge()
        else:
            self._give(parts.path)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.registry.requests.append((self.path, {key: values[0] for key, values in form.items()}))
        known = form.get("refresh_token") == ["refresh-me"]
        self._answer(200 if known else 401, json.dumps({"access_token": "from-identity"}).encode())

    def _is_known(self) -> bool:
        said = self.headers.get("Authorization", "")
        wanted = {"": said, "basic": "Basic dXNlcjpzZWNyZXQ="}.get(self.registry.wants)
        return said == wanted or (self.registry.wants == "bearer" and said in ("Bearer for-pulling", "Bearer from-identity"))

    def _challenge(self) -> None:
        registry = self.registry
        realm = registry.realm or f"{registry.url}/token"
        scheme = f'Bearer realm="{realm}",service="fake",scope="repository:app:pull"'
        said = registry.words.format(said=self.headers.get("Authorization"))
        body = json.dumps({"errors": [{"message": said}]} if said else {}).encode()
        asked = {"WWW-Authenticate": scheme if registry.wants == "bearer" else 'Basic realm="fake"'}
        self._answer(registry.refuses, body, {**asked, "Set-Cookie": "session=biscuit; Path=/"})

    def _token(self, query: dict[str, list[str]]) -> None:
        known = self.registry.anonymous or self.headers.get("Authorization") == "Basic dXNlcjpzZWNyZXQ="
        asked_well = query.get("service") == ["fake"] and query.get("scope") == ["repository:app:pull"]
        body = json.dumps({"token": self.registry.token} if asked_well else {"details": "nonsense"}).encode()
        self._answer(200 if known else 401, body)

    def _give(self, path: str) -> None:
        registry = self.registry
        name = "/".join(path.split("/")[-2:])
        if not path.startswith("/v2/stored/") and (location := registry.redirects.get(name.partition("/")[0])):
            self._answer(307, b"", {"Location": location.format(path=path)})
            return
        if name.startswith("blobs/") and registry.elsewhere:
            self._answer(307, b"", {"Location": f"{registry.elsewhere}{path}?signed"})
            return
        body = registry.content.get(name)
        if body is None:
            self._answer(404, json.dumps({"errors": [{"code": "UNKNOWN", "message": "there is\x1bno such thing"}]}).encode())
            return
        start = int(self.headers["Range"][6:-1]) if "Range" in self.headers and registry.ranges else 0
        if name.startswith("blobs/") and registry.cut:
            registry.cut -= 1
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            self.wfile.write(body[start : start + (len(body) - start) // 2])
            self.close_connection = True
            return
        self._answer(206 if start else 200, body[start:])

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up has its reasons."""


@contextmanager
def served(
    registry: FakeRegistry, *, name: str = "127.0.0.1", address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[FakeRegistry]:
    """Listens on this machine as long as the context lasts; ``registry.host`` is where, under its ``name``."""
    server = _Server((address, 0), type("Handler", (_Handler,), {"registry": registry}))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        registry.scheme = "https"
    registry.host = f"{name}:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sign_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is logged in, no engine answers, no proxy is set, and nobody waits."""
    proxies = (f"{kind}_proxy" for kind in ("http", "https", "all", "no"))
    for name in ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "DOCKER_CONTEXT", "SSL_CERT_DIR", *proxies):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(home / "docker"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{home}/docker.sock")
    monkeypatch.setenv("CONTAINER_HOST", f"unix://{home}/podman.sock")
    monkeypatch.setattr(client, "_wait", lambda attempt, wanted="": None)


def log_in(home: Path, host: str, **entry: str) -> None:
    """Writes what ``docker login`` would, after :func:`sign_out`."""
    (home / "docker").mkdir(exist_ok=True)
    (home / "docker" / "config.json").write_text(json.dumps({"auths": {host: entry}}))


def add_image(registry: FakeRegistry, tag: str = "1", architecture: str = "amd64") -> str:
    """Stores an image of :data:`LAYERS`; its digest."""
    config = to_json({**json.loads(config_json(TARS)), "architecture": architecture})
    return registry.add(oci_manifest(config, LAYERS), config, *LAYERS, tag=tag)
