"""The lean image without an engine: its layers, their files, and the base below them."""

import tarfile
from pathlib import Path

from layerscope.advice.ground import RecommendOptions
from layerscope.layers.elf import elf_facts
from tests.support.programs import Row, analysis_of, elf, go_program, program
from tests.support.proofs import HISTORY, TOOLCHAIN, fat_image, lean_of


def test_the_lean_image_has_exactly_the_predicted_bytes_and_a_layer_for_each_copy(tmp_path: Path) -> None:
    analysis = fat_image(tmp_path)
    lean = lean_of(analysis)
    assert lean.stored == analysis.recommendation.predicted_size
    assert len(lean.layers) == len(analysis.recommendation.copies)
    names: set[str] = set()
    for layer in lean.layers:
        layer.content.seek(0)
        with tarfile.open(fileobj=layer.content) as tar:
            names.update(tar.getnames())
    assert {"app/server", "app/templates/a.html", "app/templates/c.html", "etc/ssl/certs/ca-certificates.crt"} <= names
    assert not [name for name in names if name.startswith("usr/local/go")]


def test_programs_are_stripped_and_keep_their_capabilities_on_the_way(tmp_path: Path) -> None:
    """As the Dockerfile does it: RUN strip in the stage in between, and COPY, which brings security.capability along."""
    able, content = tarfile.TarInfo("app/able"), elf()
    able.size, able.mode, able.pax_headers = len(content), 0o755, {"SCHILY.xattr.security.capability": "\x01\x00\x00\x02"}
    tools: list[Row] = [("bin/sh", b"shell"), ("bin/rm", b"rm"), ("usr/bin/strip", b"strip"), TOOLCHAIN]
    rows: list[Row] = [program("app/server", go_program(symbols=9000)), (able, content)]
    wanted = RecommendOptions(keep=("/app/able",))
    analysis = analysis_of(tmp_path, [tools, rows], HISTORY, wanted, Cmd=["/app/server"])
    assert "RUN strip --strip-all /app/server" in analysis.recommendation.dockerfile
    lean = lean_of(analysis)
    headers, contents = {}, {}
    for layer in lean.layers:
        layer.content.seek(0)
        with tarfile.open(fileobj=layer.content) as tar:
            for member in filter(tarfile.TarInfo.isreg, tar):
                file = tar.extractfile(member)
                assert file is not None
                headers[member.name], contents[member.name] = member.pax_headers, file.read()
    assert headers["app/able"]["SCHILY.xattr.security.capability"] == "\x01\x00\x00\x02"
    facts = elf_facts(contents["app/server"])
    assert facts is not None
    assert (facts.go_version, facts.strippable) == ("go1.22.10", 0)
