"""The fewest COPY lines that bring every file: whole directories, and directories from which the rest is removed first."""

import pytest

from layerscope.advice.delivery.files import File
from layerscope.advice.delivery.model import Copy
from layerscope.advice.plan.copies import ancestors, copies_of, cut
from layerscope.filesystem.merged import Filesystem
from tests.support.archives import link
from tests.support.layers import stacked
from tests.support.programs import Row, layer


def system(*rows: Row) -> Filesystem:
    return stacked(layer(rows))


def files(filesystem: Filesystem, *paths: bytes, because: str = "needed") -> list[File]:
    return [File(filesystem.visible[path], path, path, because) for path in paths]


def lines(copies: tuple[Copy, ...]) -> list[tuple[bytes, bytes, int]]:
    return [(copy.source, copy.target, copy.size) for copy in copies]


TREE = system(("app/a", b"1"), ("app/sub/b", b"22"), ("app/sub/c", b"333"), ("etc/x", b"4444"), ("etc/y", b"55555"))


def test_a_directory_of_which_everything_is_kept_is_one_line() -> None:
    assert lines(copies_of(TREE, files(TREE, b"app/a", b"app/sub/b", b"app/sub/c"))) == [(b"/app", b"/app", 6)]
    assert lines(copies_of(TREE, files(TREE, b"app/sub/b", b"app/sub/c"))) == [(b"/app/sub", b"/app/sub", 5)]


def test_a_directory_of_the_system_is_never_copied_whole_nor_one_with_a_single_file() -> None:
    assert lines(copies_of(TREE, files(TREE, b"etc/x", b"etc/y"))) == [(b"/etc/x", b"/etc/x", 4), (b"/etc/y", b"/etc/y", 5)]
    assert lines(copies_of(TREE, files(TREE, b"app/a"))) == [(b"/app/a", b"/app/a", 1)]


def test_a_file_that_is_asked_for_elsewhere_goes_there() -> None:
    moved = File(TREE.visible[b"app/a"], b"app/a", b"lib/a", "NEEDED by /x")
    (copy,) = copies_of(TREE, [moved])
    assert copy == Copy(b"/app/a", b"/lib/a", 1, "NEEDED by /x")


def test_links_are_followed_in_a_file_and_kept_in_a_directory() -> None:
    linked = system(("app/real", b"12345"), link("app/name", "real"))
    assert lines(copies_of(linked, files(linked, b"app/name"))) == [(b"/app/name", b"/app/name", 5)]
    assert lines(copies_of(linked, files(linked, b"app/real", b"app/name"))) == [(b"/app", b"/app", 5)]


def test_two_reasons_are_named_and_the_others_counted() -> None:
    kept = [
        file
        for number, path in enumerate((b"app/a", b"app/sub/b", b"app/sub/c"))
        for file in files(TREE, path, because=f"reason {number}")
    ]
    (copy,) = copies_of(TREE, kept)
    assert copy.because == "reason 0; reason 1 and 1 more reasons"


MANY = system(*((f"opt/lib/{name}", name.encode()) for name in "abcdefg"), ("opt/lib/doc", None), ("opt/lib/doc/one", b"1"))
KEPT = tuple(f"opt/lib/{name}".encode() for name in "abcdef")


def test_many_lines_out_of_one_directory_become_one_after_the_rest_is_removed() -> None:
    kept = files(MANY, *KEPT)
    found = cut(MANY, kept, copies_of(MANY, kept), frozenset())
    assert lines(found.copies) == [(b"/opt/lib", b"/opt/lib", 6)]
    assert found.removed == (b"opt/lib/doc", b"opt/lib/g")


@pytest.mark.parametrize("volume", [b"opt/lib", b"opt"])
def test_nothing_is_removed_from_a_volume(volume: bytes) -> None:
    kept = files(MANY, *KEPT)
    assert cut(MANY, kept, copies_of(MANY, kept), frozenset((volume,))).removed == ()


def test_a_few_lines_stay_lines() -> None:
    kept = files(MANY, *KEPT[:3])
    copies = copies_of(MANY, kept)
    assert cut(MANY, kept, copies, frozenset()).copies == copies


def test_ancestors_are_the_directories_above_the_nearest_first() -> None:
    assert ancestors(b"a/b/c") == [b"a/b", b"a"]
    assert ancestors(b"a") == []
