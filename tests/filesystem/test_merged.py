"""The tree interface of the final filesystem: what lies below a directory, and where a path leads."""

import tarfile

from hypothesis import given
from hypothesis import strategies as st

from layerscope.filesystem.merged import Filesystem, Traced
from tests.support.archives import layer_tar, link
from tests.support.layers import stacked

NAMES = st.text("ab-.0", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def files(*paths: str) -> Filesystem:
    return stacked(layer_tar([(path, None if path.endswith("/") else b"") for path in paths]))


def test_what_lies_below_a_directory_is_sorted_and_no_neighbour_of_a_similar_name() -> None:
    filesystem = files("a/", "a/y", "a/x/z", "a-b", "a.c/d", "a0")
    assert filesystem.below(b"a") == [b"a/x/z", b"a/y"]
    assert filesystem.below(b"") == [b"a", b"a-b", b"a.c/d", b"a/x/z", b"a/y", b"a0"]
    assert (filesystem.below(b"a-b"), filesystem.below(b"nothing")) == ([], [])


def test_a_directory_that_no_layer_lists_has_something_below_and_is_a_child() -> None:
    filesystem = files("a/x/z", "b")
    assert [filesystem.has_below(path) for path in (b"", b"a", b"a/x", b"b", b"a/x/z")] == [True, True, True, False, False]
    assert (filesystem.children(b""), filesystem.children(b"a")) == ([b"a", b"b"], [b"x"])


def test_the_root_is_not_below_itself() -> None:
    assert files("./", "./a").below(b"") == [b"a"]
    assert not files("./").has_below(b"")


@given(st.sets(PATHS, max_size=12), PATHS)
def test_bisection_finds_what_a_scan_of_all_paths_finds(paths: set[str], directory: str) -> None:
    filesystem = files(*(path + "/" for path in paths))
    for place in (b"", directory.encode()):
        inside = place + b"/" if place else b""
        below = sorted(path for path in filesystem.visible if path.startswith(inside) and path)
        assert filesystem.below(place) == below
        assert filesystem.has_below(place) == bool(below)
        assert filesystem.children(place) == sorted({path[len(inside) :].partition(b"/")[0] for path in below})


def test_a_path_is_traced_through_links_of_directories_and_files() -> None:
    filesystem = stacked(layer_tar([("usr/lib/x.1", b""), link("usr/lib/x", "../lib/./x.1"), link("lib", "/usr/lib")]))
    visible = filesystem.visible
    found = filesystem.trace(b"/lib//x")
    assert found == Traced(visible[b"usr/lib/x.1"], b"usr/lib/x.1", (visible[b"lib"], visible[b"usr/lib/x"]))
    assert filesystem.real_path(b"lib/x") == b"usr/lib/x.1"
    assert filesystem.real_path(b"lib/x", follow_last=False) == b"usr/lib/x"


def test_a_path_that_is_not_there_keeps_its_missing_components() -> None:
    filesystem = stacked(layer_tar([link("a", "b")]))
    assert filesystem.trace(b"a/c/../d") == Traced(None, b"b/d", (filesystem.visible[b"a"],))
    assert filesystem.real_path(b"../x") == b"x"


def test_a_circle_of_links_leads_nowhere() -> None:
    filesystem = stacked(layer_tar([link("a", "b"), link("b", "a")]))
    assert filesystem.trace(b"/a/x") == Traced(None, b"/a/x", ())
    assert filesystem.real_path(b"a/x") is None


def test_the_content_kept_of_a_file_is_found_under_its_hard_linked_names_too() -> None:
    same = link("etc/copy", "etc/os-release", tarfile.LNKTYPE)
    filesystem = stacked(layer_tar([("etc/os-release", b"ID=x"), same, ("bin/x", b"1")]))
    assert {path: filesystem.content(entry) for path, entry in filesystem.visible.items()} == {
        b"etc/os-release": b"ID=x",
        b"etc/copy": b"ID=x",
        b"bin/x": None,
    }
