"""Both sides as one tree: every path and every byte of either side once, differences summed upwards."""

import tarfile

from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.comparison.model import Paths, PathState
from layerscope.comparison.paths import compare_paths
from layerscope.comparison.tree import FAT, LEAN, PairTree, Show, pair_tree
from layerscope.layers.index import Kind
from tests.support.archives import link
from tests.support.comparisons import Layers, demo, demo_pair, side_of
from tests.support.programs import Row

FAT_ROWS: list[Row] = [
    ("app/", None),
    ("app/run", b"the same program"),
    ("app/notes", b"12345"),
    ("etc/conf", b"old"),
    ("opt/go/bin/go", b"x" * 1000),
    ("opt/go/src/a", b"x" * 200),
    ("old/place", b"what moves"),
]
LEAN_ROWS: list[Row] = [
    ("app/", None),
    ("app/run", b"the same program"),
    ("etc/conf", b"newer"),
    ("etc/extra", b"1"),
    ("new/place", b"what moves"),
]


def tree_of(fat: Layers, lean: Layers) -> PairTree:
    one, other = side_of(fat), side_of(lean)
    paths = compare_paths(one, other)
    return pair_tree(paths, (one.filesystem.kinds, other.filesystem.kinds))


def states(pair: PairTree) -> dict[str, str]:
    return {pair.tree.path(row).decode(): PathState(pair.states[row]).name.lower() for row in range(1, len(pair))}


def row_of(pair: PairTree, path: str) -> int:
    return next(row for row in range(len(pair)) if pair.tree.path(row) == path.encode())


def counts(pair: PairTree, path: str) -> str:
    return ", ".join(f"{state.name.lower()} {count}" for state, count in pair.counts(row_of(pair, path)).items() if count)


def shown(pair: PairTree, show: Show, least: int = 0) -> set[str]:
    allowed = pair.allowed(show, least)
    assert allowed is not None
    return {pair.tree.path(row).decode() for row in range(1, len(pair)) if allowed[row]}


def test_a_directory_tells_what_is_in_it() -> None:
    assert states(tree_of([FAT_ROWS], [LEAN_ROWS])) == {
        "app": "inside",
        "app/notes": "only_fat",
        "app/run": "same",
        "etc": "inside",
        "etc/conf": "changed",
        "etc/extra": "only_lean",
        "new": "only_lean",
        "new/place": "moved_to",
        "old": "only_fat",
        "old/place": "moved_from",
        "opt": "only_fat",
        "opt/go": "only_fat",
        "opt/go/bin": "only_fat",
        "opt/go/bin/go": "only_fat",
        "opt/go/src": "only_fat",
        "opt/go/src/a": "only_fat",
    }


def test_sizes_of_both_sides_and_the_gap_between_them() -> None:
    pair = tree_of([FAT_ROWS], [LEAN_ROWS])
    conf, opt = row_of(pair, "etc"), row_of(pair, "opt")
    assert [(pair.sizes[FAT][row], pair.sizes[LEAN][row], pair.gap(row)) for row in (conf, opt)] == [
        (3, 6, -3),
        (1200, 0, 1200),
    ]
    assert pair.tree.sizes[conf] == 3
    assert (pair.has(opt, FAT), pair.has(opt, LEAN)) == (True, False)


def test_differences_are_the_highest_rows_that_differ_the_largest_first_and_what_moved_last() -> None:
    pair = tree_of([FAT_ROWS], [LEAN_ROWS])
    visited = [pair.tree.path(row).decode() for row in pair.differences]
    assert visited == ["opt", "app/notes", "etc/conf", "etc/extra", "old/place"]


def test_counts_below_a_directory_are_of_names_that_are_no_directories() -> None:
    pair = tree_of([FAT_ROWS], [LEAN_ROWS])
    assert counts(pair, "") == "same 1, changed 1, only_fat 3, only_lean 1, moved_from 1, moved_to 1"
    assert counts(pair, "opt/go/src") == "only_fat 1"


def test_each_filter_shows_its_kind_with_the_way_to_it() -> None:
    pair = tree_of([FAT_ROWS], [LEAN_ROWS])
    assert pair.allowed(Show.ALL, 0) is None
    assert shown(pair, Show.ONLY_LEAN) == {"etc", "etc/extra", "new"}
    assert shown(pair, Show.CHANGED) == {"etc", "etc/conf", "new", "new/place", "old", "old/place"}
    assert shown(pair, Show.ONLY_FAT, least=500) == {"opt", "opt/go", "opt/go/bin", "opt/go/bin/go"}


def test_a_size_hides_what_differs_by_less_however_large_both_sides_are() -> None:
    fat: list[Row] = [("big/same", b"x" * 9000), ("big/grown", b"x" * 5000), ("big/gone", b"x" * 800)]
    lean: list[Row] = [("big/same", b"x" * 9000), ("big/grown", b"x" * 5300), ("big/new", b"x" * 200)]
    pair = tree_of([fat], [lean])
    assert shown(pair, Show.ALL, least=1) == {"big", "big/grown", "big/gone", "big/new"}
    assert shown(pair, Show.ALL, least=300) == {"big", "big/grown", "big/gone"}
    assert shown(pair, Show.ALL, least=500) == {"big", "big/gone"}
    assert shown(pair, Show.ALL, least=1301) == set()


