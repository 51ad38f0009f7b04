"""Images out of real engines: docker's, through every way of naming its endpoint, and podman's."""

import gzip
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerscope.analysis import analyze
from layerscope.core.errors import Cancelled, ImageError, ImageNotFound, LayerscopeError, SourceError
from layerscope.history.history import read_history
from layerscope.sources import open_image
from layerscope.sources.engine.images import list_images
from layerscope.sources.image import Image
from tests.engine.conftest import DOCKER, REGISTRY, Engine, registry_answers, run

pytestmark = pytest.mark.engine

TINY = """
FROM alpine:3.19
ARG FOO=baz
RUN echo hi > /hi
RUN rm /hi && mkdir /d
WORKDIR /work/sub
HEALTHCHECK --interval=5s --retries=3 CMD /bin/true
EXPOSE 443 80/tcp
CMD ["sh", "-c", "true"]
"""


@pytest.fixture(scope="module")
def tiny(engine: Engine) -> str:
    """A small image on Alpine, by BuildKit."""
    return engine.build_text("tiny:latest", TINY)


def assert_layers_are_whole(image: Image) -> None:
    """Each layer's bytes have the digest that the config says."""
    assert image.problems == ()
    assert image.layers
    assert all(layer.blob and layer.blob.digest() == layer.diff_id for layer in image.layers)


def test_an_image_by_its_name(engine: Engine, tiny: str) -> None:
    image = open_image(f"docker-daemon:{tiny}")
    assert_layers_are_whole(image)
    assert image.source == "docker-daemon"
    assert tiny in image.repository_tags
    assert image.engine_size == engine.size(tiny)
    assert image.config_digest == run(DOCKER, "image", "inspect", "-f", "{{.Id}}", tiny).strip()
    assert image.config.cmd == ("sh", "-c", "true")


def test_by_its_identity_and_without_a_transport(tiny: str) -> None:
    identity = run(DOCKER, "image", "inspect", "-f", "{{.Id}}", tiny).strip()
    for reference in (tiny, tiny.removesuffix(":latest"), f"docker-daemon:{identity}", identity[7:19]):
        image = open_image(reference)
        assert (image.source, image.config_digest, image.reference) == ("docker-daemon", identity, reference)


def test_the_same_by_every_way_of_saving_it(engine: Engine, tiny: str, tmp_path: Path) -> None:
    saved = engine.save(tmp_path / "save.tar", tiny)
    (tmp_path / "save.tar.gz").write_bytes(gzip.compress(saved.read_bytes(), 1))
    references = [f"docker-archive:{saved}", f"docker-archive:{tmp_path / 'save.tar.gz'}"]
    if shutil.which("skopeo"):
        for target in ("oci:{}:tiny", "oci-archive:{}:tiny", "dir:{}"):
            reference = target.format(tmp_path / target.partition(":")[0])
            run("skopeo", "copy", "-q", f"docker-daemon:{tiny}", reference)
            references.append(reference)
    expected = open_image(f"docker-daemon:{tiny}")
    for reference in references:
        image = open_image(reference)
        assert image.problems == ()
        assert [layer.diff_id for layer in image.layers] == [layer.diff_id for layer in expected.layers]
        assert image.config.history == expected.config.history
        for layer in image.layers:
            assert layer.blob
            assert layer.blob.digest() in (layer.digest, layer.diff_id)


def test_several_images_in_one_save_are_a_choice(engine: Engine, tiny: str, tmp_path: Path) -> None:
    saved = engine.save(tmp_path / "several.tar", tiny, "alpine:3.19")
    assert len(open_image(f"docker-archive:{saved}:alpine:3.19").layers) == 1
    assert open_image(f"docker-archive:{saved}:{tiny}").config.cmd == ("sh", "-c", "true")
    with pytest.raises(LayerscopeError, match="holds 2 images"):
        open_image(f"docker-archive:{saved}")


