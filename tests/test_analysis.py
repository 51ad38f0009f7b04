"""From an opened image to all that is known of it: sizes add up, problems are collected, credentials are gone."""

import gzip
from pathlib import Path

import pytest

from layerscope.analysis import analyze
from layerscope.core.errors import Cancelled
from layerscope.sources import open_image
from tests.support.archives import config_json, docker_archive, layer_tar

LOWER = layer_tar([("etc/", None), ("etc/a", b"a" * 1000), ("etc/b", b"b" * 100)])
UPPER = layer_tar([("etc/a", b"A" * 10), ("etc/.wh.b", b"")])


@pytest.fixture
def archive(tmp_path: Path) -> str:
    return str(docker_archive(tmp_path / "image.tar", [LOWER, UPPER]))


def test_what_is_stored_is_live_or_shadowed(archive: str) -> None:
    analysis = analyze(open_image(archive))
    assert [(size.stored, size.shadowed, size.files) for size in analysis.layer_sizes] == [(1100, 1100, 2), (10, 0, 1)]
    sizes = analysis.sizes
    assert (sizes.live, sizes.shadowed, sizes.stored, sizes.files) == (10, 1100, 1110, 1)
    assert sizes.uncompressed == len(LOWER) + len(UPPER)


@pytest.mark.parametrize(("packs", "known"), [((True, True), True), ((True, False), False), ((False, False), False)])
def test_the_compressed_size_is_known_where_every_layer_is_compressed(
    packs: tuple[bool, ...], known: bool, tmp_path: Path
) -> None:
    stored = [gzip.compress(tar) if packed else tar for tar, packed in zip((LOWER, UPPER), packs, strict=True)]
    path = docker_archive(tmp_path / "image.tar", stored, config_json([LOWER, UPPER]))
    assert analyze(open_image(str(path))).sizes.compressed == (sum(map(len, stored)) if known else None)


def test_a_layer_that_cannot_be_read_is_a_problem_with_its_number(tmp_path: Path) -> None:
    path = docker_archive(tmp_path / "image.tar", [LOWER, UPPER[:515]], config_json([LOWER, UPPER]))
    problems = analyze(open_image(str(path))).problems
    assert [problem.partition(":")[0] for problem in problems] == ["layer 1"]


def test_credentials_are_masked_in_the_image_of_the_analysis(tmp_path: Path) -> None:
    config = config_json([LOWER], Env=["DB_PASSWORD=hunter2hunter2"])
    analysis = analyze(open_image(str(docker_archive(tmp_path / "image.tar", [LOWER], config))))
    assert "hunter2hunter2" not in repr(analysis.image)
    assert any("DB_PASSWORD" in entry for entry in analysis.image.config.env)


def test_progress_follows_the_layers_and_can_cancel(archive: str) -> None:
    steps: list[str] = []
    analyze(open_image(archive), lambda what, done, total: steps.append(what))
    assert "attributing every byte" in steps

    def cancel(*_: object) -> None:
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        analyze(open_image(archive), cancel)
