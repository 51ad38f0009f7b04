"""Every input on which dive panics, exits or lies: here a partial report or one clear line, never a traceback."""

import gzip
import json
import os
import tarfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from layerscope.__main__ import main
from tests.support.archives import config_json, docker_archive, layer_tar, link, sha256

LOWER = layer_tar([("d/", None), ("d/x", b"x" * 150_000), ("etc/os-release", b"ID=debian\n")])
UPPER = layer_tar([("app/server", b"s" * 3000), ("etc/motd", b"hello")])
SOUND = (LOWER, UPPER)


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")


def told(*arguments: str) -> tuple[int, str, str]:
    """Exit code and what a command prints."""
    with redirect_stdout(TextIOWrapper(BytesIO(), "utf-8")) as out, redirect_stderr(StringIO()) as err:
        code = main(list(arguments))
    return code, out.buffer.getvalue().decode(), err.getvalue()


def report(reference: object) -> tuple[int, dict[str, Any] | None, list[str]]:
    """Exit code, the JSON document if there is one, and the lines on standard error."""
    code, out, err = told("report", str(reference), "--format", "json")
    assert "Traceback" not in err
    return code, json.loads(out) if out else None, err.splitlines()


def truncated_file_body(path: Path) -> str:
    manifest = [{"Config": "config.json", "RepoTags": ["x:1"], "Layers": ["1/layer.tar", "0/layer.tar"]}]
    members = [("manifest.json", json.dumps(manifest).encode()), ("config.json", config_json((UPPER, LOWER)))]
    members += [("1/layer.tar", UPPER), ("0/layer.tar", LOWER)]
    path.write_bytes(layer_tar(members)[:100_000])
    return "cut off"


def truncated_before_the_manifest(path: Path) -> str:
    docker_archive(path, SOUND)
    path.write_bytes(path.read_bytes()[:100_000])
    return "cut off"


