"""Small images, made by hand, for the edges that no builder makes."""

import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Entry = tuple[str, bytes | None] | tarfile.TarInfo
"""``("etc/hosts", b"…")`` a file, ``("etc/", None)`` a directory, or a TarInfo without content."""


def layer_tar(entries: Sequence[Entry], format: int = tarfile.PAX_FORMAT) -> bytes:
    """A layer: an uncompressed tar of the entries, in their order."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as tar:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                tar.addfile(entry)
                continue
            name, content = entry
            info = tarfile.TarInfo(name.rstrip("/"))
            info.mode = 0o755 if content is None else 0o644
            if content is None:
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def link(name: str, target: str, type: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """A symbolic link, or with ``tarfile.LNKTYPE`` a hard link."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = type, target
    return info


def sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def config_json(layers: Sequence[bytes], history: Sequence[dict[str, Any]] | None = None, **config: Any) -> bytes:
    """An image config for uncompressed ``layers``; ``config`` fills the inner object (Entrypoint, Cmd, Env …)."""
    if history is None:
        history = [{"created_by": f"COPY layer{number} / # buildkit"} for number in range(len(layers))]
    document = {
        "architecture": "amd64",
        "os": "linux",
        "created": "2024-01-02T03:04:05Z",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [sha256(layer) for layer in layers]},
        "history": list(history),
    }
    return json.dumps(document).encode()


def docker_archive(
    path: Path, layers: Sequence[bytes], config: bytes | None = None, tags: Sequence[str] = ("test:latest",)
) -> Path:
    """A docker-archive as an engine before 25 saves it: ``<id>.json``, ``<n>/layer.tar``, manifest.json last."""
    config = config if config is not None else config_json(layers)
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    members: list[Entry] = [(f"{number}/layer.tar", layer) for number, layer in enumerate(layers)]
    manifest = [{"Config": name, "RepoTags": list(tags), "Layers": [f"{number}/layer.tar" for number in range(len(layers))]}]
    members += [(name, config), ("manifest.json", json.dumps(manifest).encode())]
    path.write_bytes(layer_tar(members, tarfile.USTAR_FORMAT))
    return path
