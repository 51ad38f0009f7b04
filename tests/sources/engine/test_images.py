"""Images of engines: found, pulled and opened; what is said without one, and saves that break off."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from layerscope.core.errors import ImageError, ImageNotFound, SourceError
from layerscope.sources import open_image
from layerscope.sources.bytes.blobs import MappedFile
from layerscope.sources.engine import images
from layerscope.sources.engine.images import broken_off, list_images
from tests.support.archives import docker_archive, layer_tar

Facts = dict[str, Any] | None
LAYER = layer_tar([("a", b"a" * 5000)])


@pytest.fixture(autouse=True)
def _no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_CONTEXT", "CONTAINER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("CONTAINER_HOST", f"unix://{tmp_path}/podman.sock")


def test_without_any_engine_there_is_nothing_to_choose_from() -> None:
    with pytest.raises(SourceError, match=r"docker at .* cannot be reached"):
        list_images()


class StubEngine:
    """An engine that has ``facts`` of one image (None: it lacks it), and more of it after a pull."""

    chooses_platforms = False

    def __init__(
        self, transport: str, archive: Path, facts: dict[str, Any] | None, pulled: dict[str, Any] | None = None
    ) -> None:
        self.transport = self.shown = transport
        self.archive, self.facts, self.pulled = archive, facts, pulled
        self.pulls: list[str] = []

    def inspect(self, name: str) -> dict[str, Any]:
        if self.facts is None:
            raise ImageNotFound(f"{self.transport} has no image {name}")
        return self.facts

    def pull(self, name: str, *_: object) -> None:
        self.pulls.append(name)
        self.facts = self.pulled

    def images(self) -> list[dict[str, Any]]:
        return [self.facts] if self.facts else []

    def save(self, *_: object) -> Iterator[bytes]:
        yield self.archive.read_bytes()

    def close(self) -> None:
        pass


FACTS: dict[str, Any] = {
    "Id": "sha256:1",
    "Os": "linux",
    "Architecture": "amd64",
    "Size": 5000,
    "Created": 7,
    "RepoTags": ["app:1"],
    "RepoDigests": ["app@sha256:2"],
}


class TestOpening:
    @pytest.fixture
    def engines(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[StubEngine, StubEngine]]:
        """Docker and podman, with what each has of the image."""

        def make(docker: Facts, podman: Facts, pulled: Facts = None) -> tuple[StubEngine, StubEngine]:
            archive = docker_archive(tmp_path / "saved.tar", [LAYER])
            both = StubEngine("docker-daemon", archive, docker, pulled), StubEngine("podman", archive, podman, pulled)
            monkeypatch.setattr(images, "connect", {engine.transport: engine for engine in both}.__getitem__)
            return both

        return make

    def test_what_the_engine_says_of_an_image_goes_with_it(self, engines: Callable[..., Any]) -> None:
        engines(FACTS, None)
        image = open_image("docker-daemon:app:1")
        assert (image.source, image.reference, image.engine_size) == ("docker-daemon", "docker-daemon:app:1", 5000)
        assert (image.repository_tags, image.manifest_digest) == (("app:1",), "sha256:2")
        assert [layer.problem for layer in image.layers] == [""]

    @pytest.mark.parametrize(
        ("size", "expected"), [({"Size": 0}, 0), ({"VirtualSize": 3}, 3), ({"Size": "x"}, None), ({"Size": True}, None)]
    )
    def test_its_size_may_have_an_older_name_or_none(
        self, size: dict[str, Any], expected: int | None, engines: Callable[..., Any]
    ) -> None:
        engines({"Id": "sha256:1", **size}, None)
        assert open_image("docker-daemon:app:1").engine_size == expected

    def test_a_name_alone_is_opened_where_it_is(self, engines: Callable[..., Any]) -> None:
        docker, podman = engines(None, FACTS)
        assert open_image("app:1", pull=True).source == "podman"
        assert docker.pulls == podman.pulls == []

    def test_a_name_that_no_engine_has_is_pulled_where_that_is_wanted(self, engines: Callable[..., Any]) -> None:
        docker, podman = engines(None, None, FACTS)
        with pytest.raises(ImageNotFound, match="no local engine has app:1: docker-daemon has no image app:1; podman has"):
            open_image("app:1", fetch=False)
        assert open_image("app:1", pull=True).source == "docker-daemon"
        assert (docker.pulls, podman.pulls) == (["app:1"], [])

    def test_another_platform_is_refused_or_pulled(self, engines: Callable[..., Any]) -> None:
        docker, _ = engines(FACTS, None, {**FACTS, "Architecture": "arm64"})
        with pytest.raises(ImageError, match="docker-daemon has app:1 for linux/amd64, not for linux/arm64"):
            open_image("docker-daemon:app:1", platform="arm64")
        with pytest.raises(ImageError, match="has no image for linux/arm64"):  # what the stub saves is for amd64
            open_image("docker-daemon:app:1", platform="arm64", pull=True)
        assert docker.pulls == ["app:1"]

    def test_images_are_listed_with_what_opens_them_the_newest_first(self, engines: Callable[..., Any]) -> None:
        engines(FACTS, {"Id": "sha256:3", "Created": 9, "RepoTags": ["<none>:<none>"]})
        assert [(image.reference, image.names, image.size) for image in list_images()] == [
            ("podman:sha256:3", (), 0),
            ("docker-daemon:app:1", ("app:1",), 5000),
        ]


class TestBreakingOff:
    """A failure in the middle of a save comes after HTTP 200: only a whole tar counts."""

    def mapped(self, path: Path, content: bytes) -> MappedFile:
        path.write_bytes(content)
        return MappedFile.open(path)

    def test_a_whole_save(self, tmp_path: Path) -> None:
        assert broken_off(MappedFile.open(docker_archive(tmp_path / "a", [LAYER]))) == ""

    @pytest.mark.parametrize("kept", [0, 100, 512, 3000, 6144])
    def test_a_part_of_one(self, tmp_path: Path, kept: int) -> None:
        whole = docker_archive(tmp_path / "a", [LAYER]).read_bytes()
        assert broken_off(self.mapped(tmp_path / "b", whole[:kept])) == f"it ends after {kept:,} bytes"

    @pytest.mark.parametrize("kept", [1000, 512 + 10240])
    def test_an_error_after_a_part(self, tmp_path: Path, kept: int) -> None:
        part = docker_archive(tmp_path / "a", [LAYER]).read_bytes()[:kept]
        content = part + b'{"message":"write /tmp/x: no space left on device"}\n'
        assert broken_off(self.mapped(tmp_path / "b", content)) == "write /tmp/x: no space left on device"
