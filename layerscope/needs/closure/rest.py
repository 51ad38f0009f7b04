"""What no package lists: the state that packages made, and, on the lowest rung, whatever else is not only for building."""

from collections.abc import Iterable

from msgspec import Struct

from layerscope.attribution.model import Attribution
from layerscope.core.names import path_bytes, path_text
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Category, Ecosystem, Role
from layerscope.filesystem.directories import SHARED_DIRECTORIES
from layerscope.layers.index import Kind
from layerscope.needs.closure.installed import Installed
from layerscope.needs.closure.knowledge import knowledge
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import load_all
from layerscope.needs.model import Proof

_USUAL_MODE = 0o755
_BUILT = frozenset((Category.TOOLCHAIN, Category.INTERMEDIATE, Category.CACHE))
"""What only building needs wherever it lies."""
_PUT = frozenset((Category.SOURCE, Category.DEV_DEPENDENCY, Category.DOCS))
"""What a program that nothing is known of may read where people put it: sources are its code, documentation its content."""
_STATE = frozenset((Category.APPLICATION, Category.UNKNOWN, Category.OS))
_LOADED = frozenset((Category.DEPENDENCY, Category.RUNTIME))


def take_entries(ledger: Ledger, entries: Iterable[int], because: Proof) -> None:
    """Takes files as they lie in the image, and links with what they lead to."""
    filesystem = ledger.filesystem
    for entry in entries:
        if filesystem.kinds[entry] != Kind.SYMLINK:
            ledger.add(entry, Role.DATA, because)
        elif ledger.ask(filesystem.paths[entry], Role.DATA, because) is None:
            ledger.add(entry, Role.LINK, because)


class Rest(Struct, frozen=True):
    """The files of an image that belong to no package."""

    ledger: Ledger
    attribution: Attribution
    installed: Installed
    working_dir: str

    def take_state(self, kept: Iterable[str], because: Proof) -> list[int]:
        """Takes what the scripts of the ``kept`` packages made, and what instructions put where their programs may be told to
        look. The entries."""
        names = list(kept)
        beside, spoken = self._places(names), knowledge().embedded_by(names)
        return self._take([entry for entry in self.installed.loose if self._is_state(entry, beside, spoken)], because)

    def take_beside(self, kept: Iterable[str], because: Proof) -> list[int]:
        """Takes what the scripts of the ``kept`` packages made in the directories of their files. The entries."""
        beside = self._places(kept)
        made = [entry for entry in self.installed.loose if self._is_beside(entry, beside)]
        take_entries(self.ledger, made, because)
        return made

    def take_all(self, because: Proof) -> list[int]:
        """Takes everything but what only builds, with the libraries that it is linked to. The entries."""
        wanted = self._take(filter(self._is_kept, self.installed.loose), because)
        load_all(self.ledger, wanted)
        return wanted

    def take_links(self, because: Proof) -> None:
        """Takes the links of no package that lead to something needed, or out of the image."""
        filesystem = self.ledger.filesystem
        needed = {filesystem.paths[need.entry] for need in self.ledger.needs}
        needed |= {path[:end] for path in needed for end in range(len(path)) if path[end : end + 1] == b"/"}
        for entry in filter(self._is_link, self.installed.loose):
            target = filesystem.trace(filesystem.paths[entry])
            if (target.entry is None or target.path in needed) and not knowledge().is_skipped(filesystem.paths[entry]):
                take_entries(self.ledger, (entry,), because)

    def _take(self, entries: Iterable[int], because: Proof) -> list[int]:
        """Takes files, and with them the directories and the accounts that go with any state."""
        taken = [entry for entry in entries if not self._is_link(entry)]
        take_entries(self.ledger, (*taken, *self._directories()), because)
        for path in map(path_bytes, knowledge().state.accounts):
            if (account := self.ledger.file(path)) is not None:
                self.ledger.lift(account, because)
        return taken

    def _is_link(self, entry: int) -> bool:
        return self.ledger.filesystem.kinds[entry] == Kind.SYMLINK

    def _places(self, packages: Iterable[str]) -> frozenset[bytes]:
        """The directories that hold files of some packages, but for those that all share."""
        paths = self.ledger.filesystem.paths
        found = {paths[entry].rpartition(b"/")[0] for entry in self.installed.entries(packages)}
        found |= {path.rpartition(b"/")[0] for path in found}
        return frozenset(found - SHARED_DIRECTORIES)

    def _is_state(self, entry: int, beside: frozenset[bytes], spoken: frozenset[Ecosystem]) -> bool:
        """Whether a loose file is state of the system or of a program that instructions put it for."""
        path, component = self.ledger.filesystem.paths[entry], self.attribution.component_of(entry)
        if knowledge().is_skipped(path):
            return False
        if component.category not in _STATE:
            return component.ecosystem in spoken and component.category in _LOADED
        in_tree = path_text(path.partition(b"/")[0]) in knowledge().state.trees
        return in_tree or path.rpartition(b"/")[0] in beside or self._is_put(entry, component.category)

    def _is_beside(self, entry: int, places: frozenset[bytes]) -> bool:
        path = self.ledger.filesystem.paths[entry]
        is_state = path.rpartition(b"/")[0] in places and self.attribution.component_of(entry).category in _STATE
        return is_state and not knowledge().is_skipped(path)

    def _is_put(self, entry: int, category: Category) -> bool:
        """Whether an instruction above the base image made a file of which at most its place says what it is."""
        return category in (Category.UNKNOWN, Category.OS) and self.ledger.filesystem.layers[entry] >= self.ledger.base_layers

    def _is_kept(self, entry: int) -> bool:
        """Whether a loose file may be read by a program of which nothing is known."""
        path, category = self.ledger.filesystem.paths[entry], self.attribution.component_of(entry).category
        if category in _BUILT or knowledge().is_skipped(path):
            return False
        return category not in _PUT or self._is_of_application(path)

    def _is_of_application(self, path: bytes) -> bool:
        directory = normal_path(path_bytes(self.working_dir))
        return directory not in SHARED_DIRECTORIES and path.startswith(directory + b"/")

    def _directories(self) -> list[int]:
        """The directories that say more than that something lies in them: empty ones, and those of other owners or modes."""
        filesystem = self.ledger.filesystem
        found = (entry for entry in filesystem.visible.values() if filesystem.kinds[entry] == Kind.DIRECTORY)
        return [entry for entry in found if self._is_telling(entry)]

    def _is_telling(self, entry: int) -> bool:
        filesystem = self.ledger.filesystem
        path = filesystem.paths[entry]
        if path in SHARED_DIRECTORIES or path.startswith(b"usr/") or knowledge().is_skipped(path):
            return False
        usual = filesystem.owner(entry) == (0, 0) and filesystem.mode(entry) & 0o7777 == _USUAL_MODE
        return not usual or not filesystem.has_below(path)
