"""Which directories many programs share, and what that means for one program."""

import pytest

from layerscope.filesystem import directories


@pytest.mark.parametrize(
    ("path", "root", "whole", "searched"),
    [
        (b"", False, False, False),
        (b"usr/lib64", False, False, False),
        (b"var/log", False, True, False),
        (b"opt", False, False, True),
        (b"usr/src", False, True, True),
        (b"root", True, False, True),
        (b"app", True, True, True),
        (b"usr/lib/python3", True, True, True),
    ],
)
def test_a_directory_may_be_an_applications_root_cross_whole_or_be_searched_for_its_modules(
    path: bytes, root: bool, whole: bool, searched: bool
) -> None:
    assert (path not in directories.SYSTEM_DIRECTORIES) is root
    assert (path not in directories.SHARED_DIRECTORIES) is whole
    assert (path not in directories.DISTRIBUTION_DIRECTORIES) is searched


def test_the_systems_trees_are_the_top_directories_that_distributions_fill() -> None:
    assert {b"usr", b"etc", b"lib64"} <= directories.SYSTEM_TREES
    assert directories.SYSTEM_TREES.isdisjoint((b"", b"opt", b"usr/lib"))
