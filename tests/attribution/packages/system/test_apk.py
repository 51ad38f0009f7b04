"""Alpine's package database: the files that its packages own."""

import pytest

from layerscope.attribution.packages.ownership import read_ownership
from layerscope.attribution.packages.system import apk, dpkg
from tests.support.archives import layer_tar
from tests.support.attributions import apk_database, files
from tests.support.layers import stacked


@pytest.mark.parametrize("place", ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
def test_apk_owns_the_files_of_its_directories(place: str) -> None:
    installed = apk_database(
        {"busybox": ("1.36-r1", ["/bin/busybox", "/etc/udhcpd.conf"]), "musl": ("1.2-r4", ["/lib/ld-musl.so"])}
    )
    filesystem = stacked(layer_tar([(place, installed), *files(["/bin/busybox", "/lib/ld-musl.so", "/bin/else", "/motd"])]))
    ownership = read_ownership(filesystem)
    found = [ownership.of(0, path) for path in (b"bin/busybox", b"lib/ld-musl.so", b"bin/else")]
    assert [package and (package.name, package.version) for package in found] == [
        ("busybox", "1.36-r1"),
        ("musl", "1.2-r4"),
        None,
    ]


def test_apk_knows_files_in_the_root_and_passes_over_broken_records() -> None:
    installed = b"P:base\nV:1\nF:\nR:motd\nF:etc\nR:issue\n\nP:no-version\nF:etc\nR:x\n\n\n\nrubbish"
    owned = list(apk.owned({b"lib/apk/db/installed": installed}, {}))
    assert owned == [(dpkg.Stanza(b"base", b"1", b""), [b"motd", b"etc", b"etc/issue"])]
