"""OCI layouts, as directories and archives: indexes in indexes, platforms, attestations, and what is missing or wrong."""

import gzip
import json
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from layerscope.analysis import analyze
from layerscope.core.errors import ImageError, LayerscopeError, UsageError
from layerscope.sources import open_image
from layerscope.sources.files import oci_layout as layout
from layerscope.sources.image import Platform
from tests.support.archives import (
    INDEX_TYPE,
    LAYER_TYPE,
    MANIFEST_TYPE,
    Entry,
    blob,
    config_json,
    descriptor,
    layer_tar,
    oci_index,
    oci_layout,
    oci_manifest,
    sha256,
    to_json,
    write_folder,
    write_tar,
)

TAR = layer_tar([("app/server", b"\x7fELF")])
STORED = gzip.compress(TAR)
CONFIG = config_json([TAR], Cmd=["/app/server"])
MANIFEST = oci_manifest(CONFIG, [STORED])
TAGGED = {"org.opencontainers.image.ref.name": "v1"}
BLOBS = (STORED, CONFIG, MANIFEST)


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "this_machine", lambda: Platform("linux", "amd64"))


@pytest.fixture(params=["oci", "oci-archive"])
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Sequence[Entry]], str]:
    """Writes a layout as a directory, and as an archive; gives its reference."""

    def to_path(members: Sequence[Entry]) -> str:
        path = tmp_path / "image"
        (write_folder if request.param == "oci" else write_tar)(path, members)
        return f"{request.param}:{path}"

    return to_path


Write = Callable[[Sequence[Entry]], str]


def one_manifest(**more: Any) -> bytes:
    return oci_index(descriptor(MANIFEST, MANIFEST_TYPE, **more))


def test_a_layout_of_one_image(write: Write) -> None:
    reference = write(oci_layout(one_manifest(annotations=TAGGED), BLOBS))
    image = open_image(reference)
    assert image.problems == ()
    assert image.source == reference.partition(":")[0]
    assert (image.manifest_digest, image.config_digest) == (sha256(MANIFEST), sha256(CONFIG))
    assert image.repository_tags == ("v1",)
    [layer] = image.layers
    assert layer.blob
    assert bytes(layer.blob.view()) == STORED
    assert (layer.diff_id, layer.digest) == (sha256(TAR), sha256(STORED))
    assert (layer.media_type, layer.compressed_size) == (f"{LAYER_TYPE}+gzip", len(STORED))


def test_without_a_transport_it_is_recognised_by_its_content(write: Write) -> None:
    transport, _, path = write(oci_layout(one_manifest(), BLOBS)).partition(":")
    assert open_image(path).source == transport


def test_a_plain_layer_has_no_compressed_size_whatever_its_media_type_says(write: Write) -> None:
    manifest = oci_manifest(CONFIG, [TAR], f"{LAYER_TYPE}+gzip")
    image = open_image(write(oci_layout(oci_index(descriptor(manifest, MANIFEST_TYPE)), [TAR, CONFIG, manifest])))
    assert image.layers[0].compressed_size is None
    assert image.layers[0].digest == image.layers[0].diff_id


def test_blobs_may_be_links_to_files_elsewhere(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "image", oci_layout(one_manifest(), BLOBS))
    stored = root / str(blob(STORED)[0])  # type: ignore[index]
    stored.rename(tmp_path / "rootfs.tar.gz")
    stored.symlink_to("../../../rootfs.tar.gz")
    assert open_image(f"oci:{root}").layers[0].blob


def platform_image(architecture: str, variant: str = "") -> tuple[dict[str, Any], list[bytes]]:
    """The descriptor of an image for a platform, and its blobs."""
    config = CONFIG.replace(b'"amd64"', f'"{architecture}"'.encode())
    manifest = oci_manifest(config, [STORED])
    platform = {"os": "linux", "architecture": architecture} | ({"variant": variant} if variant else {})
    return descriptor(manifest, MANIFEST_TYPE, platform=platform), [config, manifest]


def attestation() -> tuple[dict[str, Any], list[bytes]]:
    """What BuildKit puts beside each image."""
    statement = b'{"_type": "https://in-toto.io/Statement/v0.1"}'
    manifest = oci_manifest(b"{}", [statement], "application/vnd.in-toto+json")
    unknown = {"os": "unknown", "architecture": "unknown"}
    annotations = {"vnd.docker.reference.type": "attestation-manifest"}
    found = descriptor(manifest, MANIFEST_TYPE, platform=unknown, annotations=annotations)
    return found, [statement, b"{}", manifest]


