"""Who wins when several could own a file, what the application is, and the sums over all of it."""

import tarfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.attribution.model import Attribution, Component
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from tests.support.archives import Entry, link
from tests.support.attributions import (
    apk_database,
    attributed,
    dpkg_database,
    files,
    history_of,
    image_config,
    owner_of,
    row_of,
)
from tests.support.programs import Row, analysis_of

GO = image_config(working_dir="/app", entrypoint=("/app/server",), env=("GOLANG_VERSION=1.22", "GOPATH=/go"))
BASE: list[Entry] = [("etc/os-release", b"ID=debian\n")]


def owner(path: str, packages: dict[str, list[str]] | None = None) -> Component:
    """Who owns a file of an image with these packages, whose application is /app."""
    database = dpkg_database({name: ("1", paths) for name, paths in (packages or {}).items()})
    return owner_of(*attributed([[*BASE, *database, *files([path])]], GO), path)


# Precedence


def test_a_place_of_its_own_beats_the_package_that_owns_the_file() -> None:
    found = owner("/usr/share/doc/gcc-12/NEWS", {"gcc-12": ["/usr/share/doc/gcc-12/NEWS"]})
    assert (found.category, found.name, found.rule, found.package) == ("docs", "documentation", "LS501", "")
    assert owner("/usr/local/go/bin/go", {"go-deb": ["/usr/local/go/bin/go"]}).name == "Go toolchain"


def test_toolchain_inside_an_os_package_is_toolchain_and_keeps_the_package_name() -> None:
    found = owner("/usr/lib/gcc/x86_64-linux-gnu/12/cc1", {"cpp-12": ["/usr/lib/gcc/x86_64-linux-gnu/12/cc1"]})
    assert (found.category, found.name, found.version, found.package) == ("toolchain", "cpp-12", "1", "cpp-12")
    assert found.why


@pytest.mark.parametrize("path", ["/usr/lib/libz.a", "/usr/include/z.h", "/usr/lib/pkgconfig/z.pc", "/usr/lib/libz.la"])
def test_a_build_file_inside_an_ordinary_package_is_toolchain_under_its_name(path: str) -> None:
    found = owner(path, {"zlib": [path]})
    assert (found.category, found.name, found.package) == ("toolchain", "zlib", "zlib")


def test_a_rule_for_the_package_beats_a_place_that_refines() -> None:
    found = owner("/usr/lib/libz.a", {"zlib1g-dev": ["/usr/lib/libz.a"]})
    assert (found.name, found.rule) == ("zlib1g-dev", "LS114")


def test_a_package_beats_a_place_for_files_that_nobody_owns() -> None:
    found = owner("/etc/ssl/certs/x", {"mystery": ["/etc/ssl/certs/x"]})
    assert (found.category, found.name, found.rule, found.why) == ("os", "mystery", "", "")
    assert owner("/etc/ssl/certs/x").name == "CA certificates"


def test_several_packages_can_be_one_component() -> None:
    packages = {"git": ["/usr/bin/git"], "git-man": ["/usr/share/x"], "perl-modules-5.36": ["/usr/share/perl/x"]}
    database = dpkg_database({name: (f"{name}-1", paths) for name, paths in packages.items()})
    _, attribution = attributed([[*BASE, *database, *files(["/usr/bin/git", "/usr/share/x", "/usr/share/perl/x"])]])
    row = row_of(attribution, "git")
    assert (row.live, row.files, attribution.components[row.component].version) == (20, 2, "git-1")
    assert row_of(attribution, "perl").live == 10


def test_a_more_specific_place_beats_a_more_general_one() -> None:
    assert owner("/var/cache/debconf/templates.dat-old").name == "debconf backups"
    assert owner("/var/cache/debconf/templates.dat").name == "debconf database"
    assert owner("/usr/lib/python3/dist-packages/hgext/x.pyc").name == "Mercurial"
    assert owner("/usr/lib/python3/dist-packages/other/x.pyc").name == "Python packages of the distribution"


