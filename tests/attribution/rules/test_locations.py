"""Where components lie: the fewest directories and files that say it."""

import tarfile

from layerscope.attribution.rules.decisions import Directories
from layerscope.attribution.rules.locations import MOST_PATHS, component_paths
from tests.support.archives import Entry, layer_tar, link
from tests.support.attributions import attributed, files, image_config, row_of
from tests.support.layers import stacked

GO = image_config(working_dir="/app", entrypoint=("/app/server",), env=("GOLANG_VERSION=1.22", "GOPATH=/go"))
BASE: list[Entry] = [("etc/os-release", b"ID=debian\n")]


def test_the_places_of_a_component_are_the_fewest_directories_that_are_its_own() -> None:
    paths = ["/usr/local/go/bin/go", "/usr/local/go/src/a.go", "/root/.cache/go-build/00/a", "/root/.cache/go-build/01/b"]
    _, attribution = attributed([files([*paths, "/app/server", "/app/main.go"])], GO)
    assert row_of(attribution, "Go toolchain").paths == (b"usr/local/go",)
    assert row_of(attribution, "Go build cache").paths == (b"root/.cache/go-build",)
    assert row_of(attribution, "application").paths == (b"app/server",)


def test_at_most_eight_places_are_named_the_largest_first() -> None:
    layer = [(f"opt/file{number}", b"x" * number) for number in range(1, 13)] + files(["/opt/y/__pycache__/main.pyc"])
    _, attribution = attributed([layer])
    row = row_of(attribution, "unknown")
    assert row.paths == tuple(b"opt/file%d" % number for number in range(12, 4, -1))


def test_a_file_whose_first_name_is_deleted_lies_where_it_lives_on() -> None:
    """`why` says so of the deleted name, too."""
    lower: list[Entry] = [("opt/a", b"hello"), ("opt/other/b", b"xx")]
    upper: list[Entry] = [link("srv/b", "opt/a", tarfile.LNKTYPE)]
    _, attribution = attributed([lower, upper, [("opt/.wh.a", b"")]], image_config())
    assert {path for row in attribution.sizes if row.live for path in row.paths} == {b"srv/b", b"opt/other/b"}


def places(owner_of: dict[str, int]) -> list[tuple[bytes, ...]]:
    """The places of components, where the files of an image with one layer belong to these."""
    paths = sorted(owner_of)
    filesystem = stacked(layer_tar(files(paths)))
    (index,) = filesystem.indexes
    names = [b"", *sorted({path[:end].encode() for path in paths for end, sign in enumerate(path) if sign == "/" and end})]
    names = list(dict.fromkeys(name.lstrip(b"/") for name in names))
    numbers = {name: number for number, name in enumerate(names)}
    above = [numbers[name.rpartition(b"/")[0]] for name in names]
    directories = Directories(names, above, [[numbers[directory] for directory in index.directories]])
    owners = [[owner_of["/" + path.decode()] for path in index.paths]]
    return component_paths(filesystem, owners, directories, max(owner_of.values()) + 1)


def test_a_directory_stands_for_its_content_where_one_component_has_it_all() -> None:
    assert places({"/opt/a/x/1": 0, "/opt/a/y/2": 0, "/opt/b/3": 1, "/opt/b/4": 1}) == [(b"opt/a",), (b"opt/b",)]


def test_no_directory_is_named_that_says_less_than_one_inside() -> None:
    assert places({"/srv/one/two/a": 0, "/srv/one/two/b": 0}) == [(b"srv/one/two",)]
    assert places({"/srv/one/two/a": 0}) == [(b"srv/one/two/a",)]


def test_files_are_named_where_several_components_share_a_directory() -> None:
    assert places({"/opt/x/1": 0, "/opt/x/2": 1, "/opt/x/3": 1}) == [(b"opt/x/1",), (b"opt/x/2", b"opt/x/3")]


def test_directories_of_the_system_stand_for_nothing() -> None:
    assert places({"/usr/lib/1": 0, "/usr/lib/2": 0}) == [(b"usr/lib/1", b"usr/lib/2")]


def test_of_many_places_the_first_are_named() -> None:
    (found,) = places({f"/usr/lib/{number:02}": 0 for number in range(20)})
    assert found == tuple(b"usr/lib/%02d" % number for number in range(MOST_PATHS))
