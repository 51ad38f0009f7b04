"""RubyGems and Bundler: specifications, what was compiled, checkouts."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record, libraries
from tests.support.libraries import recorded
from tests.support.patience import PATIENCE

BUNDLE = "usr/local/bundle"

FASTXML = b"""\
# -*- encoding: utf-8 -*-
# stub: fastxml 1.4.0.rc1 ruby lib
# stub: ext/fastxml/extconf.rb

Gem::Specification.new do |s|
  s.name = "fastxml".freeze
  s.version = "1.4.0.rc1"

  s.bindir = "exe".freeze
  s.executables = ["fastxml".freeze, "fx".freeze]
  s.extensions = ["ext/fastxml/extconf.rb".freeze]
end
"""


def test_a_specification_stands_for_the_gem_beside_it_and_its_commands() -> None:
    path = f"{BUNDLE}/specifications/fastxml-1.4.0.rc1.gemspec"
    assert recorded(path, FASTXML) == [
        Library(
            system="gem",
            name="fastxml",
            version="1.4.0.rc1",
            paths=(path.encode(), f"{BUNDLE}/bin/fastxml".encode(), f"{BUNDLE}/bin/fx".encode()),
            trees=(f"{BUNDLE}/gems/fastxml-1.4.0.rc1".encode(),),
        )
    ]


def test_commands_of_rubys_own_gems_lie_beside_the_interpreter() -> None:
    (library,) = recorded("usr/local/lib/ruby/gems/3.2.0/specifications/fastxml-1.4.0.rc1.gemspec", FASTXML)
    assert b"usr/local/bin/fx" in library.paths


@pytest.mark.parametrize(
    ("full", "stub", "name", "version"),
    [
        ("nokogiri-1.16.0-x86_64-linux", b"nokogiri 1.16.0 x86_64-linux lib", "nokogiri", "1.16.0"),
        ("google-protobuf-3.25.1-aarch64-linux-gnu", b"", "google-protobuf", "3.25.1"),
        ("net-telnet-0.2.0", b"net-telnet 0.2.0 ruby lib", "net-telnet", "0.2.0"),
        ("http-2-next-1.0.1", b"http-2-next 1.0.1 ruby lib", "http-2-next", "1.0.1"),
        ("rake-13.0.6", b"another 1.0 ruby lib", "rake", "13.0.6"),
    ],
)
def test_a_full_name_ends_in_version_and_platform(full: str, stub: bytes, name: str, version: str) -> None:
    (library,) = recorded(f"{BUNDLE}/specifications/{full}.gemspec", b"# stub: " + stub + b"\n" if stub else b"")
    assert (library.name, library.version) == (name, version)
    assert library.trees == (f"{BUNDLE}/gems/{full}".encode(),)


def test_what_was_compiled_for_a_gem_lies_in_a_directory_of_its_own() -> None:
    directory = f"{BUNDLE}/extensions/x86_64-linux/3.2.0/fastxml-1.4.0.rc1"
    assert recorded(f"{directory}/gem.build_complete") == [
        Library(system="gem", name="fastxml", version="1.4.0.rc1", trees=(directory.encode(),))
    ]


def test_a_gem_from_a_repository_is_checked_out() -> None:
    directory = f"{BUNDLE}/ruby/3.2.0/bundler/gems/rails-0a1b2c3d4e5f"
    assert recorded(f"{directory}/rails.gemspec", b"Gem::Specification.new\n") == [
        Library(system="gem", name="rails", version="0a1b2c3d4e5f", trees=(directory.encode(),))
    ]


def test_specifications_of_ruby_itself_and_of_sources_are_no_libraries() -> None:
    assert not is_record(b"usr/local/lib/ruby/gems/3.2.0/specifications/default/json-2.6.3.gemspec")
    assert not is_record(b"app/shop.gemspec")


@pytest.mark.skipif(shutil.which("gem") is None, reason="RubyGems is not installed")
def test_the_files_of_a_gem_are_those_that_rubygems_lists(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "lib").mkdir(parents=True)
    (source / "lib/tiny.rb").write_text("module Tiny; end\n")
    (source / "tiny-tool.gemspec").write_text(
        'Gem::Specification.new do |s|\n  s.name = "tiny-tool"\n  s.version = "2.0.1"\n  s.summary = "x"\n'
        '  s.authors = ["A"]\n  s.platform = Gem::Platform.local\n  s.files = ["lib/tiny.rb"]\nend\n'
    )
    home = tmp_path / "home"
    environment = {**os.environ, "GEM_HOME": str(home), "GEM_PATH": str(home)}

    def gem(*arguments: str) -> str:
        done = subprocess.run(
            ["gem", *arguments], cwd=source, env=environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    gem("build", "tiny-tool.gemspec")
    (archive,) = source.glob("*.gem")
    gem("install", "--local", "--no-document", "--install-dir", str(home), archive.name)
    (specification,) = (home / "specifications").glob("*.gemspec")
    (library,) = libraries(os.fsencode(specification)[1:], specification.read_bytes())
    assert (library.name, library.version) == ("tiny-tool", "2.0.1")
    listed = gem("contents", "tiny-tool").split()
    assert listed
    assert all(path.startswith("/" + os.fsdecode(library.trees[0]) + "/") for path in listed)
