"""Findings: no byte in two of them, none of what the program needs, and how sure each is."""

from pathlib import Path

import pytest

from layerscope.advice.findings import CONFIDENCE
from layerscope.analysis import Analysis
from layerscope.attribution.model import CATEGORIES
from tests.support.programs import Row, analysis_of, go_program, program

SERVER = go_program("crypto/x509.loadSystemRoots", symbols=500)
BASE: list[Row] = [
    ("usr/local/go/bin/go", bytes(3000)),
    ("usr/share/doc/a/readme", bytes(200)),
    ("etc/ssl/certs/ca-certificates.crt", bytes(70)),
    ("usr/share/doc/b/gone", bytes(40)),
]
BUILD: list[Row] = [
    ("app/server", SERVER),
    ("app/main.go", b"package main\n"),
    ("root/.cache/go-build/ab/cd", bytes(900)),
    ("app/.config", bytes(30)),
    ("usr/share/doc/b/.wh.gone", b""),
]
HISTORY = ["COPY base /", "RUN go build", "RUN chmod 600 /app/.config"]


@pytest.fixture
def analysis(tmp_path: Path) -> Analysis:
    chmod: list[Row] = [program("app/.config", bytes(30), 0o600)]
    return analysis_of(tmp_path, [BASE, BUILD, chmod], HISTORY, Cmd=["/app/server"], WorkingDir="/app")


def test_findings_and_needs_are_all_bytes_and_none_twice(analysis: Analysis) -> None:
    needed = sum(analysis.filesystem.sizes[need.entry] for need in analysis.runtime.needs)
    stripped = sum(finding.size for finding in analysis.findings if finding.rule == "LS790")
    wasted = sum(finding.size for finding in analysis.findings)
    assert wasted + needed - stripped == analysis.sizes.live + analysis.sizes.shadowed


def test_each_finding_says_how_sure_it_is(analysis: Analysis) -> None:
    found = {(finding.category, finding.rule): (finding.size, finding.confidence) for finding in analysis.findings}
    assert found["toolchain", "LS101"] == (3000, "build-only")
    assert found["cache", "LS201"] == (900, "dead")
    assert found["docs", "LS501"] == (200, "unreached")
    assert found["docs", "LS401"] == (40, "dead")
    assert found["application", "LS402"] == (30, "dead")
    assert found["application", "LS790"] == (500, "build-only")


def test_findings_name_the_instruction_and_what_became_of_the_bytes(analysis: Analysis) -> None:
    again = next(finding for finding in analysis.findings if finding.rule == "LS402")
    assert (again.layers, again.instructions, again.paths) == ((1,), ("RUN go build",), (b"app/.config",))
    assert any("layer 2 stores it again" in line for line in again.evidence)
    assert all(finding.remedy for finding in analysis.findings if finding.category != "os")


def test_without_a_program_nothing_is_called_unreached_that_may_run(tmp_path: Path) -> None:
    rows: list[Row] = [("usr/lib/x86_64-linux-gnu/libx.so.1", bytes(100)), ("usr/local/go/bin/go", bytes(50))]
    findings = analysis_of(tmp_path, [rows], Cmd=["/nowhere"]).findings
    assert {finding.category for finding in findings} == {"toolchain"}


def test_every_category_but_the_application_has_a_confidence() -> None:
    assert set(CONFIDENCE) == set(CATEGORIES) - {"application"}
