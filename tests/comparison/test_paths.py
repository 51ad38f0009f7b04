"""Path by path: what is the same, what changed, what moved, and what is read to know it."""

import tarfile

import pytest

from layerscope.comparison.model import PathState
from tests.support.archives import link
from tests.support.comparisons import found, moves, paths_of
from tests.support.programs import Row, directory, program

BASE: list[Row] = [("etc/", None), ("etc/os-release", b"ID=debian"), ("usr/", None), ("usr/lib/", None)]


def test_every_path_is_one_row_a_directory_before_its_content() -> None:
    paths = paths_of([[("a/", None), ("a/b", b"1"), ("a-b", b"2")]], [[("a/", None), ("c/d/e", b"3")]])
    assert paths.paths == [b"", b"a", b"a/b", b"a-b", b"c", b"c/d", b"c/d/e"]


def test_only_here_only_there_changed_and_the_same() -> None:
    paths = paths_of(
        [[*BASE, ("app/", None), ("app/main.go", b"package"), ("app/server", b"one")]],
        [[*BASE, ("app/", None), ("app/server", b"two"), ("app/config", b"k=v")]],
    )
    assert found(paths, PathState.ONLY_FAT) == ["app/main.go"]
    assert found(paths, PathState.ONLY_LEAN) == ["app/config"]
    assert found(paths, PathState.CHANGED) == ["app/server"]
    assert found(paths, PathState.SAME) == ["", "app", "etc", "etc/os-release", "usr", "usr/lib"]


@pytest.mark.parametrize(
    ("fat", "lean"),
    [
        (("x", b"1"), link("x", "y")),
        (("x", b""), ("x/", None)),
        (link("x", "y"), link("x", "z")),
        (link("x", "y"), link("x", "y", tarfile.FIFOTYPE)),
        (("x", b"same size"), ("x", b"same SIZE")),
        (("x", b"longer"), ("x", b"long")),
    ],
    ids=["file and link", "file and directory", "link targets", "link and pipe", "content", "size"],
)
def test_another_kind_target_or_content_is_a_change(fat: Row, lean: Row) -> None:
    assert found(paths_of([[fat]], [[lean]]), PathState.CHANGED) == ["x"]
    assert found(paths_of([[fat]], [[fat, ("z", b"")]]), PathState.CHANGED) == []


def test_a_hard_link_is_what_it_links_to() -> None:
    """Which of two names stores the content is an accident of the order in which they were packed."""
    one: list[Row] = [("bin/a", b"content"), link("bin/b", "bin/a", tarfile.LNKTYPE)]
    other: list[Row] = [("bin/b", b"content"), link("bin/a", "bin/b", tarfile.LNKTYPE)]
    paths = paths_of([one], [other])
    assert set(paths.states) == {PathState.SAME}
    assert (list(paths.fat_sizes), list(paths.lean_sizes)) == ([0, 0, 7, 0], [0, 0, 0, 7])


def test_a_hard_link_that_outlives_its_target_carries_the_bytes() -> None:
    layers: list[list[Row]] = [[("a", b"content"), link("b", "a", tarfile.LNKTYPE)], [(".wh.a", b"")]]
    paths = paths_of(layers, [[("b", b"content")]])
    assert found(paths, PathState.SAME) == ["", "b"]
    assert list(paths.fat_sizes) == list(paths.lean_sizes) == [0, 7]


def test_a_directory_that_one_side_only_implies_is_the_same() -> None:
    paths = paths_of([[("srv/x", b"1")]], [[("srv/", None), ("srv/x", b"1")]])
    assert set(paths.states) == {PathState.SAME}


def test_a_directory_that_no_layer_lists_is_still_a_path_of_its_own() -> None:
    paths = paths_of([[("srv/www/x", b"1")]], [[("x", b"2")]])
    assert found(paths, PathState.ONLY_FAT) == ["srv", "srv/www", "srv/www/x"]
    assert paths.fat[1] == -1


class TestMoves:
    def test_a_file_with_the_same_content_elsewhere_is_one_fact(self) -> None:
        paths = paths_of([[("app/server", b"ELF")]], [[("usr/bin/service", b"ELF")]])
        assert moves(paths) == {"app/server": "usr/bin/service"}
        assert found(paths, PathState.MOVED_FROM) == ["app/server"]
        assert found(paths, PathState.MOVED_TO) == ["usr/bin/service"]
        assert found(paths, PathState.ONLY_FAT) == ["app"]
        assert found(paths, PathState.ONLY_LEAN) == ["usr", "usr/bin"]

    def test_the_base_name_decides_between_copies(self) -> None:
        paths = paths_of([[("old/b", b"1"), ("old/a", b"1")]], [[("new/a", b"1"), ("new/b", b"1"), ("new/c", b"1")]])
        assert moves(paths) == {"old/a": "new/a", "old/b": "new/b"}
        assert found(paths, PathState.ONLY_LEAN) == ["new", "new/c"]

    def test_so_do_the_directories_above_it(self) -> None:
        installers = [f"{package}.dist-info/INSTALLER" for package in ("click", "flask", "jinja2")]
        fat: list[Row] = [(f"usr/lib/python3/{name}", b"pip") for name in reversed(installers)]
        paths = paths_of([fat], [[(f"opt/venv/{name}", b"pip") for name in installers]])
        assert moves(paths) == {f"usr/lib/python3/{name}": f"opt/venv/{name}" for name in installers}

    def test_each_copy_moves_once(self) -> None:
        paths = paths_of([[("a/x", b"1"), ("b/y", b"1")]], [[("c/x", b"1")]])
        assert moves(paths) == {"a/x": "c/x"}
        assert found(paths, PathState.ONLY_FAT) == ["a", "b", "b/y"]

    def test_short_paths_keep_their_names_too(self) -> None:
        assert moves(paths_of([[("b", b"1"), ("c", b"1")]], [[("x/c", b"1"), ("x/b", b"1")]])) == {"b": "x/b", "c": "x/c"}

    def test_empty_files_and_links_move_nowhere(self) -> None:
        assert not moves(paths_of([[("a", b""), link("l", "x")]], [[("b", b""), link("m", "x")]]))

    def test_a_file_that_both_have_is_not_moved(self) -> None:
        assert not moves(paths_of([[("a", b"1")]], [[("a", b"1"), ("b", b"1")]]))


class TestPermissions:
    def test_mode_user_and_group_are_told_apart_from_content(self) -> None:
        fat: list[Row] = [program("a", b"1"), program("b", b"2", 0o600), program("c", b"3", uid=10), directory("d", gid=5)]
        lean: list[Row] = [program("a", b"1"), program("b", b"2", 0o644), program("c", b"+"), directory("d")]
        paths = paths_of([fat], [lean])
        assert [paths.paths[row] for row in paths.permissions] == [b"b", b"c", b"d"]
        assert found(paths, PathState.CHANGED) == ["c"]

    def test_the_mode_of_a_link_means_nothing_its_owner_does(self) -> None:
        one, other, owned = link("l", "x"), link("l", "x"), link("l", "x")
        one.mode, owned.uid = 0o644, 7
        assert not paths_of([[one]], [[other]]).permissions
        assert len(paths_of([[one]], [[owned]]).permissions) == 1

    def test_another_kind_is_no_matter_of_permissions(self) -> None:
        assert not paths_of([[program("x", b"1", 0o600)]], [[("x/", None)]]).permissions
