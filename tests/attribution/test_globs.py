"""The globs of the catalogue: what each form takes, and which of several wins."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.attribution.globs import Matcher, alternatives, literally, specificity


@pytest.mark.parametrize(
    ("glob", "takes", "leaves"),
    [
        ("/usr/local/go/**", ["usr/local/go/bin/go", "usr/local/go/VERSION"], ["usr/local/gopher/x", "usr/local/go", "go/x"]),
        ("**/.git/**", [".git/config", "app/.git/a/b"], ["app/.gitignore", "app/git/x"]),
        ("**/*.a", ["libz.a", "usr/lib/libz.a", "x/.a"], ["usr/lib/libz.aa", "a/a"]),
        ("**/pkgconfig/*.pc", ["usr/lib/pkgconfig/z.pc", "pkgconfig/z.pc"], ["usr/lib/z.pc", "pkgconfig/a/z.pc"]),
        ("**/cmake/**/*.cmake", ["cmake/x.cmake", "a/cmake/b/c/x.cmake"], ["a/x.cmake"]),
        ("/usr/bin/gcc-*", ["usr/bin/gcc-12", "usr/bin/gcc-"], ["usr/bin/gcc", "usr/bin/x/gcc-12", "bin/gcc-12"]),
        ("/usr/lib/*/perl/**", ["usr/lib/x86/perl/a/b"], ["usr/lib/perl/a", "usr/lib/a/b/perl/c"]),
        ("/etc/passwd", ["etc/passwd"], ["etc/passwd-", "x/etc/passwd"]),
        ("**/*.js.map", ["a/b.js.map"], ["a/b.map", "a/js.map"]),
        ("/a/lib[0-9]?.so", ["a/lib1x.so"], ["a/libxx.so", "a/lib1.so"]),
        ("/a/[!b]*", ["a/c", "a/cb"], ["a/b", "a/bc"]),
    ],
)
def test_a_glob_takes_what_it_says(glob: str, takes: list[str], leaves: list[str]) -> None:
    matcher = Matcher([glob])
    assert [path for path in takes if matcher.find(path.encode()) != 0] == []
    assert [path for path in leaves if matcher.find(path.encode()) != -1] == []


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


def test_the_first_of_several_globs_wins_in_any_directory() -> None:
    matcher = Matcher(["/a/b/keep.txt", "/a/**/*.txt", "/a/b/**", "**/*.md"])
    found = [matcher.find(path) for path in (b"a/b/keep.txt", b"a/b/c.txt", b"a/b/c.md", b"a/x.md", b"a/x")]
    assert found == [0, 1, 2, 3, -1]


def test_nothing_looks_below_a_closed_tree() -> None:
    matcher = Matcher(["/usr/local/go/**", "/usr/local/go/pkg/*.a"], closed=1)
    assert matcher.find(b"usr/local/go/pkg/fmt.a") == 0
    inside = matcher.inside(matcher.inside(matcher.inside(matcher.root, b"usr"), b"local"), b"go")
    assert inside.whole == 0
    assert matcher.inside(inside, b"pkg") is inside


def test_a_literal_path_with_glob_characters_matches_itself_alone() -> None:
    matcher = Matcher(["/" + literally("a*[b]?") + "/**"])
    assert matcher.find(b"a*[b]?/file") == 0
    assert matcher.find(b"axb/file") == -1


def test_names_that_are_not_text_are_matched_as_bytes() -> None:
    matcher = Matcher(["/a/*.go", "/" + literally(b"\xff\n".decode("utf-8", "surrogateescape")) + "/**"])
    assert matcher.find(b"a/\xff\xfe\n.go") == 0
    assert matcher.find(b"\xff\n/x") == 1


NAMES = st.sampled_from(["a", "b", "ab", "a.b", "x.a"])
PARTS = st.sampled_from(["a", "b", "a*", "*b", "*", "**", "?", "*.a", "[ab]"])


def as_expression(glob: str) -> re.Pattern[str]:
    """The same glob as one regular expression over whole paths: the plain meaning, as an oracle."""
    *directories, last = glob.lstrip("/").split("/")
    parts = ["(?:[^/]+/)*" if part == "**" else _name(part) + "/" for part in directories]
    return re.compile("".join(parts) + ("(?:[^/]+/)*[^/]+" if last == "**" else _name(last)))


def _name(part: str) -> str:
    return "".join({"*": "[^/]*", "?": "[^/]", ".": r"\."}.get(character, character) for character in part)


@given(
    st.lists(st.lists(PARTS, min_size=1, max_size=4).map("/".join), min_size=1, max_size=5),
    st.lists(st.lists(NAMES, min_size=1, max_size=4).map("/".join), min_size=1, max_size=8),
)
def test_all_globs_together_answer_as_each_alone(globs: list[str], paths: list[str]) -> None:
    matcher = Matcher(["/" + glob for glob in globs])
    for path in paths:
        expected = next((order for order, glob in enumerate(globs) if as_expression(glob).fullmatch(path)), -1)
        assert matcher.find(path.encode()) == expected
