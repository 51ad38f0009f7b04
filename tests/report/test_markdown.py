"""The markdown report: what a platform engineer pastes into a pull request."""

import re

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.report import markdown
from layerscope.report.text import recommendation
from layerscope.report.wording import DEMO_NOTE
from tests.support.analyses import go_image
from tests.support.comparisons import demo
from tests.support.hostile import hostile

parser = MarkdownIt("gfm-like")


@pytest.fixture(scope="module")
def fat() -> str:
    return markdown.render(demo("fat"))


def test_the_answer_comes_first(fat: str) -> None:
    lines = fat.splitlines()
    assert lines[0] == "# Waste report: `demo:fat`"
    assert re.fullmatch(r"\*\*879 MB → [0-9.]+ MB: 9[0-9.]+ % can be dropped \(8\d\d MB\)\*\*", lines[2])


def test_what_is_miniature_about_the_demo_is_said(fat: str) -> None:
    assert DEMO_NOTE.split(":")[0] in fat


def test_it_names_what_the_bytes_are(fat: str) -> None:
    for component in ("Go toolchain 1.22", "Go build cache", "gcc-12", "git ", "| application |"):
        assert component in fat


def test_every_section_is_there(fat: str) -> None:
    headings = [line for line in fat.splitlines() if line.startswith("## ")]
    assert headings == [
        "## Sizes",
        "## What the bytes are",
        "## Layers",
        "## Findings",
        "## What the program needs, and why",
        "## Recommendation",
    ]


def test_the_dockerfile_stands_in_a_fence(fat: str) -> None:
    fences = [token for token in parser.parse(fat) if token.type == "fence"]
    assert [token.info for token in fences] == ["dockerfile"]
    assert fences[0].content.strip() == demo("fat").recommendation.dockerfile.strip()


@pytest.mark.parametrize("analysis", [go_image(), hostile()], ids=["tame", "hostile"])
def test_tables_keep_their_columns_and_text_stays_text(analysis: Analysis) -> None:
    report = markdown.render(analysis)
    assert not set(report) & {"\x1b", "\u202e"}
    rendered = parser.render(report)
    assert not re.search(r"<(?:a|b|img|script)[ >]", rendered)
    for table in re.findall(r"<table>(.*?)</table>", rendered, re.DOTALL):
        widths = {len(re.findall(r"<t[hd]", row)) for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)}
        assert len(widths) == 1


def test_a_hostile_image_has_the_same_outline_as_a_tame_one() -> None:
    def outline(analysis: Analysis) -> list[str]:
        return [token.type + token.tag for token in parser.parse(markdown.render(analysis)) if token.level == 0]

    tame = replace(hostile(), problems=("x",), history=replace(go_image().history, note="x"))
    assert outline(hostile()) == outline(tame)


def test_plain_text_cannot_act_on_a_terminal() -> None:
    text = recommendation.render_recommendation(hostile())
    assert all(character.isprintable() or character == "\n" for character in text)


def test_plain_text_says_the_whole_plan() -> None:
    text = recommendation.render_recommendation(go_image())
    for fact in (
        "RUN CGO_ENABLED=0 go build",
        "scratch",
        "/app/server",
        "7.4 MB",
        "COPY --from=go-app:single",
        "distroless",
        "+ ",
        "- ",
    ):
        assert fact in text
