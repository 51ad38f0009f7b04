"""What a person says that real paths are, and what layerscope says."""

from collections import Counter
from pathlib import Path

import pytest

from layerscope.attribution.model import CATEGORIES, Attribution
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from tests.support.archives import Entry, link
from tests.support.attributions import apk_database, attributed, dpkg_database, files, history_of, image_config, owner_of

ROWS = [
    tuple(column.strip() for column in line.split("|"))
    for line in (Path(__file__).parent / "labelled.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
IMAGES = ("single", "alpine", "distroless")


def packages_of(image: str) -> dict[str, tuple[str, list[str]]]:
    packages: dict[str, tuple[str, list[str]]] = {}
    for name, path, package, _, _ in ROWS:
        if name == image and package:
            packages.setdefault(package, ("1.0-1", []))[1].append(path)
    return packages


def database_of(image: str) -> list[Entry]:
    """The image's package database; Debian's lists still have the names from before /usr was merged."""
    packages = packages_of(image)
    if image == "alpine":
        return [("lib/apk/db/installed", apk_database(packages))]
    if image == "distroless":
        return [("var/lib/dpkg/status.d/libc6", b"Package: libc6\nVersion: 2.41-12\nArchitecture: amd64\n")]
    unmerged = {
        name: (version, [path.replace("/usr/lib/x86", "/lib/x86").replace("/usr/bin/", "/bin/") for path in paths])
        for name, (version, paths) in packages.items()
    }
    return [link("bin", "usr/bin"), link("lib", "usr/lib"), *dpkg_database(unmerged)]


def build(image: str) -> tuple[Filesystem, Attribution]:
    copied = {"/server", "/app/server"} if image != "single" else set()
    paths = [path for name, path, *_ in ROWS if name == image]
    base = [*database_of(image), *files([path for path in paths if path not in copied], 7)]
    lines = ["ADD rootfs.tar /", *(["COPY server /server"] if copied else [])]
    layers = [base, *([files([path for path in paths if path in copied])] if copied else [])]
    started = "/server" if image == "distroless" else "/app/server"
    config = image_config(working_dir="/" if image == "distroless" else "/app", entrypoint=(started,))
    return attributed(layers, config, history_of(*lines, base_layers=1))


@pytest.fixture(scope="module")
def images() -> dict[str, tuple[Filesystem, Attribution]]:
    return {image: build(image) for image in IMAGES}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}:{row[1]}")
def test_a_real_path_is_what_a_person_says(row: tuple[str, ...], images: dict[str, tuple[Filesystem, Attribution]]) -> None:
    image, path, package, category, component = row
    filesystem, attribution = images[image]
    found = owner_of(filesystem, attribution, path)
    assert (found.category, found.name) == (category, component)
    if found.package:
        assert (found.package, found.version) == (package, "1.0-1")


def test_the_labelled_set_is_large_and_covers_the_categories_of_these_images() -> None:
    assert len(ROWS) >= 130
    counts = Counter(row[3] for row in ROWS)
    assert set(counts) == {"application", "source", "toolchain", "cache", "docs", "os", "unknown"} <= set(CATEGORIES)


def test_what_is_not_labelled_in_these_images_is_known_too(images: dict[str, tuple[Filesystem, Attribution]]) -> None:
    labelled = {path for _, path, *_ in ROWS}
    for filesystem, attribution in images.values():
        for path, entry in filesystem.visible.items():
            if "/" + path.decode() not in labelled and filesystem.kinds[entry] != Kind.DIRECTORY:
                assert attribution.component_of(entry).category != "unknown", path
