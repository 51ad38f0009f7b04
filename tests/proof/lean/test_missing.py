"""What a failed program says that it lacks, as paths of the image."""

import time

import pytest

from layerscope.proof.lean.missing import missing_paths
from tests.support.archives import layer_tar
from tests.support.layers import stacked
from tests.support.patience import PATIENCE


def has_none(_: bytes, __: bool) -> bool:
    """A lean image that has nothing."""
    return False


def test_a_failure_names_the_files_that_the_image_has() -> None:
    paths = [
        b"etc/app/config.yml",
        b"usr/lib/libextra.so.3",
        b"usr/lib/python3/site-packages/yaml/__init__.py",
        b"app/node_modules/express/package.json",
        b"usr/bin/convert",
    ]
    filesystem = stacked(layer_tar([(path.decode(), b"x") for path in paths]))
    said = {
        b"FileNotFoundError: [Errno 2] No such file or directory: '/etc/app/config.yml'": paths[0],
        b"open /etc/app/config.yml: no such file or directory": paths[0],
        b"server: error while loading shared libraries: libextra.so.3: cannot open shared object file": paths[1],
        b"ModuleNotFoundError: No module named 'yaml'": b"usr/lib/python3/site-packages/yaml",
        b"Error: Cannot find module 'express'\\nRequire stack:": b"app/node_modules/express",
        b'exec: "/usr/bin/convert": stat /usr/bin/convert: no such file or directory': paths[4],
    }
    for line, path in said.items():
        assert missing_paths(line, filesystem, has_none) == (path,), line
    assert missing_paths(b"open /etc/app/config.yml: no such file", filesystem, lambda path, _: path == paths[0]) == ()
    assert missing_paths(b"open /etc/unknown: no such file or directory", filesystem, has_none) == ()


def test_the_list_of_users_of_a_base_does_not_do_for_the_images_own() -> None:
    filesystem = stacked(layer_tar([("etc/passwd", b"web:x:999:"), ("etc/group", b"web:x:999:")]))
    said = b'error: failed switching to "web": unable to find user web: no matching entries in passwd file'
    assert missing_paths(said, filesystem, lambda _, from_base: from_base) == (b"etc/passwd", b"etc/group")


@pytest.mark.parametrize(
    "said", [b"/", b"/a", b"a.so", b"No such file or directory: ", b"open /", b"exec /", b"No module named 'a"]
)
def test_megabytes_of_one_thing_are_read_in_no_time(said: bytes) -> None:
    filesystem = stacked(layer_tar([("etc/passwd", b"")]))
    began = time.monotonic()
    assert missing_paths(said * (8_000_000 // len(said)), filesystem, has_none) == ()
    assert time.monotonic() - began < PATIENCE / 10


def test_a_whole_system_directory_is_never_what_is_missing() -> None:
    filesystem = stacked(layer_tar([("usr/lib/a", b""), ("usr/lib/", None), ("etc/", None)]))
    assert missing_paths(b"open /usr/lib: not found\nopen /: not found\nopen /etc: not found", filesystem, has_none) == ()