@pytest.fixture
def multi_platform() -> list[Entry]:
    """An index inside the layout's index: amd64, arm64 and attestations, as containerd's store has it."""
    parts = [platform_image("amd64"), platform_image("arm64", "v8"), attestation()]
    inner = oci_index(*(found for found, _ in parts))
    blobs = [STORED, inner, *(content for _, contents in parts for content in contents)]
    annotations = {"io.containerd.image.name": "docker.io/library/app:v1", "org.opencontainers.image.ref.name": "v1"}
    return oci_layout(oci_index(descriptor(inner, INDEX_TYPE, annotations=annotations)), blobs)


@pytest.mark.parametrize(
    ("platform", "architecture"),
    [(None, "amd64"), ("linux/amd64", "amd64"), ("arm64", "arm64"), ("linux/arm64/v8", "arm64")],
)
def test_of_several_platforms_the_wanted_one_else_this_machine_s(
    write: Write, multi_platform: list[Entry], platform: str | None, architecture: str
) -> None:
    image = open_image(write(multi_platform), platform=platform)
    assert image.config.platform.architecture == architecture
    assert image.problems == ()
    assert image.repository_tags == ("docker.io/library/app:v1", "v1")


def test_a_platform_that_is_not_there_is_said_with_those_that_are(write: Write, multi_platform: list[Entry]) -> None:
    with pytest.raises(ImageError) as error:
        open_image(write(multi_platform), platform="s390x")
    assert "has no image for linux/s390x; choose with --platform among: linux/amd64, linux/arm64/v8" in error.value.line()


def test_blobs_of_other_platforms_may_be_absent(write: Write, multi_platform: list[Entry]) -> None:
    absent, _ = platform_image("arm64", "v8")
    name = "blobs/" + absent["digest"].replace(":", "/")
    reference = write([member for member in multi_platform if isinstance(member, tuple) and member[0] != name])
    assert open_image(reference).config.platform.architecture == "amd64"
    assert open_image(reference).problems == ()
    with pytest.raises(ImageError, match="has no image for linux/arm64"):
        open_image(reference, platform="arm64")


def test_the_only_image_is_opened_whatever_its_platform(write: Write) -> None:
    found, blobs = platform_image("riscv64")
    statement, more = attestation()
    reference = write(oci_layout(oci_index(found, statement), [STORED, *blobs, *more]))
    assert open_image(reference).config.platform.architecture == "riscv64"


def test_signatures_and_other_artifacts_are_no_images(write: Write) -> None:
    signature = oci_manifest(b"{}", [b"sig"], "application/vnd.dev.cosign.simplesigning.v1+json")
    helm = to_json({"schemaVersion": 2, "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json"}, "layers": []})
    index = oci_index(*(descriptor(found, MANIFEST_TYPE) for found in (signature, helm, MANIFEST)))
    assert open_image(write(oci_layout(index, [*BLOBS, signature, helm, b"sig", b"{}"]))).config_digest == sha256(CONFIG)


@pytest.mark.parametrize(
    ("manifest", "kind"),
    [
        ({"config": {"mediaType": "application/vnd.cncf.helm.config.v1+json"}, "layers": []}, "vnd.cncf.helm.config.v1"),
        ({"artifactType": "application/vnd.cncf.helm", "config": {}, "layers": [{}]}, "vnd.cncf.helm"),
        ({"layers": []}, "of unknown type"),
    ],
)
def test_an_artifact_alone_is_called_what_it_is(write: Write, manifest: dict[str, Any], kind: str) -> None:
    artifact = to_json({"schemaVersion": 2, **manifest})
    with pytest.raises(ImageError) as error:
        open_image(write(oci_layout(oci_index(descriptor(artifact, MANIFEST_TYPE)), [artifact])))
    assert "is an artifact (" in str(error.value)
    assert kind in str(error.value)
    assert "not an image" in str(error.value)


def test_several_names_are_a_choice(write: Write) -> None:
    other_config = config_json([TAR], Cmd=["/other"])
    other = oci_manifest(other_config, [STORED])
    index = oci_index(
        descriptor(MANIFEST, MANIFEST_TYPE, annotations=TAGGED),
        descriptor(other, MANIFEST_TYPE, annotations={"org.opencontainers.image.ref.name": "registry.example/app:v2"}),
    )
    reference = write(oci_layout(index, [*BLOBS, other, other_config]))
    assert open_image(f"{reference}:v1").config.cmd == ("/app/server",)
    assert open_image(f"{reference}:registry.example/app:v2").config.cmd == ("/other",)
    assert open_image(f"{reference}:v2").config.cmd == ("/other",)
    assert open_image(f"{reference}:@1").config.cmd == ("/other",)
    for choice in ("", ":v3"):
        with pytest.raises(UsageError) as error:
            open_image(reference + choice)
        assert error.value.line().endswith("choose one by adding :v1 or :registry.example/app:v2")
    with pytest.raises(UsageError, match="holds 2 images, numbered from 0"):
        open_image(f"{reference}:@2")


