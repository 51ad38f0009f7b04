"""What RubyGems and Bundler installed: ``specifications/NAME-VERSION.gemspec`` beside ``gems/NAME-VERSION``.

A gem for one platform has it in its full name (``nokogiri-1.16.0-x86_64-linux``). What was compiled lies in
``extensions/PLATFORM/ABI/FULL-NAME`` as well, beside an empty ``gem.build_complete``. Gems from a git repository are checked
out below ``bundler/gems``. The specifications below ``specifications/default`` are Ruby's own standard library.

Specifications are Ruby programs, written by RubyGems in one fixed form; only literals of it are read.

Format: RubyGems' "Specification reference" and ``Gem::Specification#to_ruby``.
"""

import re

from layerscope.attribution.packages.library import Library
from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.core.paths import below

_SPECIFICATION = expression(rb"(?:(?P<home>.*)/)?specifications/(?P<full>[^/]+)\.gemspec", re.DOTALL)
_CHECKOUT = expression(rb"(?P<tree>(?:.*/)?bundler/gems/(?P<name>[^/]+)-(?P<commit>[0-9a-f]{7,40}))/[^/]+\.gemspec", re.DOTALL)
_BUILT = expression(rb"(?P<tree>(?:.*/)?extensions/[^/]+/[^/]+/(?P<full>[^/]+))/gem\.build_complete", re.DOTALL)
_FULL_NAME = expression(r"(?P<name>.+?)-(?P<version>[0-9]+(?:\.[0-9A-Za-z]+)*)(?:-(?P<platform>.+))?", re.DOTALL)
_STUB = expression(rb"^# stub: (\S+) (\S+) (\S+) ", re.MULTILINE)
_EXECUTABLES = expression(rb"^  s\.executables = \[([^\]\n]*)\]", re.MULTILINE)
_LITERAL = expression(rb"\"([^\"/\\]+)\"")
_HOME_OF_RUBY = expression(rb"(?:(.*)/)?lib/ruby/gems/[^/]+", re.DOTALL)


def is_record(path: bytes) -> bool:
    """Whether a path is an installed gem's specification, or marks what was compiled for it."""
    return any(pattern.fullmatch(path) for pattern in (_SPECIFICATION, _BUILT, _CHECKOUT))


def libraries(path: bytes, content: bytes) -> list[Library]:
    """The gem that a specification belongs to: its tree and the commands that were put into ``bin`` for it."""
    if match := _BUILT.fullmatch(path):
        name, version = _split(path_text(match["full"]))
        return [Library(system="gem", name=name, version=version, trees=(match["tree"],))]
    if match := _CHECKOUT.fullmatch(path):
        name, version = path_text(match["name"]), path_text(match["commit"])
        return [Library(system="gem", name=name, version=version, trees=(match["tree"],))]
    match = _SPECIFICATION.fullmatch(path)
    return _of_specification(path, match["home"] or b"", match["full"], content) if match else []


def _of_specification(path: bytes, home: bytes, full: bytes, content: bytes) -> list[Library]:
    name, version = _split(path_text(full))
    stub = _STUB.search(content[:4096])
    if stub and full in (b"-".join(stub.group(1, 2)), b"-".join(stub.groups())):
        name, version = path_text(stub[1]), path_text(stub[2])
    commands = (below(directory, command) for directory in _commands(home) for command in _executables(content))
    paths, trees = (path, *commands), (below(home, b"gems/" + full),)
    return [Library(system="gem", name=name, version=version, paths=paths, trees=trees)] if name else []


def _split(full: str) -> tuple[str, str]:
    """Name and version of a full name: the version begins at the first number behind a hyphen."""
    match = _FULL_NAME.fullmatch(full)
    return (match["name"], match["version"]) if match else (full, "")


def _commands(home: bytes) -> list[bytes]:
    """Where the commands of gems in a home are put: Ruby's own home has them beside the interpreter."""
    match = _HOME_OF_RUBY.fullmatch(home)
    return [below(home, b"bin"), *([below(match[1] or b"", b"bin")] if match else [])]


def _executables(content: bytes) -> list[bytes]:
    match = _EXECUTABLES.search(content)
    return _LITERAL.findall(match[1]) if match else []