def test_a_directory_whose_losses_and_gains_cancel_out_is_not_hidden() -> None:
    fat, lean = [("opt/v1/lib", b"1" * 1000)], [("opt/v2/lib", b"2" * 1000)]
    pair = tree_of([fat], [lean])
    opt = row_of(pair, "opt")
    assert (pair.gap(opt), pair.losses_and_gains(opt)) == (0, (1000, 1000))
    assert shown(pair, Show.ALL, least=1000) == {"opt", "opt/v1", "opt/v1/lib", "opt/v2", "opt/v2/lib"}


def test_a_size_and_a_kind_together_judge_a_directory_by_the_bytes_of_that_kind() -> None:
    pair = tree_of([[("etc/conf", b"x" * 900), ("etc/note", b"x" * 5)]], [[("etc/conf", b"x" * 100)]])
    assert shown(pair, Show.CHANGED, least=500) == {"etc", "etc/conf"}
    assert shown(pair, Show.ONLY_FAT, least=500) == set()


def test_another_mode_is_a_change_but_no_difference_of_content() -> None:
    script = tarfile.TarInfo("bin/run")
    script.mode, script.size = 0o755, 0
    pair = tree_of([[("bin/run", b"")]], [[script]])
    assert states(pair) == {"bin": "inside", "bin/run": "permissions"}
    assert not pair.differences
    assert shown(pair, Show.CHANGED) == {"bin", "bin/run"}


def test_a_link_that_became_a_directory_is_changed_and_holds_what_the_other_side_lacks() -> None:
    pair = tree_of([[("usr/lib/a", b"1"), link("lib", "usr/lib")]], [[("lib/b", b"22")]])
    assert (states(pair)["lib"], states(pair)["lib/b"]) == ("changed", "only_lean")
    assert pair.gap(row_of(pair, "lib")) == -2


def test_an_image_without_files_on_the_other_side() -> None:
    pair = tree_of([[("a/b", b"1")]], [[]])
    assert states(pair) == {"a": "only_fat", "a/b": "only_fat"}
    assert [pair.tree.path(row) for row in pair.differences] == [b"a"]


names = st.sampled_from(["a", "b", "d/a", "d/b", "d/e/a", "f/a", "d-x", "f/g/h/i"])
layers = st.lists(
    st.lists(st.tuples(names, st.binary(max_size=3)), max_size=6, unique_by=lambda entry: entry[0]), min_size=1, max_size=3
)


@given(fat=layers, lean=layers)
@settings(max_examples=120, deadline=None)
def test_every_path_and_every_live_byte_of_either_side_is_there_once(fat: Layers, lean: Layers) -> None:
    one, other = side_of(fat), side_of(lean)
    paths = compare_paths(one, other)
    pair = pair_tree(paths, (one.filesystem.kinds, other.filesystem.kinds))
    assert sorted(pair.tree.path(row) for row in range(len(pair))) == sorted(paths.paths)
    for side, found in enumerate((one, other)):
        live = sum(size for size, kept in zip(found.filesystem.sizes, found.filesystem.stored_live, strict=True) if kept)
        assert pair.sizes[side][0] == live
        there = {pair.tree.path(row) for row in range(1, len(pair)) if pair.has(row, side)}
        assert there >= set(found.filesystem.visible) - {b""}
        assert all(any(path.startswith(above + b"/") for path in there) for above in there - set(found.filesystem.visible))
    check_sums(pair, paths)


@given(fat=layers, lean=layers, show=st.sampled_from(Show), least=st.integers(0, 4))
@settings(max_examples=120, deadline=None)
def test_no_row_is_shown_in_a_directory_that_is_hidden(fat: Layers, lean: Layers, show: Show, least: int) -> None:
    pair = tree_of(fat, lean)
    allowed = pair.allowed(show, least) or bytes([1]) * len(pair)
    assert all(allowed[pair.tree.parents[row]] for row in range(len(pair)) if allowed[row])


def check_sums(pair: PairTree, paths: Paths) -> None:
    """Sizes, names and signs of every directory follow from what is in it."""
    for row in range(len(pair)):
        children = pair.tree.children(row)
        entry = pair.tree.entries[row]
        for side, own in ((FAT, paths.fat_sizes), (LEAN, paths.lean_sizes)):
            assert pair.sizes[side][row] == own[entry] + sum(pair.sizes[side][child] for child in children)
        assert pair.tree.sizes[row] == abs(pair.gap(row))
        losses, gains = pair.losses_and_gains(row)
        assert losses - gains == pair.gap(row)
        assert losses + gains == abs(paths.fat_sizes[entry] - paths.lean_sizes[entry]) + sum(pair.churn[at] for at in children)
        if children and pair.states[row] == PathState.SAME:
            assert all(pair.states[child] == PathState.SAME for child in children)
        if pair.states[row] in (PathState.ONLY_FAT, PathState.ONLY_LEAN):
            assert all(pair.flags[child] & 3 == pair.flags[row] & 3 for child in children)


def test_the_demo_is_explained_by_its_tree() -> None:
    comparison = demo_pair()
    kinds = demo("fat").filesystem.kinds, demo("lean").filesystem.kinds
    pair = pair_tree(comparison.paths, kinds)
    shadowed = comparison.fat.sizes.shadowed - comparison.lean.sizes.shadowed
    assert pair.gap(0) + shadowed == comparison.gap
    assert pair.tree.path(pair.differences[0]) == b"usr/local/go"
    named = {
        path
        for side, of_entry in zip((comparison.fat, comparison.lean), kinds, strict=True)
        for path, entry in side.filesystem.visible.items()
        if of_entry[entry] != Kind.DIRECTORY
    }
    assert pair.tree.files[0] == len(named)
