"""The libraries of Ruby, PHP, .NET and Java."""

import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from layerscope.attribution.packages.languages.development import is_project_file, told_together
from layerscope.attribution.packages.languages.jars import Coordinates, Jar, NestedLibrary, contents_of_jar
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record, libraries
from tests.support.patience import PATIENCE

BUNDLE = "usr/local/bundle"


def told(path: str, content: object = b"") -> list[Library]:
    encoded = content if isinstance(content, bytes) else json.dumps(content).encode()
    return libraries(path.encode(), encoded) if is_record(path.encode()) else []


# Ruby

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
    assert told(path, FASTXML) == [
        Library(
            "gem",
            "fastxml",
            "1.4.0.rc1",
            (path.encode(), f"{BUNDLE}/bin/fastxml".encode(), f"{BUNDLE}/bin/fx".encode()),
            (f"{BUNDLE}/gems/fastxml-1.4.0.rc1".encode(),),
        )
    ]


def test_commands_of_rubys_own_gems_lie_beside_the_interpreter() -> None:
    (library,) = told("usr/local/lib/ruby/gems/3.2.0/specifications/fastxml-1.4.0.rc1.gemspec", FASTXML)
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
    (library,) = told(f"{BUNDLE}/specifications/{full}.gemspec", b"# stub: " + stub + b"\n" if stub else b"")
    assert (library.name, library.version) == (name, version)
    assert library.trees == (f"{BUNDLE}/gems/{full}".encode(),)


def test_what_was_compiled_for_a_gem_lies_in_a_directory_of_its_own() -> None:
    directory = f"{BUNDLE}/extensions/x86_64-linux/3.2.0/fastxml-1.4.0.rc1"
    assert told(f"{directory}/gem.build_complete") == [Library("gem", "fastxml", "1.4.0.rc1", trees=(directory.encode(),))]


def test_a_gem_from_a_repository_is_checked_out() -> None:
    directory = f"{BUNDLE}/ruby/3.2.0/bundler/gems/rails-0a1b2c3d4e5f"
    assert told(f"{directory}/rails.gemspec", b"Gem::Specification.new\n") == [
        Library("gem", "rails", "0a1b2c3d4e5f", trees=(directory.encode(),))
    ]


def test_specifications_of_ruby_itself_and_of_sources_are_no_libraries() -> None:
    assert not is_record(b"usr/local/lib/ruby/gems/3.2.0/specifications/default/json-2.6.3.gemspec")
    assert not is_record(b"app/shop.gemspec")


GEMFILE = b"""\
source 'https://gems.example.org'
ruby "3.2.2"
# gem 'commented'
gem 'rails', '~> 7.1' # the framework
gem "puma", require: false
if ENV["EXTRA"]
  gem 'extra'
end
group :development, :test do
  gem 'rspec-rails'
  platforms :ruby do
    gem 'byebug', platforms: [:mri]
  end
end
group :production, :test do
  gem 'redis'
end
gem 'rubocop', group: :development
gem 'brakeman', groups: [:development, :test]
gem 'pg', :group => 'production'
gem 'last'
"""
GEMFILE_LOCK = b"""\
GEM
  remote: https://gems.example.org/
  specs:
    ast (2.4.2)
    brakeman (6.1.0)
    byebug (11.1.3)
    extra (1.0)
    last (0.1)
    nokogiri (1.16.0-x86_64-linux)
      racc (~> 1.4)
    pg (1.5.4)
    puma (6.4.0)
    racc (1.7.3)
    rails (7.1.2)
      nokogiri (>= 1.6)
    redis (5.0.8)
    rspec-rails (6.1.0)
      nokogiri
      rspec-core (~> 3.12)
    rspec-core (3.12.2)
    rubocop (1.59.0)
      ast (>= 2)
      racc

PLATFORMS
  x86_64-linux

DEPENDENCIES
  brakeman
"""


