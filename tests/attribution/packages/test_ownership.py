"""Libraries and packages together: who had a path when its layer was made, over all layers of an image."""

import tarfile

import pytest

from layerscope.attribution.packages.ownership import Owners, Package, read_ownership
from tests.support.archives import Entry, layer_tar, link
from tests.support.attributions import attributed, dpkg_database, files, image_config, owner_of, row_of
from tests.support.layers import stacked

SITE = "usr/local/lib/python3.11/site-packages"
PYTHON = image_config(working_dir="/app", cmd=("python3", "app.py"))
NODE = image_config(working_dir="/app", cmd=("node", "app.js"))


def wheel(name: str, version: str, *paths: str) -> Entry:
    """The RECORD of a distribution in site-packages."""
    record = "".join(f"{path},sha256=x,1\n" for path in paths)
    return f"{SITE}/{name}-{version}.dist-info/RECORD", record.encode()


def npm_package(place: str, version: str = "1.0.0") -> Entry:
    name = place.partition("node_modules/")[2].rpartition("node_modules/")[2] or place.rpartition("/")[2]
    return f"{place}/package.json", f'{{"name": "{name}", "version": "{version}"}}'.encode()


def test_a_path_belongs_to_the_package_that_had_it_last_as_of_a_layer() -> None:
    owners = Owners()
    owners.add(1, {b"a": 0, b"b": 0})
    owners.add(2, {b"a": 1, b"c": 1})
    owners.add(4, {b"a": 2})
    owners.add(5, {b"a": 2})
    found = [owners.at(layer, owners.positions[b"a"]) for layer in range(6)]
    assert found == [0, 0, 1, 1, 2, 2]
    assert [owners.at(layer, owners.positions[b"b"]) for layer in (0, 5)] == [0, 0]
    assert list(owners.ever(b"a")) == [0, 1, 2]
    assert list(owners.ever(b"nowhere")) == []


def test_an_upgraded_library_owns_its_bytes_in_both_versions() -> None:
    old, new = wheel("flask", "2.0", "flask/app.py", "flask/old.py"), wheel("flask", "3.0", "flask/app.py")
    second: list[Entry] = [
        new,
        (f"{SITE}/flask-2.0.dist-info/.wh.RECORD", b""),
        (f"{SITE}/flask/.wh.old.py", b""),
        *files([f"/{SITE}/flask/app.py"], 30),
    ]
    layers = [[old, *files([f"/{SITE}/flask/app.py", f"/{SITE}/flask/old.py"], 100)], second]
    filesystem, attribution = attributed(layers, PYTHON)
    records = [size for path, size in zip(filesystem.paths, filesystem.sizes, strict=True) if path.endswith(b"RECORD") and size]
    rows = {attribution.components[row.component].version: row for row in attribution.sizes}
    assert (rows["2.0"].live, rows["2.0"].shadowed, rows["2.0"].layers) == (0, 200 + records[0], (0,))
    assert (rows["3.0"].live, rows["3.0"].shadowed, rows["3.0"].layers) == (30 + records[1], 0, (1,))


def test_a_removed_library_still_owns_the_bytes_below() -> None:
    first = [npm_package("app/node_modules/left-pad"), *files(["/app/node_modules/left-pad/index.js"], 50)]
    filesystem, attribution = attributed([first, [("app/.wh.node_modules", b"")]], NODE)
    row = row_of(attribution, "left-pad")
    assert row.live == 0
    assert row.shadowed == 50 + filesystem.sizes[0]


def test_a_library_belongs_to_the_layer_that_first_lists_it() -> None:
    layers: list[list[Entry]] = [
        [npm_package("app/node_modules/a")],
        [npm_package("app/node_modules/b")],
        [npm_package("app/node_modules/a")],
    ]
    ownership = read_ownership(stacked(*(layer_tar(layer) for layer in layers)))
    assert {package.name: package.layer for package in ownership.packages} == {"a": 0, "b": 1}


def test_files_that_came_before_their_record_are_the_librarys() -> None:
    filesystem, attribution = attributed([files([f"/{SITE}/flask/app.py"]), [wheel("flask", "3.0", "flask/app.py")]], PYTHON)
    assert owner_of(filesystem, attribution, f"/{SITE}/flask/app.py").name == "flask"


def test_a_package_of_the_system_keeps_its_files_whatever_a_library_lists() -> None:
    path = f"/{SITE}/six.py"
    layers = [[*dpkg_database({"mystery": ("1", [path])}), *files([path])], [wheel("six", "1.16", "six.py"), *files([path])]]
    filesystem, _ = attributed(layers, PYTHON)
    ownership = read_ownership(filesystem)
    assert [ownership.of(layer, path[1:].encode()) for layer in (0, 1)] == [
        Package(name="mystery", version="1", system="dpkg", layer=0),
        Package(name="mystery", version="1", system="dpkg", layer=0),
    ]


