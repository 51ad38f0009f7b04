"""dpkg's database: who owned a path when its layer was made."""

import pytest

from layerscope.attribution.packages.ownership import Package, read_ownership
from layerscope.attribution.packages.system import dpkg
from layerscope.filesystem.merged import Filesystem
from tests.support.archives import Entry, layer_tar, link
from tests.support.attributions import apk_database, attributed, dpkg_database, files, owner_of
from tests.support.layers import stacked

STATUS = b"""\
Package: adduser
Status: install ok installed
Priority: important
Section: admin
Installed-Size: 686
Maintainer: Debian Adduser Developers <adduser@packages.debian.org>
Architecture: all
Multi-Arch: foreign
Version: 3.134
Depends: passwd
Conffiles:
 /etc/adduser.conf cc3493ecd2d09837ffdcc3e25fdfff18
Description: add and remove users and groups
 This package includes the commands for creating users.
 .
 Package: not-a-package
  Version: not-a-version

Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Source: glibc (2.36-9)
Version:   2.36-9+deb12u14
Description: GNU C Library: Shared libraries

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1:2.0~rc1-1
Description: left its configuration

Package: half
Status: install ok half-installed
Architecture: amd64
"""


def owners(filesystem: Filesystem, path: str) -> list[Package | None]:
    """Who owns a path, for each layer that stores it."""
    ownership = read_ownership(filesystem)
    wanted = path.encode()
    return [ownership.of(filesystem.layers[entry], wanted) for entry, found in enumerate(filesystem.paths) if found == wanted]


def name_and_version(package: Package | None) -> tuple[str, str] | None:
    return (package.name, package.version) if package else None


def test_the_status_file_gives_name_version_and_architecture() -> None:
    assert list(dpkg.stanzas(STATUS)) == [
        dpkg.Stanza(b"adduser", b"3.134", b"all"),
        dpkg.Stanza(b"libc6", b"2.36-9+deb12u14", b"amd64"),
        dpkg.Stanza(b"gone", b"1:2.0~rc1-1", b"amd64"),
    ]


def test_the_stanza_reader_agrees_with_debian_inspector() -> None:
    debcon = pytest.importorskip("debian_inspector.debcon")
    expected = [
        (paragraph["package"], paragraph["version"].strip(), paragraph["architecture"])
        for paragraph in debcon.get_paragraphs_data(STATUS.decode())
        if "version" in paragraph
    ]
    assert [(s.name.decode(), s.version.decode(), s.architecture.decode()) for s in dpkg.stanzas(STATUS)] == expected


def test_a_file_list_of_a_foreign_architecture_is_found() -> None:
    database: list[Entry] = [
        ("var/lib/dpkg/status", STATUS),
        ("var/lib/dpkg/info/libc6:amd64.list", b"/.\n/usr\n/usr/lib/libc.so.6\n"),
        ("var/lib/dpkg/info/gone.list", b"/etc/gone.conf\n"),
    ]
    filesystem = stacked(layer_tar([*database, *files(["/usr/lib/libc.so.6", "/etc/gone.conf", "/etc/other"])]))
    assert name_and_version(owners(filesystem, "usr/lib/libc.so.6")[0]) == ("libc6", "2.36-9+deb12u14")
    assert name_and_version(owners(filesystem, "etc/gone.conf")[0]) == ("gone", "1:2.0~rc1-1")
    assert owners(filesystem, "etc/other") == [None]


@pytest.mark.parametrize("listed", ["/bin/ls", "/usr/bin/ls"])
@pytest.mark.parametrize("stored", ["bin/ls", "usr/bin/ls"])
@pytest.mark.parametrize("target", ["usr/bin", "/usr/bin"])
def test_a_merged_usr_owns_files_under_either_name(listed: str, stored: str, target: str) -> None:
    database = dpkg_database({"coreutils": ("9.1-1", [listed])})
    filesystem, attribution = attributed([files(["/" + stored]), [link("bin", target), *database]])
    entry = filesystem.paths.index(stored.encode())
    assert attribution.component_of(entry).package == "coreutils"


