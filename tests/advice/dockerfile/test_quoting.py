"""Values as Dockerfile text, so that a builder reads back what the image had, and an instruction stays one instruction."""

import json

import pytest

from layerscope.advice.dockerfile import quoting
from layerscope.advice.dockerfile.config import duration
from layerscope.sources.image_names import is_image_name
from tests.support.dockerfiles import pairs

HOSTILE = ["two\nlines", "esc\x1b[31m", "\u202egpj", "nul\x00", "\udcff"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_dockerfile_cannot_hold_is_refused(text: str) -> None:
    for write in (quoting.value, quoting.path, quoting.user, quoting.port, quoting.signal, quoting.image):
        with pytest.raises(quoting.Unwritable):
            write(text)


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_exec_form_holds_everything_on_one_line_of_visible_characters(text: str) -> None:
    written = quoting.exec_form(("/bin/echo", text))
    assert json.loads(written) == ["/bin/echo", text]
    assert written.isprintable()


def test_values_are_quoted_only_where_they_have_to_be() -> None:
    assert quoting.value("/usr/bin:/bin") == "/usr/bin:/bin"
    assert quoting.value('a "b" $c \\d') == '"a \\"b\\" \\$c \\\\d"'
    assert quoting.assignment("EMPTY", "") == 'EMPTY=""'
    assert quoting.assignment("IFS", "\ta") == 'IFS="\ta"'


def test_patterns_and_variables_in_paths_are_taken_literally() -> None:
    assert quoting.copy_paths(b"/app/server", b"/app/server") == "/app/server /app/server"
    assert json.loads(quoting.copy_paths(b"/a*b", b"/a*b")) == ["/a[*]b", "/a*b"]
    assert json.loads(quoting.copy_paths(b"/$HOME/x y", b"/x")) == ["/\\$HOME/x y", "/x"]
    with pytest.raises(quoting.Unwritable):
        quoting.copy_paths(b"/not-utf-8-\xff", b"/x")


def test_a_backslash_in_a_path_is_one_of_a_name() -> None:
    """In a source it stands in a pattern's brackets, where it escapes the next character as well."""
    assert json.loads(quoting.copy_paths(rb"/a\b", rb"/a\b")) == [r"/a[\\\\]b", r"/a\\b"]
    assert quoting.shell_path(rb"/a\b") == r"'/a\b'"


@pytest.mark.parametrize(
    ("name", "written"), [("A_1", "A_1=x"), ("--x", '"--x"=x'), ("a b", '"a b"=x'), ('$q"', '"\\$q\\""=x')]
)
def test_a_variable_may_have_any_name(name: str, written: str) -> None:
    assert quoting.assignment(name, "x") == written
    assert pairs(written) == {name: "x"}


@pytest.mark.parametrize("name", ["", "a=b", "a\nb"])
def test_a_variable_has_a_name_without_equals_sign(name: str) -> None:
    with pytest.raises(quoting.Unwritable):
        quoting.assignment(name, "x")


def test_users_are_written_with_quotes_only_where_they_have_to_be() -> None:
    assert [quoting.user(text) for text in ("1000:1000", "app", "a b", "--x", "$U")] == [
        "1000:1000",
        "app",
        '"a b"',
        '"--x"',
        '"\\$U"',
    ]


def test_durations_are_exact_and_short() -> None:
    assert [duration(value) for value in (30_000_000_000, 90_000_000_000, 1_500_000_000, 3_600_000_000_000, 7)] == [
        "30s",
        "90s",
        "1500ms",
        "1h",
        "7ns",
    ]


@pytest.mark.parametrize("name", ["go-app:single", "localhost:5000/a/b_c:1.0", "gcr.io/x/y@sha256:" + "a" * 64, "alpine"])
def test_names_of_images(name: str) -> None:
    assert is_image_name(name)


@pytest.mark.parametrize("name", ["", "Upper/case", "a b", "x\nRUN y", "-x", "a:", "a@sha256:12", "../x", "a$b"])
def test_what_is_no_name_of_an_image(name: str) -> None:
    assert not is_image_name(name)
