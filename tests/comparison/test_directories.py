"""Many paths told as few directories, whose sums stay exact."""

from pathlib import Path

from layerscope.comparison.directories import Move, Place, moved_together, only_in_fat, only_in_lean
from layerscope.comparison.model import PathState
from tests.support.comparisons import compared, demo_pair


def test_a_directory_of_its_own_is_one_place(tmp_path: Path) -> None:
    fat = [[("opt/sdk/", None), ("opt/sdk/bin/cc", b"c" * 900), ("opt/sdk/doc", b"d" * 100), ("etc/hosts", b"")]]
    comparison = compared(tmp_path, fat, [[("etc/hosts", b"")]])
    assert only_in_fat(comparison) == (Place(b"opt", 1000, 2, True),)
    assert only_in_lean(comparison) == ()


def test_in_a_directory_that_both_have_what_is_large_is_named_and_the_rest_is_the_directorys(tmp_path: Path) -> None:
    both = ("usr/bin/sh", b"sh")
    fat = [[both, ("usr/bin/gcc", b"g" * 5000), *((f"usr/bin/tool-{n}", b"t" * 10) for n in range(30)), ("note", b"1")]]
    assert only_in_fat(compared(tmp_path, fat, [[both]])) == (
        Place(b"usr/bin/gcc", 5000, 1, True),
        Place(b"usr/bin", 300, 30, False),
        Place(b"", 1, 1, False),
    )


def test_of_the_demo_no_byte_and_no_file_is_lost() -> None:
    comparison = demo_pair()
    paths = comparison.paths
    for places, state, sizes in (
        (only_in_fat(comparison), PathState.ONLY_FAT, paths.fat_sizes),
        (only_in_lean(comparison), PathState.ONLY_LEAN, paths.lean_sizes),
    ):
        assert sum(place.size for place in places) == sum(
            size for size, known in zip(sizes, paths.states, strict=True) if known == state
        )
        assert 1 < len(places) < 50
    assert only_in_fat(comparison)[0].path == b"usr/local/go"
    assert sum(place.files for place in only_in_lean(comparison)) == 315


def test_empty_files_alone_are_told_as_well(tmp_path: Path) -> None:
    assert only_in_fat(compared(tmp_path, [[("a/x", b""), ("a/y", b"")]], [[("b", b"1")]])) == (Place(b"", 0, 2, False),)


def test_what_moved_with_its_directory_is_one_move(tmp_path: Path) -> None:
    names = ("bin/flask", "lib/flask/app.py", "lib/flask/cli.py")
    fat = [[(f"root/.local/{name}", name.encode() * 9) for name in names] + [("srv/one", b"alone")]]
    lean = [[(f"opt/venv/{name}", name.encode() * 9) for name in names] + [("srv/two", b"alone")]]
    assert moved_together(compared(tmp_path, fat, lean)) == (
        Move(b"root/.local", b"opt/venv", 9 * sum(map(len, names)), 3),
        Move(b"srv/one", b"srv/two", 5, 1),
    )
