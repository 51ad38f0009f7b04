"""What a command line of Node.js runs (``node [options] [script] [arguments]``; Node's "Command-line API")."""

import shlex

from msgspec import Struct

from layerscope.needs.languages.node.knowledge import knowledge


class Run(Struct, frozen=True, kw_only=True):
    """The ``file`` or ``code`` that is run, the modules that are loaded before it, and the ``settings`` files that are read.

    ``script`` is a line of package.json (``--run``). ``other`` names an option whose programs are not told by the words;
    ``typescript`` says that types are stripped while sources load.
    """

    file: str = ""
    code: str | None = None
    preloads: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    script: str = ""
    other: str = ""
    typescript: bool = False
    arguments: tuple[str, ...] = ()


def interpret(words: tuple[str, ...], environment: dict[str, str]) -> Run:
    """What node runs with these words (its own name first) and NODE_OPTIONS."""
    try:
        before = shlex.split(environment.get("NODE_OPTIONS", ""))
    except ValueError:
        before = []
    options, rest = _split([*before, *words[1:]])
    table = knowledge().node
    code = next((value for name, value in options if name in table.code), None)
    if code is not None and not code and rest:
        code, rest = rest[0], rest[1:]
    file = rest[0] if rest and code is None else ""
    return Run(
        file=file,
        code=code,
        preloads=tuple(value for name, value in options if name in table.preloads and value),
        settings=tuple(value for name, value in options if name.startswith("--env-file")),
        script=next((value for name, value in options if name == "--run"), ""),
        other=next((name for name, _ in options if name in table.other), ""),
        typescript=any(name in table.typescript for name, _ in options),
        arguments=tuple(rest[1:]) if file else tuple(rest),
    )


def _split(words: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Options with their values, and the words from the first on that is none."""
    table = knowledge().node
    options: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            return options, words[at - 1 :]
        name, equals, value = word.partition("=")
        if not equals and (name in table.values or name == "--run" or name in table.code) and at < len(words):
            value = words[at]
            at += 1
        options.append((name, value))
    return options, words[at:]


def positional(words: tuple[str, ...], values: frozenset[str]) -> tuple[str, ...]:
    """The words from the first on that is neither an option nor an option's value."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "--":
            return words[at + 1 :]
        at += 2 if words[at] in values else 1
    return words[at:]


def option(words: tuple[str, ...], names: frozenset[str] | tuple[str, ...]) -> str:
    """The value of the last of these options, "" when none is given."""
    found = ""
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            found = value if equals else "".join(words[at + 1 : at + 2])
    return found
