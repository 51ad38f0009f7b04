"""Text from images inside markdown, read back by a GitHub-flavoured parser: it stays text."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from layerscope.core.names import printable
from layerscope.report.escaping import code, fence, prose, row, table

HOSTILE = (
    "a|b",
    "x[/foo].txt",
    "[click](https://example.com)",
    "![image](https://example.com/x.png)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "`code` ``more``",
    "*bold* _em_ ~~gone~~ __init__.py",
    "https://example.com/a www.example.com mailto:a@example.com ftp://example.com",
    "&lt; &#124; &amp;",
    "back\\slash\\|pipe",
    "# heading",
    "- item",
    "1. item",
    "+ item",
    "===",
    "---",
    "> quote",
    "| --- |",
    "trailing\\",
    "`",
    "``|``",
    "$x^2$",
)
parser = MarkdownIt("gfm-like")
LINK = re.compile(r"<a [^>]*>(.*?)</a>")
AUTOLINK = re.compile(r"(?i)www\.|(?:https?|ftp|mailto|xmpp):|.*@")
"""What GFM §6.9 makes a link of; the parser takes bare names of hosts (``a.al``) for links besides."""


def cells(markdown: str) -> list[list[str]]:
    """The rows of the one table in ``markdown``, each cell as HTML."""
    rendered = parser.render(markdown)
    return [
        re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line, re.DOTALL) for line in re.findall(r"<tr>(.*?)</tr>", rendered, re.DOTALL)
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_prose_in_a_table_is_the_text_and_nothing_else(text: str) -> None:
    _, found = cells("\n".join(table("first|second", [row(prose(text), "end")])))
    assert [html.unescape(cell) for cell in found] == [text.strip(), "end"]


@pytest.mark.parametrize("text", HOSTILE)
def test_prose_in_a_list_is_the_text_and_nothing_else(text: str) -> None:
    rendered = parser.render(f"- {prose(text)}")
    assert html.unescape(re.sub(r"</?(?:ul|li)>|\n", "", rendered)) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_code_in_a_table_is_the_text_and_nothing_else(text: str) -> None:
    shown = printable(text)  # doubles backslashes, as every name from an image
    _, found = cells("\n".join(table("first|second", [row(code(shown), "end")])))
    assert [html.unescape(cell) for cell in found] == [f"<code>{shown}</code>", "end"]


@given(st.text(st.characters(codec="utf-8")))
def test_no_name_whatever_breaks_a_table(name: str) -> None:
    shown = printable(name)
    found = cells("\n".join(table("a|b|c", [row(code(shown), prose(shown), "end")])))
    assert [len(line) for line in found] == [3, 3]
    assert found[1][2] == "end"
    assert not [link for link in LINK.findall(found[1][0] + found[1][1]) if AUTOLINK.match(link)]


@given(st.text(st.sampled_from("`~ab\n| \\"), max_size=40))
def test_nothing_ends_a_fence_early(text: str) -> None:
    tokens = parser.parse(fence(text, "dockerfile") + "\n\nafter\n")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content.rstrip() == text.rstrip()


def test_a_long_instruction_is_cut_visibly() -> None:
    assert code("RUN " + "x" * 200, 20) == "`RUN xxxxxxxxxxxxxxx…`"
