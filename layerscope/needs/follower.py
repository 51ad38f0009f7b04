"""A program that is being started: the seam between the walk over commands and what is known of each language."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from layerscope.attribution.model import Attribution
from layerscope.core.names import path_text
from layerscope.core.vocabulary import Ecosystem, Role
from layerscope.layers.elf import ElfFacts
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import Loader, linkage, multiarch
from layerscope.needs.model import Program, Proof
from layerscope.sources.image import Config

FOLLOWERS = {
    "shell": "layerscope.needs.languages.shell",
    "python": "layerscope.needs.languages.python.needs",
    "node": "layerscope.needs.languages.node.needs",
    "jvm": "layerscope.needs.languages.jvm.needs",
    "dotnet": "layerscope.needs.languages.dotnet.needs",
    "ruby": "layerscope.needs.languages.ruby.needs",
    "php": "layerscope.needs.languages.php",
    "c": "layerscope.needs.languages.servers",
}
"""The module of each ecosystem whose code is followed: its ``follow(start)`` adds needs to the ledger and gives the program
back, ``followed`` when nothing that it reads is left open. A module that does not exist yet follows nothing."""


Run = Callable[[tuple[str, ...], str, Proof], Program | None]
"""Starts a program by its words in a directory, with a proof of why; None when the image does not have it."""


class Start(Struct, frozen=True, eq=False, kw_only=True):
    """How ``program`` is started; ``facts`` are those of its file.

    ``words`` is its argument list as the kernel hands it over: a script started by its ``#!`` line has the interpreter's words
    in front and its own path in the image (absolute) behind them. ``directory`` is the absolute directory that it starts in,
    ``environment`` what it inherits. ``script`` is the entry of the file that was started by its ``#!`` line, None when the
    program itself was. ``run`` starts another program; ``within(environment)`` gives the same for a program that inherits other
    variables. ``role`` is ``program`` or ``healthcheck``.
    """

    ledger: Ledger
    program: Program
    facts: ElfFacts
    words: tuple[str, ...]
    directory: str
    environment: dict[str, str]
    config: Config
    attribution: Attribution
    script: int | None
    role: Role
    run: Run
    within: Callable[[Mapping[str, str]], Run]

    def loader(self, noted: bool = True) -> Loader:
        """The dynamic loader of the program, for what it opens while it runs."""
        return Loader(self.ledger, linkage(self.facts), self.facts.machine, self.environment, noted)

    def fail(self, path: bytes, what: str) -> bool:
        """Records what keeps the program from being followed to its end: False."""
        self.ledger.miss(path, what)
        return False

    def has_none(self, obstacles: Iterable[str]) -> bool:
        """Records why the program cannot be followed. Whether there is no reason."""
        found = list(obstacles)
        for obstacle in found:
            self.ledger.miss(self.program.path, obstacle)
        return not found

    def knows(self, program: Program) -> bool:
        """Whether all is known of a program that this one starts: it was followed, or is a compiled one of no package."""
        compiled = program.ecosystem == Ecosystem.C and not self.attribution.component_of(program.entry).package
        return program.followed or compiled

    @property
    def name(self) -> str:
        """The last component of the program's path."""
        return path_text(self.program.path.rpartition(b"/")[2])

    @property
    def triplet(self) -> str:
        """Debian's name of the directory for the libraries of the program's machine, "" when it has none."""
        return multiarch(self.facts.machine)