def test_gemfile_and_lock_together_tell_what_only_developing_needs() -> None:
    found = told_together({b"app/Gemfile": GEMFILE, b"app/Gemfile.lock": GEMFILE_LOCK})
    assert [(library.name, library.version) for library in found] == [
        ("ast", "2.4.2"),
        ("brakeman", "6.1.0"),
        ("byebug", "11.1.3"),
        ("rspec-core", "3.12.2"),
        ("rspec-rails", "6.1.0"),
        ("rubocop", "1.59.0"),
    ]
    assert all(library.development and not library.trees and not library.paths for library in found)


def test_a_gemfile_without_lock_or_inside_of_a_gem_tells_nothing() -> None:
    assert told_together({b"app/Gemfile": GEMFILE}) == []
    inside = f"{BUNDLE}/gems/rbs-3.4.0/".encode()
    assert told_together({inside + b"Gemfile": GEMFILE, inside + b"Gemfile.lock": GEMFILE_LOCK}) == []
    assert is_project_file(b"app/Gemfile.lock")
    assert not is_project_file(inside + b"Gemfile")


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


# PHP


def installed(**more: object) -> dict[str, object]:
    """What Composer 2 wrote for one package for production and one for developing."""
    return {
        "packages": [
            {
                "name": "mockery/mockery",
                "version": "1.6.0",
                "version_normalized": "1.6.0.0",
                "bin": ["bin/mockery"],
                "type": "library",
                "install-path": "../mockery/mockery",
            },
            {"name": "monolog/monolog", "version": "2.9.1", "install-path": "../monolog/monolog"},
        ],
        "dev": True,
        "dev-package-names": ["mockery/mockery"],
        **more,
    }


def test_composer_says_where_each_package_is_and_which_developing_needs() -> None:
    autoloader, mockery, monolog = told("app/vendor/composer/installed.json", installed())
    assert autoloader.trees == (b"app/vendor/composer",)
    assert autoloader.paths == (b"app/vendor/autoload.php",)
    assert mockery == Library(
        system="composer",
        name="mockery/mockery",
        version="1.6.0",
        paths=(b"app/vendor/bin/mockery",),
        trees=(b"app/vendor/mockery/mockery",),
        development=True,
    )
    assert monolog == Library("composer", "monolog/monolog", "2.9.1", (), (b"app/vendor/monolog/monolog",))


def test_composer_1_wrote_a_list_without_directories() -> None:
    found = told("vendor/composer/installed.json", [{"name": "monolog/monolog", "version": "1.0"}])
    assert [library.trees for library in found] == [(b"vendor/composer",), (b"vendor/monolog/monolog",)]


@pytest.mark.parametrize("place", ["../..", "..", "/", "../../../../..", "./../../vendor"])
def test_no_package_of_composer_has_the_whole_project(place: str) -> None:
    packages = [{"name": "a/b", "version": "1", "install-path": place}]
    assert told("app/vendor/composer/installed.json", {"packages": packages})[1].trees == ()


def test_a_plugin_may_install_packages_elsewhere() -> None:
    packages = [{"name": "drupal/core", "version": "10.1", "install-path": "../../web/core"}]
    assert told("app/vendor/composer/installed.json", {"packages": packages})[1].trees == (b"app/web/core",)


# .NET

