"""The globs of the catalogue: what each form takes, and which of several wins."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.attribution.rules.globs import NONE, Matcher
from layerscope.attribution.rules.patterns import endings


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
    assert [path for path in leaves if matcher.find(path.encode()) != NONE] == []


def test_the_first_of_several_globs_wins_in_any_directory() -> None:
    matcher = Matcher(["/a/b/keep.txt", "/a/**/*.txt", "/a/b/**", "**/*.md"])
    found = [matcher.find(path) for path in (b"a/b/keep.txt", b"a/b/c.txt", b"a/b/c.md", b"a/x.md", b"a/x")]
    assert found == [0, 1, 2, 3, NONE]


def test_nothing_looks_below_a_closed_tree() -> None:
    matcher = Matcher(["/usr/local/go/**", "/usr/local/go/pkg/*.a"], closed=1)
    assert matcher.find(b"usr/local/go/pkg/fmt.a") == 0
    inside = matcher.root.inside(b"usr").inside(b"local").inside(b"go")
    assert inside.view().whole == 0
    assert inside.inside(b"pkg") is inside


def test_a_place_that_is_met_is_that_path_alone_whatever_its_characters() -> None:
    matcher = Matcher(["$APP/**/*.go", "~/.cache/**"], anchors={"$APP": (b"srv/a*[b]?", b"x{y,z}\n"), "~": ("root", "home/*")})
    taken = (b"srv/a*[b]?/main.go", b"srv/a*[b]?/in/main.go", b"x{y,z}\n/main.go")
    assert [matcher.find(path) for path in taken] == [0, 0, 0]
    assert [matcher.find(path) for path in (b"root/.cache/x", b"home/bob/.cache/pip/y")] == [1, 1]
    assert [matcher.find(path) for path in (b"srv/axb/main.go", b"xy/main.go", b"home/.cache/x", b"main.go")] == [NONE] * 4


def test_names_that_are_not_text_are_matched_as_bytes() -> None:
    matcher = Matcher(["/a/*.go", "$APP/**"], anchors={"$APP": (b"\xff\n",)})
    assert matcher.find(b"a/\xff\xfe\n.go") == 0
    assert matcher.find(b"\xff\n/x") == 1


def test_a_group_in_a_directory_stands_for_each_of_its_names() -> None:
    matcher = Matcher([glob for glob, _ in endings("/usr/{lib,share/{x,y}}/gcc{,-*}/**")])
    taken = (b"usr/lib/gcc/a", b"usr/share/x/gcc-12/a/b", b"usr/share/y/gcc/a")
    assert all(matcher.find(path) != NONE for path in taken)
    assert matcher.find(b"usr/share/gcc/a") == NONE


# Conditions: what follows the first ** of a glob counts only in directories of which something is met


PROJECT, SCRIPT = 1, 2


def found(matcher: Matcher, path: bytes, met: dict[bytes, int]) -> int:
    """The glob that takes a path when ``met`` is met of directories."""
    state = matcher.root.opened(met.get(b"", 0))
    directory = b""
    *above, name = path.split(b"/")
    for part in above:
        directory = directory + b"/" + part if directory else part
        state = state.inside(part, met.get(directory, 0))
    return state.view()[name]


def test_a_glob_with_a_condition_counts_where_it_is_met_and_below() -> None:
    matcher = Matcher(["**/obj/**", "**/*.map"], conditions=(PROJECT, SCRIPT))
    assert found(matcher, b"src/api/obj/Debug/x.dll", {b"src/api": PROJECT}) == 0
    assert found(matcher, b"obj/x", {b"": PROJECT}) == 0
    assert found(matcher, b"src/api/obj/Debug/x.dll", {b"src": PROJECT, b"src/api/obj": PROJECT}) == NONE
    assert found(matcher, b"src/obj/a/obj/x", {b"src/obj/a": PROJECT}) == 0
    assert found(matcher, b"a/b/app.js.map", {b"a/b": SCRIPT}) == 1
    assert found(matcher, b"a/b/app.js.map", {b"a": SCRIPT}) == NONE
    assert found(matcher, b"a/obj/app.map", {b"a": PROJECT | SCRIPT}) == 0


def test_a_condition_is_any_one_of_several_and_holds_below_an_anchor_too() -> None:
    matcher = Matcher(["$APP/**/target/**"], conditions=(PROJECT | SCRIPT,), anchors={"$APP": (b"app",)})
    for met in (PROJECT, SCRIPT, PROJECT | SCRIPT):
        assert found(matcher, b"app/target/x", {b"app": met}) == 0
        assert found(matcher, b"app/crates/a/target/x", {b"app/crates/a": met}) == 0
    assert found(matcher, b"app/target/x", {b"app": 4}) == NONE
    assert found(matcher, b"srv/target/x", {b"srv": PROJECT}) == NONE


def test_a_condition_does_not_wake_what_a_stronger_glob_takes() -> None:
    matcher = Matcher(["/usr/local/go/**", "**/obj/**"], closed=1, conditions=(0, PROJECT))
    assert found(matcher, b"usr/local/go/obj/x", {b"usr/local/go": PROJECT}) == 0


def test_globs_can_be_asked_in_another_order() -> None:
    matcher = Matcher(["/a/*.txt", "/a/**", "**/x.txt"], others=([2, NONE, 0],))
    state = matcher.root.inside(b"a")
    assert [state.view(number)[b"x.txt"] for number in (0, 1)] == [0, 0]
    assert [state.view(number)[b"y.txt"] for number in (0, 1)] == [0, 2]
    assert [state.view(number)[b"y"] for number in (0, 1)] == [1, NONE]


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
        expected = next((order for order, glob in enumerate(globs) if as_expression(glob).fullmatch(path)), NONE)
        assert matcher.find(path.encode()) == expected
