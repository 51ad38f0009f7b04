"""What becomes of the files that a fat container opened: copied, in the base, replaced with a reason, or lost."""

import pytest
from msgspec.structs import replace

from layerscope.advice.model import Base, Recommendation
from layerscope.analysis import Analysis
from layerscope.needs.model import StaticSite
from layerscope.proof.coverage import Coverage, cover
from tests.support.archives import link
from tests.support.programs import Row, analysis_of, go_program, program

BUNDLE = "etc/ssl/certs/ca-certificates.crt"
OWN = "usr/local/share/ca-certificates/own.crt"
ROWS: list[Row] = [
    program("app/server", go_program()),
    ("app/settings.yml", b"a: 1"),
    (BUNDLE, b"all"),
    ("usr/share/ca-certificates/one.crt", b"one"),
    link("etc/ssl/certs/one.pem", "/usr/share/ca-certificates/one.crt"),
    (OWN, b"own"),
    link("etc/ssl/certs/own.pem", f"/{OWN}"),
    ("usr/share/zoneinfo/UTC", b"TZif"),
    link("etc/localtime", "/usr/share/zoneinfo/UTC"),
    ("etc/ld.so.cache", b"cache"),
    ("usr/lib/libz.so.1", b"z"),
    ("app/main.py", b"pass"),
    ("app/__pycache__/main.cpython-311.pyc", b"compiled"),
]


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analysis_of(tmp_path_factory.mktemp("coverage"), [ROWS], ["COPY . /"], Cmd=["/app/server"])


def covered(analysis: Analysis, *opened: str, keep: tuple[str, ...] = (), base: tuple[str, ...] | None = ()) -> Coverage:
    """The files as a plan covers them that keeps some, on a base with others (None: a base that was not opened)."""
    kept = frozenset(analysis.filesystem.visible[path.encode()] for path in keep)
    content = None if base is None else dict.fromkeys(map(str.encode, base), 1)
    plan: Recommendation = replace(
        analysis.recommendation, base=Base("base:1", 0, ""), kept=kept, base_content=content, files={}, rebuilt=b""
    )
    return cover(analysis.filesystem, analysis.runtime, plan, tuple(map(str.encode, opened)))


def test_an_opened_file_is_copied_in_the_base_or_lost(analysis: Analysis) -> None:
    found = covered(
        analysis, "app/server", "usr/lib/libz.so.1", "app/settings.yml", keep=("app/server",), base=("lib/libz.so.1",)
    )
    assert found.copied == {analysis.filesystem.visible[b"app/server"]}
    assert found.base == (b"usr/lib/libz.so.1",)
    assert found.lost == (b"app/settings.yml",)


def test_what_is_no_file_of_the_image_is_left_out(analysis: Analysis) -> None:
    assert covered(analysis, "app", "proc/self/maps", "nowhere") == Coverage(frozenset(), (), {}, ())


@pytest.mark.parametrize(
    ("opened", "keep", "base", "reason"),
    [
        ("etc/ld.so.cache", (), (), "each base has its own list of libraries"),
        ("usr/share/zoneinfo/UTC", (), (), "local time is UTC as well"),
        ("etc/ssl/certs/one.pem", (BUNDLE,), (), "part of the bundle"),
        ("etc/ssl/certs/one.pem", (), (BUNDLE,), "part of the bundle"),
        (OWN, (BUNDLE,), (), "part of the bundle"),
        ("app/__pycache__/main.cpython-311.pyc", ("app/main.py",), (), "compiled again from its source"),
        ("app/server", (), None, "base:1 has its own in another place"),
        ("app/server", (), ("usr/bin/server",), "base:1 has its own in another place"),
    ],
)
def test_a_file_that_something_else_replaces_is_not_lost(
    analysis: Analysis, opened: str, keep: tuple[str, ...], base: tuple[str, ...] | None, reason: str
) -> None:
    (found,) = covered(analysis, opened, keep=keep, base=base).replaced.values()
    assert reason in found


@pytest.mark.parametrize(
    ("opened", "base"),
    [
        ("etc/ssl/certs/one.pem", ()),
        (OWN, (BUNDLE,)),
        ("app/__pycache__/main.cpython-311.pyc", ()),
        ("app/server", ("usr/bin/other",)),
    ],
    ids=["no bundle", "a base knows public authorities only", "no source", "not in the base"],
)
def test_without_its_replacement_it_is_lost(analysis: Analysis, opened: str, base: tuple[str, ...]) -> None:
    found = covered(analysis, opened, base=base)
    assert (found.lost, found.replaced) == ((opened.encode(),), {})


def test_a_site_that_another_server_hands_out_needs_only_its_own_files(analysis: Analysis) -> None:
    runtime = replace(analysis.runtime, site=StaticSite(root=b"app", port=80, server="serve"))
    plan = replace(analysis.recommendation, base=Base("nginx", 0, ""), kept=frozenset(), base_content={}, files={b"a": b""})
    found = cover(analysis.filesystem, runtime, plan, (b"usr/lib/libz.so.1", b"app/settings.yml"))
    assert found.replaced == {b"usr/lib/libz.so.1": "nginx serves the files instead"}
    assert found.lost == (b"app/settings.yml",)
