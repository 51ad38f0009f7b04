"""Images straight from a registry: what is fetched, and how often."""

import json
import socket
import time
from collections.abc import Iterator

import pytest

from layerscope.analysis import analyze
from layerscope.core.errors import Cancelled, ImageError, SourceError
from layerscope.sources import open_image
from layerscope.sources.manifest import Descriptor
from layerscope.sources.registry import opening
from tests.support.archives import (
    MANIFEST_TYPE,
    config_json,
    descriptor,
    oci_index,
    oci_manifest,
    sha256,
    to_json,
)
from tests.support.registry import LAYERS, TARS, FakeRegistry, add_image, served

DIGEST = "sha256:" + "0" * 64


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with served(FakeRegistry()) as registry:
        add_image(registry)
        yield registry


class TestOpening:
    def test_an_image_has_the_numbers_of_its_layers(self, registry: FakeRegistry) -> None:
        image = open_image(f"docker://{registry.host}/app:1")
        analysis = analyze(image)
        assert (image.source, analysis.problems) == ("docker", ())
        assert analysis.sizes.live == 10 + 200_004
        assert analysis.sizes.compressed == sum(map(len, LAYERS))
        assert image.manifest_digest == sha256(registry.content["manifests/1"])

    def test_the_manifest_and_each_blob_are_asked_for_once(self, registry: FakeRegistry) -> None:
        open_image(f"docker://{registry.host}/app:1")
        assert sorted(path.split("/")[-2] for path, _ in registry.requests) == ["blobs"] * 3 + ["manifests"]
        assert "application/vnd.oci.image.index.v1+json" in registry.asked("manifests/1")[0]["Accept"]
        assert {headers["Accept-Encoding"] for _, headers in registry.requests} == {"identity"}

    def test_a_digest_names_it_too_and_another_content_is_refused(self, registry: FakeRegistry) -> None:
        digest = sha256(registry.content["manifests/1"])
        assert open_image(f"docker://{registry.host}/app@{digest}").manifest_digest == digest
        registry.content[f"manifests/{DIGEST}"] = registry.content["manifests/1"]
        with pytest.raises(ImageError, match=f"has the content {digest}"):
            open_image(f"docker://{registry.host}/app@{DIGEST}")

    def test_of_an_index_only_the_wanted_platform_is_fetched(self, registry: FakeRegistry) -> None:
        platforms = {}
        for architecture in ("amd64", "arm64"):
            digest = add_image(registry, "", architecture)
            platforms[architecture] = descriptor(
                registry.content[f"manifests/{digest}"], MANIFEST_TYPE, platform={"os": "linux", "architecture": architecture}
            )
        attestation = descriptor(b"{}", MANIFEST_TYPE, platform={"os": "unknown", "architecture": "unknown"})
        registry.add(oci_index(*platforms.values(), attestation), tag="many")
        registry.requests.clear()
        image = open_image(f"docker://{registry.host}/app:many", platform="linux/arm64")
        assert image.config.platform.architecture == "arm64"
        assert [path.rpartition("/")[2] for path, _ in registry.requests if "/manifests/" in path] == [
            "many",
            platforms["arm64"]["digest"],
        ]
        with pytest.raises(ImageError, match="has no image for linux/s390x") as error:
            open_image(f"docker://{registry.host}/app:many", platform="linux/s390x")
        assert error.value.hint == "choose with --platform among: linux/amd64, linux/arm64"

    def test_a_layer_that_the_registry_lacks_is_a_problem_of_that_layer_alone(self, registry: FakeRegistry) -> None:
        del registry.content[f"blobs/{sha256(LAYERS[0])}"]
        analysis = analyze(open_image(f"docker://{registry.host}/app:1"))
        assert analysis.problems == (f"layer 0: layer {sha256(LAYERS[0])[:19]}… is missing",)
        assert analysis.sizes.live == 200_004

    def test_a_layer_with_another_content_is_said_to_have_it(self, registry: FakeRegistry) -> None:
        registry.content[f"blobs/{sha256(LAYERS[0])}"] = LAYERS[0][:-1] + b"x"
        assert "its content has the digest" in analyze(open_image(f"docker://{registry.host}/app:1")).problems[0]

    def test_a_layer_that_is_longer_than_its_descriptor_says_is_not_fetched_on(self, registry: FakeRegistry) -> None:
        registry.content[f"blobs/{sha256(LAYERS[1])}"] += bytes(1_000_000)
        with pytest.raises(ImageError, match=f"has more than the {len(LAYERS[1]):,} bytes that its descriptor says"):
            open_image(f"docker://{registry.host}/app:1")

    def test_a_foreign_layer_is_not_fetched_from_wherever_it_says(self, registry: FakeRegistry) -> None:
        config = config_json(TARS)
        manifest = json.loads(oci_manifest(config, LAYERS))
        manifest["layers"][0]["urls"] = ["http://169.254.169.254/secret"]
        registry.add(to_json(manifest), config, tag="foreign")
        image = open_image(f"docker://{registry.host}/app:foreign")
        assert "is kept at http://169.254.169.254/secret" in image.layers[0].problem

    def test_progress_reaches_all_bytes_and_can_cancel(self, registry: FakeRegistry) -> None:
        told: list[tuple[str, int, int | None]] = []
        open_image(f"docker://{registry.host}/app:1", progress=lambda *step: told.append(step))
        config = len(registry.content[f"blobs/{sha256(config_json(TARS))}"])
        total = sum(map(len, LAYERS)) + config
        assert told[-1] == ("fetching from 127.0.0.1:" + registry.host.rpartition(":")[2], total, total)

        def stop(*_: object) -> None:
            raise Cancelled("cancelled")

        with pytest.raises(Cancelled):
            open_image(f"docker://{registry.host}/app:1", progress=stop)

    def test_a_registry_that_says_nothing_can_be_left_at_once(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            host = f"127.0.0.1:{silent.getsockname()[1]}"
            told: list[str] = []

            def stop(what: str, done: int, total: int | None) -> None:
                told.append(what)
                if len(told) > 2:
                    raise Cancelled("cancelled")

            with pytest.raises(Cancelled):
                open_image(f"docker://{host}/app:1", progress=stop)
            assert told == [f"fetching from {host}"] * 3

    def test_a_name_that_no_engine_has_is_looked_for_in_its_registry(self, registry: FakeRegistry) -> None:
        assert open_image(f"{registry.host}/app:1").source == "docker"
        with pytest.raises(SourceError, match=r"no local engine answers: docker at .*; the registry 127.0.0.1:\d+ has no"):
            open_image(f"{registry.host}/app:2")


class SlowRegistry:
    """A registry whose first blob fails while the others are being fetched."""

    busy = 0

    def blob(self, digest: str, size: int) -> Iterator[bytes]:
        if digest == "sha256:0":
            time.sleep(0.05)
            raise SourceError("broke off")
        self.busy += 1
        try:
            for _ in range(size):
                time.sleep(0.01)
                yield b"x"
        finally:
            self.busy -= 1


def test_no_thread_uses_the_connections_any_more_when_a_failure_is_raised() -> None:
    """A connection that is closed while it is used could have its file's number used by another one."""
    slow = SlowRegistry()
    fetching = opening._Fetching(slow)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match="broke off"):
        fetching.fetch([Descriptor(digest=f"sha256:{number}", size=1000) for number in range(4)])
    assert slow.busy == 0
    assert fetching.done < 1000
