"""The lean image as an archive: an OCI one to keep, or the form that an engine loads."""

import gzip
import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import IO, Any

from msgspec.structs import asdict

from layerscope.proof.lean.materialise import LeanImage, LeanLayer
from layerscope.sources.image import Config

_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def write_oci(image: LeanImage, path: Path, tag: str) -> int:
    """Writes an OCI image archive (OCI image-spec, image-layout.md) to ``path``. Bytes of its compressed layers."""
    layers = []
    with tarfile.open(path, "w") as tar:
        _add(tar, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        for layer in image.all_layers:
            with tempfile.TemporaryFile() as packed:
                descriptor = _pack(layer, packed)
                layers.append(descriptor)
                _add_stream(tar, _blob_name(descriptor), packed, descriptor["size"])
        config = _add_blob(tar, _CONFIG, config_json(image))
        document = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": layers}
        manifest = _add_blob(tar, _MANIFEST, json.dumps(document).encode())
        manifest["annotations"] = {"org.opencontainers.image.ref.name": tag}
        index = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [manifest]}
        _add(tar, "index.json", json.dumps(index).encode())
    return sum(layer["size"] for layer in layers)


def write_for_engine(image: LeanImage, stream: IO[bytes], name: str) -> None:
    """Writes what ``docker load`` takes: uncompressed layers, the config, and a manifest that gives the image its name."""
    names = [f"{layer.diff_id.partition(':')[2]}/layer.tar" for layer in image.all_layers]
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for member, layer in zip(names, image.all_layers, strict=True):
            layer.content.seek(0)
            _add_stream(tar, member, layer.content, layer.size)
        config = config_json(image)
        file = f"{hashlib.sha256(config).hexdigest()}.json"
        _add(tar, file, config)
        _add(tar, "manifest.json", json.dumps([{"Config": file, "RepoTags": [name], "Layers": names}]).encode())


def config_json(image: LeanImage) -> bytes:
    """The image configuration (OCI image-spec, config.md)."""
    config = image.config
    history = [{"created_by": "a layer of the base"} for _ in image.base]
    history += [{"created_by": layer.created_by, "comment": "layerscope prove"} for layer in image.layers]
    document = {
        **_present(asdict(config.platform)),
        "config": _present(_process_settings(config)),
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in image.all_layers]},
        "history": history,
    }
    return json.dumps(document).encode()


def _process_settings(config: Config) -> dict[str, Any]:
    return {
        "Env": config.env,
        "Entrypoint": config.entrypoint,
        "Cmd": config.cmd,
        "WorkingDir": config.working_dir,
        "User": config.user,
        "ExposedPorts": {port if "/" in port else f"{port}/tcp": {} for port in config.exposed_ports},
        "Volumes": {path: {} for path in config.volumes},
        "Labels": config.labels,
        "StopSignal": config.stop_signal,
        "Shell": config.shell,
        "Healthcheck": _healthcheck(config),
    }


def _healthcheck(config: Config) -> dict[str, Any]:
    check = config.healthcheck
    if check is None:
        return {}
    numbers = {
        "Interval": check.interval,
        "Timeout": check.timeout,
        "StartPeriod": check.start_period,
        "StartInterval": check.start_interval,
        "Retries": check.retries,
    }
    return {"Test": check.test, **_present(numbers)}


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields without those that are empty."""
    return {name: value for name, value in fields.items() if value}


def _pack(layer: LeanLayer, target: io.BufferedRandom) -> dict[str, Any]:
    """Compresses a layer, the same bytes every time. Its descriptor; ``target`` is at its beginning."""
    layer.content.seek(0)
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=6, mtime=0) as stream:
        shutil.copyfileobj(layer.content, stream, 1024 * 1024)
    size = target.tell()
    target.seek(0)
    digest = hashlib.file_digest(target, "sha256").hexdigest()
    target.seek(0)
    return {"mediaType": _LAYER, "digest": f"sha256:{digest}", "size": size}


def _add_blob(tar: tarfile.TarFile, media_type: str, content: bytes) -> dict[str, Any]:
    """Adds a blob. Its descriptor."""
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    descriptor = {"mediaType": media_type, "digest": digest, "size": len(content)}
    _add(tar, _blob_name(descriptor), content)
    return descriptor


def _blob_name(descriptor: dict[str, Any]) -> str:
    return f"blobs/{descriptor['digest'].replace(':', '/')}"


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    _add_stream(tar, name, io.BytesIO(content), len(content))


def _add_stream(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    """Adds a member, once under each name."""
    info = tarfile.TarInfo(name)
    info.size = size
    if name not in tar.getnames():
        tar.addfile(info, content)
