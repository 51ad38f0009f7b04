"""The version of what a rule of the catalogue names: the first of the rule's sources that the image has."""

import re
from collections.abc import Iterable, Iterator, Mapping

from layerscope.attribution.packages.ownership import Package
from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.rules.patterns import alternatives, name_pattern
from layerscope.core.expressions import expression
from layerscope.filesystem.merged import Filesystem

_VERSION = expression(r"\d[^\s\"',;]*")
_FIRST_BYTES = 4096


class Versions:
    """Looks for versions in an image."""

    def __init__(self, filesystem: Filesystem, packages: tuple[Package, ...], environment: Mapping[str, str]) -> None:
        self._filesystem = filesystem
        self._packages = packages
        self._environment = environment
        self._read = {"file": self._in_file, "env": self._in_environment, "package": self._of_package, "path": self._in_names}

    def of(self, sources: Iterable[str]) -> str:
        """The version that the first source has, as the ``version`` of a rule names them; "" when none has one."""
        read = (self._read[kind](what) for kind, _, what in (source.partition(":") for source in sources))
        return next(filter(None, read), "")

    def _in_environment(self, name: str) -> str:
        return _first_number(self._environment.get(name, ""))

    def _in_file(self, path: str) -> str:
        """How a picked file begins, as the final filesystem has it, else the last layer that stored it."""
        name = path.lstrip("/").encode()
        entry = self._filesystem.visible.get(name)
        content = next(self._stored(name), b"") if entry is None else self._filesystem.content(entry) or b""
        return _first_number(content[:_FIRST_BYTES].decode("utf-8", "replace"))

    def _stored(self, name: bytes) -> Iterator[bytes]:
        for index in reversed(self._filesystem.indexes):
            yield from (content for row, content in index.contents.items() if index.paths[row] == name)

    def _of_package(self, glob: str) -> str:
        """The version of the last installed package that ``glob`` names."""
        system, _, name = glob.rpartition(":")
        pattern = re.compile("|".join(map(name_pattern, alternatives(name))))
        for package in reversed(self._packages):
            named = package.system == system if system else package.system not in SYSTEMS
            if named and pattern.fullmatch(package.name):
                return package.version
        return ""

    def _in_names(self, glob: str) -> str:
        """The first number in the last name of a directory that the glob takes, in any layer."""
        directory, _, last = glob.lstrip("/").rpartition("/")
        name = name_pattern(last).replace(".*", "[^/]*")
        pattern = re.compile(re.escape(directory + "/").encode() + b"(" + name.encode() + rb")(?=/|\Z)", re.DOTALL)
        paths = (path for index in reversed(self._filesystem.indexes) for path in index.directories)
        names = (match[1].decode("utf-8", "replace") for match in filter(None, map(pattern.match, paths)))
        return next(filter(None, map(_first_number, names)), "")


def _first_number(text: str) -> str:
    match = _VERSION.search(text)
    return match.group() if match else ""
