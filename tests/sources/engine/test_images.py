"""Images of engines: what is said without one, and saves that break off."""

from pathlib import Path

import pytest

from layerscope.core.errors import SourceError
from layerscope.sources.bytes.blobs import MappedFile
from layerscope.sources.engine.images import broken_off, list_images
from tests.support.archives import docker_archive, layer_tar

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
