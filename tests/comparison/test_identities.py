"""What holds for any two images: the gap is explained to the last byte, and turning the images round negates it."""

import tarfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from layerscope.comparison.compare import compare
from layerscope.comparison.contents import Side
from layerscope.comparison.model import Comparison, Paths, PathState
from layerscope.comparison.paths import compare_paths
from tests.support.analyses import go_image
from tests.support.archives import link
from tests.support.comparisons import Layers, compared, demo, demo_pair, side_of
from tests.support.programs import Row

NAMES = ("a", "b", "d/a", "d/b", "d/e/a", "f/a", "d-x")
"""Files; ``d``, ``d/e`` and ``f`` are directories."""

Drawn = list[list[tuple[str, str]]]

entries = st.tuples(
    st.sampled_from([*NAMES, "d", "d/e", "f"]),
    st.sampled_from(["", "1", "2", "11", "long content", "link:a", "link:b", "hard:a", "gone"]),
)
stacks = st.lists(st.lists(entries, max_size=6, unique_by=lambda entry: entry[0]), min_size=1, max_size=3)


def rows_of(drawn: list[tuple[str, str]]) -> list[Row]:
    """A layer; the directories stay directories, and a hard link leads to a file that its layer has."""
    rows: list[Row] = []
    stored = {name for name, what in drawn if name in NAMES and not what.startswith(("link:", "hard:", "gone"))}
    for name, what in sorted(drawn, key=lambda entry: entry[1].startswith("hard:")):
        above, _, base = name.rpartition("/")
        if what == "gone":
            rows.append((f"{above}/.wh.{base}".lstrip("/"), b""))
        elif name not in NAMES:
            rows.append((f"{name}/", None))
        elif what.startswith("link:"):
            rows.append(link(name, what[5:]))
        elif what.startswith("hard:"):
            rows += [link(name, "a", tarfile.LNKTYPE)] if "a" in stored and name != "a" else []
        else:
            rows.append((name, what.encode()))
    return rows


Shown = dict[str, tuple[str, str]]


def unpacked(drawn: Drawn) -> Shown:
    """The model: layers unpacked one over the other, deletions first; what each path then is."""
    shown: Shown = {}
    for rows in map(rows_of, drawn):
        for row in rows:
            name = row.name if isinstance(row, tarfile.TarInfo) else str(row[0])
            if ".wh." in name:
                gone = name.replace(".wh.", "")
                for path in [path for path in shown if path == gone or path.startswith(gone + "/")]:
                    del shown[path]
        for row in rows:
            if isinstance(row, tarfile.TarInfo):
                shown[row.name] = shown["a"] if row.islnk() else ("link", row.linkname)
            elif row[1] is None:
                shown[str(row[0]).rstrip("/")] = ("directory", "")
            elif ".wh." not in str(row[0]):
                shown[str(row[0])] = ("file", row[1].decode())
    for path in list(shown):
        while path := path.rpartition("/")[0]:
            shown.setdefault(path, ("directory", ""))
    return shown


def paths_of(fat: Drawn, lean: Drawn, packed: tuple[bool, bool] = (False, False)) -> tuple[Paths, Side, Side]:
    one, other = (
        side_of([rows_of(rows) for rows in drawn], packed=pack) for drawn, pack in zip((fat, lean), packed, strict=True)
    )
    return compare_paths(one, other), one, other


@given(fat=stacks, lean=stacks, packed=st.tuples(st.booleans(), st.booleans()))
@settings(max_examples=150, deadline=None)
def test_paths_are_those_of_unpacking_both_and_comparing(fat: Drawn, lean: Drawn, packed: tuple[bool, bool]) -> None:
    paths = paths_of(fat, lean, packed)[0]
    one, other = unpacked(fat), unpacked(lean)
    assert {path.decode() for path in paths.paths} == one.keys() | other.keys() | {""}
    for path, state in zip(paths.paths, paths.states, strict=True):
        mine, theirs = one.get(path.decode()), other.get(path.decode())
        match PathState(state):
            case PathState.SAME:
                assert mine == theirs
            case PathState.CHANGED:
                assert mine is not None
                assert theirs is not None
                assert mine != theirs
            case PathState.ONLY_FAT | PathState.MOVED_FROM:
                assert theirs is None
            case PathState.ONLY_LEAN | PathState.MOVED_TO:
                assert mine is None
    for row, target in paths.moved.items():
        moved = one[paths.paths[row].decode()]
        assert moved == other[paths.paths[target].decode()]
        assert moved[0] == "file"
        assert moved[1]
    assert not paths.unverified


