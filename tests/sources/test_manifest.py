"""From a manifest to an image: what is checked, and what of it is only a problem."""

import json
from collections.abc import Mapping

import pytest

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.sources.bytes.blobs import Blob
from layerscope.sources.image import Config, Platform
from layerscope.sources.json_fields import Fields
from layerscope.sources.manifest import (
    UNREADABLE,
    Descriptor,
    Opening,
    find_checked,
    find_config,
    is_image,
    load_manifest,
    paired_diff_ids,
    read_layers,
    well_formed,
)
from layerscope.sources.reference import Reference
from tests.support.archives import LAYER_TYPE, config_json, descriptor, layer_tar, sha256
from tests.support.layers import blob_of

REFERENCE = Reference(transport="oci", location="layout", text="oci:layout")
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
TAR = layer_tar([("a", b"1")])
CONFIG = Config(platform=Platform("linux", "amd64"), diff_ids=("sha256:a", "sha256:b"))


def opening(blobs: Mapping[str, Blob]) -> Opening:
    return Opening(reference=REFERENCE, source="oci", where="layout", lookup=blobs.get)


def holding(*contents: bytes) -> Opening:
    return opening({sha256(content): blob_of(content, "blob") for content in contents})


@pytest.mark.parametrize(
    ("digest", "expected"),
    [
        ("sha256:" + "0" * 64, True),
        ("sha512:" + "f" * 128, True),
        ("sha256:" + "0" * 63, False),
        ("sha256:" + "A" * 64, False),
        ("md5:" + "0" * 32, False),
        ("sha256:../../etc/passwd", False),
    ],
)
def test_only_registered_forms_of_digests_are_file_names(digest: str, expected: bool) -> None:
    assert well_formed(digest) is expected


class TestChecking:
    def test_a_blob_that_is_what_its_descriptor_says_is_no_problem(self) -> None:
        found = holding(b"{}")
        assert find_checked(Descriptor(digest=sha256(b"{}"), size=2), found, "manifest")
        assert found.problems == []

    def test_a_malformed_digest_is_never_looked_up(self) -> None:
        found = opening({"../x": blob_of(b"{}")})
        assert find_checked(Descriptor(digest="../x", size=2), found, "manifest") is None
        assert found.problems == ["the digest of manifest is malformed: '../x'"]

    def test_another_content_is_a_problem_and_read(self) -> None:
        digest = sha256(b"expected")
        found = opening({digest: blob_of(b"{}", "blob")})
        assert find_checked(Descriptor(digest=digest, size=2), found, "config") is not None
        assert found.problems == [f"config {digest[:19]}… is not what its digest says: its content is {sha256(b'{}')[:19]}…"]

    def test_another_size_is_a_problem_and_read(self) -> None:
        found = holding(b"{}")
        find_checked(Descriptor(digest=sha256(b"{}"), size=3), found, "config")
        assert found.problems == [f"config {sha256(b'{}')[:19]}… has 2 bytes, its descriptor says 3"]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "blob is a list where a manifest belongs"),
        ({"manifests": [], "layers": []}, "is a manifest and an index at once"),
        ({"manifests": [], "config": {}}, "is a manifest and an index at once"),
        ({"fsLayers": []}, "is a manifest of schema 1"),
    ],
)
def test_what_is_no_manifest_is_refused(document: object, problem: str) -> None:
    with pytest.raises(ImageError, match=problem):
        load_manifest(blob_of(json.dumps(document).encode(), "blob"), [])


@pytest.mark.parametrize(
    ("config", "layers", "expected"),
    [
        (CONFIG_TYPE, [f"{LAYER_TYPE}+gzip"], True),
        ("application/vnd.docker.container.image.v1+json", ["application/vnd.docker.image.rootfs.diff.tar.gzip"], True),
        (CONFIG_TYPE, [], True),
        (CONFIG_TYPE, ["application/vnd.in-toto+json"], False),
        ("application/vnd.cncf.helm.config.v1+json", ["application/vnd.cncf.helm.chart.content.v1.tar+gzip"], False),
    ],
)
def test_an_image_is_known_by_its_media_types(config: str, layers: list[str], expected: bool) -> None:
    document = {"config": {"mediaType": config}, "layers": [{"mediaType": layer} for layer in layers]}
    assert is_image(Fields(document, "manifest", [])) is expected
    assert not is_image(Fields({"config": document["config"]}, "manifest", []))


def test_a_config_that_is_missing_or_damaged_is_an_empty_one_and_a_problem() -> None:
    for content, problem in (
        (None, "is not there: entry point, environment and history are unknown"),
        (b"{", "is not valid JSON"),
    ):
        found = holding(*filter(None, [content]))
        manifest = {"config": {"digest": sha256(content or b"x")}}
        config, _ = find_config(Fields(manifest, "manifest", []), found)
        assert config.platform is UNREADABLE
        assert problem in found.problems[0]


class TestDiffIds:
    def test_each_layer_has_its_own(self) -> None:
        problems: list[str] = []
        assert paired_diff_ids(CONFIG, 2, problems) == ["sha256:a", "sha256:b"]
        assert problems == []

    @pytest.mark.parametrize(("layers", "expected"), [(1, ["sha256:a"]), (3, ["sha256:a", "sha256:b", ""])])
    def test_another_number_of_them_is_a_problem(self, layers: int, expected: list[str]) -> None:
        problems: list[str] = []
        assert paired_diff_ids(CONFIG, layers, problems) == expected
        assert problems == [f"the config lists 2 diff_ids for {layers} layers"]

    def test_an_unreadable_config_is_not_blamed_again(self) -> None:
        problems: list[str] = []
        assert paired_diff_ids(Config(platform=UNREADABLE), 1, problems) == [""]
        assert problems == []

    def test_too_many_layers_hit_the_limit(self) -> None:
        with pytest.raises(ImageError, match=r"a number of layers of 1,025, more than the limit of 1,024"):
            paired_diff_ids(CONFIG, limits.LAYERS + 1, [])


def test_layers_that_cannot_be_had_say_why() -> None:
    kept = descriptor(b"kept elsewhere", LAYER_TYPE, urls=["https://example.test/layer"])
    listed = [
        descriptor(TAR, LAYER_TYPE),
        descriptor(b"missing", LAYER_TYPE),
        kept,
        descriptor(TAR, f"{LAYER_TYPE}+encrypted"),
        {"digest": "sha256:12", "size": 1},
    ]
    manifest = Fields({"layers": listed}, "manifest", [])
    found = read_layers(manifest, Config(platform=UNREADABLE), holding(TAR, config_json([TAR])))
    assert [layer.blob is not None for layer in found] == [True, False, False, False, False]
    assert [layer.problem.partition("… ")[2] for layer in found[1:4]] == [
        "is missing",
        "is kept at https://example.test/layer",
        "is encrypted",
    ]
    assert found[4].problem == "layer with a malformed digest: 'sha256:12'"


def test_a_layer_without_bytes_is_one_without_entries_where_its_digest_says_so() -> None:
    blobs = {sha256(b""): blob_of(b""), sha256(TAR): blob_of(b"")}
    manifest = Fields({"layers": [{"mediaType": LAYER_TYPE, "digest": digest} for digest in blobs]}, "manifest", [])
    found = read_layers(manifest, Config(platform=UNREADABLE), opening(blobs))
    assert [layer.blob is not None for layer in found] == [True, False]
    assert [layer.problem.partition("… ")[2] for layer in found] == ["", "is an empty file"]
