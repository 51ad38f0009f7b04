"""What settings name: a program reads its configuration in ways that nobody follows, so that the paths in it are needs."""

from collections.abc import Iterable

from msgspec import Struct

from layerscope.attribution.model import Attribution
from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text
from layerscope.core.paths import below, normal_path
from layerscope.core.vocabulary import Role
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, Proof
from layerscope.needs.named.arguments import Run
from layerscope.needs.named.knowledge import are_settings, is_installed, is_shared, knowledge
from layerscope.needs.put import is_put
from layerscope.needs.trees import is_directory, take_below
from layerscope.start.programs import Command
from layerscope.start.search import is_executable

_PATH = expression(rb"(?<![\w./~$}-])(?:file:(?://)?)?(/[\w.@+-][\w./@+-]*)")
_LARGEST_SETTINGS = 64 * 1024
_MOST_PATHS = 2000
_ROUNDS = 3
"""Settings may name further settings."""


class Settings(Struct, frozen=True, eq=False):
    """The settings among an image's needs, of no package: those of a package name what belongs to it."""

    ledger: Ledger
    attribution: Attribution
    run: Run

    def take(self) -> None:
        """Takes files, programs and directories of the image that settings name, and what those name that are settings."""
        self._take_own_directories()
        seen: set[int] = set()
        for _ in range(_ROUNDS):
            found = [need.entry for need in self.ledger.needs if need.entry not in seen and are_settings(need.path)]
            seen.update(found)
            for entry in filter(self._is_own, found):
                self._take_named(entry)

    def _take_own_directories(self) -> None:
        """Takes directories of settings that are somebody's own: arguments and variables choose among the files in them."""
        for place in map(path_bytes, knowledge().places):
            for name in self.ledger.filesystem.children(place):
                self._take_own_directory(below(place, name))

    def _take_own_directory(self, directory: bytes) -> None:
        paths = self.ledger.files_below(directory)
        for path in paths if not is_shared(directory) and all(map(self._is_small, paths)) else ():
            self.ledger.ask(path, Role.DATA, (Because("settings that somebody put into the image"),))

    def _is_small(self, path: bytes) -> bool:
        entry = self.ledger.filesystem.visible[path]
        return self._is_own(entry) and self.ledger.filesystem.sizes[entry] <= _LARGEST_SETTINGS

    def _is_own(self, entry: int) -> bool:
        return is_put(self.ledger, self.attribution, entry)

    def _take_named(self, entry: int) -> None:
        because = self.ledger.proof(entry, "named in")
        for path in _paths(self.ledger.content(entry, _LARGEST_SETTINGS)):
            known = self.ledger.file(path)
            if known is not None and known not in self.ledger:
                self._take_file(path, known, because)
            elif is_directory(self.ledger, path) and not is_shared(self.ledger.filesystem.trace(path).path):
                self._take_directory(path, because)

    def _take_directory(self, path: bytes, because: Proof) -> None:
        """Takes what somebody put into a directory."""

        def is_data(inside: bytes) -> bool:
            entry = self.ledger.file(path + b"/" + inside)
            return entry is not None and self._is_own(entry) and not is_installed(path + b"/" + inside)

        take_below(self.ledger, path, Role.DATA, because, is_data)

    def _take_file(self, path: bytes, entry: int, because: Proof) -> None:
        """Takes a file that settings name; a program only where it is somebody's own, as settings name tools as well."""
        if not is_executable(self.ledger.filesystem, entry) or (
            self._is_own(entry) and self.run(Command(("/" + path_text(path),)), because) is None
        ):
            self.ledger.ask(path, Role.DATA, because)


def _paths(content: bytes) -> Iterable[bytes]:
    """The absolute paths in a file of settings, each once."""
    return list(dict.fromkeys(map(normal_path, _PATH.findall(content)[:_MOST_PATHS])))