def test_nothing_below_a_tree_is_anything_else() -> None:
    for path in ("/usr/local/go/pkg/x.a", "/usr/local/go/src/.git/x", "/usr/local/go/misc/__pycache__/x.pyc"):
        assert owner(path).name == "Go toolchain"
    assert owner("/go/pkg/mod/x@v1/.git/HEAD").name == "Go module cache"


def test_what_nothing_knows_is_unknown() -> None:
    assert owner("/opt/thing/data.bin") == Component(category="unknown", name="unknown")


# Versions


def test_the_go_toolchain_has_the_version_of_its_own_file() -> None:
    version: Entry = ("usr/local/go/VERSION", b"go1.22.12\ntime 2025-01-30T00:00:00Z\n")
    _, attribution = attributed([[version, *files(["/usr/local/go/bin/go"])]], GO)
    assert attribution.components[row_of(attribution, "Go toolchain").component].version == "1.22.12"


def test_without_that_file_the_version_is_what_env_says() -> None:
    assert owner("/usr/local/go/bin/go").version == "1.22"


def test_a_deleted_go_toolchain_still_has_its_version() -> None:
    version: Entry = ("usr/local/go/VERSION", b"go1.21.0")
    _, attribution = attributed([[version, *files(["/usr/local/go/bin/go"], 90)], [("usr/local/.wh.go", b"")]])
    row = row_of(attribution, "Go toolchain")
    assert (row.live, row.shadowed, row.files) == (0, 98, 0)
    assert attribution.components[row.component].version == "1.21.0"


# The application


def test_the_working_directory_is_the_application_but_for_its_sources() -> None:
    built = history_of("ADD rootfs /", "WORKDIR /app", "RUN go build", base_layers=1)
    paths = ["/app/server", "/app/main.go", "/app/static/logo.svg"]
    filesystem, attribution = attributed([BASE, files(paths)], GO, built)
    assert [owner_of(filesystem, attribution, path).name for path in paths] == [
        "application",
        "application source",
        "application",
    ]


def test_the_root_as_working_directory_does_not_swallow_the_system() -> None:
    config = image_config(working_dir="/", cmd=("/server",))
    filesystem, attribution = attributed([[*BASE, *files(["/server", "/etc/hosts", "/usr/share/x", "/stray"])]], config)
    found = {path: owner_of(filesystem, attribution, path).name for path in ("/server", "/etc/hosts", "/usr/share/x", "/stray")}
    assert found == {
        "/server": "application",
        "/etc/hosts": "system configuration",
        "/usr/share/x": "shared system data",
        "/stray": "unknown",
    }


@pytest.mark.parametrize("directory", ["", "/usr", "/usr/local/bin", "/etc", "/var/lib", "/usr/../etc", "//"])
def test_a_directory_of_the_system_is_never_the_application(directory: str) -> None:
    config = image_config(working_dir=directory)
    paths = ["/etc/hosts", "/usr/share/x.go", "/var/lib/y"]
    filesystem, attribution = attributed([[*BASE, *files(paths)]], config)
    assert {owner_of(filesystem, attribution, path).category for path in paths} == {"os"}


def test_what_copy_brings_after_the_base_is_the_application_wherever_it_lies() -> None:
    history = history_of("ADD rootfs /", "COPY entrypoint.sh /usr/local/bin/", "COPY . /srv/site", "RUN make", base_layers=1)
    layers: list[list[Entry]] = [
        [*BASE, *files(["/usr/local/bin/base-tool"])],
        files(["/usr/local/bin/entrypoint.sh", "/etc/app.conf"]),
        files(["/srv/site/main.go", "/srv/site/index.html"]),
        files(["/srv/site/out.bin", "/usr/local/bin/made"]),
    ]
    filesystem, attribution = attributed(layers, image_config(), history)
    names = {path.decode(): attribution.component_of(entry).name for path, entry in filesystem.visible.items()}
    expected = {
        "usr/local/bin/base-tool": "unknown",
        "usr/local/bin/entrypoint.sh": "application",
        "etc/app.conf": "application",
        "srv/site/main.go": "application source",
        "srv/site/index.html": "application",
        "srv/site/out.bin": "application",
        "usr/local/bin/made": "unknown",
    }
    assert {path: names[path] for path in expected} == expected