def test_progress_tells_of_preparation_and_of_the_bytes(tiny: str) -> None:
    told: list[tuple[str, int, int | None]] = []
    open_image(f"docker-daemon:{tiny}", progress=lambda *what: told.append(what))
    assert told[0][0] == "saving from docker-daemon: the engine is preparing"
    assert told[-1][0] == "saving from docker-daemon"
    assert all(total and done <= total for _, done, total in told)


@pytest.mark.parametrize("after", [1, 2])
def test_it_can_be_cancelled_while_the_engine_prepares_and_while_it_sends(tiny: str, after: int) -> None:
    phases: set[str] = set()

    def cancel(what: str, done: int, total: int | None) -> None:
        phases.add(what)
        if len(phases) == after:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        open_image(f"docker-daemon:{tiny}", progress=cancel)


def test_a_name_that_it_lacks_is_not_found_and_says_how_to_pull(engine: Engine) -> None:
    for reference in ("docker-daemon:layerscope-test/nowhere:1", "layerscope-test/nowhere:1"):
        with pytest.raises(ImageNotFound) as error:
            open_image(reference)
        assert "has no image layerscope-test/nowhere:1" in error.value.line()
        assert "--pull" in error.value.line()


def test_another_platform_than_the_image_s_is_said(tiny: str) -> None:
    with pytest.raises(ImageError, match=r"for linux/.*, not for linux/s390x"):
        open_image(f"docker-daemon:{tiny}", platform="s390x")


def test_a_pull_that_fails_gives_the_engine_s_reason(engine: Engine) -> None:
    with pytest.raises(SourceError, match=r"could not pull 127\.0\.0\.1:1/nowhere:1"):
        open_image("docker-daemon:127.0.0.1:1/nowhere:1", pull=True)


def test_a_pull_fetches_the_image_with_progress(engine: Engine, tiny: str) -> None:
    name = "127.0.0.1:5555/layerscope-test/pulled:1"
    run(DOCKER, "tag", tiny, name)
    pushed = subprocess.run([DOCKER, "push", "-q", name], capture_output=True)
    run(DOCKER, "rmi", name)
    if pushed.returncode:
        pytest.skip("no registry listens at 127.0.0.1:5555")
    told: list[str] = []
    image = open_image(f"docker-daemon:{name}", pull=True, progress=lambda what, done, total: told.append(what))
    run(DOCKER, "rmi", name)
    assert_layers_are_whole(image)
    assert f"pulling {name}" in told
    assert image.manifest_digest


def test_a_name_that_the_engine_lacks_is_read_from_its_registry(engine: Engine, tiny: str) -> None:
    if not registry_answers():
        pytest.skip(f"no registry listens at {REGISTRY}")
    name = f"{REGISTRY}/layerscope-test/fetched:1"
    run(DOCKER, "tag", tiny, name)
    run(DOCKER, "push", "-q", name)
    run(DOCKER, "rmi", name)
    image = open_image(name)
    assert image.source == "docker"
    assert analyze(image).problems == ()
    assert image.config.diff_ids == open_image(f"docker-daemon:{tiny}").config.diff_ids
    with pytest.raises(ImageNotFound, match="no local engine has"):
        open_image(name, fetch=False)


@pytest.mark.parametrize("configured", [True, False])
def test_the_docker_context_is_followed(
    engine: Engine, tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configured: bool
) -> None:
    endpoint = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    if configured:
        (tmp_path / "config.json").write_text("{}")
    run(DOCKER, "context", "create", "elsewhere", "--docker", f"host={endpoint}")
    run(DOCKER, "context", "create", "nowhere", "--docker", f"host=unix://{tmp_path}/nowhere.sock")
    monkeypatch.setenv("DOCKER_CONTEXT", "elsewhere")
    assert open_image(f"docker-daemon:{tiny}").layers
    monkeypatch.setenv("DOCKER_CONTEXT", "nowhere")
    with pytest.raises(SourceError, match=r"nowhere\.sock cannot be reached"):
        open_image(f"docker-daemon:{tiny}")


