"""What is read to know whether contents are the same: each layer at most once, and nothing that need not be."""

import tarfile

import pytest
from msgspec.structs import replace

from layerscope.comparison.model import PathState
from layerscope.comparison.paths import compare_paths
from layerscope.core.errors import Cancelled
from layerscope.layers.contents import Contents
from tests.support.archives import link
from tests.support.comparisons import found, moves, paths_of, side_of
from tests.support.programs import Row

FAT: tuple[list[Row], ...] = (
    [("lib", b"shared")],
    [("app", b"one"), ("old/tool", b"moved"), ("waste", b"larger than all")],
)
LEAN: tuple[list[Row], ...] = ([("lib", b"shared")], [("app", b"two"), ("new/tool", b"moved")])


@pytest.mark.parametrize("packed", [(False, False), (True, False), (False, True), (True, True)])
def test_compressed_or_not_the_answer_is_the_same(packed: tuple[bool, bool]) -> None:
    paths = paths_of(FAT, LEAN, packed=packed)
    assert paths.states == paths_of(FAT, LEAN).states
    assert (found(paths, PathState.CHANGED), moves(paths)) == (["app"], {"old/tool": "new/tool"})
    assert not paths.unverified


def test_a_shared_layer_is_not_read_and_every_other_at_most_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[int, int]] = []
    digests = Contents.digests

    def counted(self: Contents, layer: int, rows: list[int]) -> dict[int, bytes]:
        read.append((layer, len(rows)))
        return digests(self, layer, rows)

    monkeypatch.setattr(Contents, "digests", counted)
    paths_of(FAT, LEAN, packed=(True, True))
    assert sorted(read) == [(1, 2), (1, 2)]  # of each side's upper layer: app, and the tool that may have moved


def test_what_cannot_be_read_is_called_the_same_and_unverified() -> None:
    one, other = side_of([[("x", b"12"), ("y", b"1")]]), side_of([[("x", b"34"), ("y", b"123")]])
    paths = compare_paths(one, replace(other, contents=None))
    assert found(paths, PathState.SAME) == ["", "x"]
    assert [paths.paths[row] for row in paths.unverified] == [b"x"]
    assert found(paths, PathState.CHANGED) == ["y"]


@pytest.mark.parametrize("packed", [False, True])
def test_reading_can_be_stopped(packed: bool) -> None:
    def stop(what: str, done: int, total: int | None) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        compare_paths(side_of(FAT, packed=packed), side_of(LEAN, packed=packed), stop)


def test_another_file_of_a_shared_layer_is_another_content() -> None:
    """A hard link of a later layer leads to it."""
    base: list[Row] = [("p", b"111"), ("q", b"222")]
    assert found(paths_of([base, [link("p", "q", tarfile.LNKTYPE)]], [base]), PathState.CHANGED) == ["p"]


def test_layers_without_a_diff_id_are_not_taken_for_the_same() -> None:
    one, other = (replace(side_of([[("x", content)]]), diff_ids=[""]) for content in (b"1", b"2"))
    assert found(compare_paths(one, other), PathState.CHANGED) == ["x"]
