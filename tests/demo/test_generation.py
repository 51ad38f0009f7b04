"""The embedded pair: real names and sizes, no engine, no network, hardly any room."""

import os
import tempfile
from pathlib import Path

import pytest

from layerscope.core.errors import UsageError
from layerscope.core.names import printable
from layerscope.demo import open_demo
from layerscope.demo.description import DESCRIPTIONS, describe
from layerscope.demo.generation import keeps_holes
from layerscope.filesystem.stacking import stack
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks


@pytest.mark.parametrize("which", sorted(DESCRIPTIONS))
def test_every_described_file_is_found_again(which: str) -> None:
    """The generated tars, read by the ordinary way, hold exactly the rows of the description."""
    description, image = describe(which), open_demo(which)
    indexes = index_layers(image.layers, Picks.of_commands(image.config.entrypoint, image.config.cmd))
    assert [index.problem for index in indexes] == [""] * len(description.layers)
    for layer, index in zip(description.layers, indexes, strict=True):
        assert [printable(path) for path in index.paths] == layer.paths
        assert list(index.sizes) == layer.sizes
        assert list(index.mtimes) == layer.mtimes
        assert index.tar_size == layer.tar_size
        assert {row: content.decode() for row, content in index.contents.items()} == layer.contents
        assert [*zip(index.kinds, index.modes, index.uids, index.gids, strict=True)] == layer.attributes


@pytest.mark.parametrize(("which", "stripped"), [("fat", False), ("lean", True)])
def test_the_program_has_its_real_elf_facts(which: str, stripped: bool) -> None:
    """Both are static Go programs; only the multi-stage build strips (`-ldflags="-s -w"`)."""
    image = open_demo(which)
    indexes = index_layers(image.layers, Picks())
    filesystem = stack(indexes)
    entry = filesystem.visible[b"app/server"]
    facts = Contents(image.layers, indexes).elf(filesystem.layers[entry], filesystem.row(entry))
    assert facts is not None
    assert facts.static
    assert facts.go_version.startswith("go1.22")
    assert "crypto/x509.loadSystemRoots" in facts.mentions
    assert (facts.strippable == 0) is stripped


def test_the_fat_image_keeps_its_real_size_without_filling_the_disk() -> None:
    image = open_demo("fat")
    file = image.layers[0].blob.file
    assert file.size == sum(layer.blob.size for layer in image.layers) > 850_000_000
    assert sum(sum(index.sizes) for index in index_layers(image.layers, Picks())) > 850_000_000
    assert image.source == "demo"


def test_two_generations_are_equal() -> None:
    first, second = (open_demo("lean").layers for _ in range(2))
    assert [layer.blob.digest() for layer in first] == [layer.blob.digest() for layer in second]


def test_the_descriptions_are_small() -> None:
    import layerscope.demo

    directory = Path(layerscope.demo.__file__).parent
    assert sum((directory / name).stat().st_size for name in DESCRIPTIONS.values()) < 400_000


def test_an_unknown_demo_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="demo:fat and demo:lean"):
        open_demo("thin")


def test_holes_are_probed_and_not_assumed() -> None:
    with tempfile.TemporaryFile() as file:
        assert isinstance(keeps_holes(file.fileno()), bool)
        assert os.fstat(file.fileno()).st_size == 0


def test_a_file_system_without_holes_is_never_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the file lies in memory, where empty pages cost nothing; where that does not exist either, an error says so."""
    import layerscope.demo.generation as generation
    from layerscope.core.errors import SourceError

    monkeypatch.setattr(generation, "keeps_holes", lambda descriptor: False)
    if hasattr(os, "memfd_create"):
        assert len(open_demo("lean").layers) == len(describe("lean").layers)
        monkeypatch.delattr(os, "memfd_create")
    with pytest.raises(SourceError, match="keeps no holes"):
        open_demo("lean")


def test_without_a_temporary_directory_it_lies_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container with a read-only root has no /tmp to write to."""

    def none(**_: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", none)
    if hasattr(os, "memfd_create"):
        assert len(open_demo("lean").layers) == len(describe("lean").layers)
