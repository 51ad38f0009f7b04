"""Globs as text: what they stand for, how much they say, and the names that they take."""

import pytest

from layerscope.attribution.rules.patterns import alternatives, endings, name_glob, specificity


def test_braces_stand_for_each_of_their_texts() -> None:
    assert alternatives("/a/{b,c}{,-*}/**") == ["/a/b/**", "/a/b-*/**", "/a/c/**", "/a/c-*/**"]
    assert alternatives("/{,usr/}lib/{a,{b,c}d}") == [
        "/lib/a",
        "/lib/bd",
        "/lib/cd",
        "/usr/lib/a",
        "/usr/lib/bd",
        "/usr/lib/cd",
    ]
    assert alternatives("/plain") == ["/plain"]


def test_what_says_more_is_more_specific() -> None:
    ordered = ["**/*.a", "**/.git/**", "/usr/lib/**", "/usr/lib/gcc/**"]
    assert sorted(ordered, key=specificity) == ordered


def test_groups_in_directories_are_left_and_those_at_the_end_are_written_out() -> None:
    assert endings("/usr/{lib,libexec}/x/{cc1,cc1plus}") == [
        ("/usr/{lib,libexec}/x/cc1", (14, 14)),
        ("/usr/{lib,libexec}/x/cc1plus", (18, 18)),
    ]
    assert [glob for glob, _ in endings("/{,usr/}lib/{a,{b,c}d}/*")] == ["/lib/{a,{b,c}d}/*", "/usr/lib/{a,{b,c}d}/*"]
    assert {glob for glob, _ in endings("/{a/{b,c},d}/e")} == {"/a/b/e", "/a/c/e", "/d/e"}


@pytest.mark.parametrize(
    ("glob", "takes", "leaves"),
    [
        ("gcc", [b"gcc"], [b"gcc-12", b"xgcc", b""]),
        ("gcc-*", [b"gcc-", b"gcc-12"], [b"gcc", b"xgcc-12"]),
        ("a*a", [b"aa", b"aba"], [b"a", b"ab"]),
        ("lib?.so*", [b"libz.so", b"libz.so.1"], [b"lib.so", b"libzz.so"]),
        ("[a-c]*.[!o]", [b"ax.c", b"c.h"], [b"ax.o", b"dx.c"]),
        ("*.\xff", ["x.\xff".encode()], [b"x.\xff"]),
        ("*", [b"", b"x\ny"], []),
    ],
)
def test_a_glob_for_a_name_takes_what_it_says(glob: str, takes: list[bytes], leaves: list[bytes]) -> None:
    assert [name for name in takes if not name_glob(glob).takes(name)] == []
    assert [name for name in leaves if name_glob(glob).takes(name)] == []