def test_records_below_a_merged_directory_are_read_under_its_real_name() -> None:
    record: Entry = ("lib/python3/dist-packages/x-1.dist-info/RECORD", b"x.py,,\n")
    layer: list[Entry] = [record, *files(["/lib/python3/dist-packages/x.py"])]
    filesystem, attribution = attributed([layer, [link("lib", "usr/lib")]], PYTHON)
    entry = filesystem.paths.index(b"lib/python3/dist-packages/x.py")
    assert attribution.component_of(entry).name == "x"


@pytest.mark.parametrize("lock", ["package-lock.json", "node_modules/.package-lock.json"])
@pytest.mark.parametrize("layer_of_lock", [0, 1])
def test_one_lock_file_that_says_so_makes_a_development_dependency(lock: str, layer_of_lock: int) -> None:
    content = b'{"lockfileVersion": 3, "packages": {"node_modules/jest": {"version": "29.0.0", "dev": true}}}'
    package = [
        npm_package("app/node_modules/jest", "29.0.0"),
        npm_package("app/node_modules/pg"),
        *files(["/app/node_modules/jest/x.js"]),
    ]
    layers = [package, []] if layer_of_lock else [[], package]
    layers[layer_of_lock].append((f"app/{lock}", content))
    filesystem, attribution = attributed(layers, NODE)
    assert owner_of(filesystem, attribution, "/app/node_modules/jest/x.js").category == "dev-dependency"
    assert owner_of(filesystem, attribution, "/app/node_modules/pg/package.json").category == "dependency"


def test_the_same_library_in_the_application_and_elsewhere_is_judged_by_its_place() -> None:
    layer = [npm_package(f"{place}/node_modules/semver") for place in ("app", "usr/lib")]
    filesystem, attribution = attributed([layer], image_config(working_dir="/app", cmd=("/app/server",)))
    found = [
        owner_of(filesystem, attribution, f"/{place}/node_modules/semver/package.json").category for place in ("app", "usr/lib")
    ]
    assert found == ["dependency", "toolchain"]


def test_hard_links_of_pnpm_count_once_at_the_name_that_stores_them() -> None:
    place = "app/node_modules/.pnpm/ms@2.1.3/node_modules/ms"
    store = "root/.local/share/pnpm/store/v3/files/00/a1"
    layer: list[Entry] = [
        (f"{place}/package.json", b'{"name": "ms", "version": "2.1.3"}'),
        (f"{place}/index.js", b"x" * 70),
        link(store, f"{place}/index.js", tarfile.LNKTYPE),
        link("app/node_modules/ms", ".pnpm/ms@2.1.3/node_modules/ms"),
    ]
    filesystem, attribution = attributed([layer], NODE)
    assert row_of(attribution, "ms").live == 70 + len(layer[0][1])  # type: ignore[index, arg-type]
    assert owner_of(filesystem, attribution, f"/{store}").category == "cache"
    assert sum(row.live for row in attribution.sizes) == sum(filesystem.sizes)


def test_a_record_that_is_a_hard_link_still_tells_its_name() -> None:
    place = "app/node_modules/.pnpm/ms@2.1.3/node_modules/ms"
    layer: list[Entry] = [
        ("a-store/00/f1", b'{"name": "ms", "version": "2.1.3"}'),
        link(f"{place}/package.json", "a-store/00/f1", tarfile.LNKTYPE),
        *files([f"/{place}/index.js"]),
    ]
    filesystem, attribution = attributed([layer], NODE)
    assert owner_of(filesystem, attribution, f"/{place}/index.js").name == "ms"


def test_many_layers_with_many_libraries_stay_cheap() -> None:
    layers = [
        [wheel(f"d{number}", "1", *(f"d{number}/m{part}.py" for part in range(20))), *files([f"/{SITE}/d{number}/m0.py"])]
        for number in range(120)
    ]
    ownership = read_ownership(stacked(*(layer_tar(layer) for layer in layers)))
    assert len(ownership.packages) == 120
    assert ownership.of(119, f"{SITE}/d0/m19.py".encode()) == ownership.packages[0]


@pytest.mark.parametrize(
    "rubbish", [b"", b"{", b"[]", b"null", b'{"name": 5}', b"\xff\xfe" * 50, b"{" * 100_000, b"a,b\n" * 9999]
)
def test_damaged_records_disturb_nothing(rubbish: bytes) -> None:
    paths = (
        *(f"{SITE}/x-1.dist-info/RECORD", "app/node_modules/x/package.json", "app/package-lock.json", "app/package.json"),
        *(
            "opt/conda/conda-meta/x-1-0.json",
            "usr/lib/ruby/gems/3.0/specifications/x-1.gemspec",
            "app/Gemfile.lock",
            "app/Gemfile",
        ),
        *("app/vendor/composer/installed.json", "app/x.deps.json", "app/lib/x-1.jar", "app/node_modules/.pnpm/lock.yaml"),
        *("var/lib/rpm/Packages", "var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/Packages.db", "app/uv.lock", "app/pyproject.toml"),
    )
    filesystem, attribution = attributed([[(path, rubbish) for path in paths]], NODE)
    assert sum(row.live for row in attribution.sizes) == sum(filesystem.sizes)
