"""Docker's contexts: where the docker command finds its engine when DOCKER_HOST does not say.

They are read here, not by the docker SDK, which sees none where the configuration directory has no ``config.json``.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from layerscope.core.errors import SourceError
from layerscope.core.names import printable

DEFAULT = "default"
"""The context that lies in no file: the engine of this machine."""


def docker_directory() -> Path:
    """Where docker keeps the user's configuration."""
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")


def context_settings() -> dict[str, Any]:
    """Base URL and TLS of the context that DOCKER_CONTEXT or ``config.json`` names, for the SDK; empty for the default.

    Raises :class:`SourceError` for one that does not exist, ValueError or OSError for one that cannot be read.
    """
    name = os.environ.get("DOCKER_CONTEXT") or _current()
    if name == DEFAULT:
        return {}
    contexts = docker_directory() / "contexts"
    identity = hashlib.sha256(os.fsencode(name)).hexdigest()
    described = contexts / "meta" / identity / "meta.json"
    if not described.is_file():
        raise SourceError(f"the docker context {printable(name)} does not exist", "see docker context ls")
    endpoint = _object(_object(_loaded(described), "Endpoints"), "docker")
    host = endpoint.get("Host")
    if not isinstance(host, str) or not host:
        raise ValueError(f"the context {printable(name)} says no host")
    return {"base_url": host, **_tls(contexts / "tls" / identity / "docker", bool(endpoint.get("SkipTLSVerify")))}


def _current() -> str:
    """The context that ``docker context use`` chose last; the default one where nothing readable says so."""
    try:
        chosen = _loaded(docker_directory() / "config.json").get("currentContext")
    except (OSError, ValueError):
        return DEFAULT
    return chosen if isinstance(chosen, str) and chosen else DEFAULT


def _tls(directory: Path, unverified: bool) -> dict[str, Any]:
    """The certificates of an endpoint, where it has some."""
    authority, certificate, key = (directory / f"{name}.pem" for name in ("ca", "cert", "key"))
    client = (str(certificate), str(key)) if certificate.is_file() and key.is_file() else None
    known = str(authority) if authority.is_file() else None
    if client is None and known is None:
        return {}
    from docker.tls import TLSConfig

    return {"tls": TLSConfig(client_cert=client, ca_cert=known, verify=not unverified)}


def _loaded(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_bytes())
    if not isinstance(document, dict):
        raise ValueError(f"{printable(os.fsencode(path))} is no JSON object")
    return document


def _object(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}
