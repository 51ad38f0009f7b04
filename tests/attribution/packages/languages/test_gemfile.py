"""Which gems only developing needs, by a Gemfile and its lock file."""

from layerscope.attribution.packages.languages.development import is_project_file, only_developing

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
    found = only_developing({b"app/Gemfile": GEMFILE, b"app/Gemfile.lock": GEMFILE_LOCK})
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
    assert only_developing({b"app/Gemfile": GEMFILE}) == []
    inside = b"usr/local/bundle/gems/rbs-3.4.0/"
    assert only_developing({inside + b"Gemfile": GEMFILE, inside + b"Gemfile.lock": GEMFILE_LOCK}) == []
    assert is_project_file(b"app/Gemfile.lock")
    assert not is_project_file(inside + b"Gemfile")
