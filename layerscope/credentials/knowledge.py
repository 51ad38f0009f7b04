"""``kinds.toml``, read once."""

import re
from functools import cache

from msgspec import Struct

from layerscope.core.tables import read_table


class Names(Struct, frozen=True):
    """Names of settings in upper case, with _ for - and ``.``; a star at either end stands for anything."""

    secret: tuple[str, ...]
    public: tuple[str, ...]
    whole_line: tuple[str, ...]


class Values(Struct, frozen=True):
    """What is written where a credential could be and is none, in lower case."""

    switches: tuple[str, ...]
    words: tuple[str, ...]
    placeholders: tuple[str, ...]


class Pattern(Struct, frozen=True, kw_only=True):
    """A regular expression that is searched for in texts which have one of ``has`` in them; letters count in ``has`` unless
    ``folded``. What is masked is its group ``value``, or all that it matches."""

    id: str
    what: str
    has: tuple[str, ...]
    pattern: str
    sample: tuple[str, ...]
    folded: bool = False
    literal: bool = False


class Positional(Struct, frozen=True):
    """The ``take``-th argument that is no option is a credential: behind the words ``after``, the last of which may end in a
    star, and only where the options have all letters of ``letters`` and none of ``without``."""

    take: int
    after: tuple[str, ...] = ()
    letters: str = ""
    without: str = ""
    pair: str = ""


class Program(Struct, frozen=True, kw_only=True):
    """How a program is given credentials.

    ``options`` have the value behind them, or behind ``=``; a short one also in the same word. ``glued`` have it only there.
    Of ``pairs`` only what follows the ``pair`` sign counts; ``cluster`` are letters that may stand before a short one. Values
    of ``prefixed`` options have ``prefix`` in front. ``valued`` options have a value that is no credential. With
    ``settings`` it takes names and values as words. With the options of ``stdin`` it reads a credential from its input, with
    "" always. ``apart``: an option of one letter is never in one word with its value, as others are words behind one dash.
    ``subcommands``: its options count behind one of these alone.
    """

    id: str
    what: str
    names: tuple[str, ...]
    sample: str
    options: tuple[str, ...] = ()
    glued: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    pair: str = ":"
    cluster: str = ""
    prefixed: tuple[str, ...] = ()
    prefix: str = ""
    apart: bool = False
    settings: bool = False
    stdin: tuple[str, ...] = ()
    valued: tuple[str, ...] = ()
    words: tuple[Positional, ...] = ()
    subcommands: tuple[str, ...] = ()


class Knowledge(Struct, frozen=True):
    """All of ``kinds.toml``."""

    names: Names
    values: Values
    shape: tuple[Pattern, ...]
    phrase: tuple[Pattern, ...]
    program: tuple[Program, ...]


@cache
def knowledge() -> Knowledge:
    """What is known of credentials."""
    return read_table(__file__, "kinds.toml", Knowledge)


@cache
def expression(pattern: str) -> re.Pattern[str]:
    """A pattern of ``kinds.toml``, compiled when a text first needs it."""
    return re.compile(pattern, re.DOTALL)
