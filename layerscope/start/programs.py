"""What is known of programs that run other programs, out of ``programs.toml``; and a program that is started."""

from functools import cache

from msgspec import Struct

from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Ecosystem
from layerscope.start.options import Grammar, read_options


class Command(Struct, frozen=True):
    """One program that is started: its words as written, and the directory ("" for WORKDIR) in which it is looked up."""

    words: tuple[str, ...]
    directory: str = ""


class Wrapper(Grammar, frozen=True, kw_only=True):
    """The options of a wrapper, and how to find the program in its arguments; ``programs.toml`` says what the fields mean."""

    skip: int = 0
    user: bool = False
    assignments: bool = False
    session: bool = False
    plain: bool = True
    users: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    shells: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    directories: frozenset[str] = frozenset()


class Manager(Grammar, frozen=True, kw_only=True):
    """A package manager's options, and how its arguments say which script or command it runs."""

    commands: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    execute: frozenset[str] = frozenset()
    directory: frozenset[str] = frozenset()
    workspace: frozenset[str] = frozenset()
    reads: tuple[str, ...] = ()
    any: bool = False
    around: bool = False
    executes: bool = False

    def script(self, arguments: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """The script of package.json that arguments ask for, and what is handed to it; "" where no word can be one."""
        word, *rest = arguments or ("",)
        others = read_options(rest, self).arguments
        if word in self.commands and others:
            return others[0], others[1:]
        return (word if self.any or word in self.lines else ""), others


class Knowledge(Struct, frozen=True, kw_only=True):
    """``interpreters`` maps names without a version to an ecosystem, ``code`` an ecosystem to its option for code;
    ``shell`` has the options of a shell, ``managers`` are the package managers of Node.js; the others are names of programs or
    words of a shell."""

    shells: frozenset[str]
    builtins: frozenset[str]
    keywords: frozenset[str]
    starters: frozenset[str]
    shell: Grammar
    wrappers: dict[str, Wrapper]
    managers: dict[str, Manager]
    interpreters: dict[str, Ecosystem]
    code: dict[Ecosystem, str]

    def is_plain(self, program: str) -> bool:
        """Whether a program reads nothing of its package but itself: a wrapper that only starts another program."""
        wrapper = self.wrappers.get(base_name(program))
        return wrapper is not None and wrapper.plain

    def sets_variables(self, program: str) -> bool:
        """Whether a program takes assignments of variables in front of the program that it starts."""
        wrapper = self.wrappers.get(base_name(program))
        return wrapper is not None and wrapper.assignments

    def hands_over(self, program: str) -> bool:
        """Whether a program only starts others, by its name."""
        return any(program in names for names in (self.shells, self.wrappers, self.starters))

    def ecosystem_of(self, program: str) -> Ecosystem:
        """The ecosystem of an interpreter by its path or name ("python3.11" is "python"), none when it is no interpreter."""
        name = base_name(program)
        return self.interpreters.get(name) or self.interpreters.get(name.rstrip("0123456789.")) or Ecosystem.NONE


def script_of_manager(name: str, words: tuple[str, ...]) -> str:
    """The script of package.json that the words behind a package manager's name ask for, "" for none."""
    manager = knowledge().managers.get(name)
    return manager.script(read_options(words, manager).arguments)[0] if manager is not None else ""


def base_name(path: str) -> str:
    """The last component of a path."""
    return path.rsplit("/", 1)[-1]


@cache
def knowledge() -> Knowledge:
    """Reads ``programs.toml`` once."""
    return read_table(__file__, "programs.toml", Knowledge)


@cache
def with_settings() -> frozenset[str]:
    """The names of programs that start others by settings: those of ``launchers.toml`` and ``supervised.toml``."""
    return frozenset(
        name for table in ("launchers.toml", "supervised.toml") for name in read_table(__file__, table, dict[str, object])
    )
