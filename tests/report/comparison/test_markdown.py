"""A comparison as people read it: markdown for a pull request, text for a terminal."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from layerscope.comparison.compare import compare
from layerscope.comparison.model import Comparison, ConfigPair, Note
from layerscope.report.comparison import markdown as markdown_report
from layerscope.report.comparison import text as text_report
from layerscope.report.comparison.sections import CHANGE, sections
from layerscope.report.html import pair as pair_page
from tests.support.comparisons import compared, demo, demo_pair
from tests.support.pages import parsed, text
from tests.support.programs import Row

ATTACK = "a|b`c`` [x](http://evil.example) <b>![y](z)</b> \x1b[31m\u202e\n| # boo"
parser = MarkdownIt("gfm-like")

COMMENT_LIMIT = 65_536
"""Characters of one comment on GitHub."""


@pytest.fixture(scope="module")
def markdown() -> str:
    return markdown_report.render(demo_pair())


def test_the_answer_comes_first(markdown: str) -> None:
    lines = markdown.splitlines()
    assert lines[0] == "# Comparison: `demo:fat` and `demo:lean`"
    assert lines[2] == "**879 MB → 12.3 MB: 98.6 % less (866 MB)**"
    assert lines[4].startswith("> the demo has no real file contents")


def test_every_section_that_has_something_to_say(markdown: str) -> None:
    assert [line for line in markdown.splitlines() if line.startswith("## ")] == [
        "## The gap, by what the bytes are",
        "## Its largest parts",
        "## The gap, path by path",
        "## Only in fat",
        "## Only in lean",
        "## Changed",
        "## Other permissions or owner",
        "## Configuration",
        "## What else changes",
        "## Layers",
        "## Impact",
        "## What the lean image still carries",
    ]


def test_it_fits_a_comment(markdown: str) -> None:
    assert len(markdown) < COMMENT_LIMIT / 4


def test_the_largest_rows_fit_a_comment(tmp_path: Path) -> None:
    """Paths as long as a tar holds, every kind of difference, more configuration than anybody reads."""
    deep = "/".join("\N{ZERO WIDTH SPACE}" * 60 + f"|{level}" for level in range(18)).encode()
    fat: list[Row] = [(b"fat%d/" % number + deep + b"/%d" % number, b"f" * (3000 + number)) for number in range(60)]
    lean: list[Row] = [(b"lean%d/" % number + deep + b"/%d" % number, b"l" * (1000 + number)) for number in range(60)]
    for number in range(60):
        path = b"both/" + deep + b"/%d" % number
        fat.append((path, b"1" * (100 + number)))
        lean.append((path, b"2" * (200 + number)))
        fat.append((b"here/" + deep + b"/%d" % number, b"moved %d" % number))
        lean.append((b"there/" + deep + b"/%d" % number, b"moved %d" % number))
    comparison = compared(tmp_path, [fat], [lean])
    many = tuple(ConfigPair(f"ENV {ATTACK * 50}{number}", ATTACK * 200, ATTACK * 300) for number in range(500))
    notes = tuple(Note(ATTACK, ATTACK * 10) for _ in demo_pair().notes)
    text = markdown_report.render(replace(comparison, config=many, notes=notes, notices=(ATTACK,)))
    assert "470 more are different." in text
    assert len(text) < COMMENT_LIMIT


def test_a_change_has_one_sign_for_people_in_every_format() -> None:
    """From the first image to the second: − is less in the second, and turning them round turns every sign."""
    for comparison, sign in ((demo_pair(), "−"), (compare(demo("lean"), demo("fat")), "+")):
        html = text(parsed(pair_page.render(comparison)))
        for told in (text_report.render(comparison), markdown_report.render(comparison), html):
            assert all(f"{sign}{amount}" in told for amount in ("866 MB", "206 MB", "603 MB", "86.6 GB", "6.93 s"))
            assert CHANGE in told
            assert not re.search(r" -\d[\d.]* ([kMG]?B|s)\b", told)  # a hyphen is no sign


def test_what_it_names() -> None:
    told = text_report.render(demo_pair())
    for fact in (
        "Go toolchain 1.22.10",
        "Go build cache",
        "/usr/local/go ",
        "glibc 2.36 in fat, musl 1.2.4 in lean",
        "USER",
        "appuser",
        "file → symbolic link",
        "The 9 layers of fat and the 4 layers of lean have no base in common.",
        "86.6 GB",
        "apk-tools",
    ):
        assert fact in told


def test_text_and_markdown_say_the_same(markdown: str) -> None:
    told = text_report.render(demo_pair())
    for section in sections(demo_pair()):
        assert f"{section.title}:" in told
        assert f"## {section.title}" in markdown


def test_columns_align() -> None:
    lines = text_report.render(demo_pair()).splitlines()
    start = lines.index("Its largest parts:")
    ends = {len(line) for line in lines[start + 1 : start + 17]}
    assert len(ends) == 1


def test_moves_and_a_shared_base_are_told(tmp_path: Path) -> None:
    base: list[Row] = [("base", b"b" * 1000)]
    fat: list[list[Row]] = [base, [("root/.local/bin/flask", b"1" * 50), ("root/.local/lib/x.py", b"2" * 50)]]
    lean: list[list[Row]] = [base, [("opt/venv/bin/flask", b"1" * 50), ("opt/venv/lib/x.py", b"2" * 50)]]
    told = text_report.render(compared(tmp_path, fat, lean))
    assert re.search(r"/root/\.local +/opt/venv +100 B +2\n", told)
    assert "The lowest layer is the same (1 kB), of 2 in fat and 2 in lean." in told
    assert "A node that has fat need not pull 1 kB of lean." in told


def hostile(comparison: Comparison) -> Comparison:
    """The worst text in every place that an image can fill."""
    name = ATTACK.encode()
    paths = replace(comparison.paths, paths=[b"", *(name + b"/" + path for path in comparison.paths.paths[1:])])
    fat = replace(comparison.fat, image=replace(comparison.fat.image, reference=ATTACK), problems=(ATTACK,))
    return replace(
        comparison,
        fat=fat,
        paths=paths,
        components=tuple(replace(row, name=ATTACK, fat_version=ATTACK) for row in comparison.components),
        config=(ConfigPair(ATTACK, ATTACK, None), ConfigPair("USER", "(" + ATTACK, ATTACK)),
        notes=(Note(ATTACK, ATTACK),),
        remaining=tuple(replace(finding, title=ATTACK) for finding in comparison.remaining),
        notices=(ATTACK,),
    )


def test_hostile_text_stays_text() -> None:
    markdown = markdown_report.render(hostile(demo_pair()))
    assert all(character.isprintable() or character == "\n" for character in markdown)
    kinds = {token.type for block in parser.parse(markdown) for token in (block, *(block.children or ()))}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "em_open", "fence"}
    told = text_report.render(hostile(demo_pair()))
    assert all(character.isprintable() or character == "\n" for character in told)


def test_hostile_cells_stay_in_their_columns() -> None:
    markdown = markdown_report.render(hostile(demo_pair()))
    rows: list[int] = []
    columns = 0
    for token in parser.parse(markdown):
        if token.type == "tr_open":
            columns = 0
        elif token.type in ("td_open", "th_open"):
            columns += 1
        elif token.type == "tr_close":
            rows.append(columns)
    honest = [
        len(section.head.split("|")) for section in sections(hostile(demo_pair())) for _ in ("", *section.rows) if section.rows
    ]
    assert rows == honest


def test_an_image_against_itself_is_short() -> None:
    told = markdown_report.render(compare(demo("lean"), demo("lean")))
    assert "## Configuration" not in told
    assert "## Only in fat" not in told
    assert "the same size" in told
