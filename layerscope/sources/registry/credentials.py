"""The user's credentials for a registry: Docker's config.json with its helpers, then auth.json of podman, buildah and skopeo.

Docker's rules: a helper for the host comes before the store for all, and that before what is written down; Docker Hub is called
``https://index.docker.io/v1/``. containers-auth.json(5): the most specific path counts.
"""

import base64
import binascii
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from layerscope.core.errors import SourceError
from layerscope.core.expressions import expression
from layerscope.core.limits import SETTINGS_BYTES
from layerscope.core.names import printable
from layerscope.sources.engine.contexts import docker_config
from layerscope.sources.json_fields import Fields
from layerscope.sources.registry.names import HUB, ImageName

HELPER_SECONDS = 30
_HUB_KEY = "https://index.docker.io/v1/"
_HUB_NAMES = ("index.docker.io", HUB)
_HELPER = expression(r"[A-Za-z0-9_.-]+")
_TOKEN_USER = "<token>"  # noqa: S105 - what a helper answers instead of a user's name
_UNKNOWN = "credentials not found"
_AGAIN = "log in again"
_SURROGATE = expression("[\ud800-\udfff]")


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
    """The credentials in the user's files and helpers for an image; None when there are none.

    Raises :class:`SourceError` for a helper that fails.
    """
    config = docker_config()
    helper = config.fields("credHelpers").text(name.host) or config.text("credsStore")
    found = _from_helper(helper, _HUB_KEY if name.host == HUB else name.host) if helper else None
    return found or _from_auths(config, _HUB_NAMES if name.host == HUB else [name.host]) or _from_containers(name)


def _from_containers(name: ImageName) -> Credentials | None:
    parts = [name.host, *name.repository.split("/")]
    keys = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    found = (_from_auths(Fields.of_file(path), keys) for path in _containers_files())
    return next(filter(None, found), None)


def _containers_files() -> Iterator[Path]:
    if chosen := os.environ.get("REGISTRY_AUTH_FILE"):
        yield Path(chosen)
        return
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "containers" / "auth.json"
    yield Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "containers" / "auth.json"


def _from_auths(document: Fields, keys: Sequence[str]) -> Credentials | None:
    """The credentials that are written down for the first of ``keys`` that has any."""
    auths = document.fields("auths")
    known = {_bare(key): auths.fields(key) for key in document.keys("auths")}
    return next(filter(None, (_entry(known[key]) for key in keys if key in known)), None)


def _bare(key: str) -> str:
    """A key of ``auths`` without a scheme and the API's version: ``https://ghcr.io/v2/`` is ``ghcr.io``."""
    return re.sub(r"/v[12]/?\Z", "", key.partition("://")[2] or key).rstrip("/")


def _entry(entry: Fields) -> Credentials | None:
    """The credentials in an entry of ``auths``."""
    if token := entry.text("identitytoken"):
        return Credentials(identity_token=token)
    try:
        user, colon, password = base64.b64decode(entry.text("auth")).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return Credentials(user, password.rstrip("\0")) if colon else None


def _from_helper(helper: str, key: str) -> Credentials | None:
    """The answer of ``docker-credential-HELPER``, which reads the registry's name from its standard input."""
    if not _HELPER.fullmatch(helper):
        raise SourceError(f"{printable(helper)!r} is not the name of a credential helper", "correct docker's config.json")
    program = f"docker-credential-{helper}"
    answer, failed = _run_helper(program, key)
    if failed and _UNKNOWN in answer:
        return None
    if failed:
        raise SourceError(f"{program} failed{_own_words(answer)}", _AGAIN)
    return _parse_answer(program, Fields.of_text(answer))


def _parse_answer(program: str, document: Fields) -> Credentials | None:
    if document.problems:
        raise SourceError(f"{program} did not answer with JSON", _AGAIN)
    user, secret = document.text("Username"), document.text("Secret")
    if _SURROGATE.search(user + secret):
        raise SourceError(f"{program} answered with invalid text", _AGAIN)
    if user == _TOKEN_USER:
        return Credentials(identity_token=secret)
    return Credentials(user, secret) if secret else None


def _run_helper(program: str, key: str) -> tuple[str, bool]:
    """What a helper says of a registry, and whether it failed."""
    try:
        done = subprocess.run([program, "get"], input=key.encode(), capture_output=True, timeout=HELPER_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise SourceError(f"{program} did not answer within {HELPER_SECONDS} s", "run docker login again") from None
    except OSError as error:
        raise SourceError(f"{program} cannot be run: {error.strerror}", "install it, or correct docker's config.json") from None
    return done.stdout[:SETTINGS_BYTES].decode("utf-8", "replace").strip(), done.returncode != 0


def _own_words(answer: str) -> str:
    """A helper's own words about a failure; an answer, which would hold the secret, is kept back."""
    return "" if not answer or "{" in answer else f": {printable(answer[:200])}"
