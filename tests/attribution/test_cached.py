"""The attribution of a second look: the same, not made again, and never another image's or another configuration's."""

import os
import time
from pathlib import Path

import pytest

from layerscope.analysis import Analysis, analyze
from layerscope.attribution import attribute
from layerscope.sources import open_image
from layerscope.sources.image import Image
from tests.support.programs import Row, analysis_of, go_program

ROWS: list[Row] = [("app/server", go_program()), ("app/main.go", b"package main\n"), ("usr/local/go/bin/go", b"go" * 500)]


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / f"layerscope-3-{os.geteuid()}"


def look(path: Path) -> Analysis:
    """An analysis of a saved image that did not change for a minute, as far as its times tell."""
    image = open_image(f"docker-archive:{path}")
    for layer in image.layers:
        assert layer.blob is not None
        layer.blob.file.changed_ns = time.time_ns() - 60 * 10**9
    return analyze(image)


def saved(tmp_path: Path, **config: object) -> Path:
    analysis_of(tmp_path, [ROWS], **{"Cmd": ["/app/server"], "WorkingDir": "/app"} | config)
    return tmp_path / "image.tar"


def same(one: Analysis, other: Analysis) -> bool:
    return all(getattr(one.attribution, name) == getattr(other.attribution, name) for name in one.attribution.__struct_fields__)


def test_a_second_look_finds_the_attribution_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path)
    first = look(path)
    monkeypatch.setattr(attribute, "attribute", lambda *_: pytest.fail("the attribution was made again"))
    assert same(first, look(path))


def test_another_configuration_is_another_attribution(tmp_path: Path) -> None:
    path = saved(tmp_path)

    def versions(analysis: Analysis) -> dict[str, str]:
        return {component.name: component.version for component in analysis.attribution.components}

    assert versions(look(path))["Go toolchain"] == ""
    then = path.stat().st_mtime_ns
    other = saved(tmp_path, Env=["GOLANG_VERSION=1.99.1"])
    os.utime(other, ns=(then, then))
    assert versions(look(other))["Go toolchain"] == "1.99.1"


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-3], lambda content: content[:40] + b"\0" + content[41:], lambda _: b""]
)
def test_what_is_damaged_is_made_again(tmp_path: Path, directory: Path, damage: "object") -> None:
    path = saved(tmp_path)
    first = look(path)
    for entry in directory.iterdir():
        entry.write_bytes(damage(entry.read_bytes()))  # type: ignore[operator]
    assert same(first, look(path))


def test_an_image_whose_layers_changed_just_now_or_cannot_be_told_is_not_remembered(tmp_path: Path, directory: Path) -> None:
    path = saved(tmp_path)
    later = time.time_ns() + 3600 * 10**9
    os.utime(path, ns=(later, later))
    image: Image = open_image(f"docker-archive:{path}")
    analyze(image)
    assert not directory.exists()
