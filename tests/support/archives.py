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


def write_tar(path: Path, members: Sequence[Entry], format: int = tarfile.PAX_FORMAT) -> Path:
    """The members as a tar file."""
    path.write_bytes(layer_tar(members, format))
    return path


def write_folder(path: Path, members: Sequence[Entry]) -> Path:
    """The members as files below a directory."""
    for member in members:
        assert isinstance(member, tuple)
        name, content = member
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content or b"")
    return path


def saved_manifest(config: str, layers: Sequence[str], tags: Sequence[str] | None = ("test:latest",)) -> dict[str, Any]:
    """One image of a docker-archive's manifest.json."""
    return {"Config": config, "RepoTags": tags and list(tags), "Layers": list(layers)}


def to_json(document: object) -> bytes:
    return json.dumps(document).encode()


LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"


def descriptor(content: bytes, media_type: str, **more: Any) -> dict[str, Any]:
    """A descriptor of ``content``; ``more`` adds ``platform`` or ``annotations``."""
    return {"mediaType": media_type, "digest": sha256(content), "size": len(content), **more}


def blob(content: bytes) -> Entry:
    """A blob of an OCI layout, under its digest."""
    return "blobs/" + sha256(content).replace(":", "/"), content


def oci_manifest(config: bytes, layers: Sequence[bytes], layer_type: str = LAYER_TYPE + "+gzip", **more: Any) -> bytes:
    """An OCI manifest of stored ``layers``."""
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": descriptor(config, CONFIG_TYPE),
        "layers": [descriptor(layer, layer_type) for layer in layers],
        **more,
    }
    return to_json(document)


def oci_index(*manifests: dict[str, Any]) -> bytes:
    """An image index, or a layout's index.json."""
    return to_json({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": list(manifests)})


def oci_layout(index: bytes, blobs: Sequence[bytes]) -> list[Entry]:
    """The files of an OCI layout."""
    return [("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'), ("index.json", index), *map(blob, blobs)]