DEPENDENCIES = {
    "runtimeTarget": {"name": ".NETCoreApp,Version=v8.0", "signature": ""},
    "compilationOptions": {},
    "targets": {
        ".NETCoreApp,Version=v8.0": {
            "Shop/1.0.0": {
                "dependencies": {"Humanizer.Core.de": "2.14.1", "Shop.Data": "1.0.0"},
                "runtime": {"Shop.dll": {}},
            },
            "Humanizer.Core.de/2.14.1": {
                "runtime": {"lib/net6.0/Humanizer.dll": {"assemblyVersion": "2.14.0.0", "fileVersion": "2.14.1.48190"}},
                "resources": {"lib/net6.0/de/Humanizer.resources.dll": {"locale": "de"}},
            },
            "Microsoft.NETCore.Targets/1.1.0": {},
            "SQLitePCLRaw.lib.e_sqlite3/2.1.6": {
                "runtimeTargets": {
                    "runtimes/linux-x64/native/libe_sqlite3.so": {"rid": "linux-x64", "assetType": "native"},
                    "runtimes/win-x64/native/e_sqlite3.dll": {"rid": "win-x64", "assetType": "native"},
                }
            },
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.0": {
                "runtime": {"System.Runtime.dll": {}},
                "native": {"libcoreclr.so": {"fileVersion": "0.0.0.0"}, "lib/x/_._": {}},
            },
            "Shop.Data/1.0.0": {"runtime": {"Shop.Data.dll": {"localPath": "Shop.Data.dll"}}},
            "Newer/1.0.0": {"runtime": {"lib/net10.0/Newer.dll": {"localPath": "plugins/Newer.dll"}}},
        }
    },
    "libraries": {
        "Shop/1.0.0": {"type": "project", "serviceable": False, "sha512": ""},
        "Shop.Data/1.0.0": {"type": "project", "serviceable": False, "sha512": ""},
        "Humanizer.Core.de/2.14.1": {"type": "package", "serviceable": True, "sha512": "sha512-J", "path": "humanizer"},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.0": {"type": "runtimepack", "serviceable": False},
    },
}


def test_deps_json_tells_from_which_package_the_files_beside_it_are() -> None:
    found = {library.name: library for library in told("app/Shop.deps.json", DEPENDENCIES)}
    assert {name: sorted(path.decode() for path in library.paths) for name, library in found.items()} == {
        "Humanizer.Core.de": ["app/Humanizer.dll", "app/de/Humanizer.resources.dll"],
        "SQLitePCLRaw.lib.e_sqlite3": [
            "app/runtimes/linux-x64/native/libe_sqlite3.so",
            "app/runtimes/win-x64/native/e_sqlite3.dll",
        ],
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64": ["app/System.Runtime.dll", "app/libcoreclr.so"],
        "Newer": ["app/plugins/Newer.dll"],
    }
    assert found["Humanizer.Core.de"].version == "2.14.1"
    assert {library.system for library in found.values()} == {"nuget"}


def test_the_assemblies_of_the_users_own_projects_are_no_libraries() -> None:
    paths = {path for library in told("app/Shop.deps.json", DEPENDENCIES) for path in library.paths}
    assert not paths & {b"app/Shop.dll", b"app/Shop.Data.dll"}


# Java


@pytest.mark.parametrize(
    ("file", "name", "version"),
    [
        ("slf4j-api-2.0.9.jar", "slf4j-api", "2.0.9"),
        ("guava-32.1.2-jre.jar", "guava", "32.1.2-jre"),
        ("log4j-1.2-api-2.17.1.jar", "log4j-1.2-api", "2.17.1"),
        (
            "netty-transport-native-epoll-4.1.100.Final-linux-x86_64.jar",
            "netty-transport-native-epoll",
            "4.1.100.Final-linux-x86_64",
        ),
        ("shop-1.0-20230101.123456-1.jar", "shop", "1.0-20230101.123456-1"),
        ("jakarta.el-api-5.0.0-RC1.jar", "jakarta.el-api", "5.0.0-RC1"),
        ("groovy-4.0.0-beta-2.jar", "groovy", "4.0.0-beta-2"),
        ("kotlin-stdlib-1.9.0-SNAPSHOT.jar", "kotlin-stdlib", "1.9.0-SNAPSHOT"),
    ],
)
def test_the_name_of_a_jar_tells_its_library(file: str, name: str, version: str) -> None:
    path = f"app/lib/{file}"
    assert told(path) == [Library("jar", name, version, (path.encode(),))]


@pytest.mark.parametrize(
    "path", ["app/app.jar", "usr/local/tomcat/lib/catalina.jar", "app/target/shop-1.0.jar", "src/build/libs/shop-1.0.jar"]
)
def test_a_jar_without_version_or_from_a_build_is_no_library(path: str) -> None:
    assert not is_record(path.encode())


