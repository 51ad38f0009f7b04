"""Which of several images is meant, by number, by name or by platform: the same in archives and in layouts."""

from typing import Any

import pytest

from layerscope.core.errors import ImageError, UsageError
from layerscope.sources.files.selection import for_platform, full_name, select
from layerscope.sources.image import Platform
from layerscope.sources.reference import Reference

ITEMS = [("app:1",), ("org/app:1", "org/app:2"), (), ("docker.io/library/alpine:latest",)]


def chosen(**choice: Any) -> list[tuple[str, ...]]:
    reference = Reference(transport="oci", location="x", text="oci:x", **choice)
    return select(ITEMS, lambda item: item, reference, "x")


def test_without_a_choice_all_are_left() -> None:
    assert chosen() == ITEMS


def test_a_number_counts_from_0() -> None:
    assert chosen(index=2) == [()]
    with pytest.raises(UsageError) as error:
        chosen(index=4)
    assert error.value.line() == "x holds 4 images, numbered from 0; there is no :@4"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("app:1", [("app:1",)]),
        ("app:2", [("org/app:1", "org/app:2")]),
        ("1", [("app:1",), ("org/app:1", "org/app:2")]),
        ("alpine", [("docker.io/library/alpine:latest",)]),
        ("latest", [("docker.io/library/alpine:latest",)]),
    ],
)
def test_a_whole_name_comes_before_the_end_of_one(name: str, found: list[tuple[str, ...]]) -> None:
    assert chosen(name=name) == found


def test_a_name_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as error:
        chosen(name="other\x1b")
    assert error.value.line() == (
        r"x has no image called other\x1b; choose one by adding :app:1 or :org/app:1 or :@2 or :docker.io/library/alpine:latest"
    )


@pytest.mark.parametrize(
    "name", ["alpine", "alpine:latest", "docker.io/alpine", "localhost/alpine", "docker.io/library/alpine:latest"]
)
def test_short_and_full_names_are_the_same(name: str) -> None:
    assert full_name(name) == "alpine:latest"


def test_the_first_image_of_the_platform_is_taken() -> None:
    found = [("a", Platform("linux", "arm64")), ("b", Platform("linux", "amd64")), ("c", Platform("linux", "amd64"))]
    assert for_platform(found, Platform("linux", "amd64"), "x") == "b"
    with pytest.raises(ImageError) as error:
        for_platform(found, Platform("linux", "s390x"), "x")
    assert error.value.line() == "x has no image for linux/s390x; choose with --platform among: linux/arm64, linux/amd64"