def test_two_names_of_one_image_are_no_choice(write: Write) -> None:
    tags = [descriptor(MANIFEST, MANIFEST_TYPE, annotations={"org.opencontainers.image.ref.name": tag}) for tag in ("a", "b")]
    assert open_image(write(oci_layout(oci_index(*tags), BLOBS))).repository_tags == ("a", "b")


def test_a_layer_that_is_missing_is_a_problem_of_that_layer(write: Write) -> None:
    image = open_image(write(oci_layout(one_manifest(), [CONFIG, MANIFEST])))
    assert image.layers[0].problem == f"layer {sha256(STORED)[:19]}… is missing"
    assert image.config.cmd == ("/app/server",)


def test_a_missing_config_leaves_the_layers(write: Write) -> None:
    image = open_image(write(oci_layout(one_manifest(), [STORED, MANIFEST])))
    assert image.layers[0].blob
    assert "entry point, environment and history are unknown" in image.problems[0]


@pytest.mark.parametrize("wrong", ["config", "manifest"])
def test_digests_of_configs_and_manifests_are_checked(write: Write, wrong: str) -> None:
    content = CONFIG if wrong == "config" else MANIFEST
    members = [
        (member[0], content.replace(b" ", b"  ", 1)) if member == blob(content) else member
        for member in oci_layout(one_manifest(), BLOBS)
    ]
    assert open_image(write(members)).problems[0].startswith(f"{wrong} {sha256(content)[:19]}… is not what its digest says")


def test_a_size_that_differs_from_the_descriptor_s_is_a_problem(write: Write) -> None:
    index = oci_index({"mediaType": MANIFEST_TYPE, "digest": sha256(MANIFEST), "size": 7})
    assert "its descriptor says 7" in open_image(write(oci_layout(index, BLOBS))).problems[0]


def with_layers(*layers: dict[str, Any]) -> tuple[bytes, list[bytes]]:
    """An index.json and the blobs of an image with these layer descriptors."""
    manifest = to_json({**json.loads(MANIFEST), "layers": list(layers)})
    return oci_index(descriptor(manifest, MANIFEST_TYPE)), [STORED, CONFIG, manifest]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"digest": "sha256:../../../../etc/passwd"}, "layer with a malformed digest"),
        ({"digest": ""}, "layer with a malformed digest"),
        ({"digest": "md5:00"}, "layer with a malformed digest"),
        ({"mediaType": f"{LAYER_TYPE}+gzip+encrypted"}, "is encrypted"),
        ({"digest": "sha256:" + "0" * 64, "urls": ["https://example/\x1b"]}, "is kept at https://example/\\x1b"),
    ],
)
def test_layers_that_cannot_be_read_say_why(write: Write, changed: dict[str, Any], problem: str) -> None:
    good = descriptor(STORED, f"{LAYER_TYPE}+gzip")
    image = open_image(write(oci_layout(*with_layers(good, {**good, **changed}))))
    assert image.layers[0].blob
    assert image.layers[1].blob is None
    assert problem in image.layers[1].problem


def test_an_unknown_media_type_is_no_error_and_a_negative_size_a_problem(write: Write) -> None:
    layer = {**descriptor(STORED, "application/vnd.example.layer+future"), "size": -1}
    image = open_image(write(oci_layout(*with_layers(layer))))
    assert image.layers[0].blob
    assert any("size is a number where a size of 0 or more belongs" in problem for problem in image.problems)


@pytest.mark.parametrize("said", [1, len(STORED) - 1, len(STORED) + 1, 10**12])
def test_a_layer_has_the_size_that_it_has_whatever_its_descriptor_says(write: Write, said: int) -> None:
    layer = {**descriptor(STORED, f"{LAYER_TYPE}+gzip"), "size": said}
    analysis = analyze(open_image(write(oci_layout(*with_layers(layer)))))
    shown = f"layer {sha256(STORED)[:19]}… has {len(STORED):,} bytes, its descriptor says {said:,}"
    assert analysis.problems == (shown,)
    assert analysis.sizes.compressed == len(STORED)
    assert analysis.sizes.live == len(b"\x7fELF")