def half_a_gzip_blob(path: Path) -> str:
    blob = gzip.compress(layer_tar([("etc/os-release", b"ID=debian\n"), ("random", os.urandom(50_000))]))
    docker_archive(path, [blob[: len(blob) // 2], UPPER], config_json(SOUND))
    return "gzip stream is cut off"


def garbage(path: Path) -> str:
    path.write_bytes(b"garbage " * 1000)
    return "not an image"


def one_layer_missing(path: Path) -> str:
    manifest = [{"Config": "config.json", "RepoTags": ["x:1"], "Layers": ["gone/layer.tar", "1/layer.tar"]}]
    members = [("1/layer.tar", UPPER), ("config.json", config_json(SOUND)), ("manifest.json", json.dumps(manifest).encode())]
    path.write_bytes(layer_tar(members))
    return "gone/layer.tar"


def zero_byte_blob(path: Path) -> str:
    docker_archive(path, [b"", UPPER], config_json(SOUND))
    return "empty"


def manifest_of_nothing(path: Path) -> str:
    path.write_bytes(layer_tar([("manifest.json", b"[]")]))
    return "no image"


def bad_json(path: Path) -> str:
    path.write_bytes(layer_tar([("manifest.json", b'[{"Config": ')]))
    return "manifest.json"


def too_few_diff_ids(path: Path) -> str:
    docker_archive(path, SOUND, config_json(SOUND[:1]))
    return "1 diff_ids for 2 layers"


@pytest.mark.parametrize(
    ("make", "partial"),
    [
        (truncated_file_body, True),
        (truncated_before_the_manifest, False),
        (half_a_gzip_blob, True),
        (garbage, False),
        (one_layer_missing, True),
        (zero_byte_blob, True),
        (manifest_of_nothing, False),
        (bad_json, False),
        (too_few_diff_ids, True),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_damage_is_said_and_what_can_be_read_is_shown(make: Callable[[Path], str], partial: bool, tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    said = make(path)
    code, document, lines = report(f"docker-archive:{path}")
    assert code == 2
    assert any(said in line for line in lines)
    assert all(line.startswith("layerscope: ") for line in lines)
    if partial:
        assert document is not None
        assert document["problems"]
        assert document["sizes"]["live"] > 0
        assert document["recommendation"]["dockerfile"] == ""
    else:
        assert document is None
        assert len(lines) == 1


@pytest.mark.parametrize("command", ["why", "extract"])
@pytest.mark.parametrize(("make", "unread"), [(half_a_gzip_blob, "layer 0"), (one_layer_missing, "layer 0")])
def test_a_path_is_not_called_missing_when_a_layer_could_not_be_read(
    command: str, make: Callable[[Path], str], unread: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "image.tar"
    damage = make(path)
    assert main([command, f"docker-archive:{path}", "/etc/a"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    *problems, last = told.err.splitlines()
    assert any(line.startswith(f"layerscope: {unread}: ") and damage in line for line in problems)
    assert last.startswith(f"layerscope: /etc/a is not found, and {unread} could not be read")


def test_what_can_be_read_goes_to_standard_output_and_the_damage_is_told(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "image.tar"
    damage = one_layer_missing(path)
    assert main(["extract", f"docker-archive:{path}", "/etc/motd", "-o", "-"]) == 2
    told = capfdbinary.readouterr()
    assert told.out == b"hello"
    assert damage in told.err.decode()


def test_an_outer_archive_that_is_gzipped_is_read(tmp_path: Path) -> None:
    path = docker_archive(tmp_path / "image.tar", SOUND)
    path.write_bytes(gzip.compress(path.read_bytes()))
    code, document, lines = report(path)
    assert (code, lines) == (0, [])
    assert document is not None
    assert document["sizes"]["live"] == 150_000 + 10 + 3000 + 5


def oci_layout(directory: Path, layers: tuple[bytes, ...]) -> Path:
    """An OCI layout without manifest.json, its layers compressed."""
    blobs = directory / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(content: bytes, media_type: str) -> dict[str, Any]:
        (blobs / sha256(content)[7:]).write_bytes(content)
        return {"mediaType": f"application/vnd.oci.image.{media_type}", "digest": sha256(content), "size": len(content)}

    manifest = {
        "schemaVersion": 2,
        "config": put(config_json(layers), "config.v1+json"),
        "layers": [put(gzip.compress(layer, mtime=0), "layer.v1.tar+gzip") for layer in layers],
    }
    index = {"schemaVersion": 2, "manifests": [put(json.dumps(manifest).encode(), "manifest.v1+json")]}
    (directory / "index.json").write_text(json.dumps(index))
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return directory


def test_an_oci_archive_without_manifest_json_has_its_layers_in_order(tmp_path: Path) -> None:
    layout = oci_layout(tmp_path / "layout", SOUND)
    archive = tmp_path / "image.tar"
    with tarfile.open(archive, "w") as tar:
        for item in sorted(layout.rglob("*"), reverse=True):
            tar.add(item, item.relative_to(layout))
    _, document, _ = report(f"oci-archive:{archive}")
    assert document is not None
    assert [layer["diff_id"] for layer in document["layers"]] == [sha256(layer) for layer in SOUND]


def test_a_wrong_digest_is_said_and_the_layer_is_still_shown(tmp_path: Path) -> None:
    layout = oci_layout(tmp_path / "layout", SOUND)
    stored = layout / "blobs" / "sha256" / sha256(gzip.compress(UPPER, mtime=0))[7:]
    stored.write_bytes(gzip.compress(UPPER, 1, mtime=1))
    code, document, lines = report(f"oci:{layout}")
    assert code == 2
    assert any("digest" in line or "bytes" in line for line in lines)
    assert document is not None
    assert document["layers"][1]["size"] == 3005


def test_several_images_in_one_archive_are_named_and_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    manifest = [
        {"Config": f"{number}.json", "RepoTags": [f"app:{number}"], "Layers": [f"{number}/layer.tar"]} for number in (0, 1)
    ]
    members = [(f"{number}/layer.tar", SOUND[number]) for number in (0, 1)]
    members += [(f"{number}.json", config_json(SOUND[number : number + 1])) for number in (0, 1)]
    path.write_bytes(layer_tar([*members, ("manifest.json", json.dumps(manifest).encode())]))
    code, document, lines = report(f"docker-archive:{path}")
    assert (code, document, len(lines)) == (2, None, 1)
    assert "app:0" in lines[0]
    assert "app:1" in lines[0]
    for choice in ("app:1", "@1"):
        code, document, _ = report(f"docker-archive:{path}:{choice}")
        assert code == 0
        assert document is not None
        assert document["sizes"]["live"] == 3005


def test_a_pax_global_header_is_no_obstacle(tmp_path: Path) -> None:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "by git archive"}) as tar:
        info = tarfile.TarInfo("file")
        info.size = 3
        tar.addfile(info, BytesIO(b"abc"))
    code, document, _ = report(docker_archive(tmp_path / "image.tar", [buffer.getvalue()]))
    assert code == 0
    assert document is not None
    assert document["sizes"]["live"] == 3


def test_a_layer_that_is_a_symbolic_link_to_another_is_that_layer(tmp_path: Path) -> None:
    manifest = [{"Config": "config.json", "RepoTags": ["x:1"], "Layers": ["a/layer.tar", "b/layer.tar"]}]
    members: list[Any] = [("a/layer.tar", UPPER), link("b/layer.tar", "../a/layer.tar")]
    members += [("config.json", config_json([UPPER, UPPER])), ("manifest.json", json.dumps(manifest).encode())]
    path = tmp_path / "image.tar"
    path.write_bytes(layer_tar(members))
    code, document, _ = report(path)
    assert code == 0
    assert document is not None
    assert [layer["size"] for layer in document["layers"]] == [3005, 3005]
    assert document["sizes"] | {"live": 3005, "shadowed": 3005} == document["sizes"]


@pytest.mark.parametrize(
    ("upper", "live"),
    [
        (layer_tar([("d/", None), ("d/.wh..wh..opq", b""), ("d/y", b"12")]), 12),
        (layer_tar([("d", b"now a file")]), 20),
        (layer_tar([(".wh.d", b"")]), 10),
    ],
    ids=["opaque whiteout", "directory replaced by a file", "rm -rf"],
)
def test_what_a_later_layer_hides_is_shadowed_and_leaves_no_ghosts(upper: bytes, live: int, tmp_path: Path) -> None:
    code, document, _ = report(docker_archive(tmp_path / "image.tar", [LOWER, upper]))
    assert code == 0
    assert document is not None
    assert (document["sizes"]["live"], document["sizes"]["shadowed"]) == (live, 150_000)


def test_a_hard_link_that_a_later_layer_breaks_is_no_waste_as_long_as_one_name_lives(tmp_path: Path) -> None:
    lower = layer_tar([("a", b"12345"), link("b", "a", tarfile.LNKTYPE)])
    _, document, _ = report(docker_archive(tmp_path / "image.tar", [lower, layer_tar([("a", b"new")])]))
    assert document is not None
    assert (document["sizes"]["live"], document["sizes"]["shadowed"]) == (8, 0)


def test_escapes_newlines_and_markup_in_names_come_out_visible_everywhere(tmp_path: Path) -> None:
    names = ["x[/foo].txt", "esc\x1b[31mred", "two\nlines"]
    path = docker_archive(tmp_path / "image.tar", [layer_tar([(f"app/{name}", b"x" * 1000) for name in names])])
    for arguments in (("report", str(path)), ("report", str(path), "--format", "json"), ("recommend", str(path))):
        _, out, err = told(*arguments)
        assert "\x1b" not in out + err
        assert "two\nlines" not in out + err
    for name, shown in zip(names, ["x[/foo].txt", "esc\\x1b[31mred", "two\\nlines"], strict=True):
        code, out, err = told("why", str(path), f"/app/{shown}")
        assert code == 0, (name, err)
        assert f"/app/{shown}" in out
