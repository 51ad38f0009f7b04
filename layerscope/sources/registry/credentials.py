"""Who one is for a registry: Docker's config.json with its helpers, then the auth.json of podman, buildah and skopeo.

Docker's rules: a helper for the host comes before the store for all, and that before what is written down; Docker Hub is called
``https://index.docker.io/v1/``. containers-auth.json(5): the most specific path counts.
"""

import base64
import binascii
import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from layerscope.core.errors import SourceError
from layerscope.core.names import printable
from layerscope.sources.engine.contexts import docker_directory
from layerscope.sources.registry.names import HUB, ImageName

HELPER_SECONDS = 30
_HUB_KEY = "https://index.docker.io/v1/"
_HUB_NAMES = ("index.docker.io", HUB)
_MOST_BYTES = 1024 * 1024
_HELPER = re.compile(r"[A-Za-z0-9_.-]+")
_TOKEN_USER = "<token>"  # noqa: S105 - what a helper says instead of a user's name
_UNKNOWN = "credentials not found"
_SURROGATE = re.compile("[\ud800-\udfff]")


class Credentials(NamedTuple):
    """A user and password, or an ``identity_token`` that stands for both (OAuth 2)."""

    user: str = ""
    password: str = ""
    identity_token: str = ""

    @property
    def basic(self) -> str:
        """The header of HTTP's basic authentication."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def credentials_for(name: ImageName) -> Credentials | None:
    """What the user's files and helpers have for an image; None when they have nothing.

    Raises :class:`SourceError` for a helper that fails.
    """
    document = _document(docker_directory() / "config.json")
    key = _HUB_KEY if name.host == HUB else name.host
    helper = _members(document, "credHelpers").get(name.host) or document.get("credsStore")
    found = _from_helper(helper, key) if isinstance(helper, str) and helper else None
    return found or _from_auths(document, _HUB_NAMES if name.host == HUB else [name.host]) or _from_containers(name)


def _from_containers(name: ImageName) -> Credentials | None:
    parts = [name.host, *name.repository.split("/")]
    keys = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    for path in _containers_files():
        if found := _from_auths(_document(path), keys):
            return found
    return None


def _containers_files() -> Iterator[Path]:
    if said := os.environ.get("REGISTRY_AUTH_FILE"):
        yield Path(said)
        return
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "containers" / "auth.json"
    yield Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "containers" / "auth.json"


def _document(path: Path) -> dict[str, Any]:
    """The JSON object in a file; an empty one where there is none that can be read."""
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _members(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _from_auths(document: dict[str, Any], keys: Sequence[str]) -> Credentials | None:
    """What is written down for the first of ``keys`` that has anything."""
    known = {_bare(key): value for key, value in _members(document, "auths").items() if isinstance(value, dict)}
    for key in keys:
        if (entry := known.get(key)) and (found := _written(entry)):
            return found
    return None


def _bare(key: str) -> str:
    """A key of ``auths`` without a scheme and the API's version: ``https://ghcr.io/v2/`` is ``ghcr.io``."""
    return re.sub(r"/v[12]/?\Z", "", key.partition("://")[2] or key).rstrip("/")


def _written(entry: dict[str, Any]) -> Credentials | None:
    token = entry.get("identitytoken")
    if isinstance(token, str) and token:
        return Credentials(identity_token=token)
    said = entry.get("auth")
    try:
        user, colon, password = base64.b64decode(said if isinstance(said, str) else "").decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Credentials(user, password.rstrip("\0")) if colon else None


def _from_helper(helper: str, key: str) -> Credentials | None:
    """Asks ``docker-credential-HELPER``, which reads the registry's name from its standard input."""
    if not _HELPER.fullmatch(helper):
        raise SourceError(f"{printable(helper)!r} is no name of a credential helper", "correct docker's config.json")
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run([program, "get"], input=key.encode(), capture_output=True, timeout=HELPER_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise SourceError(f"{program} did not answer within {HELPER_SECONDS} s", "run docker login again") from None
    except OSError as error:
        raise SourceError(f"{program} cannot be run: {error.strerror}", "install it, or correct docker's config.json") from None
    said = done.stdout[:_MOST_BYTES].decode("utf-8", "replace").strip()
    if done.returncode:
        if _UNKNOWN in said:
            return None
        raise SourceError(f"{program} failed{_own_words(said)}", "log in again")
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise SourceError(f"{program} answered something else than JSON", "log in again")
    user, secret = (str(answer.get(key) or "") for key in ("Username", "Secret"))
    if _SURROGATE.search(user + secret):
        raise SourceError(f"{program} answered with what is no text", "log in again")
    return Credentials(identity_token=secret) if user == _TOKEN_USER else Credentials(user, secret) if secret else None


def _own_words(said: str) -> str:
    """A helper's own words about a failure; an answer, which would hold the secret, is kept back."""
    return "" if not said or "{" in said else f": {printable(said[:200])}"