def test_an_unmerged_system_keeps_bin_and_usr_bin_apart() -> None:
    database = dpkg_database({"a": ("1", ["/bin/tool"]), "b": ("2", ["/usr/bin/tool"])})
    filesystem, attribution = attributed([[*database, *files(["/bin/tool", "/usr/bin/tool"])]])
    assert [owner_of(filesystem, attribution, path).package for path in ("/bin/tool", "/usr/bin/tool")] == ["a", "b"]


def test_a_diverted_file_belongs_to_the_package_that_it_was_diverted_from() -> None:
    packages = {"bash": ("5", ["/bin/bash", "/bin/sh"]), "dash": ("0.5", ["/bin/dash", "/bin/sh"])}
    database = dpkg_database(packages, diversions="/bin/sh\n/bin/sh.distrib\ndash\n")
    filesystem = stacked(layer_tar([link("bin", "usr/bin"), *database, *files(["/usr/bin/sh", "/usr/bin/sh.distrib"])]))
    assert name_and_version(owners(filesystem, "usr/bin/sh")[0]) == ("dash", "0.5")
    assert name_and_version(owners(filesystem, "usr/bin/sh.distrib")[0]) == ("bash", "5")


def test_a_local_diversion_leaves_the_place_to_nobody() -> None:
    database = dpkg_database({"tool": ("1", ["/usr/bin/tool"])}, diversions="/usr/bin/tool\n/usr/bin/tool.real\n:\n")
    filesystem = stacked(layer_tar([*database, *files(["/usr/bin/tool", "/usr/bin/tool.real"])]))
    assert owners(filesystem, "usr/bin/tool") == [None]
    assert name_and_version(owners(filesystem, "usr/bin/tool.real")[0]) == ("tool", "1")


def test_an_upgraded_package_owns_its_bytes_in_both_versions() -> None:
    first = [*dpkg_database({"perl-base": ("5.36-7", ["/usr/bin/perl"])}), *files(["/usr/bin/perl"], 100)]
    second = [*dpkg_database({"perl-base": ("5.36-8", ["/usr/bin/perl"])}), *files(["/usr/bin/perl"], 30)]
    filesystem, attribution = attributed([first, second])
    rows = {attribution.components[row.component].version: row for row in attribution.sizes}
    assert (rows["5.36-7"].live, rows["5.36-7"].shadowed, rows["5.36-7"].layers) == (0, 100, (0,))
    assert (rows["5.36-8"].live, rows["5.36-8"].shadowed, rows["5.36-8"].layers) == (30, 0, (1,))
    assert [package.layer for package in read_ownership(filesystem).packages] == [0, 1]


def test_a_package_belongs_to_the_layer_that_first_lists_it() -> None:
    both = {"a": ("1", ["/usr/lib/a"]), "b": ("1", ["/usr/lib/b"])}
    first = [*dpkg_database({"a": both["a"]}), *files(["/usr/lib/a"])]
    second = [*dpkg_database(both), *files(["/usr/lib/b"])]
    filesystem, attribution = attributed([first, second])
    assert {package.name: package.layer for package in read_ownership(filesystem).packages} == {"a": 0, "b": 1}
    rows = {attribution.components[row.component].name: row.layers for row in attribution.sizes}
    assert (rows["a"], rows["b"]) == ((0,), (1,))


