"""Installed gems by their specifications, the gems of a Gemfile.lock, and the groups of a Gemfile."""

from pathlib import Path

from layerscope.needs.languages.ruby.gems import Gem, gems_of_groups, installed_gems, parse_lock, read_lock
from tests.support.needs import ledger_of

LOCK = """GEM
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


def test_installed_gems_are_those_with_a_specification(tmp_path: Path) -> None:
    specifications = "gems/specifications"
    ledger = ledger_of(
        tmp_path,
        [
            (f"{specifications}/puma-6.4.0.gemspec", b""),
            (f"{specifications}/nokogiri-1.16.0-x86_64-linux.gemspec", b""),
            (f"{specifications}/default/json-2.6.3.gemspec", b""),
            (f"{specifications}/cache.bin", b""),
        ],
    )
    assert list(installed_gems(ledger, [b"gems", b"/gems/", b"nowhere"])) == [
        Gem("nokogiri", "1.16.0", "nokogiri-1.16.0-x86_64-linux", b"gems", default=False),
        Gem("puma", "6.4.0", "puma-6.4.0", b"gems", default=False),
        Gem("json", "2.6.3", "json-2.6.3", b"gems", default=True),
    ]


def test_a_gems_specification_lies_in_its_home() -> None:
    assert Gem("a", "1", "a-1", b"gems", default=False).specification == b"gems/specifications/a-1.gemspec"
    assert Gem("a", "1", "a-1", b"gems", default=True).specification == b"gems/specifications/default/a-1.gemspec"


def test_a_lock_file_that_is_not_there_or_empty_is_none(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [("app/Gemfile.lock", b"PLATFORMS\n  ruby\n")])
    assert read_lock(ledger, b"app/gems.locked") is None
    assert read_lock(ledger, b"app/Gemfile.lock") is None


def test_a_lock_file_names_gems_paths_and_what_they_depend_on() -> None:
    lock = parse_lock("PATH\n  remote: engines/shop\n  specs:\n    shop (0.1)\n      rack\n\n" + LOCK + "\nbroken")
    assert lock is not None
    assert lock.paths == ("engines/shop",)
    assert lock.specifications["puma"] == ["nio4r"]
    assert lock.closure(("rspec",)) == {"puma", "nio4r"}
    assert parse_lock("no lock at all") is None


def test_groups_of_a_gemfile_nest_and_stand_inline() -> None:
    text = """
gem 'rack'
gem "pry", group: :development
gem 'both', groups: [:production, :test]
group :test do
  gem 'rspec'
  platforms :ruby do
    gem 'sqlite3'
  end
end
if ENV['X']
  gem 'late'
end
gem 'rspec-extra', '~> 1', :group => 'test'
"""
    assert gems_of_groups(text, ("development", "test")) == {"pry", "rspec", "sqlite3", "rspec-extra"}
    assert gems_of_groups("group :test do\n  gem 'a'\n", ("test",)) == {"a"}
