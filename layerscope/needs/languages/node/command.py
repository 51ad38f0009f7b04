"""What a command line of Node.js runs (``node [options] [script] [arguments]``; Node's "Command-line API")."""

import shlex
from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from layerscope.needs.languages.node.knowledge import knowledge
from layerscope.start.options import Grammar, read_options


class Run(Struct, frozen=True, kw_only=True):
    """The ``file`` or ``code`` that is run, the modules that are loaded before it, and the ``settings`` files that are read.

    ``script`` is a line of package.json (``--run``). ``other`` names an option with which the words do not say what runs;
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
    table = knowledge().node
    line = read_options([*_options_of(environment), *words[1:]], table)
    code = next(iter(line.values(table.code)), None)
    has_file = bool(line.arguments) and code is None
    return Run(
        file=line.arguments[0] if has_file else "",
        code=code,
        preloads=tuple(filter(None, line.values(table.preloads))),
        settings=line.values(("--env-file", "--env-file-if-exists")),
        script="".join(line.values(("--run",))[:1]),
        other=next(filter(table.other.__contains__, (option.name for option in line.options)), ""),
        typescript=line.has(table.typescript),
        arguments=line.arguments[has_file:],
    )


def _options_of(environment: dict[str, str]) -> list[str]:
    try:
        return shlex.split(environment.get("NODE_OPTIONS", ""))
    except ValueError:
        return []


def option(words: tuple[str, ...], grammar: Grammar, names: Collection[str]) -> str:
    """The value of the last of these options, wherever it stands in front of ``--``; "" when none is given."""
    return read_options(words, replace(grammar, mixed=True)).value(names)
