"""Why a path is kept or dropped: the proof back to the config, and what each layer did to it."""

from pathlib import Path

import pytest

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.why import Explanation, explain
from layerscope.analysis import Analysis
from layerscope.core.errors import UsageError
from tests.support.archives import link
from tests.support.programs import Row, analysis_of, directory, go_program

BASE: list[Row] = [
    ("usr/local/go/bin/go", bytes(2_000_000)),
    ("etc/ssl/certs/ca-certificates.crt", b"bundle"),
    ("etc/gone", b"gone"),
    ("usr/bin/tool", b"old"),
    link("bin", "usr/bin"),
]
BUILD: list[Row] = [
    ("app/server", go_program("crypto/x509.loadSystemRoots")),
    ("etc/.wh.gone", b""),
    ("usr/bin/tool", b"new"),
    ("app/odd\x1bname", b"x"),
]


@pytest.fixture
def analysis(tmp_path: Path) -> Analysis:
    return analysis_of(tmp_path, [BASE, BUILD], ["COPY base /", "RUN go build"], Cmd=["/app/server"], WorkingDir="/app")


def why(analysis: Analysis, path: str) -> Explanation:
    return explain(path, analysis.ground, analysis.recommendation)


def test_a_kept_path_has_its_proof_back_to_the_config(analysis: Analysis) -> None:
    found = why(analysis, "/etc/ssl/certs/ca-certificates.crt")
    assert (found.verdict, found.size, found.kept_size) == ("kept", 6, 6)
    assert found.proof == ("certificate authorities: crypto/x509.loadSystemRoots is linked into /app/server", "CMD")
    assert found.reason == found.proof[0]


def test_a_dropped_path_has_a_reason_and_an_owner(analysis: Analysis) -> None:
    found = why(analysis, "/usr/local/go/bin/go")
    assert (found.verdict, found.kept_size, found.proof) == ("dropped", 0, ())
    assert found.owner is not None
    assert (found.owner.category, found.owner.rule) == ("toolchain", "LS101")
    assert "only needed to build" in found.reason


def test_the_layers_history_of_a_path(analysis: Analysis) -> None:
    assert [(step.layer, step.what, step.live) for step in why(analysis, "/usr/bin/tool").steps] == [
        (0, "stores", False),
        (1, "stores again", True),
    ]
    gone = why(analysis, "/etc/gone")
    assert (gone.verdict, gone.size) == ("shadowed", 4)
    assert [(step.what, step.instruction) for step in gone.steps] == [("stores", "COPY base /"), ("deletes", "RUN go build")]


def test_links_are_explained_by_what_they_lead_to(analysis: Analysis) -> None:
    found = why(analysis, "/bin/tool")
    assert (found.leads_to, found.verdict) == (b"usr/bin/tool", "dropped")


def test_a_directory_says_how_much_of_it_is_kept(analysis: Analysis) -> None:
    found = why(analysis, "/app")
    assert (found.kind, found.verdict) == ("directory", "kept")
    assert found.kept_size == found.size


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/", "4 of the 8 files below it are kept"),
        ("/app", "1 of the 2 files below it is kept"),
        ("/usr", "1 of the 3 files below it is kept"),
        ("/etc/ssl", "the one file below it is kept"),
    ],
)
def test_files_below_a_directory_are_counted_as_the_report_counts_them(tmp_path: Path, path: str, reason: str) -> None:
    """Names that are not directories: links count, directories do not."""
    base: list[Row] = [*BASE, ("usr/local/go/VERSION", b"go1.22"), directory("usr/local"), ("etc/apt/sources.list", b"deb")]
    options = RecommendOptions(keep=("/usr/local/go/VERSION",))
    analysis = analysis_of(tmp_path, [base, BUILD], ["COPY base /", "RUN go build"], options, Cmd=["/app/server"])
    assert why(analysis, path).reason == reason
    assert analysis.sizes.files == 8


def test_escapes_of_shown_names_are_understood(analysis: Analysis) -> None:
    assert why(analysis, "/app/odd\\x1bname").path == b"app/odd\x1bname"


def test_a_path_that_no_layer_has_is_one_clear_line(analysis: Analysis) -> None:
    with pytest.raises(UsageError, match="the image has no /nowhere"):
        why(analysis, "/nowhere")
