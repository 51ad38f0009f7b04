"""The lean image as an archive: what is written opens again as the image that was meant."""

import json
from pathlib import Path

from layerscope.analysis import analyze
from layerscope.proof.lean.archives import config_json, write_for_engine, write_oci
from layerscope.sources import open_image
from tests.support.proofs import fat_image, lean_of


def test_the_archive_opens_again_with_the_same_program_needs_and_configuration(tmp_path: Path) -> None:
    analysis = fat_image(tmp_path, ExposedPorts={"8080/tcp": {}}, User="65532", Labels={"a": "b c"})
    path = tmp_path / "lean.tar"
    compressed = write_oci(lean_of(analysis), path, "lean")
    again = analyze(open_image(f"oci-archive:{path}"))
    assert again.problems == ()
    assert again.sizes.compressed == compressed
    assert [item.path for item in again.runtime.programs] == [b"app/server"]
    assert again.runtime.unresolved == analysis.runtime.unresolved
    config, before = again.image.config, analysis.image.config
    assert (config.cmd, config.working_dir, config.user) == (before.cmd, before.working_dir, before.user)
    assert (config.environment(), config.labels, config.exposed_ports) == (
        before.environment(),
        before.labels,
        before.exposed_ports,
    )
    assert again.filesystem.link(again.filesystem.visible[b"app/templates/c.html"]) == b"a.html"


def test_what_an_engine_loads_has_the_name_the_layers_and_the_config(tmp_path: Path) -> None:
    lean = lean_of(fat_image(tmp_path))
    path = tmp_path / "load.tar"
    with path.open("wb") as stream:
        write_for_engine(lean, stream, "lean:1")
    image = open_image(f"docker-archive:{path}")
    assert image.repository_tags == ("lean:1",)
    assert image.config.diff_ids == tuple(layer.diff_id for layer in lean.layers)
    assert json.loads(config_json(lean))["rootfs"]["diff_ids"] == list(image.config.diff_ids)
