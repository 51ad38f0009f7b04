"""Workflow commands that GitHub reads as they were meant, whatever the names say, and a summary that renders."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from layerscope.analysis import Analysis
from layerscope.checking.model import Verdict
from layerscope.report.checking import github
from tests.support.gate import LINES, hostile, judged, located

_COMMAND = re.compile(r"::(\w+) ([^:]*)::(.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner reads it: split at the commas and the first two colons, then unescaped."""
    found = _COMMAND.fullmatch(line)
    assert found
    pairs = (item.split("=", 1) for item in found[2].split(",") if item)
    return found[1], {key: _plain(value) for key, value in pairs}, _plain(found[3])


def _plain(text: str) -> str:
    for escape, character in (("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def commands(verdict: Verdict, with_lines: bool = False) -> list[tuple[str, dict[str, str], str]]:
    text = github.render(verdict, located(verdict.analysis) if with_lines else None)
    return [read(line) for line in text.splitlines() if line.startswith("::")]


@given(st.text(), st.text())
def test_any_text_comes_back_as_it_was(title: str, message: str) -> None:
    line = github.command("error", {"title": title, "line": "3"}, message)
    assert "\n" not in line
    assert "\r" not in line
    name, properties, told = read_exactly(line)
    assert (name, properties, told) == ("error", {"title": title, "line": "3"}, message)


def read_exactly(line: str) -> tuple[str, dict[str, str], str]:
    head, _, rest = line.removeprefix("::").partition(" ")
    told, _, message = rest.partition("::")
    pairs = (item.split("=", 1) for item in told.split(","))
    return head, {key: _plain(value) for key, value in pairs}, _plain(message)


def test_a_rule_that_fails_is_an_error_at_its_line(image: Analysis) -> None:
    ((name, properties, message),) = commands(judged(image, max_waste=0, max_size="1GB"), with_lines=True)
    assert name == "error"
    line = str(LINES["make"])
    assert properties == {
        "file": "Dockerfile",
        "line": line,
        "endLine": str(LINES["make"] + 1),
        "title": "layerscope: removable bytes",
    }
    assert message.splitlines()[0].startswith("removable bytes: 90 kB > 0 B. ")
    assert message.splitlines()[1].strip() == f"40 kB  LS201 Go build cache (Dockerfile:{line})"


def test_without_a_dockerfile_it_has_a_title_alone(image: Analysis) -> None:
    ((_, properties, _),) = commands(judged(image, max_waste=0))
    assert properties == {"title": "layerscope: removable bytes"}


def test_the_log_is_the_text_and_a_gate_that_passes_says_nothing_more(image: Analysis) -> None:
    text = github.render(judged(image, max_size="1GB"))
    assert "PASS  image size" in text
    assert "::" not in text


def test_no_name_of_an_image_is_a_command(tmp_path: Path) -> None:
    """The runner looks for `::` at the beginning of a line and for `##[` anywhere."""
    verdict = hostile(tmp_path)
    text = github.render(verdict)
    assert "##[" not in "\n".join(line for line in text.splitlines() if not line.startswith("::"))
    found = commands(verdict)
    assert {name for name, _, _ in found} == {"error", "warning"}
    assert len(found) == verdict.count("FAIL") + len(verdict.notices)
    assert all(character.isprintable() or character == "\n" for character in text)


def test_a_notice_is_a_warning(image: Analysis) -> None:
    found = commands(judged(image, max_size="1GB", ignore=[{"what": "LS101", "reason": "100%"}]))
    assert found == [("warning", {"title": "layerscope check"}, "settings: the ignore of LS101 matches nothing in this image")]


def test_the_summary_is_a_table_of_the_rules_and_what_is_to_blame(image: Analysis) -> None:
    text = github.summary(judged(image, max_waste=0, max_size="1GB"))
    assert "| FAIL | removable bytes | 90 kB \\> 0 B | settings |" in text
    assert "| PASS | image size | 130 kB ≤ 1 GB | settings |" in text
    assert "| 40 kB | LS201 | Go build cache | `/root/.cache/go-build/aa/object` |" in text


def test_nothing_in_the_summary_is_a_link_or_html(tmp_path: Path) -> None:
    tokens = MarkdownIt("gfm-like").parse(github.summary(hostile(tmp_path)))
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {
        "text",
        "code_inline",
        "strong_open",
        "strong_close",
        "softbreak",
        "text_special",
    }
    rows = [token for token in tokens if token.type == "tr_open"]
    assert len(rows) > 10
