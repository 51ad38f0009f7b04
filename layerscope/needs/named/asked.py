"""What somebody put into the image above its base, for a program whose language does not say what it reads: data in the home of
the user, programs on PATH that no package manager brought, and documents beside the program."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from layerscope.attribution.model import Attribution, Component
from layerscope.core.names import path_bytes, path_text
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Category, Ecosystem, Role
from layerscope.layers.index import Kind
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import Loader, linkage
from layerscope.needs.model import Because, Program
from layerscope.needs.named.home import home_directory
from layerscope.needs.named.knowledge import is_installed, is_shared, knowledge
from layerscope.needs.trees import parent
from layerscope.sources.image import Config
from layerscope.start.search import ENGINE_PATH, is_executable

_COMPILED = frozenset((Ecosystem.GO, Ecosystem.C, Ecosystem.RUST, Ecosystem.DOTNET, Ecosystem.JVM))
_OPEN = frozenset((Category.APPLICATION, Category.UNKNOWN))
_PERSONAL = frozenset((*_OPEN, Category.OS))
_DOCUMENTS = frozenset((*_OPEN, Category.DOCS))
_PROGRAMS = (b"bin", b"sbin", b"libexec")
_NO_DATA = frozenset(("PATH", "HOME", "GOPATH", "GOROOT", "CARGO_HOME", "RUSTUP_HOME", "NVM_DIR", "OLDPWD", "PWD", "TMPDIR"))


class Asked(Struct, frozen=True):
    """Looks for what was put into the layers above the base image."""

    ledger: Ledger
    attribution: Attribution
    config: Config

    def take(self, programs: Sequence[Program]) -> None:
        """Takes what the programs may read without any name of it."""
        self._take_environment()
        for program in programs:
            self._take_around(program.path)
        if any(program.ecosystem not in _COMPILED for program in programs):
            self.take_home()
            self._take_beside()
            self._take_programs()

    def take_home(self) -> None:
        """Takes data in the home of the user that the image runs as, but caches of package managers."""
        home, tools = home_directory(self.ledger, self.config), knowledge().settings_of_tools
        if home and (home == b"root" or not is_shared(home)):
            paths = (path for path in self.ledger.files_below(home) if path_text(path[len(home) + 1 :]) not in tools)
            self._take(paths, _PERSONAL, "data in the home of the user, of no package manager")

    def _take_around(self, path: bytes) -> None:
        """Takes what lies in the directory that a program was installed to (``/opt/app`` of ``/opt/app/bin/server``)."""
        place = parent(path)
        root = parent(place) if place.rpartition(b"/")[2] in _PROGRAMS else b""
        if root and not is_shared(root):
            self._take(self.ledger.files_below(root), _OPEN, "installed together with the program")

    def _take_environment(self) -> None:
        """Takes what lies in directories that ENV names."""
        for name, value in self.config.environment().items():
            place = self.ledger.filesystem.trace(normal_path(path_bytes(value))).path if value.startswith("/") else b""
            if name not in _NO_DATA and place and not is_shared(place):
                self._take(self.ledger.files_below(place), _PERSONAL, f"in a directory that ENV {name} names")
                self._take_links(normal_path(path_bytes(value)), f"ENV {name} names it")

    def _take_links(self, path: bytes, what: str) -> None:
        """Takes the links by which a directory is named."""
        if self.ledger.filesystem.trace(path).links:
            self.ledger.ask(path, Role.DATA, (Because(what),))

    def _take_beside(self) -> None:
        """Takes documents in the working directory: the program may show them."""
        place = normal_path(path_bytes(self.config.working_dir))
        if place and not is_shared(place):
            self._take(self.ledger.files_below(place), _DOCUMENTS, "put beside the program")

    def _take_programs(self) -> None:
        """Takes programs on PATH that no package manager brought, with their libraries."""
        environment = self.config.environment()
        for directory in environment.get("PATH", ENGINE_PATH).split(":"):
            entries = [entry for entry in self.ledger.children(path_bytes(directory)) if self._is_program(entry)]
            for entry in entries:
                self.ledger.add(entry, Role.DATA, (Because("a program on PATH that somebody put there"),))
                facts = self.ledger.facts(entry)
                if facts is not None:
                    Loader(self.ledger, linkage(facts), facts.machine, environment, False).load(entry)

    def _is_program(self, entry: int) -> bool:
        filesystem = self.ledger.filesystem
        return self._is_asked_for(entry, _OPEN) and is_executable(filesystem, entry) and self.ledger.is_file(entry)

    def _take(self, paths: Iterable[bytes], categories: frozenset[Category], what: str) -> None:
        for entry in self._asked_for(paths, categories):
            self.ledger.add(entry, Role.DATA, (Because(what),))

    def _asked_for(self, paths: Iterable[bytes], categories: frozenset[Category]) -> Iterator[int]:
        visible = self.ledger.filesystem.visible
        return (visible[path] for path in paths if not is_installed(path) and self._is_asked_for(visible[path], categories))

    def _is_asked_for(self, entry: int, categories: frozenset[Category]) -> bool:
        """Whether a file lies above the base image and nothing has said yet whether it is needed."""
        is_above = self.ledger.filesystem.layers[entry] >= self.ledger.base_layers
        return is_above and self._is_undecided(entry) and self._is_open(entry, categories)

    def _is_undecided(self, entry: int) -> bool:
        is_directory = self.ledger.filesystem.kinds[entry] == Kind.DIRECTORY
        return not (is_directory or entry in self.ledger or entry in self.ledger.declined)

    def _is_open(self, entry: int, categories: frozenset[Category]) -> bool:
        """Whether a file is of no package, and of one of the categories or a model."""
        component = self.attribution.component_of(entry)
        return not component.package and (component.category in categories or _is_model(component))


def _is_model(component: Component) -> bool:
    return component.ecosystem == Ecosystem.ML and component.category == Category.DEPENDENCY
