"""What a filter of the file tree names: text or a regular expression, against whole paths."""

import pytest

from layerscope.tui.rows.filtering import fault, matching_rows
from tests.support.trees import tree_of

TREE = tree_of(
    [0, 0, 1, 1, 0, 4, 5, 4, 0],
    [b"", b"app", b"main.go", b"x[", b"usr", b"lib", b"libc.so.6", b"Main", b"new\nline"],
    [0] * 9,
)


def paths(text: str) -> list[bytes]:
    rows = matching_rows(TREE, text)
    assert rows is not None
    return [TREE.path(row) for row in rows]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lib", [b"usr/lib", b"usr/lib/libc.so.6"]),
        ("main", [b"app/main.go", b"usr/Main"]),
        ("Main", [b"usr/Main"]),
        ("main.go", [b"app/main.go"]),
        ("/app/m", [b"app/main.go"]),
        ("lib/lib", [b"usr/lib/libc.so.6"]),
        (r"\.so\.\d$", [b"usr/lib/libc.so.6"]),
        ("^/(app|usr)$", [b"app", b"usr"]),
        ("x[", [b"app/x["]),
        (r"new\nline", [b"new\nline"]),
        ("nothing", []),
        ("[", [b"app/x["]),
        ("(", []),
        ("*.so", []),
        ("(?s)x.$", [b"app/x["]),
    ],
)
def test_filter(text, found):
    assert paths(text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("libc", ""),
        ("libc.so", ""),
        (r"\.so(\.\d+)*$", ""),
        ("*.so", "nothing before * (.* is any text)"),
        ("lib+?+", "multiple repeat"),
        ("x[", "[ without ]"),
        ("(app|", "( without )"),
        ("app)", ") without ("),
        ("app\\", "nothing after \\"),
        (r"app\q", r"bad escape \q"),
        ("x{99999999999}", "it is too large"),
    ],
)
def test_what_is_no_regular_expression_has_a_fault_that_can_be_said(text, said):
    assert fault(text) == said


def test_a_directory_matches_for_itself_not_for_all_that_is_below():
    assert paths("usr") == [b"usr"]
    assert paths("usr/") == [b"usr/lib", b"usr/Main"]


def test_a_search_that_is_no_longer_wanted_stops():
    tree = tree_of([0] * 9000, [b""] + [b"f.o"] * 8999, [0] * 9000)
    assert matching_rows(tree, "f.o", lambda: True) is None