def test_files_of_a_purged_package_are_still_its_shadowed_bytes() -> None:
    both = {"gcc-12": ("12.2", ["/usr/lib/gcc/cc1"]), "keep": ("1", ["/usr/lib/keep"])}
    first = [*dpkg_database(both), *files(["/usr/lib/gcc/cc1", "/usr/lib/keep"], 50)]
    second: list[Entry] = [
        ("var/lib/dpkg/status", b"Package: keep\nVersion: 1\nArchitecture: amd64\n"),
        ("var/lib/dpkg/info/.wh.gcc-12.list", b""),
        ("usr/lib/.wh.gcc", b""),
        ("usr/lib/gcc/cc1", b"by hand"),
    ]
    filesystem, attribution = attributed([first, second])
    row = next(row for row in attribution.sizes if attribution.components[row.component].name == "gcc-12")
    assert (row.live, row.shadowed) == (7, 50), "a file put back by hand is what the package's was"
    assert filesystem.visible[b"usr/lib/gcc/cc1"] == filesystem.paths.index(b"usr/lib/gcc/cc1", filesystem.starts[1])


@pytest.mark.parametrize("deleted", ["var/.wh.lib", "var/lib/.wh.dpkg", "var/lib/dpkg/.wh..wh..opq", ".wh.var"])
def test_a_deleted_database_still_tells_what_lower_layers_hold(deleted: str) -> None:
    first = [*dpkg_database({"gcc-12": ("12.2", ["/usr/lib/gcc/cc1"])}), *files(["/usr/lib/gcc/cc1"])]
    filesystem, attribution = attributed([first, [(deleted, b"")]])
    assert owner_of(filesystem, attribution, "/usr/lib/gcc/cc1").package == "gcc-12"


def test_files_that_came_before_their_database_are_owned() -> None:
    filesystem = stacked(
        layer_tar(files(["/usr/lib/libz.so"])), layer_tar(dpkg_database({"zlib1g": ("1.3", ["/usr/lib/libz.so"])}))
    )
    assert name_and_version(owners(filesystem, "usr/lib/libz.so")[0]) == ("zlib1g", "1.3")


def test_distroless_packages_own_what_their_checksums_list() -> None:
    layer: list[Entry] = [
        ("var/lib/dpkg/status.d/tzdata", b"Package: tzdata\nVersion: 2026f\nArchitecture: all\n"),
        ("var/lib/dpkg/status.d/libssl3t64", b"Package: libssl3t64\nSource: openssl\nVersion: 3.5\nArchitecture: amd64\n"),
        ("var/lib/dpkg/status.d/libssl3t64.md5sums", b"0" * 32 + b"  usr/lib/libssl.so.3\n" + b"1" * 32 + b"  usr/lib/a b\n"),
    ]
    filesystem = stacked(layer_tar([*layer, *files(["/usr/lib/libssl.so.3", "/usr/lib/a b", "/usr/lib/c"])]))
    assert name_and_version(owners(filesystem, "usr/lib/libssl.so.3")[0]) == ("libssl3t64", "3.5")
    assert name_and_version(owners(filesystem, "usr/lib/a b")[0]) == ("libssl3t64", "3.5")
    assert owners(filesystem, "usr/lib/c") == [None]
    assert [package.name for package in read_ownership(filesystem).packages] == ["tzdata", "libssl3t64"]


def test_names_that_are_not_text_do_not_disturb() -> None:
    installed = apk_database({"caf": ("1", ["/etc/x"])}).replace(b"P:caf", b"P:caf\xe9\x1b[31m")
    filesystem, attribution = attributed([[("lib/apk/db/installed", installed), *files(["/etc/x"])]])
    assert owner_of(filesystem, attribution, "/etc/x").name == "caf\udce9\x1b[31m"


@pytest.mark.parametrize("rubbish", [b"", b"\n\n\n", b"Package:\nVersion:\n", b"\x00\xff" * 999, b"Version: 1\n\nPackage: x"])
def test_a_damaged_database_owns_nothing(rubbish: bytes) -> None:
    layer: list[Entry] = [
        (path, rubbish) for path in ("var/lib/dpkg/status", "lib/apk/db/installed", "var/lib/dpkg/diversions")
    ]
    filesystem = stacked(layer_tar([*layer, *files(["/usr/bin/x"])]))
    assert read_ownership(filesystem).packages == ()