def test_what_copy_brings_and_the_catalogue_knows_is_what_the_catalogue_says() -> None:
    history = history_of("ADD rootfs /", "COPY --from=builder / /", base_layers=1)
    paths = ["/etc/ssl/certs/ca-certificates.crt", "/usr/share/zoneinfo/UTC", "/etc/passwd", "/usr/local/go/bin/go"]
    filesystem, attribution = attributed([BASE, files(paths)], image_config(), history)
    found = [owner_of(filesystem, attribution, path).name for path in paths]
    assert found == ["CA certificates", "time zones", "user accounts", "Go toolchain"]


def test_copy_of_a_base_image_is_not_the_application() -> None:
    history = history_of("COPY /root-out /", "COPY server /server")
    filesystem, attribution = attributed([[*BASE, *files(["/usr/lib/libx.so"])], files(["/server"])], image_config(), history)
    assert owner_of(filesystem, attribution, "/usr/lib/libx.so").name == "system libraries"
    assert owner_of(filesystem, attribution, "/server").name == "application"


@pytest.mark.parametrize(
    "config",
    [
        image_config(entrypoint=("/go/bin/tool",)),
        image_config(cmd=("tool", "--flag"), env=("PATH=/usr/bin:/go/bin",)),
        image_config(working_dir="/go", cmd=("./bin/tool",)),
        image_config(cmd=("/bin/sh", "-c", "exec /go/bin/tool --flag")),
        image_config(entrypoint=("/bin/sh", "-c", "PORT=1 exec /link")),
    ],
)
def test_the_file_that_is_started_is_the_application(config: object) -> None:
    layer = [*files(["/go/bin/tool", "/go/bin/other"]), link("link", "go/bin/tool")]
    filesystem, attribution = attributed([layer], config)  # type: ignore[arg-type]
    assert owner_of(filesystem, attribution, "/go/bin/tool").name == "application"
    assert owner_of(filesystem, attribution, "/go/bin/other").name == "Go tools"


def test_a_started_program_of_a_package_or_of_the_toolchain_stays_theirs() -> None:
    database = dpkg_database({"bash": ("5", ["/usr/bin/bash"])})
    layer = [*BASE, *database, *files(["/usr/bin/bash", "/usr/local/go/bin/go"])]
    for program, name in (("/usr/bin/bash", "bash"), ("/usr/local/go/bin/go", "Go toolchain")):
        filesystem, attribution = attributed([layer], image_config(cmd=(program,)))
        assert owner_of(filesystem, attribution, program).name == name


def test_a_working_directory_with_glob_characters_is_just_a_directory() -> None:
    config = image_config(working_dir="/a[pp]*{x,y}")
    filesystem, attribution = attributed([files(["/a[pp]*{x,y}/main.go", "/apx/main.go"])], config)
    assert owner_of(filesystem, attribution, "/a[pp]*{x,y}/main.go").name == "application source"
    assert owner_of(filesystem, attribution, "/apx/main.go").category == "unknown"


@pytest.mark.parametrize(
    "text", ["/\ud800", "/a\x00b", "/\udcff/x", "/a\nb", "/[", "/[!]", "/{", "/" + "x/" * 3000, "~", "$APP"]
)
def test_a_hostile_configuration_is_just_text(text: str) -> None:
    config = image_config(
        working_dir=text, entrypoint=(text,), cmd=(text, "-c", text), env=(f"GOCACHE={text}/y", f"PATH={text}")
    )
    history = history_of("ADD rootfs /", f"WORKDIR {text}", f"COPY {text} {text}", base_layers=1)
    filesystem, attribution = attributed([BASE, files(["/app/x"])], config, history)
    assert owner_of(filesystem, attribution, "/app/x").name == "application"


# Sums


def test_a_hard_link_counts_once_and_lives_as_long_as_one_of_its_names() -> None:
    layer = [*files(["/app/data"], 40), link("app/again", "app/data", tarfile.LNKTYPE)]
    _, attribution = attributed([layer, [("app/.wh.data", b"")]], GO)
    row = row_of(attribution, "application")
    assert (row.live, row.shadowed, row.files, row.layers) == (40, 0, 1, (0,))


