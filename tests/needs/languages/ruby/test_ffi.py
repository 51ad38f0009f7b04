"""Libraries that gems load by the ``ffi`` gem."""

from pathlib import Path

import pytest

from tests.needs.languages.ruby.test_needs import ENVIRONMENT, INSTALLED, gem
from tests.support import languages
from tests.support.languages import library, needed

SASS = b"""  extend FFI::Library
  ffi_lib "/usr/lib/#{RbConfig::CONFIG['arch']}/libsass.#{dl_ext}"
"""


def libraries(directory: Path, source: bytes) -> set[str]:
    """The libraries of an installed system that a program with a gem of this source needs."""
    gems = [*gem("ffi"), *gem("sassc", **{"lib/sassc/native.rb": source})]
    installed = [*INSTALLED, *gems, library("libsass.so"), library("libsass.so.1")]
    rows = [("app/main.rb", b"require 'sassc'\n")]
    found = languages.runtime_of(directory, installed, rows, Cmd=["ruby", "main.rb"], Env=ENVIRONMENT)
    return {path.rpartition("/")[2] for path in needed(found, "usr/lib/") if "libsass" in path}


@pytest.mark.parametrize(
    "source",
    [
        SASS,
        b"ffi_lib 'sass'\n",
        b"ffi_lib %w[libsass.so.1], ['sass', 'libsass.so.1']\n",
        b"ffi_lib [\n  'libsass.so.1',\n  'sass']\n",
        b"ffi_lib(ENV['SASS'] || '/opt/lib/libsass.so')\n",
    ],
)
def test_what_ffi_lib_names_is_taken_under_all_its_names(tmp_path: Path, source: bytes) -> None:
    assert libraries(tmp_path, source) == {"libsass.so", "libsass.so.1"}


@pytest.mark.parametrize("source", [b"ffi_lib FFI::Library::LIBC\n", b"ffi_lib library_path\n", b"# sass\n"])
def test_what_names_nothing_takes_nothing(tmp_path: Path, source: bytes) -> None:
    assert libraries(tmp_path, source) == set()
