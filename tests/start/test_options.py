"""One reader for the options of every program, by a grammar that is data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.start.options import Grammar, read_options

PROGRAM = Grammar(
    values=frozenset(("-o", "--output", "-c", "workspace")),
    optional=frozenset(("--host",)),
    attached=("-D", "-agent:"),
    flags=frozenset(("-v", "-e", "--quiet", "-", "exec")),
    last=frozenset(("-c",)),
)


def read(line: str, grammar: Grammar = PROGRAM) -> tuple[list[str], list[str]]:
    """The options as NAME or NAME=VALUE, and the arguments, of words between blanks."""
    found = read_options(line.split(), grammar)
    return [f"{name}={value}" if value else name for name, value, _ in found.options], list(found.arguments)


@pytest.mark.parametrize(
    ("line", "options", "arguments"),
    [
        ("", [], []),
        ("a -v", [], ["a", "-v"]),
        ("-v a", ["-v"], ["a"]),
        ("-o out a", ["-o=out"], ["a"]),
        ("-oout a", ["-o=out"], ["a"]),
        ("-o=out a", ["-o=out"], ["a"]),
        ("--output out a", ["--output=out"], ["a"]),
        ("--output=out a", ["--output=out"], ["a"]),
        ("--unknown=x a", ["--unknown=x"], ["a"]),
        ("-ve a", ["-v", "-e"], ["a"]),
        ("-vo out a", ["-v", "-o=out"], ["a"]),
        ("-voout a", ["-v", "-o=out"], ["a"]),
        ("-vz a", ["-vz"], ["a"]),
        ("-Dkey=value -agent:x=y a", ["-D=key=value", "-agent:=x=y"], ["a"]),
        ("--host -v a", ["--host", "-v"], ["a"]),
        ("--host b a", ["--host=b"], ["a"]),
        ("-o -v a", ["-o=-v"], ["a"]),
        ("-o", ["-o"], []),
        ("-v -- -e a", ["-v"], ["-e", "a"]),
        ("-v -c line -e a", ["-v", "-c=line"], ["-e", "a"]),
        ("- exec a", ["-", "exec"], ["a"]),
        ("workspace web a", ["workspace=web"], ["a"]),
    ],
)
def test_words_are_options_up_to_the_first_argument(line: str, options: list[str], arguments: list[str]) -> None:
    assert read(line) == (options, arguments)


def test_options_may_stand_behind_arguments_where_a_program_mixes_them() -> None:
    grammar = Grammar(values=frozenset(("-p",)), mixed=True)
    assert read("a -p 80 b -x -- -p c", grammar) == (["-p=80", "-x"], ["a", "b", "-p", "c"])


def test_a_shell_s_options_may_begin_with_a_plus() -> None:
    grammar = Grammar(values=frozenset(("-o",)), flags=frozenset(("-e",)), marks="-+")
    assert read("+e -eo pipefail +o posix a", grammar) == (["-e", "-e", "-o=pipefail", "-o=posix"], ["a"])
    assert read("+ a", grammar) == ([], ["+", "a"])


def test_the_last_of_equal_options_counts() -> None:
    line = read_options(("-o", "a", "--output", "b"), PROGRAM)
    assert line.value(("-o", "--output")) == "b"
    assert line.values(("-o", "--output")) == ("a", "b")
    assert (line.value(("-x",)), line.has(("-x",)), line.has(("-o",))) == ("", False, True)


@given(st.lists(st.text("-+=ovcexD:", max_size=5), max_size=8))
def test_no_word_is_lost_or_made_up(words: list[str]) -> None:
    line = read_options(words, PROGRAM)
    assert len(line.arguments) <= len(words)
    assert words[len(words) - len(line.arguments) :] == list(line.arguments)
    assert all(option.word in words for option in line.options)
