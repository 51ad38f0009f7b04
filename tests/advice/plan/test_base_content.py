"""Bases that an engine has, opened: what is remembered of one is enough, and none of its credentials."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from layerscope.advice.plan.base_content import opener
from layerscope.credentials import MASK
from layerscope.sources import open_image
from layerscope.sources.engine import images
from layerscope.sources.image import Image
from tests.support.archives import config_json, docker_archive, layer_tar


def test_no_credential_in_the_env_of_a_base_is_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tar = layer_tar([("bin/sh", b"shell"), ("etc/passwd", b"root:x:0:0::/root:/bin/sh\n")])
    archive = docker_archive(tmp_path / "base.tar", [tar], config_json([tar], Env=["PATH=/bin", "DB_PASSWORD=hunter2hunter2"]))
    base = replace(open_image(f"docker-archive:{archive}"), source="docker-daemon")
    opened: list[str] = []

    def open_base(reference: str, **_: object) -> Image:
        opened.append(reference)
        return base

    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(images, "image_id", lambda *_: "sha256:1234")
    monkeypatch.setattr("layerscope.sources.open_image", open_base)
    open_it = opener(base)
    assert open_it is not None
    first = open_it("base:1")
    assert first == open_it("base:1")
    assert first is not None
    assert first.env == ("PATH=/bin", f"DB_PASSWORD={MASK}")
    assert opened == ["docker-daemon:base:1"]
    kept = [path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept
    assert not [content for content in kept if b"hunter2" in content]
