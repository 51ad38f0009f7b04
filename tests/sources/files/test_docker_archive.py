"""docker-archive: every shape that engines and builders have written opens to the same layers."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from layerscope.analysis import analyze
from layerscope.core.errors import ImageError, UsageError
from layerscope.sources import open_image
from layerscope.sources.bytes.compression import zstd_module
from layerscope.sources.image import Image
from tests.support.archives import (
    CONFIG_TYPE,
    LAYER_TYPE,
    MANIFEST_TYPE,
    Entry,
    blob,
    config_json,
    descriptor,
    docker_archive,
    layer_tar,
    link,
    oci_index,
    oci_manifest,
    saved_manifest,
    sha256,
    to_json,
    write_folder,
    write_tar,
)

LOWER = layer_tar([("etc/", None), ("etc/os-release", b"ID=test\n")])
UPPER = layer_tar([("app/server", b"\x7fELF")])
LAYERS = (LOWER, UPPER)
CONFIG = config_json(LAYERS, Cmd=["/app/server"])
CONFIG_HEX = hashlib.sha256(CONFIG).hexdigest()
FIXTURES = Path(__file__).parents[4] / "shared" / "fixtures"


def contents(image: Image) -> list[bytes]:
    """What each layer's stretch of the archive holds."""
    assert all(layer.blob for layer in image.layers)
    return [bytes(layer.blob.view()) for layer in image.layers if layer.blob]


def assert_is_the_image(image: Image, stored: tuple[bytes, ...] = LAYERS) -> None:
    assert image.problems == ()
    assert image.source == "docker-archive"
    assert image.config.cmd == ("/app/server",)
    assert image.config_digest == sha256(CONFIG)
    assert contents(image) == list(stored)
    assert [layer.diff_id for layer in image.layers] == [sha256(layer) for layer in LAYERS]


def test_docker_save_before_25(tmp_path: Path) -> None:
    assert_is_the_image(open_image(str(docker_archive(tmp_path / "a", LAYERS, CONFIG))))


def test_a_repeated_layer_is_a_link_to_its_first_place(tmp_path: Path) -> None:
    config = config_json([LOWER, UPPER, LOWER])
    members: list[Entry] = [
        ("one/layer.tar", LOWER),
        ("two/layer.tar", UPPER),
        link("three/layer.tar", "../one/layer.tar"),
        ("c.json", config),
        ("manifest.json", to_json([saved_manifest("c.json", ["one/layer.tar", "two/layer.tar", "three/layer.tar"])])),
    ]
    image = open_image(str(write_tar(tmp_path / "a", members)))
    assert contents(image) == [LOWER, UPPER, LOWER]
    assert image.problems == ()


def test_podman_keeps_layers_flat_links_to_them_and_names_a_path_twice(tmp_path: Path) -> None:
    flat = f"{hashlib.sha256(LOWER).hexdigest()}.tar"
    members: list[Entry] = [
        (flat, LOWER),
        link("abc/layer.tar", f"../{flat}"),
        (f"{CONFIG_HEX}.json", config_json([LOWER, LOWER])),
        ("manifest.json", to_json([saved_manifest(f"{CONFIG_HEX}.json", [flat, flat], ["localhost/app:1"])])),
    ]
    image = open_image(str(write_tar(tmp_path / "a", members)))
    assert contents(image) == [LOWER, LOWER]
    assert image.repository_tags == ("localhost/app:1",)


