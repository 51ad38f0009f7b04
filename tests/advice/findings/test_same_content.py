"""Whether contents are the same, and how little is read to know it."""

import pytest

from layerscope.advice.findings import same_content
from layerscope.advice.findings.same_content import Sameness, same_stretches
from layerscope.layers.contents import Contents
from layerscope.layers.keep import Picks
from tests.support.archives import layer_tar
from tests.support.layers import layer_of, stacked

A, B = b"a" * 5000, b"b" * 5000


def sameness(thorough: bool = False, **files: bytes) -> tuple[Sameness, dict[str, int]]:
    tar = layer_tar(list(files.items()))
    filesystem = stacked(tar, picks=Picks())
    contents = Contents((layer_of(tar),), filesystem.indexes)
    return Sameness(filesystem, contents, thorough), {name: filesystem.visible[name.encode()] for name in files}


def test_files_of_the_same_content_are_together_the_largest_first() -> None:
    found, entry = sameness(one=A, two=A, other=B, small=A[:4500], same=A[:4500], alone=B[:100])
    assert found.groups(list(entry.values())) == [[entry["one"], entry["two"]], [entry["small"], entry["same"]]]


def test_two_files_are_compared() -> None:
    found, entry = sameness(one=A, two=A, other=B)
    assert found.same(entry["one"], entry["two"]) is True
    assert found.same(entry["one"], entry["other"]) is False


def test_without_contents_nothing_is_known() -> None:
    filesystem = stacked(layer_tar([("a", A), ("b", A)]))
    found = Sameness(filesystem, None)
    assert found.same(0, 1) is None
    assert found.groups([0, 1]) == []
    assert not found.comparable(0)


@pytest.mark.parametrize("thorough", [True, False])
def test_what_is_read_is_bounded_unless_all_is_asked_for(thorough: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(same_content, "COMPARED_BYTES", 100)
    found, entry = sameness(thorough, one=A, two=A)
    assert found.groups(list(entry.values())) == ([list(entry.values())] if thorough else [])
    assert found.same(entry["one"], entry["two"]) is (True if thorough else None)


def test_stretches_are_read_up_to_the_first_difference() -> None:
    read: list[int] = []

    def stretch_of(content: bytes) -> object:
        return lambda start, size: read.append(start) or content[start : start + size]

    one, other = b"x" * 3_000_000, b"y" + b"x" * 2_999_999
    assert same_stretches(stretch_of(one), stretch_of(other), len(one), lambda _: True) is False  # type: ignore[arg-type]
    assert read == [0, 0]
    assert same_stretches(stretch_of(one), stretch_of(one), len(one), lambda _: True) is True  # type: ignore[arg-type]
    assert same_stretches(stretch_of(one), stretch_of(one[:-1]), len(one), lambda _: True) is False  # type: ignore[arg-type]
    assert same_stretches(stretch_of(one), stretch_of(one), len(one), lambda _: False) is None  # type: ignore[arg-type]
