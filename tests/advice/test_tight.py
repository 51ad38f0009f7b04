"""The tightest plan: never the default, and never less than what is proved or was seen."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.recommend import recommend
from layerscope.advice.remarks import Code
from layerscope.advice.rungs import highest
from layerscope.advice.tight import tightened
from layerscope.core.vocabulary import Role, Rung
from layerscope.needs.model import Because, Need, Part
from tests.support.programs import Row, analysis_of, go_program, program

ROWS: list[Row] = [
    program("app/server", go_program()),
    ("opt/used.txt", b"used"),
    ("opt/unused.txt", b"unused"),
    ("opt/followed.txt", b"followed"),
]


def test_what_stands_on_an_upper_rung_stays_only_where_a_run_opened_it(tmp_path: Path) -> None:
    analysis = analysis_of(tmp_path, [[("usr/local/go/tool", bytes(20_000_000))], ROWS], ["COPY go /"], Cmd=["/app/server"])
    runtime, visible = analysis.runtime, analysis.filesystem.visible

    def need(path: bytes, rung: Rung) -> Need:
        return Need(path=path, entry=visible[path], role=Role.DATA, because=(Because("package"),), asked=(path,), rung=rung)

    more = (
        need(b"opt/used.txt", Rung.CLOSURE),
        need(b"opt/unused.txt", Rung.CLOSURE),
        need(b"opt/followed.txt", Rung.FOLLOWED),
    )
    ground = replace(analysis.ground, runtime=replace(runtime, needs=(*runtime.needs, *more)))
    assert tightened(ground) is ground
    wanted = RecommendOptions(opened=(b"opt/used.txt",), tight=True)
    tight = tightened(replace(ground, options=wanted))
    assert {item.path for item in ground.runtime.needs} - {item.path for item in tight.runtime.needs} == {b"opt/unused.txt"}
    assert Code.TIGHT in [risk.code for risk in recommend(replace(ground, options=wanted)).doubts]


@pytest.mark.parametrize(
    ("rung", "left"),
    [
        (None, {b"opt/used.txt", b"opt/unused.txt", b"opt/followed.txt"}),
        (Rung.SUBTRACTED, {b"opt/used.txt", b"opt/unused.txt", b"opt/followed.txt"}),
        (Rung.CLOSURE, {b"opt/used.txt", b"opt/followed.txt"}),
        (Rung.FOLLOWED, {b"opt/followed.txt"}),
    ],
)
def test_nothing_above_the_rung_that_is_asked_for_stays(tmp_path: Path, rung: Rung | None, left: set[bytes]) -> None:
    analysis = analysis_of(tmp_path, [[("usr/local/go/tool", bytes(20_000_000))], ROWS], ["COPY go /"], Cmd=["/app/server"])
    runtime, visible = analysis.runtime, analysis.filesystem.visible
    rungs = {b"opt/used.txt": Rung.CLOSURE, b"opt/unused.txt": Rung.SUBTRACTED, b"opt/followed.txt": Rung.FOLLOWED}
    more = (
        Need(path=path, entry=visible[path], role=Role.DATA, because=(Because("package"),), asked=(path,), rung=item)
        for path, item in rungs.items()
    )
    parts = tuple(Part(rung, "a part", frozenset({visible[path]})) for path, rung in rungs.items() if rung != Rung.FOLLOWED)
    ground = replace(analysis.ground, runtime=replace(runtime, needs=(*runtime.needs, *more), parts=parts))
    lower = tightened(replace(ground, options=RecommendOptions(rung=rung))).runtime
    assert {need.path for need in lower.needs} & rungs.keys() == left
    assert highest(lower) == (rung or Rung.SUBTRACTED)


def test_what_a_run_missed_stays_whatever_its_rung(tmp_path: Path) -> None:
    analysis = analysis_of(tmp_path, [[("usr/local/go/tool", bytes(20_000_000))], ROWS], ["COPY go /"], Cmd=["/app/server"])
    path = b"opt/used.txt"
    entry = analysis.filesystem.visible[path]
    need = Need(path=path, entry=entry, role=Role.DATA, because=(Because("package"),), asked=(path,), rung=Rung.SUBTRACTED)
    ground = replace(analysis.ground, runtime=replace(analysis.runtime, needs=(*analysis.runtime.needs, need)))
    wanted = RecommendOptions(rung=Rung.FOLLOWED, observed=(path,))
    assert need in tightened(replace(ground, options=wanted)).runtime.needs
    assert Code.PROVED_BELOW in [risk.code for risk in recommend(replace(ground, options=wanted)).doubts]
