"""Damaged and hostile archives: a partial image with its problems, or one clear line; never a traceback."""

import os
import tarfile
from pathlib import Path

import pytest

from layerscope.core.errors import ImageError, ImageNotFound, LayerscopeError, SourceError
from layerscope.sources import open_image
from layerscope.sources.image import Image
from tests.support.archives import (
    Entry,
    config_json,
    docker_archive,
    layer_tar,
    link,
    saved_manifest,
    sha256,
    to_json,
    write_tar,
)

LOWER = layer_tar([("etc/os-release", b"ID=test\n" * 400)])
UPPER = layer_tar([("app/server", b"\x7fELF" * 4000)])
CONFIG = config_json([LOWER, UPPER])


def archive(path: Path, config: bytes = CONFIG, manifest: object = None, layers: tuple[bytes, ...] = (LOWER, UPPER)) -> Path:
    """An archive whose manifest and config stand first."""
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    manifest = [saved_manifest("c.json", names)] if manifest is None else manifest
    content = manifest if isinstance(manifest, bytes) else to_json(manifest)
    return write_tar(path, [("manifest.json", content), ("c.json", config), *zip(names, layers, strict=True)])


def the_error(path: Path) -> str:
    with pytest.raises(ImageError) as error:
        open_image(str(path))
    line = error.value.line()
    assert "\n" not in line
    return line


def test_a_cut_archive_keeps_the_members_before_the_cut(tmp_path: Path) -> None:
    path = archive(tmp_path / "a")
    os.truncate(path, path.stat().st_size - 15_000)
    image = open_image(str(path))
    assert image.layers[0].blob
    assert bytes(image.layers[0].blob.view()) == LOWER
    assert image.layers[1].blob
    assert image.layers[1].blob.truncated
    assert image.problems == (f"{path} is cut off at {path.stat().st_size:,} bytes",)


def test_layers_whose_parents_are_cut_away_are_not_called_several_images(tmp_path: Path) -> None:
    """`docker save` until version 24, cut off before the config and before the layers between these two."""
    layers = [(f"{own * 64}/json", to_json({"id": own * 64, "parent": parent * 64})) for own, parent in ("ab", "cd")]
    path = write_tar(tmp_path / "a", [*layers, (f"{'a' * 64}/layer.tar", b"x" * 50_000)])
    os.truncate(path, 20_000)
    line = the_error(path)
    assert (
        line
        == f"{path} is cut off before its manifest.json, and what ties its layers together is cut away; save the image again"
    )


def test_a_layer_that_is_not_there_is_a_problem_of_that_layer_alone(tmp_path: Path) -> None:
    path = archive(tmp_path / "a", manifest=[saved_manifest("c.json", ["0/layer.tar", "gone/layer.tar"])])
    image = open_image(str(path))
    assert image.layers[0].blob
    assert image.layers[1].blob is None
    assert image.layers[1].problem == f"layer gone/layer.tar is not in {path}"


@pytest.mark.parametrize(
    "links",
    [
        [link("1/layer.tar", "../2/layer.tar"), link("2/layer.tar", "../1/layer.tar")],
        [link("1/layer.tar", "../nowhere")],
        [link("1/layer.tar", "../../../../etc/passwd")],
        [link("1/layer.tar", "/etc/passwd", tarfile.LNKTYPE)],
    ],
)
def test_links_in_circles_or_out_of_the_archive_lead_nowhere(tmp_path: Path, links: list[Entry]) -> None:
    manifest = ("manifest.json", to_json([saved_manifest("c.json", ["0/layer.tar", "1/layer.tar"])]))
    path = write_tar(tmp_path / "a", [manifest, ("c.json", CONFIG), ("0/layer.tar", LOWER), *links])
    assert [layer.blob is None for layer in open_image(str(path)).layers] == [False, True]


