"""Files that running showed to be needed: exactly these, with the links beside them."""

from pathlib import Path

import pytest

from layerscope.advice.ground import RecommendOptions
from tests.support.archives import link
from tests.support.programs import Row, analysis_of, go_program, program

ROWS: list[Row] = [
    ("usr/local/go/pkg/tool/compile", bytes(20_000_000)),
    program("app/server", go_program()),
    ("opt/lib/libx.so.1.2", b"library"),
    link("opt/lib/libx.so.1", "libx.so.1.2"),
    ("opt/lib/liby.so.1", b"other"),
    ("opt/pages/[id].js", b"page"),
    ("opt/pages/i.js", b"other page"),
    link("opt/current", "releases/2"),
    ("opt/releases/2/a.txt", b"a"),
]


@pytest.mark.parametrize(
    ("observed", "targets"),
    [
        (b"opt/lib/libx.so.1.2", {b"/opt/lib/libx.so.1.2", b"/opt/lib/libx.so.1"}),
        (b"/opt/lib/libx.so.1", {b"/opt/lib/libx.so.1.2", b"/opt/lib/libx.so.1"}),
        (b"opt/pages/[id].js", {b"/opt/pages/[id].js"}),
        (b"opt/current/a.txt", {b"/opt/current/a.txt", b"/opt/releases/2/a.txt"}),
        (b"opt/pages", {b"/opt/pages"}),
        (b"nowhere", set()),
    ],
    ids=["behind a link", "a link", "no glob", "through a directory's link", "a directory", "nothing"],
)
def test_what_was_observed_is_copied(tmp_path: Path, observed: bytes, targets: set[bytes]) -> None:
    options = RecommendOptions(observed=(observed,))
    analysis = analysis_of(tmp_path, [ROWS], ["RUN go build"], options, Cmd=["/app/server"])
    assert {copy.target for copy in analysis.recommendation.copies} - {b"/app/server"} == targets
