"""The programs that supervisors keep running and launchers start, by their settings and the project's files."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from layerscope.attribution.model import Attribution
from layerscope.core.errors import ImageError
from layerscope.core.names import path_bytes
from layerscope.core.vocabulary import Role
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, Program, Proof
from layerscope.needs.named.arguments import take_arguments
from layerscope.needs.system.files import take_own_accounts
from layerscope.needs.trees import located
from layerscope.sources.image import Config
from layerscope.start.launch import entry_launch
from layerscope.start.programs import Command, base_name, with_settings
from layerscope.start.shell.image import ShellImage

if TYPE_CHECKING:
    from layerscope.start.launchers import Launched
    from layerscope.start.supervised import Supervised

_LARGEST_SCRIPT = 1024 * 1024


def image_of(ledger: Ledger, config: Config) -> ShellImage:
    """What scripts and settings find in the image."""
    return ShellImage(ledger.filesystem, lambda entry: _text(ledger, entry), config.volumes)


def _text(ledger: Ledger, entry: int) -> str | None:
    """The text of a script, None where it cannot be read or is too large for one."""
    filesystem = ledger.filesystem
    if filesystem.sizes[filesystem.holder(entry)] > _LARGEST_SCRIPT:
        return None
    try:
        return ledger.text(entry)
    except ImageError:
        return None


class Children(NamedTuple):
    """What a program starts by its settings; ``run`` starts a program, as the walk does."""

    ledger: Ledger
    config: Config
    attribution: Attribution
    parent: Program
    run: Callable[[Command, Proof], Program | None]

    def start(self, command: Command) -> list[Program | None]:
        """Starts the programs that the command's own program starts; None for one that the image does not have."""
        if not command.words or base_name(command.words[0]) not in with_settings():
            return []
        from layerscope.start.launchers import launched_by
        from layerscope.start.supervised import supervised_by

        image, variables = image_of(self.ledger, self.config), self.config.environment()
        supervised = supervised_by(command.words, command.directory, variables, image)
        launched = launched_by(command.words, command.directory, variables, image)
        for path in image.looked_at:
            self.ledger.ask(path_bytes(path), Role.DATA, self._because("settings of"))
        found = [program for item in supervised or () for program in self._start_supervised(item)]
        return found if launched is None else found + self._start_launched(launched)

    def _because(self, what: str) -> Proof:
        return self.ledger.proof(self.parent.entry, what)

    def _start_supervised(self, item: "Supervised") -> list[Program | None]:
        because = self._because("kept running by")
        if item.service:
            self.ledger.take_tree(located("/", item.service), Role.DATA, because)
        return [] if self._is_upkeep(item) else self._start(item.words, item.directory, because, item.user)

    def _is_upkeep(self, item: "Supervised") -> bool:
        """Whether a job is one that a package brings along: it looks after the system, not after the program."""
        entry = self.ledger.file(located("/", item.source)) if item.source else None
        return entry is not None and bool(self.attribution.component_of(entry).package)

    def _start(self, words: tuple[str, ...], directory: str, because: Proof, user: str = "") -> list[Program | None]:
        """Starts a command, with the wrappers in front of it."""
        launch = entry_launch(replace(self.config, entrypoint=words, cmd=()))
        for name in filter(None, (user, launch.user)):
            self._take_user(name, because)
        for helper in launch.helpers:
            self.run(Command(helper.words, directory), because)
        return [self._run(command, directory, because) for command in launch.commands]

    def _run(self, command: Command, directory: str, because: Proof) -> Program | None:
        placed = Command(command.words, command.directory or directory)
        program = self.run(placed, because)
        take_arguments(self.ledger, placed, because)
        return program

    def _take_user(self, user: str, because: Proof) -> None:
        if not user.lstrip(":").partition(":")[0].isdigit():
            take_own_accounts(self.ledger, (Because("a user is looked up by name"), *because))

    def _start_launched(self, launched: "Launched") -> list[Program | None]:
        """Starts the command of a launcher; the virtual environment stays whole where the launcher compares it."""
        because = self._because("run by")
        if launched.environment:
            self._take_environment(launched, because)
        return self._start(launched.words, launched.directory, because)

    def _take_environment(self, launched: "Launched", because: Proof) -> None:
        place = located("/", launched.environment)
        self.ledger.ask(place + b"/pyvenv.cfg", Role.DATA, because)
        interpreter = f"{launched.environment}/bin/python"
        if launched.code:
            self.run(Command((interpreter, "-c", launched.code), launched.directory), because)
        if launched.whole:
            self.ledger.take_tree(place, Role.DEPENDENCY, (Because("compared with what the project asks for"), *because))
