"""Dockerfiles are read by BuildKit's rules: lines, directives, flags, heredocs, and the place of every word."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.core.errors import UsageError
from layerscope.dockerfile.model import Dockerfile, Instruction
from layerscope.dockerfile.read import read

RECORDED = json.loads(Path(__file__).with_name("buildkit.json").read_text("utf-8"))


def told(file: Dockerfile) -> list[tuple[str, str]]:
    return [(item.keyword, item.arguments.text) for item in file.instructions]


@pytest.mark.parametrize("number", range(len(RECORDED)))
def test_it_reads_what_buildkit_reads(number: int) -> None:
    """Made-up texts, with what BuildKit's parser made of each (its commit 73ed682): null where it refuses them."""
    text, expected = RECORDED[number]
    try:
        found = [as_recorded(text, item) for item in read(text).instructions]
    except UsageError:
        assert expected is None
    else:
        assert found == expected


def as_recorded(text: str, item: Instruction) -> dict[str, Any]:
    heredocs = [
        [heredoc.name, heredoc.descriptor, heredoc.expands, heredoc.strips_tabs, text[heredoc.start : heredoc.end]]
        for heredoc in item.heredocs
    ]
    lines = [item.first_line + 1, item.last_line + 1]
    return {"line": item.line.text, "keyword": item.keyword, "heredocs": heredocs, "lines": lines}


def test_a_heredoc_stands_behind_the_continuations_that_begin_it() -> None:
    text = "FROM a\nRUN x && \\\n  cat > q <<SQL && \\\n  y\nSELECT *\nFROM users\nSQL\n# c\nCMD z\n"
    file = read(text)
    assert told(file) == [("FROM", "a"), ("RUN", "x &&   cat > q <<SQL &&   y"), ("CMD", "z")]
    (heredoc,) = file.instructions[1].heredocs
    assert text[heredoc.start : heredoc.end] == "SELECT *\nFROM users\n"
    assert file.source(file.instructions[1]).endswith("FROM users\nSQL\n")


@pytest.mark.parametrize(
    ("opened", "name", "expands", "strips_tabs"),
    [
        ("<<EOF", "EOF", True, False),
        ("<<-EOF", "EOF", True, True),
        ('<<"EOF"', "EOF", False, False),
        ("<<-'END-1'", "END-1", False, True),
        ("<< EOF", "EOF", True, False),
        ("<<\\EOF", "EOF", True, False),
        ("cat 3<<EOF", "EOF", True, False),
    ],
)
def test_heredocs_in_every_form(opened: str, name: str, expands: bool, strips_tabs: bool) -> None:
    tab = "\t" if strips_tabs else ""
    (heredoc,) = read(f"FROM a\nRUN {opened}\nFROM b\n{tab}{name}\nCMD x\n").instructions[1].heredocs
    assert (heredoc.name, heredoc.expands, heredoc.strips_tabs) == (name, expands, strips_tabs)
    assert heredoc.descriptor == (3 if "3" in opened else 0)


@pytest.mark.parametrize("line", ["echo $((1<<A))", "echo '<<A'", "cat <<<A", "echo a<<A", 'echo "x <<A"', "echo <<'A B' it's"])
def test_what_is_no_heredoc(line: str) -> None:
    assert told(read(f"FROM a\nRUN {line}\nCMD x\n")) == [("FROM", "a"), ("RUN", line), ("CMD", "x")]


@pytest.mark.parametrize("keyword", ["ENV A=", "CMD ", "FROM ", "LABEL a="])
def test_other_instructions_have_no_heredocs(keyword: str) -> None:
    assert len(read(f"FROM a\n{keyword}<<A\nCMD x\n").instructions) == 3


def test_a_list_in_brackets_has_no_heredocs() -> None:
    item = read('FROM a\nRUN ["cat", "<<A"]\nCMD x\n').instructions[1]
    assert (item.exec_form, item.heredocs) == (("cat", "<<A"), ())


def test_several_heredocs_follow_one_another() -> None:
    text = "FROM a\nCOPY <<A <<-B /c/\nFROM one\nA\n\tB\nA\n\tB\nCMD x\n"
    file = read(text)
    assert [text[heredoc.start : heredoc.end] for heredoc in file.instructions[1].heredocs] == ["FROM one\n", ""]
    assert told(file)[2:] == [("A", ""), ("B", ""), ("CMD", "x")]


def test_a_heredoc_without_an_end_is_refused_by_its_line() -> None:
    with pytest.raises(UsageError, match="Dockerfile, line 2, begins a heredoc that no line EOF ends"):
        read("FROM a\nRUN <<EOF\nx\n EOF\n")


def test_blanks_before_a_name_begin_a_heredoc_only_where_a_line_ends_it() -> None:
    """Newer BuildKits take them for one whether it ends or not; what older ones built is read as they did."""
    text = "FROM a\nRUN echo $((A << 1)) $((2 << B))\nRUN cat << E\nFROM b\nE\nCMD x\n"
    first, second, third, last = read(text).instructions[0:4]
    assert [item.keyword for item in (first, second, third, last)] == ["FROM", "RUN", "RUN", "CMD"]
    assert second.heredocs == ()
    assert [text[item.start : item.end] for item in third.heredocs] == ["FROM b\n"]


def test_continuations_go_over_comments_empty_lines_and_blanks_behind_the_escape() -> None:
    assert told(read("FROM \\  \n  # c\n\n\t# d\n  a:1 \\\n AS b\nCMD x\n")) == [("FROM", "a:1  AS b"), ("CMD", "x")]


