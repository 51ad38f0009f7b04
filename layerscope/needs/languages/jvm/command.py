"""What the words of a ``java`` command line mean (java(1), JAR file specification)."""

import re
import shlex
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import rtoml

from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Start
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import located, read_text

_LARGEST_ARGUMENTS = 1024 * 1024
_MOST_WORDS = 100_000
_PATH_PROPERTY = re.compile(r"-D([\w.-]+)=(.*)", re.DOTALL)


@cache
def knowledge() -> dict[str, Any]:
    """Reads ``jvm.toml`` once."""
    found: dict[str, Any] = rtoml.loads(Path(__file__).with_name("jvm.toml").read_text("utf-8"))
    return found


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
    launch = Launch()
    for name in knowledge()["launcher"]["variables"]:
        words = _split(start.environment.get(name, ""))
        launch = _options(launch, list(_expanded(start, words)))[0]
    words = list(_expanded(start, start.words[1:]))
    launch, rest = _options(launch, words)
    if not launch.jar and not launch.main and rest:
        launch = launch._replace(main=rest[0])
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


def _options(launch: Launch, words: list[str]) -> tuple[Launch, list[str]]:
    """The options at the beginning of words, and the words from the main class on."""
    options = knowledge()["launcher"]
    while words and words[0].startswith("-"):
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if word in options["class_path"] and words:
            launch = launch._replace(class_path=_parts(words.pop(0)))
        elif name == "--class-path" and equals:
            launch = launch._replace(class_path=_parts(value))
        elif (word in options["module_path"] and words) or name in ("--module-path", "--upgrade-module-path"):
            launch = launch._replace(module_path=(*launch.module_path, *_parts(value if equals else words.pop(0))))
        elif word == "-jar" and words:
            return launch._replace(jar=words[0]), words[1:]
        elif (word in ("-m", "--module") and words) or name == "--module":
            return launch._replace(main=value if equals else words.pop(0)), words
        elif word in options["values"] and words:
            words.pop(0)
        else:
            launch = _with_switch(launch, word)
    return launch, words


def _with_switch(launch: Launch, word: str) -> Launch:
    """The launch with an option that carries its value in itself."""
    if word.startswith(("-javaagent:", "-agentpath:")):
        return launch._replace(agents=(*launch.agents, word.partition(":")[2].partition("=")[0]))
    if word.startswith("-Xbootclasspath/"):
        return launch._replace(agents=(*launch.agents, *word.partition(":")[2].split(":")))
    if match := _PATH_PROPERTY.match(word):
        return launch._replace(properties=(*launch.properties, (match[1], match[2])))
    if word.startswith("-XX:") and "=" in word:
        return launch._replace(files=(*launch.files, word.partition("=")[2]))
    return launch


def java_version(text: str) -> str:
    """The feature release in a version: ``17`` of ``17.0.9``, ``8`` of ``1.8.0_392``; "" where there is none."""
    match = re.match(r"\D*(?:1\.(?=\d))?(\d+)", text)
    return match[1] if match else ""


def release_version(ledger: Ledger, home: bytes) -> str:
    """JAVA_VERSION in the ``release`` file of a Java home."""
    text = read_text(ledger, home + b"/release", _LARGEST_ARGUMENTS) or ""
    match = re.search(r'^JAVA_VERSION="?([^"\n]+)', text, re.MULTILINE)
    return match[1] if match else ""
