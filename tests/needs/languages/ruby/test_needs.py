"""What a Ruby program needs: the standard library, the application, its gems without their tests, and their libraries."""

from pathlib import Path
from typing import Any

from layerscope.needs.model import Runtime
from tests.support import languages
from tests.support.languages import library, names, needed, told, unresolved
from tests.support.programs import GLIBC_LOADER, Row, elf

LIBRARY = "usr/local/lib/ruby"
BUNDLE = "usr/local/bundle"
INSTALLED: list[Row] = [
    library("libyaml-0.so.2"),
    library("libpq.so.5"),
    ("usr/local/bin/ruby", elf(interpreter=GLIBC_LOADER, needed=["libruby.so.3.2", "libc.so.6"])),
    ("usr/local/lib/libruby.so.3.2", elf(soname="libruby.so.3.2")),
    ("etc/ld.so.conf", b"/usr/local/lib\n"),
    ("usr/local/bin/bundle", b"#!/usr/local/bin/ruby\nload Gem.activate_bin_path('bundler', 'bundle')\n"),
    (f"{LIBRARY}/3.2.0/set.rb", b""),
    (f"{LIBRARY}/3.2.0/x86_64-linux/psych.so", elf(soname="psych.so", needed=["libyaml-0.so.2"])),
    (f"{LIBRARY}/gems/3.2.0/specifications/default/json-2.6.3.gemspec", b""),
    (f"{LIBRARY}/gems/3.2.0/specifications/rbs-2.8.2.gemspec", b""),
    (f"{LIBRARY}/gems/3.2.0/gems/rbs-2.8.2/lib/rbs.rb", b""),
]
ENVIRONMENT = [f"PATH=/{BUNDLE}/bin:/usr/local/bin:/usr/bin", f"GEM_HOME=/{BUNDLE}", f"BUNDLE_APP_CONFIG=/{BUNDLE}"]


def gem(name: str, version: str = "1.0", **files: bytes) -> list[Row]:
    """An installed gem."""
    inside = f"{BUNDLE}/gems/{name}-{version}"
    rows: list[Row] = [(f"{inside}/{path}", content) for path, content in files.items()]
    return [(f"{BUNDLE}/specifications/{name}-{version}.gemspec", b""), (f"{inside}/lib/{name}.rb", b""), *rows]


GEMS: list[Row] = [
    *gem("puma", "6.4.0"),
    *gem("nio4r", "2.7.0"),
    *gem("rspec", "3.12.0"),
    *gem("stray", "9.9.9"),
    (f"{BUNDLE}/gems/puma-6.4.0/exe/puma", b"#!/usr/bin/env ruby\n"),
    (f"{BUNDLE}/bin/puma", b"#!/usr/local/bin/ruby\nload Gem.activate_bin_path('puma', 'puma')\n"),
]
GEMFILE = b"""source 'https://example.org'
gem 'puma'
group :development, :test do
  gem 'rspec'
end
"""
LOCK = b"""GEM
  remote: https://example.org/
  specs:
    nio4r (2.7.0)
    puma (6.4.0)
      nio4r (~> 2.0)
    rspec (3.12.0)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  puma
  rspec

BUNDLED WITH
   2.4.10
"""
APPLICATION: list[Row] = [
    ("app/Gemfile", GEMFILE),
    ("app/Gemfile.lock", LOCK),
    ("app/config.ru", b"run App\n"),
    ("app/lib/shop.rb", b""),
    ("app/spec/shop_spec.rb", b""),
]


def runtime_of(directory: Path, rows: list[Row], *words: str, environment: tuple[str, ...] = (), **config: Any) -> Runtime:
    """The needs of an image with Ruby, some gems and these files, started by these words in /app."""
    return languages.runtime_of(
        directory, [*INSTALLED, *GEMS], rows, Cmd=list(words), Env=[*ENVIRONMENT, *environment], **config
    )


def gems(runtime: Runtime) -> set[str]:
    return {path.split("/")[4] for path in needed(runtime, f"{BUNDLE}/gems/")}


def test_a_script_needs_the_standard_library_with_the_libraries_of_its_extensions(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [("app/main.rb", b"require 'json'\n")], "ruby", "main.rb")
    roles = {need.path.decode(): need.role for need in runtime.needs}
    assert roles[f"{LIBRARY}/3.2.0/set.rb"] == "runtime"
    assert {"libyaml-0.so.2", "libruby.so.3.2"} <= names(runtime, "library")
    assert told(runtime) == [("ruby", "3.2", True)]