def test_a_layer_of_no_bytes_is_a_problem_of_that_layer_alone(tmp_path: Path) -> None:
    image = open_image(str(archive(tmp_path / "a", layers=(LOWER, b""))))  # its diff_id is that of another
    assert image.layers[0].blob
    assert (image.layers[1].blob, image.layers[1].problem) == (None, "layer 1/layer.tar is an empty file")


def test_a_layer_that_never_had_bytes_is_one_without_entries(tmp_path: Path) -> None:
    content = archive(tmp_path / "a", config=config_json([LOWER, b""]), layers=(LOWER, b""))
    assert [(bool(layer.blob), layer.problem) for layer in open_image(str(content)).layers] == [(True, ""), (True, "")]


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (b"[]", "its manifest.json is an empty list"),
        (b"", "manifest.json is empty"),
        (b"{not json", "manifest.json is not valid JSON"),
        (b"\xff\xfe\x00", "manifest.json is not valid JSON"),
        (b'"text"', "manifest.json is a string where a list of images belongs"),
        (b"[" * 100_000, "manifest.json is nested too deeply"),
        (b"[" + b"9" * 10_000 + b"]", "manifest.json is not valid JSON"),
        (b" " * (5 * 1024 * 1024), "more than the limit of 4,194,304"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_one_clear_line(tmp_path: Path, manifest: bytes, said: str) -> None:
    assert said in the_error(archive(tmp_path / "a", manifest=manifest))


@pytest.mark.parametrize(
    "manifest",
    [
        [None],
        [{}],
        [7],
        [{"Config": 7, "RepoTags": "app", "Layers": "0/layer.tar"}],
        [{"Config": ["c.json"], "RepoTags": {}, "Layers": [1, None, {}]}],
        [{"Config": "c.json", "Layers": None, "LayerSources": []}],
    ],
)
def test_wrong_types_in_a_manifest_are_problems(tmp_path: Path, manifest: object) -> None:
    image = open_image(str(archive(tmp_path / "a", manifest=manifest)))
    assert image.problems
    assert image.layers == ()


def test_too_few_diff_ids_are_a_problem_and_all_layers_are_shown(tmp_path: Path) -> None:
    image = open_image(str(archive(tmp_path / "a", config=config_json([LOWER]))))
    assert image.problems == ("the config lists 1 diff_ids for 2 layers",)
    assert [layer.diff_id for layer in image.layers] == [sha256(LOWER), ""]
    assert all(layer.blob for layer in image.layers)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (b"{", "c.json is not valid JSON"),
        (b"", "c.json is empty"),
        (b"[]", "the image configuration is not a JSON object"),
        (b'{"a":' * 100_000, "c.json is nested too deeply"),
        (b" " * (5 * 1024 * 1024), "more than the limit of 4,194,304"),
        (to_json({"rootfs": {"diff_ids": ["x"] * 2000}}), "a number of layers of 2,000, more than the limit of 1,024"),
    ],
)
def test_without_a_readable_config_the_layers_are_still_shown(tmp_path: Path, config: bytes, said: str) -> None:
    image = open_image(str(archive(tmp_path / "a", config=config)))
    assert any(said in problem for problem in image.problems)
    assert len([layer for layer in image.layers if layer.blob]) == 2


@pytest.mark.parametrize("value", [None, 7, -1, 1.5, True, "text", [], ["a", 1], {}, {"a": 1}, [[]], [{"created_by": []}]])
def test_any_type_anywhere_in_a_config_is_read_or_said_to_be_wrong(tmp_path: Path, value: object) -> None:
    inner = (
        "Entrypoint Cmd Env WorkingDir User ExposedPorts Volumes Labels StopSignal Healthcheck Shell".split()  # noqa: SIM905
    )
    documents: list[dict[str, object]] = [{"config": value}, {"rootfs": value}, {"history": value}, {"os": value}]
    documents += [{"config": {key: value}} for key in inner]
    documents += [{"rootfs": {"diff_ids": value}}, {"config": {"Healthcheck": {"Test": value, "Interval": value}}}]
    for document in documents:
        image = open_image(str(archive(tmp_path / "a", config=to_json(document))))
        assert len(image.layers) == 2