def test_its_images_are_listed(tiny: str) -> None:
    found = next(image for image in list_images() if tiny in image.names)
    assert found.reference in {f"docker-daemon:{name}" for name in found.names}
    assert found.size > 0
    assert found.created > 0


@pytest.mark.parametrize("buildkit", [True, False])
def test_each_instruction_finds_its_layer(engine: Engine, buildkit: bool) -> None:
    name = engine.build_text(f"history:{int(buildkit)}", TINY, buildkit=buildkit)
    image = open_image(f"docker-daemon:{name}")
    history = read_history(image.config, len(image.layers))
    assert (history.attributed, history.note) == (True, "")
    told = {item.text: item.layer for item in history.instructions}
    assert told["RUN echo hi > /hi"] == 1
    assert told["RUN rm /hi && mkdir /d"] == 2
    assert told["WORKDIR /work/sub"] == 3
    assert told['CMD ["sh" "-c" "true"]'] is None
    assert told["HEALTHCHECK --interval=5s --retries=3 CMD /bin/true"] is None
    assert {item.builder for item in history.instructions[1:]} == {"buildkit" if buildkit else "classic"}
    assert history.base_layers == 1


def test_the_base_of_the_go_service_is_golang_with_exactly_its_layers(go_archive: Path) -> None:
    image = open_image(str(go_archive))
    history = read_history(image.config, len(image.layers))
    base = json.loads(run(DOCKER, "image", "inspect", "golang:1.22"))[0]["RootFS"]["Layers"]
    lines = run(DOCKER, "history", "-q", "golang:1.22").splitlines()
    assert history.base_reference == "golang:1.22"
    assert list(image.config.diff_ids[: history.base_layers]) == base
    assert history.base_instructions == len(lines)


@pytest.fixture(scope="module")
def podman(engine: Engine, tiny: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[str], str]]:
    """The command of a podman that has the tiny image, and where its API listens."""
    if not shutil.which("podman"):
        pytest.skip("there is no podman")
    root = tmp_path_factory.mktemp("podman")
    command = ["podman", "--storage-driver", "vfs", "--root", str(root / "root"), "--runroot", str(root / "run")]
    run(*command, "load", "-i", engine.save(root / "tiny.tar", tiny))
    socket = root / "podman.sock"
    service = subprocess.Popen([*command, "system", "service", "--time", "0", f"unix://{socket}"])
    while not socket.exists() and service.poll() is None:
        time.sleep(0.05)
    yield command, f"unix://{socket}"
    service.terminate()
    service.wait()
    shutil.rmtree(root, ignore_errors=True)


def test_podman_answers_the_same_api(podman: tuple[list[str], str], tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = open_image(f"docker-daemon:{tiny}")
    monkeypatch.setenv("CONTAINER_HOST", podman[1])
    image = open_image(f"podman:localhost/{tiny}")
    assert_layers_are_whole(image)
    assert image.source == "podman"
    assert image.repository_tags == (f"localhost/{tiny}",)
    assert [layer.diff_id for layer in image.layers] == [layer.diff_id for layer in expected.layers]
    with pytest.raises(ImageNotFound, match="podman at"):
        open_image("podman:layerscope-test/nowhere")


@pytest.mark.parametrize("format", ["docker-archive", "oci-archive", "docker-dir", "oci-dir"])
def test_podman_s_saves_are_recognised(podman: tuple[list[str], str], tiny: str, tmp_path: Path, format: str) -> None:
    run(*podman[0], "save", "--format", format, "-o", tmp_path / "saved", f"localhost/{tiny}")
    image = open_image(str(tmp_path / "saved"))
    assert image.source == {"docker-dir": "dir", "oci-dir": "oci"}.get(format, format)
    assert image.problems == ()
    assert all(layer.blob and layer.blob.digest() in (layer.digest, layer.diff_id) for layer in image.layers)