def test_without_bundler_any_installed_gem_may_be_loaded(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [("app/main.rb", b"require 'puma'\n")], "ruby", "main.rb")
    assert gems(runtime) == {"puma-6.4.0", "nio4r-2.7.0", "rspec-3.12.0", "stray-9.9.9"}


def test_bundle_exec_keeps_to_the_gems_of_the_lock_file(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, APPLICATION, "bundle", "exec", "puma")
    assert gems(runtime) == {"puma-6.4.0", "nio4r-2.7.0", "rspec-3.12.0"}  # Bundler asks for all groups
    assert {f"{BUNDLE}/bin/puma", "usr/local/bin/bundle", "app/Gemfile.lock", "app/lib/shop.rb"} <= needed(runtime)
    assert not needed(runtime, f"{LIBRARY}/gems/3.2.0/gems/rbs")
    assert told(runtime) == [("ruby", "3.2", True)]


def test_bundle_exec_starts_a_program_that_is_no_ruby_script(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [*APPLICATION, ("usr/bin/tool", elf())], "bundle", "exec", "tool")
    assert "usr/bin/tool" in needed(runtime)


def test_groups_that_bundler_goes_without_are_dropped(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    settings = [*APPLICATION, ("app/.bundle/config", b'---\nBUNDLE_WITHOUT: "development:test"\n')]
    by_file = runtime_of(tmp_path / "file", settings, "bundle", "exec", "puma")
    by_variable = runtime_of(tmp_path, APPLICATION, "bundle", "exec", "puma", environment=("BUNDLE_WITHOUT=development test",))
    assert gems(by_file) == gems(by_variable) == {"puma-6.4.0", "nio4r-2.7.0"}


def test_a_program_that_requires_bundler_itself_is_bundled_too(tmp_path: Path) -> None:
    rows = [*APPLICATION, ("app/bin/rails", b"#!/usr/bin/env ruby\n"), ("app/config/boot.rb", b"require 'bundler/setup'\n")]
    runtime = runtime_of(tmp_path, rows, "ruby", "bin/rails", "server")
    assert "stray-9.9.9" not in gems(runtime)


def test_gems_are_kept_without_tests_and_without_what_extensions_are_made_of(tmp_path: Path) -> None:
    files = {
        "ext/pg/pg.c": b"int x;",
        "ext/pg/Makefile": b"all:",
        "test/test_pg.rb": b"",
        "lib/pg_ext.so": elf(soname="pg_ext.so", needed=["libpq.so.5"]),
    }
    extension = f"{BUNDLE}/extensions/x86_64-linux/3.2.0/pg-1.5"
    rows: list[Row] = [
        *gem("pg", "1.5", **files),
        (f"{extension}/gem.build_complete", b""),
        (f"{extension}/gem_make.out", b"make"),
        (f"{extension}/pg_ext.so", elf(soname="pg_ext.so", needed=["libpq.so.5"])),
    ]
    runtime = languages.runtime_of(
        tmp_path, [*INSTALLED, *rows], [("app/main.rb", b"")], Cmd=["ruby", "main.rb"], Env=ENVIRONMENT
    )
    assert needed(runtime, f"{BUNDLE}/gems/pg-1.5/") == {f"{BUNDLE}/gems/pg-1.5/lib/{name}" for name in ("pg.rb", "pg_ext.so")}
    assert needed(runtime, extension) == {f"{extension}/gem.build_complete", f"{extension}/pg_ext.so"}
    assert "libpq.so.5" in names(runtime, "library")


def test_what_is_not_there_is_said_and_not_followed(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [], "ruby", "gone.rb")
    assert "/app/gone.rb" in unresolved(runtime)
    assert not runtime.programs[0].followed


def test_a_ruby_without_its_library_is_not_followed(tmp_path: Path) -> None:
    rows: list[Row] = [("opt/ruby/bin/ruby", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"]))]
    runtime = languages.runtime_of(tmp_path, rows, [("app/a.rb", b"")], Cmd=["/opt/ruby/bin/ruby", "a.rb"])
    assert "standard library" in unresolved(runtime)
    assert not runtime.programs[0].followed