def test_a_config_that_is_not_what_its_name_says_is_a_problem(tmp_path: Path) -> None:
    name = f"{'0' * 64}.json"
    members = [
        ("0/layer.tar", LOWER),
        (name, config_json([LOWER])),
        ("manifest.json", to_json([saved_manifest(name, ["0/layer.tar"])])),
    ]
    image = open_image(str(write_tar(tmp_path / "a", members)))
    assert image.problems[0].startswith(f"config {name} is not what its name says")


def test_many_problems_are_told_only_in_part(tmp_path: Path) -> None:
    image = open_image(str(archive(tmp_path / "a", config=to_json({"history": [{"created_by": x} for x in range(5000)]}))))
    assert len(image.problems) < 60
    assert "more problems like these" in image.problems[-1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is an empty file"),
        (b"garbage" * 1000, "is not an image: it is neither a tar nor a directory layout"),
        (b"x", "is not an image"),
        (bytes(1024), "is a tar, but not an image"),
        (b"\x1f\x8bgarbage", "the gzip stream is"),
        (b"\x28\xb5\x2f\xfdgarbage", "the zstd stream is"),
        (b"BZh91AY", "the bzip2 stream is cut off"),
        (b"\xfd7zXZ\0\0", "the xz stream is cut off"),
    ],
)
def test_what_is_no_image_is_one_clear_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(content)
    assert said in the_error(path)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "is a directory without an image: it has no index.json or oci-layout (oci:) and no manifest.json (dir:, "),
        ({"README": b"hello"}, "is a directory without an image"),
        ({"version": b"Directory Transport Version: 1.1\n"}, "no manifest.json (dir:, docker-archive:); name what docker save"),
        ({"oci-layout": b"{}"}, "has no index.json; the layout is incomplete: copy or save it again"),
        ({"oci-layout": b"{}", "index.json": b""}, "directory: index.json is empty; the image is damaged"),
        ({"oci-layout": b"{}", "index.json": b"[]"}, "index.json is a list where an object belongs"),
        ({"oci-layout": b"{}", "index.json": b'{"manifests": []}'}, "holds no image: its index.json lists none"),
        ({"manifest.json": b""}, "directory: manifest.json is empty; the image is damaged"),
    ],
    ids=[
        "empty",
        "no image",
        "dir: cut off",
        "only oci-layout",
        "empty index",
        "no index",
        "index of nothing",
        "empty manifest",
    ],
)
def test_a_directory_that_is_no_image_is_one_clear_line(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    directory = tmp_path / "directory"
    directory.mkdir()
    for name, content in files.items():
        (directory / name).write_bytes(content)
    assert said in the_error(directory)
    assert "directory" in the_error(directory)


@pytest.mark.parametrize(
    ("failure", "besides"),
    [
        (ImageNotFound("no local engine has build"), "and no local engine has an image of that name; "),
        (SourceError("no local engine answers"), "and no local engine answers; "),
    ],
)
def test_a_bare_name_that_only_a_directory_has_is_told_what_the_directory_lacks(
    failure: SourceError, besides: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_from_engine(*_: object, **__: object) -> Image:
        raise failure

    monkeypatch.setattr("layerscope.sources.engine.images.open_from_engine", open_from_engine)
    monkeypatch.chdir(tmp_path)
    Path("build").mkdir()
    with pytest.raises(ImageError, match=r"^build is a directory without an image: it has no index\.json") as raised:
        open_image("build")
    assert besides in raised.value.line()
    assert raised.value.exit_code == 2
    with pytest.raises(type(failure)):
        open_image("no-directory")


def test_a_device_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert "is neither a file nor a directory; write the image to a file first" in the_error(tmp_path / "fifo")


def test_what_docker_saved_before_1_10_says_how_it_can_be_read(tmp_path: Path) -> None:
    members: list[Entry] = [("0/layer.tar", LOWER), ("0/json", b'{"id": "0"}'), ("repositories", b'{"app": {"1": "0"}}')]
    assert "before Docker 1.10" in the_error(write_tar(tmp_path / "a", members))
    assert "docker load" in the_error(tmp_path / "a")


def test_a_root_filesystem_is_no_image(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a", [("etc/passwd", b"root:x:0:0::/root:/bin/sh\n")])
    assert "is a tar, but not an image: it has no manifest.json and no index.json" in the_error(path)


def test_damage_in_the_middle_keeps_what_stands_before_it(tmp_path: Path) -> None:
    path = archive(tmp_path / "a")
    content = bytearray(path.read_bytes())
    at = content.index(b"1/layer.tar")
    at = content.index(b"1/layer.tar", at + 20)
    content[at : at + 200] = b"\xff" * 200
    path.write_bytes(content)
    image = open_image(str(path))
    assert [layer.blob is not None for layer in image.layers] == [True, False]
    assert "is damaged at byte" in image.problems[0]


def test_a_huge_extended_header_hits_the_limit(tmp_path: Path) -> None:
    long = tarfile.TarInfo("x")
    long.pax_headers = {"path": "x" * (2 * 1024 * 1024)}
    path = write_tar(tmp_path / "a", [long])
    assert "an extended header of 2,0" in the_error(path)


def test_names_in_problems_are_escaped(tmp_path: Path) -> None:
    path = archive(tmp_path / "a", manifest=[saved_manifest("c.json", ["\x1b[31m/layer.tar", "x\ny"])])
    problems = [layer.problem for layer in open_image(str(path)).layers]
    assert problems == [f"layer \\x1b[31m/layer.tar is not in {path}", f"layer x\\ny is not in {path}"]


class TestCutBeforeTheManifest:
    """``docker save`` before 25 writes manifest.json last: a cut archive is put together again from ``<id>/json``."""

    def saved(self, path: Path, *, config: bytes | None = CONFIG) -> Path:
        members: list[Entry] = [(f"{'c' * 64}.json", config)] if config is not None else []
        members += [("bbb/json", to_json({"id": "bbb", "parent": "aaa"})), ("bbb/layer.tar", UPPER)]
        members += [("aaa/json", to_json({"id": "aaa"})), ("aaa/layer.tar", LOWER)]
        path.write_bytes(layer_tar(members))
        return path

    def test_layers_are_ordered_by_their_parents(self, tmp_path: Path) -> None:
        path = self.saved(tmp_path / "a")
        os.truncate(path, path.stat().st_size - 10_240)
        image = open_image(str(path))
        assert [layer.diff_id for layer in image.layers] == [sha256(LOWER), sha256(UPPER)]
        assert image.layers[1].blob
        assert bytes(image.layers[1].blob.view()) == UPPER
        assert any("the order of its layers is taken from the layers themselves" in problem for problem in image.problems)

    def test_a_parent_that_was_cut_away_is_a_missing_layer(self, tmp_path: Path) -> None:
        path = self.saved(tmp_path / "a")
        os.truncate(path, path.read_bytes().index(b"aaa/json") + 200)
        image = open_image(str(path))
        assert [layer.blob is None for layer in image.layers] == [True, False]
        assert image.layers[0].problem == f"layer aaa/layer.tar is not in {path}"

    def test_parents_in_a_circle_end(self, tmp_path: Path) -> None:
        members = [("a/json", to_json({"parent": "b"})), ("b/json", to_json({"parent": "a"})), ("a/layer.tar", LOWER)]
        path = write_tar(tmp_path / "a", members)
        os.truncate(path, path.stat().st_size - 9_000)
        with pytest.raises(LayerscopeError):
            open_image(str(path))


def test_a_sound_archive_has_no_problems(tmp_path: Path) -> None:
    assert open_image(str(docker_archive(tmp_path / "a", [LOWER, UPPER]))).problems == ()