@given(fat=stacks, lean=stacks)
@settings(max_examples=150, deadline=None)
def test_the_rows_sum_up_to_what_is_live(fat: Drawn, lean: Drawn) -> None:
    paths, one, other = paths_of(fat, lean)
    for sizes, side in ((paths.fat_sizes, one), (paths.lean_sizes, other)):
        filesystem = side.filesystem
        assert sum(sizes) == sum(size for size, live in zip(filesystem.sizes, filesystem.stored_live, strict=True) if live)


@given(fat=stacks, lean=stacks)
@settings(max_examples=150, deadline=None)
def test_turned_round_every_row_is_its_counterpart(fat: Drawn, lean: Drawn) -> None:
    counterpart = bytes(
        (
            PathState.SAME,
            PathState.CHANGED,
            PathState.ONLY_LEAN,
            PathState.ONLY_FAT,
            PathState.MOVED_TO,
            PathState.MOVED_FROM,
        )
    )
    forth, back = paths_of(fat, lean)[0], paths_of(lean, fat)[0]
    assert forth.paths == back.paths
    assert forth.states.translate(counterpart.ljust(256)) == back.states
    assert (forth.fat_sizes, forth.lean_sizes) == (back.lean_sizes, back.fat_sizes)
    assert forth.moved == {target: row for row, target in back.moved.items()}
    assert forth.permissions == back.permissions


def assert_explained(comparison: Comparison) -> None:
    """gap = Σ categories = Σ components = Σ paths + the shadowed bytes' difference."""
    fat, lean, paths = comparison.fat.sizes, comparison.lean.sizes, comparison.paths
    assert comparison.gap == fat.live + fat.shadowed - lean.live - lean.shadowed
    assert sum(row.gap for row in comparison.categories) == comparison.gap
    assert sum(row.gap for row in comparison.components) == comparison.gap
    assert sum(paths.fat_sizes) - sum(paths.lean_sizes) + fat.shadowed - lean.shadowed == comparison.gap
    for category in comparison.categories:
        rows = [row for row in comparison.components if row.category == category.category]
        assert (sum(row.fat for row in rows), sum(row.lean for row in rows)) == (category.fat, category.lean)


def test_the_demos_gap_is_explained_to_the_last_byte() -> None:
    assert_explained(demo_pair())
    assert demo_pair().gap > 860_000_000


def test_so_is_that_of_images_with_hidden_bytes_and_hard_links(tmp_path: Path) -> None:
    fat: Layers = [
        [("usr/bin/git", b"git" * 9), link("usr/lib/git", "usr/bin/git", tarfile.LNKTYPE), ("var/cache/apt/x.bin", b"x" * 99)],
        [("usr/bin/.wh.git", b""), ("var/cache/apt/x.bin", b"y"), ("app/main", b"1")],
    ]
    assert_explained(compared(tmp_path, fat, [[("app/main", b"2")]]))


def test_turned_round_the_gaps_are_negated() -> None:
    forth, back = demo_pair(), compare(demo("lean"), demo("fat"))
    assert back.gap == -forth.gap
    assert {(row.category, row.gap) for row in back.categories} == {(row.category, -row.gap) for row in forth.categories}
    assert {(row.category, row.name, row.ecosystem, row.fat, row.lean) for row in back.components} == {
        (row.category, row.name, row.ecosystem, row.lean, row.fat) for row in forth.components
    }
    assert {(pair.key, pair.fat, pair.lean) for pair in back.config} == {
        (pair.key, pair.lean, pair.fat) for pair in forth.config
    }
    assert back.impact.saved == replace(
        forth.impact.saved, **{name: -getattr(forth.impact.saved, name) for name in forth.impact.saved.__struct_fields__}
    )


def test_an_image_against_itself_has_no_gap() -> None:
    comparison = compare(go_image(), go_image())
    assert comparison.gap == 0
    assert set(comparison.paths.states) == {PathState.SAME}
    assert not comparison.paths.unverified
    assert all(row.gap == 0 for row in comparison.components)
    assert not comparison.notes
