"""One plan: what crosses onto a base, what is asked for beside the needs, and which other bases are worth offering."""

from pathlib import Path

import pytest

from layerscope.advice.delivery.model import Copy
from layerscope.advice.ground import Ground, RecommendOptions
from layerscope.advice.plan.base import Candidate, known_base
from layerscope.advice.plan.base_choice import demand_of
from layerscope.advice.plan.brief import Brief
from layerscope.advice.plan.plan import Plan, alternatives, lighter, naming_nothing, plan_on
from layerscope.advice.remarks import Code
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, elf, go_program

ROWS: list[Row] = [("app/server", go_program()), ("usr/share/doc/a/licence", b"text"), ("usr/share/doc/b/licence", b"more")]


def brief(tmp_path: Path, rows: list[Row] = ROWS, *keep: str) -> Brief:
    analysis = analysis_of(tmp_path, [rows], Cmd=["/app/server"])
    ground = analysis.ground
    ground = Ground(
        image=ground.image,
        history=ground.history,
        filesystem=ground.filesystem,
        attribution=ground.attribution,
        runtime=ground.runtime,
        options=RecommendOptions(keep=keep),
    )
    return Brief(ground=ground, demand=demand_of(ground.filesystem, ground.runtime, "amd64"))


SCRATCH = known_base("scratch")


def test_the_size_is_that_of_the_base_the_copies_and_the_files() -> None:
    copy = Copy(b"/a", b"/a", 20, "needed")
    plan = Plan(base=Candidate(reference="x", size=100), copies=(copy,), kept=frozenset(), files={b"etc/x": b"123"})
    assert plan.size == 123
    assert Plan(base=Candidate(reference="x", size=None), copies=(copy,), kept=frozenset()).size == 20
    assert plan.from_base.reference == plan.as_alternative.base == "x"


def test_needs_cross_and_nothing_else(tmp_path: Path) -> None:
    plan = plan_on(SCRATCH, brief(tmp_path))
    assert [copy.source for copy in plan.copies] == [b"/app/server"]
    assert not plan.problems


@pytest.mark.parametrize(
    ("glob", "sources"),
    [
        ("/usr/share/doc/*/licence", [b"/app/server", b"/usr/share/doc"]),
        ("/usr/share/doc/a", [b"/app/server", b"/usr/share/doc/a/licence"]),
        ("/nowhere", [b"/app/server"]),
    ],
)
def test_what_is_asked_for_is_kept(tmp_path: Path, glob: str, sources: list[bytes]) -> None:
    found = brief(tmp_path, ROWS, glob)
    assert [copy.source for copy in plan_on(SCRATCH, found).copies] == sources
    assert [doubt.code for doubt in naming_nothing(found.ground)] == ([Code.KEEPS_NOTHING] if len(sources) == 1 else [])


def test_a_copy_weighs_less_by_the_programs_in_it_that_are_stripped() -> None:
    copies = (Copy(b"/app", b"/app", 100, ""), Copy(b"/bin/x", b"/bin/x", 50, ""), Copy(b"/appendix", b"/appendix", 9, ""))
    assert [copy.size for copy in lighter(copies, {b"app/server": 30, b"bin/x": 5})] == [70, 45, 9]


def test_a_library_outside_the_default_directories_has_to_be_named(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("app/server", elf(interpreter=GLIBC_LOADER, needed=["libown.so"])),
        ("lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
        ("etc/ld.so.conf", b"/opt/lib\n"),
        ("opt/lib/libown.so", elf(soname="libown.so")),
    ]
    assert plan_on(SCRATCH, brief(tmp_path, rows)).library_path == ("/opt/lib",)


def test_other_bases_are_offered_one_of_each_kind_the_smallest_first(tmp_path: Path) -> None:
    found = brief(tmp_path)
    offered = alternatives(plan_on(SCRATCH, found), found)
    assert [other.base.partition(":")[0] for other in offered] == ["gcr.io/distroless/static-debian13", "alpine"]
    assert [other.predicted_size for other in offered] == sorted(other.predicted_size for other in offered)


def test_the_images_own_alpine_is_offered_in_the_place_of_the_known_one(tmp_path: Path) -> None:
    own = Candidate(reference="alpine:3.17", libc="musl", shell=True, size=1)
    found = brief(tmp_path)
    offered = alternatives(plan_on(SCRATCH, found), Brief(ground=found.ground, demand=found.demand, own=own))
    assert "alpine:3.17" in [other.base for other in offered]
