"""The columnar tree says what the filesystem says: every byte once, directories as the sums of what they hold."""

import tarfile

from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.filesystem.tree import FileTree, layer_tree, merged_tree
from layerscope.layers.index import Kind
from tests.support.archives import layer_tar, link
from tests.support.layers import stacked


def listing(tree: FileTree) -> list[tuple[str, int, int]]:
    """Path, bytes and names below of each row."""
    return [(tree.path(row).decode(), tree.sizes[row], tree.files[row]) for row in range(len(tree))]


def test_directories_that_no_layer_lists_have_rows_of_their_own() -> None:
    tree = merged_tree(stacked(layer_tar([("a/b/c", b"12"), ("a-x", b"3"), ("a/d", b"4")])))
    assert listing(tree) == [("", 4, 3), ("a", 3, 2), ("a/b", 2, 1), ("a/b/c", 2, 1), ("a/d", 1, 1), ("a-x", 1, 1)]
    assert [tree.path(row) for row in tree.children(1)] == [b"a/b", b"a/d"]
    assert tree.entries[1] == -1


def test_content_that_lives_on_under_a_hard_link_is_shown_there() -> None:
    lower = layer_tar([("first", b"12345"), link("second", "first", tarfile.LNKTYPE), link("third", "first", tarfile.LNKTYPE)])
    tree = merged_tree(stacked(lower, layer_tar([(".wh.first", b"")])))
    assert listing(tree) == [("", 5, 2), ("second", 5, 1), ("third", 0, 1)]


def test_a_layers_tree_shows_its_whiteouts_where_they_hide() -> None:
    filesystem = stacked(layer_tar([("etc/passwd", b"1")]), layer_tar([("etc/.wh.passwd", b""), ("etc/new", b"22")]))
    assert listing(layer_tree(filesystem, 1)) == [("", 2, 1), ("etc", 2, 1), ("etc/new", 2, 1), ("etc/passwd", 0, 0)]


names = st.lists(st.lists(st.sampled_from(("a", "b", "a-", "a.b", "0")), min_size=1, max_size=5).map("/".join), unique=True)


@given(names=names)
@settings(max_examples=150, deadline=None)
def test_sums_hold_on_any_tree(names: list[str]) -> None:
    files = [name for name in names if not any(other.startswith(name + "/") for other in names)]
    filesystem = stacked(layer_tar([(name, b"x" * len(name)) for name in files]))
    tree = merged_tree(filesystem)
    assert (tree.sizes[0], tree.files[0]) == (sum(filesystem.sizes), len(files))
    assert sorted(tree.path(row) for row in range(1, len(tree)) if tree.entries[row] >= 0) == sorted(
        name.encode() for name in files
    )
    for row in range(len(tree)):
        inside = tree.children(row)
        own = tree.sizes[row] - sum(tree.sizes[child] for child in inside)
        assert own == (filesystem.sizes[tree.entries[row]] if tree.entries[row] >= 0 else 0)
        assert [tree.names[child] for child in inside] == sorted(tree.names[child] for child in inside)
        assert all(tree.parents[child] == row and tree.depths[child] == tree.depths[row] + 1 for child in inside)


def test_a_path_five_hundred_directories_deep_is_no_problem() -> None:
    tree = merged_tree(stacked(layer_tar([("d/" * 500 + "f", b"1")])))
    assert (len(tree), tree.sizes[0]) == (502, 1)


def test_an_opaque_marker_in_a_new_directory_hides_nothing_and_is_left_out() -> None:
    upper = layer_tar([("new/", None), ("new/.wh..wh..opq", b""), ("new/x", b"1"), ("old/.wh..wh..opq", b"")])
    filesystem = stacked(layer_tar([("old/y", b"22")]), upper)
    tree = layer_tree(filesystem, 1)
    kinds = {tree.path(row): filesystem.kinds[tree.entries[row]] for row in range(1, len(tree))}
    assert kinds == {b"new": Kind.DIRECTORY, b"new/x": Kind.REGULAR, b"old": Kind.OPAQUE}