def jar(**members: bytes | str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def pom(group: str, artifact: str, version: str) -> dict[str, str]:
    properties = f"#Created by Apache Maven 3.9.6\nartifactId={artifact}\r\ngroupId={group}\nversion = {version}\n"
    return {f"META-INF/maven/{group}/{artifact}/pom.properties": properties}


def test_coordinates_inside_of_a_jar_are_more_exact_than_its_name() -> None:
    content = jar(**pom("io.netty", "netty-epoll", "4.1.100.Final"))
    assert libraries(b"app/netty-epoll-4.1.100.Final-linux-x86_64.jar", content)[0][:3] == (
        "jar",
        "netty-epoll",
        "4.1.100.Final",
    )


def test_coordinates_of_what_was_merged_into_a_jar_are_not_its_own() -> None:
    content = jar(**pom("org.jctools", "jctools-core", "4.0.5"))
    assert libraries(b"app/sdk-trace-1.55.0-all.jar", content)[0][:3] == ("jar", "sdk-trace", "1.55.0-all")


def test_a_fat_jar_tells_what_it_starts_and_what_it_holds() -> None:
    content = jar(
        **{
            "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\nMain-Class: org.springframework.boot.loader.launch.JarLaun\r\n"
            " cher\r\nStart-Class: com.example.Shop\r\nImplementation-Title: shop\r\nImplementation-Version: 1.0\r\n"
            "Class-Path: lib/a.jar lib/b.jar\r\n\r\nName: other\r\nMain-Class: not.Me\r\n",
            "BOOT-INF/classes/com/example/Shop.class": b"\xca\xfe\xba\xbe",
            "BOOT-INF/lib/slf4j-api-2.0.9.jar": jar(**pom("org.slf4j", "slf4j-api", "2.0.9")),
            "BOOT-INF/classpath.idx": "- x",
            **pom("com.example", "shop", "1.0"),
        }
    )
    found = contents_of_jar(content)
    assert found is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        stored = {member.filename: member.compress_size for member in archive.infolist()}
    assert found == Jar(
        title="shop",
        version="1.0",
        main_class="org.springframework.boot.loader.launch.JarLauncher",
        start_class="com.example.Shop",
        class_path=("lib/a.jar", "lib/b.jar"),
        coordinates=(Coordinates("com.example", "shop", "1.0"),),
        libraries=(NestedLibrary("BOOT-INF/lib/slf4j-api-2.0.9.jar", stored["BOOT-INF/lib/slf4j-api-2.0.9.jar"]),),
        classes=stored["BOOT-INF/classes/com/example/Shop.class"],
    )


def test_a_web_archive_holds_libraries_too() -> None:
    found = contents_of_jar(jar(**{"WEB-INF/lib/a-1.jar": b"a", "WEB-INF/classes/A.class": b"c"}))
    assert found is not None
    assert [library.path for library in found.libraries] == ["WEB-INF/lib/a-1.jar"]


def test_a_damaged_jar_is_told_by_its_name() -> None:
    content = jar(**pom("org.slf4j", "slf4j-api", "2.0.9"))
    for damaged in (
        content[: len(content) // 2],
        content[:-30],
        content.replace(b"PK\x03\x04", b"PK\x03\x05"),
        b"PK",
        b"\0" * 99,
    ):
        assert libraries(b"lib/slf4j-api-2.0.9-tests.jar", damaged)[0][:3] == ("jar", "slf4j-api", "2.0.9-tests")
    assert contents_of_jar(b"PK") is None


def test_a_manifest_that_inflates_without_end_is_read_to_a_limit() -> None:
    bomb = jar(**{"META-INF/MANIFEST.MF": b"Main-Class: a.B\n" + b"X: " + b"\0" * 50_000_000})
    found = contents_of_jar(bomb)
    assert found is not None
    assert found.main_class == "a.B"
