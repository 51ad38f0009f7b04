"""Which programs code that nothing is known of names: text that instructions put into the image, searched for their names."""

import re
from collections.abc import Iterable, Iterator

from layerscope.attribution.model import Attribution
from layerscope.core.vocabulary import Category
from layerscope.filesystem.merged import Filesystem
from layerscope.needs.closure.installed import Installed
from layerscope.needs.ledger import Ledger

_PROGRAMS = (b"usr/bin", b"usr/sbin", b"bin", b"sbin")
_LARGEST = 256 * 1024
_MOST_READ = 16 * 1024 * 1024


def mentioned(ledger: Ledger, attribution: Attribution, installed: Installed, packages: Iterable[str]) -> frozenset[str]:
    """Those of the packages of which some file that no package has names a program, in its first bytes, as a word."""
    programs = {name: package for package in packages for name in _programs(ledger.filesystem, installed, package)}
    if not programs:
        return frozenset()
    words = re.compile(rb"(?<![\w.-])(?:" + b"|".join(map(re.escape, programs)) + rb")(?![\w-])")
    found: set[str] = set()
    for text in _texts(ledger, attribution, installed):
        found.update(programs[word] for word in words.findall(text))
    return frozenset(found)


def _programs(filesystem: Filesystem, installed: Installed, package: str) -> Iterator[bytes]:
    """The names of a package's programs."""
    for entry in installed.entries((package,)):
        directory, _, name = filesystem.paths[entry].rpartition(b"/")
        if directory in _PROGRAMS:
            yield name


def _texts(ledger: Ledger, attribution: Attribution, installed: Installed) -> Iterator[bytes]:
    """The contents of files that no package has and that may be code or settings."""
    left = _MOST_READ
    for entry in installed.loose:
        size = ledger.filesystem.sizes[ledger.filesystem.holder(entry)]
        category = attribution.component_of(entry).category
        if 0 < size <= min(_LARGEST, left) and category in (Category.APPLICATION, Category.UNKNOWN) and ledger.is_file(entry):
            left -= size
            yield ledger.content(entry, _LARGEST)