def test_categories_of_a_layer_hold_what_it_stores_live_or_shadowed() -> None:
    _, attribution = attributed([files(["/app/a", "/var/log/x"], 5), [("app/a", b"12"), ("var/log/.wh.x", b"")]], GO)
    assert attribution.by_layer == ({"application": 5, "cache": 5}, {"application": 2})


PATHS = st.sampled_from(
    (
        *("app/server", "app/main.go", "app/.git/x", "usr/local/go/VERSION", "usr/local/go/bin/go", "usr/lib/gcc/cc1"),
        *("usr/lib/libz.a", "usr/share/doc/a", "etc/passwd", "etc/ssl/certs/x", "opt/x", "opt/y/z", "bin/sh", "var/log/l"),
        *("root/.cache/go-build/0/1", "lib/apk/db/installed", "a\nb"),
    )
)
ENTRIES = st.one_of(
    st.tuples(PATHS, st.binary(max_size=40)),
    PATHS.map(lambda path: ("/".join([*path.split("/")[:-1], ".wh." + path.split("/")[-1]]), b"")),
    PATHS.map(lambda path: (path.rsplit("/", 1)[0] + "/", None)),
    st.tuples(PATHS, PATHS).map(lambda pair: link(pair[0], pair[1], tarfile.LNKTYPE)),
    st.tuples(PATHS, PATHS).map(lambda pair: link(pair[0], "/" + pair[1])),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(ENTRIES, max_size=8), min_size=1, max_size=4))
def test_every_byte_is_counted_once(layers: list[list[Entry]]) -> None:
    database: Entry = ("lib/apk/db/installed", apk_database({"gcc": ("1", ["/usr/lib/gcc/cc1", "/usr/share/doc/a"])}))
    history = history_of(*(f"COPY {number} /" for number in range(len(layers) + 1)), base_layers=1)
    filesystem, attribution = attributed([[*BASE, database], *layers], GO, history)
    assert_identities(filesystem, attribution)


def assert_identities(filesystem: Filesystem, attribution: Attribution) -> None:
    """Σ layers = live + shadowed = Σ attribution, for every component, category and layer (design: numbers)."""
    live: Counter[int] = Counter()
    shadowed: Counter[int] = Counter()
    names: Counter[int] = Counter()
    layers: list[Counter[str]] = [Counter() for _ in filesystem.indexes]
    for entry, size in enumerate(filesystem.sizes):
        component = attribution.owner[entry]
        (live if filesystem.stored_live[entry] else shadowed)[component] += size
        layers[filesystem.layers[entry]][attribution.components[component].category] += size
        names[component] += filesystem.live[entry] and filesystem.kinds[entry] != Kind.DIRECTORY
    rows = {row.component: row for row in attribution.sizes}
    assert len(rows) == len(attribution.sizes)
    assert len(attribution.owner) == len(filesystem)
    for component in range(len(attribution.components)):
        row = rows.get(component)
        found = (row.live, row.shadowed, row.files) if row else (0, 0, 0)
        assert found == (live[component], shadowed[component], names[component])
    assert sum(row.stored for row in attribution.sizes) == sum(filesystem.sizes)
    assert [dict(layer) for layer in attribution.by_layer] == [dict(+layer) for layer in layers]
    assert list(attribution.sizes) == sorted(attribution.sizes, key=lambda row: -row.stored)


def test_a_directory_that_hides_what_was_below_it_changes_no_name_in_it(tmp_path: Path) -> None:
    """The marker's row has the directory's own path, and comes before those of its files."""
    below: list[Row] = [("app/Cargo.toml", b"[package]"), ("app/target/old", b"x")]
    above: list[Row] = [("app/target/.wh..wh..opq", b""), ("app/target/.rustc_info.json", b"{}")]
    analysis = analysis_of(tmp_path, [below, above], Cmd=["/app/server"], WorkingDir="/app")
    entry = analysis.filesystem.paths.index(b"app/target/.rustc_info.json")
    assert analysis.attribution.components[analysis.attribution.owner[entry]].rule == "LS346"
