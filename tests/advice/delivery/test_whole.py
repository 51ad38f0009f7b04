"""An image of which nearly everything is needed crosses as a whole, after what is not needed was removed."""

from pathlib import Path

from layerscope.advice.delivery.files import File
from layerscope.advice.delivery.whole import is_mostly_needed, whole
from layerscope.advice.plan.base import Candidate, known_base
from layerscope.analysis import Analysis
from tests.support.archives import link
from tests.support.programs import Row, analysis_of, go_program

ROWS: list[Row] = [
    ("app/server", go_program()),
    ("bin/sh", b"shell"),
    ("bin/rm", b"rm"),
    ("usr/lib/big", bytes(9000)),
    ("usr/lib/compiler", None),
    ("usr/lib/compiler/cc1", bytes(100)),
    ("usr/lib/compiler/cc2", bytes(100)),
    ("var/log/apt.log", b"log"),
    ("var/log", None),
    ("run/x", None),
    link("usr/lib/alias", "big"),
]
SCRATCH = known_base("scratch")


def image(tmp_path: Path) -> Analysis:
    return analysis_of(tmp_path, [ROWS], Cmd=["/app/server"])


def kept(analysis: Analysis, *paths: bytes) -> list[File]:
    return [File(analysis.filesystem.visible[path], path, path, "needed") for path in paths]


def test_only_most_of_an_image_on_an_empty_base_in_many_lines_crosses_whole(tmp_path: Path) -> None:
    analysis = image(tmp_path)
    most, little = kept(analysis, b"usr/lib/big"), kept(analysis, b"bin/sh")
    assert is_mostly_needed(analysis.ground, SCRATCH, most, 41)
    assert not is_mostly_needed(analysis.ground, SCRATCH, most, 40)
    assert not is_mostly_needed(analysis.ground, SCRATCH, little, 41)
    assert not is_mostly_needed(analysis.ground, Candidate(reference="debian"), most, 41)


def test_the_highest_paths_that_hold_nothing_needed_are_removed_and_what_removes_them_last(tmp_path: Path) -> None:
    analysis = image(tmp_path)
    found = whole(analysis.ground, kept(analysis, b"app/server", b"usr/lib/big"), [])
    assert found is not None
    assert [(copy.source, copy.target, copy.size) for copy in found.copies] == [(b"/", b"/", 9000 + len(go_program()))]
    assert set(found.removed) == {b"usr/lib/alias", b"usr/lib/compiler", b"var/log/apt.log", b"bin/sh", b"bin/rm"}
    assert set(found.removed[-2:]) == {b"bin/sh", b"bin/rm"}


def test_a_name_that_no_link_explains_has_a_line_of_its_own(tmp_path: Path) -> None:
    analysis = image(tmp_path)
    moved = File(analysis.filesystem.visible[b"bin/rm"], b"bin/rm", b"opt/rm", "needed")
    found = whole(analysis.ground, [*kept(analysis, b"usr/lib/big"), moved], [])
    assert found is not None
    assert [copy.target for copy in found.copies] == [b"/", b"/opt/rm"]
    assert b"bin/rm" not in found.removed
