"""The lean image as an archive: an OCI one to keep, or the form that an engine loads."""

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
from pathlib import Path
from typing import IO, Any

from layerscope.proof.materialise import LeanImage, LeanLayer
from layerscope.sources.image import Config

_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_STEP = 1024 * 1024


def write_oci(image: LeanImage, path: Path, tag: str) -> int:
    """Writes an OCI image archive (OCI image-spec, image-layout.md) to ``path``. Bytes of its compressed layers."""
    config = config_json(image)
    manifest: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _descriptor(_CONFIG, config),
        "layers": [],
    }
    compressed = 0
    with tarfile.open(path, "w") as tar:
        _file(tar, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        for layer in (*image.base, *image.layers):
            with tempfile.TemporaryFile() as packed:
                size, digest = _pack(layer, packed)
                info = tarfile.TarInfo(f"blobs/sha256/{digest}")
                info.size = size
                if info.name not in tar.getnames():
                    tar.addfile(info, packed)
            compressed += size
            manifest["layers"].append({"mediaType": _LAYER, "digest": f"sha256:{digest}", "size": size})
        body = json.dumps(manifest).encode()
        descriptor = {**_descriptor(_MANIFEST, body), "annotations": {"org.opencontainers.image.ref.name": tag}}
        _file(tar, _blob_name(config), config)
        _file(tar, _blob_name(body), body)
        _file(tar, "index.json", json.dumps({"schemaVersion": 2, "mediaType": _INDEX, "manifests": [descriptor]}).encode())
    return compressed


def write_for_engine(image: LeanImage, stream: IO[bytes], name: str) -> None:
    """Writes what ``docker load`` takes: uncompressed layers, the config, and a manifest that gives the image its name."""
    config = config_json(image)
    with tarfile.open(fileobj=stream, mode="w") as tar:
        names = []
        for layer in (*image.base, *image.layers):
            info = tarfile.TarInfo(f"{layer.diff_id.partition(':')[2]}/layer.tar")
            info.size = layer.size
            layer.content.seek(0)
            if info.name not in names:
                tar.addfile(info, layer.content)
            names.append(info.name)
        file = f"{hashlib.sha256(config).hexdigest()}.json"
        _file(tar, file, config)
        _file(tar, "manifest.json", json.dumps([{"Config": file, "RepoTags": [name], "Layers": names}]).encode())


def config_json(image: LeanImage) -> bytes:
    """The image configuration (OCI image-spec, config.md)."""
    config = image.config
    inner: dict[str, Any] = {
        "Env": list(config.env),
        "Entrypoint": list(config.entrypoint) or None,
        "Cmd": list(config.cmd) or None,
        "WorkingDir": config.working_dir,
        "User": config.user,
        "ExposedPorts": {port if "/" in port else f"{port}/tcp": {} for port in config.exposed_ports},
        "Volumes": {path: {} for path in config.volumes},
        "Labels": config.labels,
        "StopSignal": config.stop_signal,
        "Shell": list(config.shell),
        "Healthcheck": _healthcheck(config),
    }
    history = [{"created_by": "a layer of the base"} for _ in image.base]
    history += [{"created_by": layer.created_by, "comment": "layerscope prove"} for layer in image.layers]
    document = {
        "architecture": config.platform.architecture,
        "os": config.platform.os,
        **({"variant": config.platform.variant} if config.platform.variant else {}),
        "config": {key: value for key, value in inner.items() if value},
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in (*image.base, *image.layers)]},
        "history": history,
    }
    return json.dumps(document).encode()


def _healthcheck(config: Config) -> dict[str, Any] | None:
    check = config.healthcheck
    if check is None:
        return None
    times = {"Interval": check.interval, "Timeout": check.timeout, "StartPeriod": check.start_period, "Retries": check.retries}
    return {"Test": list(check.test), **{name: value for name, value in times.items() if value}}


def _pack(layer: LeanLayer, target: IO[bytes]) -> tuple[int, str]:
    """Compresses a layer, the same bytes every time; its size and digest."""
    layer.content.seek(0)
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=6, mtime=0) as stream:
        while piece := layer.content.read(_STEP):
            stream.write(piece)
    size = target.tell()
    target.seek(0)
    digest = hashlib.sha256()
    while piece := target.read(_STEP):
        digest.update(piece)
    target.seek(0)
    return size, digest.hexdigest()


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content)}


def _blob_name(content: bytes) -> str:
    return f"blobs/sha256/{hashlib.sha256(content).hexdigest()}"


def _file(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
