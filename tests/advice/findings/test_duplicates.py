"""The same content at several places: what counts, what does not, and what is read for it."""

import tarfile
from pathlib import Path

import pytest

from layerscope.advice.findings.duplicates import SMALLEST
from layerscope.advice.model import Finding
from layerscope.layers.contents import Contents
from tests.support.archives import link
from tests.support.layouts import compressed_analysis
from tests.support.programs import Row, analysis_of, go_program

ONE, OTHER = b"a" * SMALLEST, b"a" * (SMALLEST - 1) + b"b"


def copies(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.rule == "LS403"]


def test_all_copies_but_the_first_count(tmp_path: Path) -> None:
    layers: list[list[Row]] = [[("app/a", ONE)], [("app/b", ONE), ("srv/c", ONE), ("app/other", OTHER)]]
    (found,) = copies(analysis_of(tmp_path, layers, ["COPY a /app/", "COPY . /"], WorkingDir="/app").findings)
    assert (found.size, found.layers, found.confidence) == (2 * SMALLEST, (0, 1), "unknown")
    assert found.paths == (b"app/b", b"srv/c")
    assert found.instructions == ("COPY a /app/", "COPY . /")
    assert "4.1 kB each: /app/a (layer 0), /app/b (layer 1), /srv/c (layer 1)" in found.evidence


def test_equal_sizes_and_middles_are_not_enough(tmp_path: Path) -> None:
    large = b"x" * 50_000
    rows: list[Row] = [("app/a", large + b"1"), ("app/b", large + b"2"), ("app/c", b"3" + large)]
    assert not copies(analysis_of(tmp_path, [rows], WorkingDir="/app").findings)


def test_hard_links_and_small_files_are_no_duplicates(tmp_path: Path) -> None:
    small = ONE[:-1]
    rows: list[Row] = [("app/a", ONE), link("app/b", "app/a", tarfile.LNKTYPE), ("app/c", small), ("app/d", small)]
    assert not copies(analysis_of(tmp_path, [rows], WorkingDir="/app").findings)


def test_what_another_finding_took_is_not_counted_again(tmp_path: Path) -> None:
    """A cache's copy is waste as a cache; a hidden copy as what a later layer hides."""
    rows: list[Row] = [("app/a", ONE), ("root/.cache/go-build/a", ONE), ("app/gone", ONE)]
    findings = analysis_of(tmp_path, [rows, [("app/.wh.gone", b"")]], WorkingDir="/app").findings
    assert not copies(findings)
    assert {finding.rule: finding.size for finding in findings} == {"LS201": SMALLEST, "LS401": SMALLEST}


def test_what_the_program_needs_may_be_there_twice(tmp_path: Path) -> None:
    program = go_program(symbols=SMALLEST)
    rows: list[Row] = [("app/server", program), ("usr/local/bin/server", program)]
    (found,) = copies(analysis_of(tmp_path, [rows], Entrypoint=["/app/server"], WorkingDir="/app").findings)
    assert (found.size, found.paths) == (len(program), (b"usr/local/bin/server",))


def test_compressed_layers_are_compared_only_when_asked_and_inflated_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers: list[list[Row]] = [[("app/a", ONE), ("app/b", ONE), ("app/x", OTHER)], [("app/c", ONE), ("app/d", b"z" * SMALLEST)]]
    read: list[int] = []
    digests = Contents.digests

    def counted(self: Contents, layer: int, rows: list[int]) -> dict[int, bytes]:
        read.append(layer)
        return digests(self, layer, rows)

    monkeypatch.setattr(Contents, "digests", counted)
    assert not copies(compressed_analysis(tmp_path / "quick", layers, WorkingDir="/app").findings)
    assert not read
    (found,) = copies(compressed_analysis(tmp_path / "thorough", layers, WorkingDir="/app", thorough=True).findings)
    assert (found.size, found.paths) == (2 * SMALLEST, (b"app/b", b"app/c"))
    assert sorted(read) == [0, 1]


def test_reading_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond the bound is not called a duplicate; the largest files are compared first."""
    monkeypatch.setattr("layerscope.advice.findings.same_content.COMPARED_BYTES", 5 * SMALLEST)
    rows: list[Row] = [("app/a", ONE + b"+"), ("app/b", ONE + b"+"), ("app/c", ONE), ("app/d", ONE)]
    (found,) = copies(analysis_of(tmp_path, [rows], WorkingDir="/app").findings)
    assert found.paths == (b"app/b",)
