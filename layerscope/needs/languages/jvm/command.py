"""What the words of a ``java`` command line mean (java(1), JAR file specification)."""

import re
import shlex
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from msgspec import Struct

from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import located, read_text, text_at
from layerscope.start.options import CommandLine, Grammar, read_options
from layerscope.start.shell.states import HOLE

_LARGEST_ARGUMENTS = 1024 * 1024
_MOST_WORDS = 100_000


class Known(Struct, frozen=True, kw_only=True):
    """``jvm.toml``, which says what the fields mean."""

    options: Grammar
    variables: tuple[str, ...]
    homes: frozenset[str]
    whole: frozenset[str]
    home_directories: frozenset[str]
    home_files: frozenset[str]
    home_endings: tuple[str, ...]
    commands: frozenset[str]
    optional: tuple[str, ...]
    named: tuple[str, ...]
    fonts: tuple[str, ...]
    common_fonts: frozenset[str]
    settings: tuple[str, ...]
    directories: tuple[str, ...]
    starting: tuple[str, ...]
    native: tuple[str, ...]
    displayed: frozenset[str]


KNOWN = read_table(__file__, "jvm.toml", Known)


class Launch(Struct, frozen=True, kw_only=True):
    """``jar`` of ``-jar``, or the ``main`` class or module; the parts of the class and module path, agents, properties.

    ``files`` are other files that options name.
    """

    jar: str = ""
    main: str = ""
    class_path: tuple[str, ...] = ()
    module_path: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """What is run, a jar or a class; "" for neither."""
        return self.jar or self.main

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """Where code lies, and whether the jars of a directory count there; a jar that is run does without the class path."""
        class_path = () if self.jar else self.class_path
        return [(part, part.rpartition("/")[2] == "*") for part in class_path] + [(part, True) for part in self.module_path]

    @property
    def variable(self) -> str:
        """The first part that only a shell can make; "" without one."""
        parts = (self.jar, self.main, *self.class_path, *self.module_path)
        return next((part for part in parts if "$" in part or HOLE in part), "")


def read_launch(start: Start) -> Launch:
    """The launch that the words of a command and its environment come to."""
    variables = (_split(start.environment.get(name, "")) for name in KNOWN.variables)
    lines = [read_options(list(_expand(start, words)), KNOWN.options) for words in (*variables, start.words[1:])]
    options = tuple(chain.from_iterable(line.options for line in lines))
    named = start.environment.get("CLASSPATH") or "."
    return launch_of(CommandLine(options, lines[-1].arguments), named)


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _expand(start: Start, words: Iterable[str]) -> Iterator[str]:
    """Words with argument files (``@file``) in their place; the launcher stops looking for them at the main class."""
    return islice((piece for word in words for piece in _read_arguments(start, word)), _MOST_WORDS)


def _read_arguments(start: Start, word: str) -> list[str]:
    """The words of an argument file, which is needed then; any other word is itself."""
    path = located(start.directory, word[1:])
    text = read_text(start.ledger, path, _LARGEST_ARGUMENTS) if word.startswith("@") else None
    if text is None:
        return [word]
    start.ledger.ask(path, Role.DATA, start.ledger.proof(start.program.entry, "arguments of"))
    return _split("\n".join(line.split("#", 1)[0] for line in text.splitlines()))


def _parts(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(part or "." for path in paths for part in path.split(":"))


def launch_of(line: CommandLine, default_class_path: str = ".") -> Launch:
    """What options and arguments come to."""
    jar = line.value(("-jar",))
    module_path = _parts(line.values(("-p", "--module-path", "--upgrade-module-path")))
    default = "" if any((jar, *module_path)) else default_class_path
    class_path = line.value(("-classpath", "-cp", "--class-path")) or default
    return Launch(
        jar=jar,
        main=line.value(("-m", "--module")) or ("" if jar else "".join(line.arguments[:1])),
        class_path=_parts(filter(None, (class_path,))),
        module_path=module_path,
        agents=tuple(_agents(line)),
        properties=tuple(_pairs(line.values(("-D",)))),
        files=tuple(value for _, value in _pairs(line.values(("-XX:",)))),
    )


def _agents(line: CommandLine) -> Iterator[str]:
    """Jars and libraries that are loaded into the machine before the program."""
    for value in line.values(("-javaagent:", "-agentpath:")):
        yield value.partition("=")[0]
    for value in line.values(("-Xbootclasspath/a:", "-Xbootclasspath/p:")):
        yield from value.split(":")


def _pairs(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names and values of texts that have both."""
    for text in texts:
        name, equals, value = text.partition("=")
        if equals:
            yield name, value


def java_version(text: str) -> str:
    """The feature release in a version: ``17`` of ``17.0.9``, ``8`` of ``1.8.0_392``; "" where there is none."""
    match = re.match(r"\D*(?:1\.(?=\d))?(\d+)", text)
    return match[1] if match else ""


def release_version(ledger: Ledger, home: bytes) -> str:
    """JAVA_VERSION in the ``release`` file of a Java home."""
    return _released(ledger, home, "JAVA_VERSION")


def linked_modules(ledger: Ledger, home: bytes) -> tuple[str, ...]:
    """The modules of a Java home that jlink made for a program; none for a whole runtime, which has Java SE."""
    modules = tuple(_released(ledger, home, "MODULES").split())
    return () if "java.se" in modules else modules


def _released(ledger: Ledger, home: bytes, name: str) -> str:
    text = text_at(ledger, home + b"/release", _LARGEST_ARGUMENTS)
    return "".join(re.findall(rf'^{name}="?([^"\n]+)', text, re.MULTILINE)[:1])