def test_an_escaped_escape_continues_nothing() -> None:
    assert told(read("FROM a\nRUN x \\\\\nCMD y\n")) == [("FROM", "a"), ("RUN", "x \\\\"), ("CMD", "y")]


@pytest.mark.parametrize("start", ["\ufeff", "\ufeff\n", "\n\n", "# c\n", "  \t\n"])
def test_what_may_stand_in_front(start: str) -> None:
    assert told(read(f"{start}FROM a\n")) == [("FROM", "a")]


def test_lines_of_windows() -> None:
    file = read("FROM a\r\nRUN <<A\r\nx\r\nA\r\nRUN b \\\r\n  c\r\n")
    assert told(file) == [("FROM", "a"), ("RUN", "<<A"), ("RUN", "b   c")]
    assert file.line_break == "\r\n"


def test_a_directive_of_many_blanks_takes_time_in_proportion() -> None:
    text = "# syntax=a" + " " * 60_000 + "b \t\nFROM a\n"
    assert read(text).directives["syntax"].rstrip("b ") == "a"


@pytest.mark.parametrize(
    "text",
    ["# escape=`\n", "#escape = `\n", "# syntax=docker/dockerfile:1\n# ESCAPE=`\n", "\ufeff# check=skip=all\n# escape=`\r\n"],
)
def test_the_escape_character_is_named_at_the_top(text: str) -> None:
    file = read(f"{text}FROM a `\n AS b\nRUN c:\\\nCMD d\n")
    assert file.escape == "`"
    assert told(file) == [("FROM", "a  AS b"), ("RUN", "c:\\"), ("CMD", "d")]


@pytest.mark.parametrize("text", ["# c\n# escape=`\n", "\n# escape=`\n", "# other=x\n# escape=`\n", "ARG x\n# escape=`\n"])
def test_behind_anything_else_it_is_a_comment(text: str) -> None:
    assert read(f"{text}FROM a\n").escape == "\\"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("# escape=x\nFROM a\n", "line 1, names x as the escape character"),
        ("# escape=`\n# escape=`\nFROM a\n", "line 2, says escape a second time"),
        ('FROM a\nCMD ["x", 1]\n', "line 2, has a list in brackets with something else"),
        ("FROM a\nRUN " + "x" * 65536, "line 2, is longer than"),
        ("# c\n", "has no instructions"),
        ("", "has no instructions"),
    ],
)
def test_what_buildkit_refuses(text: str, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        read(text)


def test_flags_stand_in_front_of_the_arguments() -> None:
    item = read('FROM a\nCOPY --from=b --chown="1:1" -- --x /y\n').instructions[1]
    assert [flag.text for flag in item.flags] == ["--from=b", "--chown=1:1"]
    assert (item.flag("from"), item.flag("chown"), item.flag("link")) == ("b", "1:1", "")
    assert [word.text for word in item.words] == ["--x", "/y"]


def test_onbuild_has_an_instruction_of_its_own_with_its_heredocs() -> None:
    item = read("FROM a\nONBUILD RUN --network=none <<A\nx\nA\nonbuild copy a b\n").instructions[1]
    assert item.trigger is not None
    assert (item.trigger.keyword, item.trigger.arguments.text, len(item.trigger.heredocs)) == ("RUN", "<<A", 1)


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ('ENV a=b c=\'d e\' f="g \\" h"', (("a", "b"), ("c", "'d e'"), ("f", '"g \\" h"'))),
        ("ENV a b=c  d", (("a", "b=c  d"),)),
        ("LABEL x.y=\\ z \\\n  w=", (("x.y", "\\ z"), ("w", ""))),
        ("ARG A=1 B", (("A", "1"), ("B", ""))),
    ],
)
def test_names_and_values(line: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert read(f"FROM a\n{line}\n").instructions[1].assignments == pairs


def test_every_word_says_where_it_stands_in_the_file() -> None:
    text = "ARG V\nFROM --platform=x \\\n # c\n  a:${V} \\\n  AS b\n"
    item = read(text).instructions[1]
    assert [text[word.start : word.end] for word in (*item.flags, *item.words)] == ["--platform=x", "a:${V}", "AS", "b"]


PARTS = st.sampled_from(
    [
        "FROM a",
        "RUN",
        "COPY",
        "ENV",
        "ONBUILD ",
        "<<A",
        "A",
        "'",
        '"',
        "\\",
        "`",
        "#",
        "\n",
        "\r\n",
        "\t",
        " ",
        "=",
        "$x",
        "[",
        "--a=b",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PARTS, max_size=30).map("".join))


@given(TEXTS)
def test_instructions_and_what_lies_between_them_are_the_whole_text(text: str) -> None:
    try:
        file = read(text)
    except UsageError:
        return
    at, parts = 0, []
    for item in file.instructions:
        assert at <= item.start < item.end <= len(text)
        parts += [text[at : item.start], file.source(item)]
        at = item.end
    assert "".join(parts) + text[at:] == text


@given(TEXTS)
def test_an_instruction_alone_reads_as_it_does_in_its_file(text: str) -> None:
    try:
        file = read(text)
    except UsageError:
        return
    for item in file.instructions:
        (alone,) = read(f"# escape={file.escape}\n{file.source(item)}").instructions
        assert (alone.keyword, alone.line.text, alone.exec_form) == (item.keyword, item.line.text, item.exec_form)
        assert [word.text for word in alone.words] == [word.text for word in item.words]
