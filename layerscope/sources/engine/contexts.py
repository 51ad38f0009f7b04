"""Docker's contexts: where the docker command finds its engine when DOCKER_HOST does not say.

They are read here, not by the docker SDK, which sees none where the configuration directory has no ``config.json``.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from layerscope.core.errors import SourceError
from layerscope.core.names import printable
from layerscope.sources.json_fields import Fields

DEFAULT = "default"
"""The context that lies in no file: the engine of this machine."""


def docker_directory() -> Path:
    """Where docker keeps the user's configuration."""
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")


def docker_config() -> Fields:
    """The user's ``config.json``."""
    return Fields.of_file(docker_directory() / "config.json")


def context_settings() -> dict[str, Any]:
    """Base URL and TLS of the context that DOCKER_CONTEXT or ``docker context use`` chose, for the SDK; empty for the default.

    Raises :class:`SourceError` for one that does not exist, ValueError or OSError for one that cannot be read.
    """
    name = os.environ.get("DOCKER_CONTEXT") or docker_config().text("currentContext") or DEFAULT
    if name == DEFAULT:
        return {}
    contexts = docker_directory() / "contexts"
    identity = hashlib.sha256(os.fsencode(name)).hexdigest()
    description = contexts / "meta" / identity / "meta.json"
    if not description.is_file():
        raise SourceError(f"the docker context {printable(name)} does not exist", "see docker context ls")
    endpoint = Fields.of_file(description).fields("Endpoints").fields("docker")
    host = endpoint.text("Host")
    if not host:
        raise ValueError(f"the context {printable(name)} has no host")
    return {"base_url": host, **_tls(contexts / "tls" / identity / "docker", endpoint.flag("SkipTLSVerify"))}


def _tls(directory: Path, unverified: bool) -> dict[str, Any]:
    """The certificates of an endpoint, where it has some."""
    authority, certificate, key = (_file(directory / f"{name}.pem") for name in ("ca", "cert", "key"))
    client = (certificate, key) if certificate and key else None
    if client is None and authority is None:
        return {}
    from docker.tls import TLSConfig

    return {"tls": TLSConfig(client_cert=client, ca_cert=authority, verify=not unverified)}


def _file(path: Path) -> str | None:
    return str(path) if path.is_file() else None