def test_docker_save_from_25_is_read_by_its_manifest_json_and_names_its_oci_manifest(tmp_path: Path) -> None:
    manifest = oci_manifest(CONFIG, LAYERS, LAYER_TYPE, annotations={"org.opencontainers.image.base.name": "alpine:3.19"})
    unordered = oci_manifest(CONFIG, LAYERS[::-1], LAYER_TYPE)
    saved = saved_manifest(f"blobs/sha256/{CONFIG_HEX}", [str(blob(layer)[0]) for layer in LAYERS])  # type: ignore[index]
    saved["LayerSources"] = {sha256(layer): descriptor(layer, LAYER_TYPE) for layer in LAYERS}
    members = [
        ("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'),
        ("index.json", oci_index(descriptor(manifest, MANIFEST_TYPE), descriptor(unordered, MANIFEST_TYPE))),
        *map(blob, (*LAYERS, CONFIG, manifest, unordered)),
        ("manifest.json", to_json([saved])),
    ]
    image = open_image(str(write_tar(tmp_path / "a", members)))
    assert_is_the_image(image)
    assert image.manifest_digest == sha256(manifest)
    assert image.annotations["org.opencontainers.image.base.name"] == "alpine:3.19"
    assert [layer.media_type for layer in image.layers] == [LAYER_TYPE, LAYER_TYPE]
    assert [layer.digest for layer in image.layers] == [None, None]


def test_the_containerd_store_saves_layers_as_they_were_pulled(tmp_path: Path) -> None:
    stored = tuple(gzip.compress(layer) for layer in LAYERS)
    members = [
        *map(blob, (*stored, CONFIG)),
        ("oci-layout", b"{}"),
        ("index.json", oci_index()),
        (
            "manifest.json",
            to_json([saved_manifest(f"blobs/sha256/{CONFIG_HEX}", [f"blobs/{sha256(x).replace(':', '/')}" for x in stored])]),
        ),
    ]
    image = open_image(str(write_tar(tmp_path / "a", members)))
    assert_is_the_image(image, stored)
    assert [layer.digest for layer in image.layers] == [sha256(layer) for layer in stored]
    assert [layer.compressed_size for layer in image.layers] == [len(layer) for layer in stored]


def kaniko(path: Path, stored: Sequence[bytes], names: Sequence[str]) -> Image:
    """What kaniko, ko and crane write: a config called by its digest, and layers that are called ``names``."""
    manifest = to_json([saved_manifest(sha256(CONFIG), names)])
    members = [(sha256(CONFIG), CONFIG), *zip(names, stored, strict=True), ("manifest.json", manifest)]
    return open_image(str(write_tar(path, members)))


STORED = tuple(gzip.compress(layer, mtime=0) for layer in LAYERS)
BY_DIGEST = tuple(f"{sha256(layer).removeprefix('sha256:')}.tar.gz" for layer in STORED)


@pytest.mark.parametrize("below", ["", "layers/"])
def test_kaniko_calls_its_config_and_its_gzipped_layers_by_their_digests(tmp_path: Path, below: str) -> None:
    image = kaniko(tmp_path / "a", STORED, [below + name for name in BY_DIGEST])
    assert_is_the_image(image, STORED)
    assert [layer.digest for layer in image.layers] == [sha256(layer) for layer in STORED]
    assert analyze(image).problems == ()


@pytest.mark.parametrize("how", [gzip.compress, bytes])
def test_a_layer_that_is_not_what_its_name_says_is_a_problem_and_shown_all_the_same(
    tmp_path: Path, how: Callable[[bytes], bytes]
) -> None:
    swapped = how(layer_tar([("app/other", b"#!/bin/sh\n")]))
    analysis = analyze(kaniko(tmp_path / "a", (STORED[0], swapped), BY_DIGEST))
    [problem] = analysis.problems
    assert problem.startswith(f"layer 1: its content has the digest {sha256(swapped)}")
    assert [size.files for size in analysis.layer_sizes] == [1, 1]


def test_a_layer_that_is_called_by_what_is_inside_of_it_says_nothing_of_its_digest(tmp_path: Path) -> None:
    names = [f"{sha256(layer).removeprefix('sha256:')}.tar.gz" for layer in LAYERS]
    image = kaniko(tmp_path / "a", STORED, names)
    assert [layer.digest for layer in image.layers] == [None, None]
    assert analyze(image).problems == ()


@pytest.mark.parametrize("how", ["gzip", "gzip of two members", "zstd", "zstd of two frames"])
def test_a_whole_archive_that_is_compressed_is_inflated_once(tmp_path: Path, how: str) -> None:
    plain = docker_archive(tmp_path / "plain", LAYERS, CONFIG).read_bytes()
    compress = gzip.compress if how.startswith("gzip") else zstd_module().compress
    halves = [plain] if how in ("gzip", "zstd") else [plain[:3000], plain[3000:]]
    path = tmp_path / "misleading.tar"
    path.write_bytes(b"".join(compress(half) for half in halves))
    assert_is_the_image(open_image(f"docker-archive:{path}"))


def test_a_cut_gzip_of_an_archive_gives_what_came_before_the_cut(tmp_path: Path) -> None:
    noise = layer_tar([("noise", b"".join(hashlib.sha256(bytes([x % 256, x // 256])).digest() for x in range(9000)))])
    config = config_json([UPPER, noise])
    manifest = to_json([saved_manifest("c.json", ["1/layer.tar", "2/layer.tar"])])
    members = [("manifest.json", manifest), ("c.json", config), ("1/layer.tar", UPPER), ("2/layer.tar", noise)]
    whole = gzip.compress(write_tar(tmp_path / "plain", members).read_bytes())
    (tmp_path / "a").write_bytes(whole[: len(whole) // 2])
    image = open_image(str(tmp_path / "a"))
    assert [bool(layer.blob and layer.blob.truncated) for layer in image.layers] == [False, True]
    assert image.problems == (f"{tmp_path / 'a'}: the gzip stream is cut off",)


def test_an_unpacked_archive_opens_as_a_directory(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(docker_archive(tmp_path / "a", LAYERS, CONFIG).read_bytes())) as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    assert_is_the_image(open_image(str(tmp_path / "unpacked")))


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """Three images in one save: two with names, one without."""
    other = config_json([LOWER])
    members = [
        ("1/layer.tar", LOWER),
        ("2/layer.tar", UPPER),
        ("c1.json", CONFIG),
        ("c2.json", other),
        (
            "manifest.json",
            to_json(
                [
                    saved_manifest("c1.json", ["1/layer.tar", "2/layer.tar"], ["app:1", "registry.example/app:one"]),
                    saved_manifest("c2.json", ["1/layer.tar"], ["library/base:latest"]),
                    saved_manifest("c2.json", ["1/layer.tar"], None),
                ]
            ),
        ),
    ]
    return write_tar(tmp_path / "several.tar", members)


@pytest.mark.parametrize(
    ("choice", "layers"),
    [("app:1", 2), ("docker.io/app:1", 2), ("registry.example/app:one", 2), ("library/base", 1), ("@0", 2), ("@2", 1)],
)
def test_one_of_several_images_is_chosen_by_name_or_number(several: Path, choice: str, layers: int) -> None:
    assert len(open_image(f"docker-archive:{several}:{choice}").layers) == layers
    assert len(open_image(f"{several}:{choice}").layers) == layers


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("", "holds 3 images; choose one by adding :app:1 or :library/base:latest or :@2"),
        (":app:2", "has no image called app:2; choose one by adding :app:1"),
        (":@3", "holds 3 images, numbered from 0; there is no :@3"),
    ],
)
def test_without_a_choice_that_fits_the_error_lists_them(several: Path, choice: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        open_image(f"docker-archive:{several}{choice}")
    assert said in error.value.line()


def test_the_platform_that_is_asked_for_must_be_the_image_s(tmp_path: Path) -> None:
    path = docker_archive(tmp_path / "a", LAYERS, CONFIG)
    assert_is_the_image(open_image(str(path), platform="linux/amd64"))
    with pytest.raises(ImageError) as error:
        open_image(str(path), platform="arm64")
    assert error.value.line() == f"{path} has no image for linux/arm64; it has linux/amd64"


def test_a_transport_that_the_content_does_not_bear_out_is_told_what_it_is(tmp_path: Path) -> None:
    path = docker_archive(tmp_path / "a", LAYERS, CONFIG)
    with pytest.raises(ImageError) as error:
        open_image(f"oci-archive:{path}")
    assert error.value.line().endswith("is not oci-archive: it is docker-archive; write docker-archive: before it")


def test_an_oci_layout_in_a_directory_is_no_docker_archive(tmp_path: Path) -> None:
    manifest = oci_manifest(CONFIG, LAYERS, LAYER_TYPE)
    files = [("oci-layout", b"{}"), ("index.json", oci_index(descriptor(manifest, MANIFEST_TYPE)))]
    write_folder(tmp_path / "layout", [*files, *map(blob, (*LAYERS, CONFIG, manifest))])
    assert descriptor(CONFIG, CONFIG_TYPE)["size"] == len(CONFIG)
    with pytest.raises(ImageError, match="it is oci"):
        open_image(f"docker-archive:{tmp_path / 'layout'}")


@pytest.mark.parametrize(("name", "layers"), [("dive-test-docker-image.tar", 14), ("dive-test-kaniko-image.tar", 14)])
def test_dive_s_own_images(name: str, layers: int) -> None:
    if not (FIXTURES / name).exists():
        pytest.skip("the shared fixtures are not beside the checkout")
    image = open_image(str(FIXTURES / name))
    assert image.problems == ()
    assert len(image.layers) == len(image.config.diff_ids) == layers
    assert all(layer.blob and not layer.blob.truncated for layer in image.layers)