def test_a_layer_that_is_cut_off_with_its_archive_says_that_alone(tmp_path: Path) -> None:
    members = oci_layout(oci_index(descriptor(MANIFEST, MANIFEST_TYPE)), [MANIFEST, CONFIG, STORED])
    whole = write_tar(tmp_path / "whole", members).read_bytes()
    (tmp_path / "cut").write_bytes(whole[: whole.index(STORED) + len(STORED) // 2])
    image = open_image(f"oci-archive:{tmp_path / 'cut'}")
    assert [problem for problem in image.problems if "descriptor" in problem] == []
    assert "is cut off at" in image.problems[0]
    assert image.layers[0].compressed_size == len(STORED)


@pytest.mark.parametrize(
    ("index", "said"),
    [
        (b"[]", "index.json is a list where an object belongs"),
        (b"{}", "holds no image: its index.json lists none"),
        (b'{"manifests": "text"}', "holds no image"),
        (b'{"manifests": [1]}', "holds no image"),
        (b"nonsense", "index.json is not valid JSON"),
        (
            oci_index({"digest": "sha256:" + "0" * 64, "mediaType": MANIFEST_TYPE}),
            "1 are listed, and their manifests are missing",
        ),
        (oci_index({"digest": "../x", "mediaType": MANIFEST_TYPE}), "their manifests are missing"),
    ],
)
def test_an_index_that_names_nothing_is_one_clear_line(write: Write, index: bytes, said: str) -> None:
    with pytest.raises(LayerscopeError) as error:
        open_image(write(oci_layout(index, BLOBS)))
    assert said in error.value.line()


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (to_json({"manifests": [], "layers": [], "config": {}}), "a manifest and an index at once"),
        (to_json({"schemaVersion": 1, "fsLayers": []}), "a manifest of schema 1"),
        (b"[]", "is a list where a manifest belongs"),
        (b"{", "is not valid JSON"),
    ],
)
def test_a_manifest_that_is_none_is_one_clear_line(write: Write, manifest: bytes, said: str) -> None:
    with pytest.raises(ImageError) as error:
        open_image(write(oci_layout(oci_index(descriptor(manifest, MANIFEST_TYPE)), [manifest])))
    assert said in error.value.line()


def test_indexes_in_each_other_end_at_the_limit(write: Write) -> None:
    blobs, inner = list(BLOBS), one_manifest()
    for _ in range(6):
        blobs.append(inner)
        inner = oci_index(descriptor(inner, INDEX_TYPE))
    with pytest.raises(ImageError, match="a nesting of indexes of 5, more than the limit of 4"):
        open_image(write(oci_layout(inner, blobs)))


def test_an_index_that_multiplies_ends_at_the_limit(write: Write) -> None:
    blobs, inner = list(BLOBS), oci_index(*[descriptor(MANIFEST, MANIFEST_TYPE)] * 150)
    for _ in range(2):
        blobs.append(inner)
        inner = oci_index(*[descriptor(inner, INDEX_TYPE)] * 150)
    with pytest.raises(ImageError, match="a number of manifests of 10,001, more than the limit of 10,000"):
        open_image(write(oci_layout(inner, blobs)))


def test_a_layout_without_an_index_is_one_clear_line(tmp_path: Path) -> None:
    write_folder(tmp_path / "image", [("oci-layout", b"{}")])
    with pytest.raises(ImageError, match=r"has no index\.json"):
        open_image(f"oci:{tmp_path / 'image'}")


def test_member_names_with_dots_and_slashes_are_found(tmp_path: Path) -> None:
    members = [(f"./{member[0]}", member[1]) for member in oci_layout(one_manifest(), BLOBS) if isinstance(member, tuple)]
    write_tar(tmp_path / "image", members, tarfile.GNU_FORMAT)
    assert open_image(f"oci-archive:{tmp_path / 'image'}").problems == ()


class TestPlainDirectory:
    """``dir:``: manifest.json an object, blobs by their hexadecimal digests."""

    def files(self, manifest: bytes = MANIFEST) -> list[Entry]:
        blobs = [(sha256(content).removeprefix("sha256:"), content) for content in (STORED, CONFIG)]
        return [("version", b"Directory Transport Version: 1.1\n"), ("manifest.json", manifest), *blobs]

    @pytest.mark.parametrize("transport", ["dir:", ""])
    def test_is_read(self, tmp_path: Path, transport: str) -> None:
        image = open_image(f"{transport}{write_folder(tmp_path / 'image', self.files())}")
        assert (image.source, image.problems) == ("dir", ())
        assert image.manifest_digest == sha256(MANIFEST)
        assert image.layers[0].blob
        assert image.layers[0].compressed_size == len(STORED)

    def test_with_all_platforms_one_is_chosen(self, tmp_path: Path) -> None:
        (amd64, _), (arm64, (config, manifest)) = platform_image("amd64"), platform_image("arm64")
        arm = [(f"{sha256(manifest)[7:]}.manifest.json", manifest), (sha256(config)[7:], config)]
        write_folder(tmp_path / "image", [*self.files(oci_index(amd64, arm64)), *arm])
        assert open_image(f"dir:{tmp_path / 'image'}", platform="arm64").config.platform.architecture == "arm64"

    def test_a_missing_layer_is_a_problem_of_that_layer(self, tmp_path: Path) -> None:
        root = write_folder(tmp_path / "image", self.files())
        (root / sha256(STORED)[7:]).unlink()
        assert "is missing" in open_image(f"dir:{root}").layers[0].problem
