"""What a file tree shows: opening, closing, ordering and filtering rows, without a terminal."""

import random

import pytest

from layerscope.filesystem.tree import FileTree
from layerscope.tui.rows.visible_rows import BY_NAME, BY_SIZE, VisibleRows
from tests.support.trees import bushy, chain, one_directory, tree_of


def small() -> FileTree:
    """/a (x 5, y 9, z/(p 1)), /b (q 2), /c 40"""
    return tree_of(
        [0, 0, 1, 1, 1, 4, 0, 6, 0],
        [b"", b"a", b"x", b"y", b"z", b"p", b"b", b"q", b"c"],
        [0, 0, 5, 9, 0, 1, 0, 2, 40],
    )


def names(visible: VisibleRows) -> str:
    return " ".join(visible.tree.names[row].decode() for row in visible.rows)


def expected_rows(visible: VisibleRows, opened: set[int]) -> list[int]:
    """The rows on show by the plainest way to say it."""
    tree = visible.tree

    def below(row: int) -> list[int]:
        children = tree.children(row)
        if visible.order == BY_SIZE:
            children = sorted(children, key=lambda child: (-tree.sizes[child], child))
        return [found for child in children for found in [child, *(below(child) if child in opened else [])]]

    return below(0)


def test_a_tree_begins_closed_with_the_largest_first():
    assert names(VisibleRows(small())) == "c a b"


def test_opening_shows_children_and_closing_hides_all_that_is_below():
    visible = VisibleRows(small())
    assert visible.toggle(1)
    assert names(visible) == "c a y x z b"
    visible.toggle(4)
    assert names(visible) == "c a y x z p b"
    visible.toggle(1)
    assert names(visible) == "c a b"


def test_a_directory_that_opens_again_is_as_it_was():
    visible = VisibleRows(small())
    visible.toggle(1)
    visible.toggle(4)
    visible.toggle(1)
    visible.toggle(1)
    assert names(visible) == "c a y x z p b"


def test_a_file_does_not_open():
    visible = VisibleRows(small())
    assert not visible.toggle(0)
    assert names(visible) == "c a b"


def test_names_order_every_level_and_keep_what_is_open():
    visible = VisibleRows(small())
    visible.toggle(1)
    visible.sort(BY_NAME)
    assert names(visible) == "a x y z b c"
    visible.sort(BY_SIZE)
    assert names(visible) == "c a y x z b"


def test_the_way_to_most_of_the_bytes_is_opened_and_no_more():
    visible = VisibleRows(chain(3))
    visible.open_largest()
    assert names(visible) == "d0 d1 d2 file"
    visible = VisibleRows(small())
    visible.open_largest()
    assert names(visible) == "c a b"


def test_open_all_and_close_all():
    visible = VisibleRows(small())
    visible.open_all()
    assert names(visible) == "c a y x z p b q"
    visible.toggle(1)
    assert names(visible) == "c a b q"
    visible.close_all()
    assert names(visible) == "c a b"


@pytest.mark.parametrize("prepared", [False, True], ids=["as it comes", "with whole orders"])
def test_any_sequence_of_toggles_shows_what_a_plain_walk_would(prepared):
    chance = random.Random(7)
    visible, opened = VisibleRows(bushy(6, 4, 5)), set()
    directories = {row for row in range(1, len(visible.tree)) if visible.is_directory(row)}
    if prepared:
        visible.prepare_orders()
    for step in range(300):
        if step % 100 == 50:
            visible.open_all()
            opened |= directories
        if step % 60 == 30:
            visible.sort(BY_NAME if visible.order == BY_SIZE else BY_SIZE)
        position = chance.randrange(len(visible))
        row = visible.rows[position]
        if visible.toggle(position):
            opened ^= {row}
        assert list(visible.rows) == expected_rows(visible, opened)


@pytest.mark.parametrize("tree", [small(), bushy(4, 3, 5), one_directory(3000), chain(40), tree_of([0], [b""], [0])])
def test_whole_orders_are_what_is_on_show_when_all_is_open(tree):
    plain, prepared = VisibleRows(tree), VisibleRows(tree)
    prepared.prepare_orders()
    for order in (BY_NAME, BY_SIZE):
        for visible in (plain, prepared):
            visible.sort(order)
            visible.open_all()
        assert prepared.rows == plain.rows
        assert all(prepared.children(row) == plain.children(row) for row in range(len(tree)))


def test_whole_orders_do_not_show_what_a_filter_or_a_limit_hides():
    visible = VisibleRows(small())
    visible.prepare_orders()
    visible.open_all()
    visible.limit(bytes([1, 1, 1, 0, 0, 0, 0, 0, 0]))
    assert names(visible) == "a x"
    visible.limit(None)
    visible.filter([5])
    assert names(visible) == "a z p"


def test_a_filter_shows_matches_with_the_way_to_them_and_what_is_below():
    visible = VisibleRows(small())
    visible.filter([5])
    assert (names(visible), visible.match_count) == ("a z p", 1)
    visible.filter([1])
    assert names(visible) == "a"
    visible.toggle(0)
    assert names(visible) == "a y x z"


def test_a_filter_that_nothing_matches_shows_nothing():
    visible = VisibleRows(small())
    visible.filter([])
    assert (len(visible), visible.match_count) == (0, 0)


def test_without_the_filter_the_tree_is_open_as_before():
    visible = VisibleRows(small())
    visible.toggle(1)
    visible.filter([7])
    visible.filter([5])
    visible.filter(None)
    assert (names(visible), visible.match_count) == ("c a y x z b", None)


def test_reveal_opens_the_way_to_a_row():
    visible = VisibleRows(small())
    position = visible.reveal(5)
    assert position is not None
    assert (names(visible), visible.rows[position]) == ("c a y x z p b", 5)


def test_the_parent_of_the_last_of_many_rows_is_found():
    visible = VisibleRows(one_directory(5000))
    visible.toggle(0)
    assert visible.parent_position(4999) == 0
    assert visible.parent_position(0) is None


def test_a_thousand_levels_are_walked_without_recursion():
    visible = VisibleRows(chain(3000))
    visible.open_all()
    assert len(visible) == 3001
    visible.toggle(0)
    assert len(visible) == 1
    assert visible.reveal(3001) == 3000


def test_an_empty_image_has_no_rows():
    visible = VisibleRows(tree_of([0], [b""], [0]))
    visible.open_all()
    assert len(visible) == 0


def test_a_limit_hides_rows_and_leaves_what_is_open():
    visible = VisibleRows(small())
    visible.open_all()
    everything = names(visible)
    visible.limit(bytes((1, 1, 0, 1, 0, 0, 0, 0, 1)))
    assert (names(visible), visible.is_narrowed) == ("c a y", True)
    visible.limit(None)
    assert (names(visible), visible.is_narrowed) == (everything, False)


def test_a_filter_within_a_limit_matches_only_what_the_limit_allows():
    visible = VisibleRows(small())
    visible.limit(bytes((1, 1, 0, 1, 0, 0, 1, 1, 0)))
    visible.filter([3, 5, 7])
    assert (names(visible), visible.match_count) == ("a y b q", 2)
    visible.filter(None)
    assert names(visible) == "a b"
    assert visible.reveal(8) is None
