"""The inside of programs as `layerscope why` prints it: what it is, whose code, what strip saves; never a secret or escape."""

import json
import zlib
from pathlib import Path

import pytest

from layerscope.__main__ import main
from layerscope.advice.why import look_inside
from layerscope.analysis import Analysis
from layerscope.report.text.inside import blocks, short
from tests.support.archives import link
from tests.support.programs import Row, analysis_of, build_information, elf, go_program

LINES = """\
path\texample.com/shop/cmd/server
mod\texample.com/shop\t(devel)
dep\tgopkg.in/paint.v3\tv3.0.1
=>\t../paint
build\t-ldflags="-w -X main.token=hunter2"
build\tDefaultGODEBUG=a=1
build\tvcs.revision=0123abc
"""
SIZES = {"main.main": 3000, "gopkg.in/paint%2ev3.Coat": 20_000, "net/http.Get": 50_000}
CRATES = zlib.compress(json.dumps({"packages": [{"name": f"crate{n}", "version": "1.0.0"} for n in range(14)]}).encode())
CRATE = zlib.compress(json.dumps({"packages": [{"name": "crate", "version": "1.0.0"}]}).encode())
ROWS: list[Row] = [
    ("app/server", go_program(sizes=SIZES, lines=LINES, symbols=90_000)),
    ("app/many", go_program(sizes={f"host.org/m{n}/p.F": 100 * n for n in range(1, 30)})),
    ("app/rusty", elf(sections={".dep-v0": CRATES, ".comment": b"rustc version 1.75.0 (x)\0"})),
    ("app/panics", elf(sections={".rodata": b"/root/.cargo/registry/src/x/tokio-1.35.1/src/a.rs /rustc-1.63.0/library/core"})),
    ("app/sizeless", elf(sections={".go.buildinfo": build_information("go1.22.10", "path\tx\nmod\texample.com/x\t(devel)\n")})),
    ("app/cutter", elf(sections={".dep-v0": CRATE, ".comment": b"rustc version 1.75.0 (x)\0"})),
    ("app/plain", elf(sections={".text": bytes(500), ".comment": b"GCC: (Debian 12.2.0-14) 12.2.0\0"})),
    ("app/hostile", go_program(sizes={"evil.org/\x1b]0;y.F": 10}, lines="path\tevil\x1b]0;x\ndep\t\u202eevil\tv1\x07\n")),
    ("app/notes.txt", b"notes" * 100),
    link("app/current", "server"),
]


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return analysis_of(tmp_path_factory.mktemp("inside"), [ROWS], Cmd=["/app/server"])


def text(analysis: Analysis, path: str) -> str:
    details = look_inside(path.encode(), analysis.filesystem, analysis.contents)
    assert details is not None
    return "\n".join(f"{title}: {line}" for title, lines in blocks(details) for line in lines)


def line(analysis: Analysis, path: str) -> str:
    details = look_inside(path.encode(), analysis.filesystem, analysis.contents)
    assert details is not None
    return short(details)


def test_a_go_program_by_modules_and_packages(analysis: Analysis) -> None:
    told = text(analysis, "app/server").splitlines()
    assert told[0] == "inside: Go program example.com/shop/cmd/server, by go1.22.10"
    assert told[1].startswith("inside: code 73.1 kB · line table ")
    assert told[2].startswith("inside: strip would save 90 kB, 5")
    assert told[2].endswith("% of it: .symtab")
    assert told[3] == "inside: built with -ldflags=-w -X main.token=… vcs.revision=0123abc"
    assert told[4].startswith("modules: 73.1 kB of code by module; ")
    assert told[5:] == [
        "modules:  50.1 kB   68.5 %  std go1.22.10",
        "modules:    20 kB   27.4 %  gopkg.in/paint.v3 v3.0.1, replaced by ../paint",
        "modules:     3 kB    4.1 %  example.com/shop (devel)",
        "package:    50 kB   68.4 %  net/http",
        "package:    20 kB   27.4 %  gopkg.in/paint.v3",
        "package:     3 kB    4.1 %  example.com/shop/cmd/server",
        "package:     64 B  < 0.1 %  runtime",
    ]


def test_the_same_in_one_line(analysis: Analysis) -> None:
    expected = "go1.22.10 · std 50.1 kB, gopkg.in/paint.v3 20 kB, example.com/shop 3 kB · strip would save 90 kB"
    assert line(analysis, "app/server") == expected


def test_of_many_modules_the_largest_are_named_and_the_rest_is_summed(analysis: Analysis) -> None:
    rows = [row for row in text(analysis, "app/many").splitlines() if row.startswith("modules:")]
    assert rows[1] == "modules: by the names of functions: the program has no list of its modules"
    assert rows[2].endswith("host.org/m29")
    assert len(rows) == 13
    assert rows[-1].endswith("21 more")  # 29 modules, std, and main without a function
    assert line(analysis, "app/many").count("28 more") == 0
    assert ", 27 more · stripped" in line(analysis, "app/many")


def test_rust_programs_by_their_crates(analysis: Analysis) -> None:
    told = text(analysis, "app/rusty").splitlines()
    assert told[0] == "inside: Rust program, by rustc 1.75.0"
    assert told[3:5] == ["crates: 14 crates linked in", "crates: crate0 1.0.0"]
    assert told[-1] == "crates: 4 more"
    assert line(analysis, "app/rusty") == "rustc 1.75.0 · 14 crates · stripped"
    assert "crates: 1 crate that messages of panics name; there may be more" in text(analysis, "app/panics")


@pytest.mark.parametrize(
    ("path", "listed", "short_line"),
    [
        ("app/sizeless", "modules: 1 module linked in", "go1.22.10 · 1 module · stripped"),
        ("app/cutter", "crates: 1 crate linked in", "rustc 1.75.0 · 1 crate · stripped"),
    ],
)
def test_one_module_is_called_as_its_language_calls_it(analysis: Analysis, path: str, listed: str, short_line: str) -> None:
    assert listed in text(analysis, path)
    assert line(analysis, path) == short_line


def test_other_programs_by_their_parts(analysis: Analysis) -> None:
    assert text(analysis, "app/plain").startswith("inside: compiled program or library, by GCC 12.2.0\ninside: code 500 B · ")
    assert line(analysis, "app/plain").startswith("GCC 12.2.0 · code 500 B")


def test_links_lead_to_the_program_and_other_files_are_not_read(analysis: Analysis) -> None:
    assert text(analysis, "app/current") == text(analysis, "app/server")
    for path in (b"app/notes.txt", b"app", b"nowhere"):
        assert look_inside(path, analysis.filesystem, analysis.contents) is None


def test_names_in_programs_are_escaped(analysis: Analysis) -> None:
    for told in (text(analysis, "app/hostile"), line(analysis, "app/hostile")):
        assert told.replace("\n", "").isprintable()
    assert "evil.org/\\x1b]0;y" in text(analysis, "app/hostile")


def test_why_prints_the_inside_after_the_layers_and_never_a_secret(
    analysis: Analysis, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = analysis.image.reference
    archive = reference if ":" in reference and Path(reference.partition(":")[2]).exists() else None
    if archive is None:
        pytest.skip(f"{reference} names no file")
    assert main(["why", archive, "/app/server"]) == 0
    told = capsys.readouterr().out
    assert "\n  inside  Go program example.com/shop/cmd/server, by go1.22.10\n" in told
    assert "\n  modules 73.1 kB of code" in told
    assert "hunter2" not in told
    assert main(["why", archive, "/app/notes.txt"]) == 0
    assert "inside" not in capsys.readouterr().out
