"""What stands beside a name in the file tree."""

from layerscope.core.vocabulary import CATEGORIES
from layerscope.filesystem.tree import layer_tree, merged_tree
from layerscope.tui.rows.tree_columns import ADDED, CHANGED, DELETED, NOTHING, UNCHANGED, TreeColumns, tree_columns
from tests.support.analyses import go_image

IMAGE = go_image()


def of_layer(layer: int | None) -> TreeColumns:
    tree = merged_tree(IMAGE.filesystem) if layer is None else layer_tree(IMAGE.filesystem, layer)
    return tree_columns(IMAGE, tree, layer)


def row_of(columns: TreeColumns, path: bytes) -> int:
    return next(row for row in range(len(columns.tree)) if columns.tree.path(row) == path)


def test_a_layer_adds_changes_and_deletes_what_lies_below() -> None:
    second, last = of_layer(1), of_layer(4)
    assert second.changes[row_of(second, b"usr/bin/git")] == ADDED
    assert second.changes[row_of(second, b"var/lib/dpkg/status")] == CHANGED
    assert second.changes[0] == UNCHANGED
    assert last.changes[row_of(last, b"var/cache/apt/pkgcache.bin")] == DELETED
    assert last.changes[row_of(last, b"app/go.mod")] == CHANGED


def test_a_layer_has_shadowed_content_and_the_whole_image_has_none() -> None:
    second = of_layer(1)
    assert second.shadowed[row_of(second, b"var/cache/apt/pkgcache.bin")]
    assert second.shadowed[row_of(second, b"var")]
    assert not second.shadowed[row_of(second, b"usr/bin/git")]
    assert not any(of_layer(None).shadowed)
    assert not of_layer(None).of_layer


def test_what_is_kept_marks_the_way_to_it() -> None:
    whole = of_layer(None)
    kept = {whole.tree.path(row) for row, is_kept in enumerate(whole.kept) if is_kept}
    assert {b"", b"app", b"app/server"} <= kept
    assert b"usr/local/go" not in kept


def test_a_directory_is_what_most_of_its_bytes_are() -> None:
    whole = of_layer(None)
    go, cache = row_of(whole, b"usr/local/go"), row_of(whole, b"root/.cache")
    assert (CATEGORIES[whole.categories[go]], whole.shares[go]) == ("toolchain", 100)
    assert CATEGORIES[whole.categories[cache]] == "cache"
    mixed = row_of(whole, b"usr")
    assert 1 <= whole.shares[mixed] < 100
    assert whole.categories[row_of(whole, b"bin")] == NOTHING
