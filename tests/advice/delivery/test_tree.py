"""What COPY lines make of a base: the one place that says it, for `why`, for a proof and for the check of the plan."""

import pytest

from layerscope.advice.delivery.model import Copy, Directory, Root
from layerscope.advice.delivery.tree import MADE, Tree, plant, remaining
from layerscope.advice.plan.base import Candidate
from tests.support.archives import link
from tests.support.layers import stacked
from tests.support.programs import directory, layer

IMAGE = stacked(
    layer(
        [
            directory("app", 7, 7),
            ("app/a", b"1"),
            ("app/sub/b", b"22"),
            ("app/sub/c", b"333"),
            link("app/now", "sub"),
            link("lib", "usr/lib"),
            ("usr/lib/x.so.1", b"x"),
            ("mnt", None),
        ]
    )
)
SCRATCH = Candidate(reference="scratch")
MERGED = Candidate(
    reference="base",
    content={b"usr": 0, b"usr/lib": 0, b"lib": 0, b"tmp": 0, b"lib/libc.so": 1, b"usr/lib/libc.so": 1},
    links={b"lib": b"usr/lib"},
    directories=frozenset((b"usr", b"usr/lib", b"tmp")),
)


def copy(source: str, target: str = "", owner: str = "") -> Copy:
    return Copy(source.encode(), (target or source).encode(), 0, "", owner)


def tree(*copies: Copy, base: Candidate = SCRATCH, removed: tuple[bytes, ...] = ()) -> Tree:
    return plant(Tree(filesystem=IMAGE, base=base), copies, removed)


def with_root(root: Root, *copies: Copy) -> Tree:
    return plant(Tree(filesystem=IMAGE, base=SCRATCH), (Copy(root.source, root.target, 0, ""), *copies), roots=[root])


def test_a_file_is_at_its_target_below_directories_of_root() -> None:
    found = tree(copy("/app/sub/b", "/srv/x/b"))
    assert found.find(b"srv/x/b").entry == IMAGE.visible[b"app/sub/b"]
    assert found.entries[b"srv/x"] == MADE
    assert found.attributes(b"srv/x") == (0o755, (0, 0))
    assert not found.find(b"app/sub/b").exists


def test_a_directory_comes_with_its_links_but_without_its_own_owner() -> None:
    found = tree(copy("/app"))
    assert found.find(b"app/now/c").entry == IMAGE.visible[b"app/sub/c"]
    assert found.attributes(b"app") == (0o755, (0, 0))
    assert found.kept == {IMAGE.visible[path] for path in (b"app/a", b"app/sub/b", b"app/sub/c", b"app/now")}


def test_what_was_removed_before_is_not_there() -> None:
    found = tree(copy("/app"), removed=(b"app/sub",))
    assert not found.find(b"app/sub/b").exists
    assert not found.find(b"app/now").exists
    assert list(remaining(IMAGE, b"app", (b"app/sub/b",))) == [b"app/a", b"app/now", b"app/sub/c"]


def test_a_directory_that_is_there_stays_as_it_is() -> None:
    root = Root(b"planned", (), (Directory(b"app", 0o700, (7, 7), ""),))
    found = with_root(root, copy("/app"))
    assert found.attributes(b"app") == (0o700, (7, 7))
    assert found.find(b"app/a").exists


def test_an_empty_directory_is_made_for_an_owner() -> None:
    found = tree(copy("/mnt", "/data", "5:6"))
    assert found.attributes(b"data") == (0o755, (5, 6))


def test_a_root_brings_links_and_the_directories_above_them() -> None:
    root = Root(b"planned", (b"lib", b"app/now"))
    found = with_root(root, copy("/usr/lib/x.so.1", "/lib/x.so.1"))
    assert found.entries[b"usr/lib/x.so.1"] == IMAGE.visible[b"usr/lib/x.so.1"]
    assert found.find(b"lib/x.so.1").path == b"usr/lib/x.so.1"
    assert found.attributes(b"app") == (0o755, (7, 7))
    assert not found.find(b"app/now").exists


def test_a_copy_follows_the_links_of_its_base() -> None:
    found = tree(copy("/usr/lib/x.so.1", "/lib/x.so.1"), base=MERGED)
    assert found.steps == [{b"usr/lib/x.so.1": IMAGE.visible[b"usr/lib/x.so.1"]}]
    assert found.find(b"lib/libc.so").in_base


@pytest.mark.parametrize(("path", "there"), [(b"etc/passwd", True), (b"usr/share/zoneinfo/UTC", True), (b"bin/x", False)])
def test_an_unopened_base_has_what_is_assumed_and_what_the_catalogue_says(path: bytes, there: bool) -> None:
    base = Candidate(reference="known", paths=("usr/share/zoneinfo",))
    found = Tree(filesystem=IMAGE, base=base, assumed=frozenset((b"etc/passwd",)))
    assert found.find(path).exists == there
