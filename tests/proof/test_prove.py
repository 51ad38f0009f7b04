"""A proof without an engine: what the lean image loads is checked, and what cannot be proved is said."""

from pathlib import Path

import pytest

from layerscope.advice.ground import RecommendOptions
from layerscope.core.errors import ImageError
from layerscope.proof.containers import Outcome, Probe
from layerscope.proof.prove import prove
from layerscope.sources import open_image
from tests.support.comparisons import demo
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, elf, program
from tests.support.proofs import HISTORY, TOOLCHAIN, fat_image


def test_proof_without_an_engine_checks_what_the_lean_image_loads_and_says_that_nothing_ran(tmp_path: Path) -> None:
    analysis = fat_image(tmp_path)
    output = tmp_path / "proof.tar"
    proof = prove(analysis, RecommendOptions(), Probe(), output=output)
    assert proof.holds
    assert proof.lean == Outcome()
    assert "load it into an engine" in proof.why_not_run
    assert proof.sizes.exact == proof.sizes.predicted
    assert open_image(f"oci-archive:{output}").config.cmd == ("/app/server",)
    assert sorted(path.name for path in tmp_path.iterdir() if "partial" in path.name) == []


def test_a_needed_library_that_the_base_does_not_have_is_found_without_running(tmp_path: Path) -> None:
    """The image lacks a library itself, so no plan can bring it: that is no fault of the plan, and it is not reported twice."""
    rows: list[Row] = [
        program("app/server", elf(interpreter=GLIBC_LOADER, needed=["libgone.so"])),
        ("lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
    ]
    analysis = analysis_of(tmp_path, [[TOOLCHAIN], rows], HISTORY, Cmd=["/app/server"])
    proof = prove(analysis, RecommendOptions(base="scratch"), Probe())
    assert proof.holds
    assert any("libgone.so" in item.what for item in analysis.runtime.unresolved)


def test_nothing_to_prove_is_one_clear_line(tmp_path: Path) -> None:
    analysis = analysis_of(tmp_path, [[TOOLCHAIN]], ["COPY go /usr/local/go"], Cmd=["/app/missing"])
    with pytest.raises(ImageError, match=r"\Ano image is recommended: "):
        prove(analysis, RecommendOptions(), Probe())


def test_the_demo_proves_nothing() -> None:
    with pytest.raises(ImageError, match="no file contents"):
        prove(demo("fat"), RecommendOptions(), Probe())
