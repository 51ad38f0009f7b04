"""Paths are taken by their letters, and never climb above the root."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.core.paths import below, normal_path, parent


@pytest.mark.parametrize(
    ("path", "directory", "found"),
    [
        ("a/b", "", "a/b"),
        ("./a//b/", "", "a/b"),
        ("/a/./b", "d", "a/b"),
        ("../a/../../b", "", "b"),
        ("../a/../../b", "d/e/f", "d/b"),
        ("x", "d", "d/x"),
        ("", "d", "d"),
        ("./", "d", "d"),
        ("...", "", "..."),
        ("a/.b", "", "a/.b"),
        ("a/..", "", ""),
    ],
)
def test_a_path_is_seen_from_a_directory(path: str, directory: str, found: str) -> None:
    assert normal_path(path.encode(), directory.encode()) == found.encode()


@given(st.text("ab./", max_size=12), st.sampled_from(("", "d", "d/e")))
def test_it_is_what_posix_says_below_the_root(path: str, directory: str) -> None:
    expected = posixpath.normpath(posixpath.join("/", directory, path)).lstrip("/")
    assert normal_path(path.encode(), directory.encode()).decode() == expected


def test_the_root_has_names_in_it_and_no_parent() -> None:
    assert (below(b"", b"a"), below(b"a", b"b")) == (b"a", b"a/b")
    assert (parent(b"a/b"), parent(b"a"), parent(b"")) == (b"a", b"", b"")
