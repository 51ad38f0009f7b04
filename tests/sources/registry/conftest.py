"""Hosts with names, all of them this machine, and certificates for them."""

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.support.registry import sign_out

ADDRESSES = {
    "registry.test": "127.0.0.1",
    "sub.registry.test": "127.0.0.2",
    "stranger.test": "127.0.0.2",
    "elsewhere.localhost": "127.0.0.1",
}


@pytest.fixture(autouse=True)
def _names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is logged in, and :data:`ADDRESSES` are known."""
    sign_out(tmp_path, monkeypatch)
    real = socket.getaddrinfo

    def known(host: Any, *rest: Any, **options: Any) -> Any:
        return real(ADDRESSES.get(host, host), *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", known)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What servers need; the user trusts their authority as README says: by SSL_CERT_FILE."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return certified(authority, *ADDRESSES, "127.0.0.1", "127.0.0.2", "localhost", "::1")


def certified(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context
