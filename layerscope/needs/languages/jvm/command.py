"""What the words of a ``java`` command line mean (java(1), JAR file specification)."""

import re
import shlex
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec

from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import located, read_text
from layerscope.start.options import CommandLine, Grammar, read_options

_LARGEST_ARGUMENTS = 1024 * 1024
_MOST_WORDS = 100_000


@cache
def knowledge() -> dict[str, Any]:
    """Reads ``jvm.toml`` once."""
    return read_table(__file__, "jvm.toml", dict[str, Any])


class Launch(NamedTuple):
    """``jar`` of ``-jar``, or the ``main`` class or module; the parts of the class and module path, agents, properties.

    ``files`` are other files that options name. ``open`` says in words what could not be understood, "" for nothing.
    """

    jar: str = ""
    main: str = ""
    class_path: tuple[str, ...] = ()
    module_path: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    open: str = ""


def read_launch(start: Start) -> Launch:
    """The launch that the words of a command and its environment come to."""
    grammar = msgspec.convert(knowledge()["options"], Grammar)
    given = (_split(start.environment.get(name, "")) for name in knowledge()["launcher"]["variables"])
    before = [option for words in given for option in read_options(list(_expanded(start, words)), grammar).options]
    line = read_options(list(_expanded(start, start.words[1:])), grammar)
    launch = _launch(CommandLine((*before, *line.options), line.arguments))
    if not launch.class_path and not launch.jar and not launch.module_path:
        named = start.environment.get("CLASSPATH", "")
        launch = launch._replace(class_path=_parts(named) if named else (".",))
    unknown = next((part for part in (launch.jar, launch.main, *launch.class_path, *launch.module_path) if "$" in part), "")
    return launch._replace(open=f"is started with {unknown}, which only a shell knows") if unknown else launch


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _expanded(start: Start, words: Iterable[str]) -> Iterable[str]:
    """Words with argument files (``@file``) in their place; the launcher stops looking for them at the main class."""
    count = 0
    for word in words:
        text = read_text(start.ledger, located(start.directory, word[1:]), _LARGEST_ARGUMENTS) if word[:1] == "@" else None
        pieces = [word] if text is None else _split("\n".join(line.split("#", 1)[0] for line in text.splitlines()))
        for piece in pieces:
            count += 1
            if count > _MOST_WORDS:
                return
            yield piece
        if text is not None:
            start.ledger.ask(
                located(start.directory, word[1:]), Role.DATA, start.ledger.proof(start.program.entry, "arguments of")
            )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part or "." for part in text.split(":"))


def _launch(line: CommandLine) -> Launch:
    jar = line.value(("-jar",))
    module = line.value(("-m", "--module"))
    class_path = line.value(("-classpath", "-cp", "--class-path"))
    module_path = line.values(("-p", "--module-path", "--upgrade-module-path"))
    agents = [value.partition("=")[0] for value in line.values(("-javaagent:", "-agentpath:"))]
    agents += [part for value in line.values(("-Xbootclasspath/a:", "-Xbootclasspath/p:")) for part in value.split(":")]
    return Launch(
        jar=jar,
        main=module or ("" if jar else "".join(line.arguments[:1])),
        class_path=_parts(class_path) if class_path else (),
        module_path=tuple(part for value in module_path for part in _parts(value)),
        agents=tuple(agents),
        properties=tuple(_pairs(line.values(("-D",)))),
        files=tuple(value for _, value in _pairs(line.values(("-XX:",)))),
    )


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
    text = read_text(ledger, home + b"/release", _LARGEST_ARGUMENTS) or ""
    match = re.search(r'^JAVA_VERSION="?([^"\n]+)', text, re.MULTILINE)
    return match[1] if match else ""
