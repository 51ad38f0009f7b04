"""How a program's options carry credentials: behind the option, or in one word with it."""

import re
from collections.abc import Mapping
from functools import lru_cache

from layerscope.credentials.knowledge import Program
from layerscope.credentials.words import AROUND

_ELSEWHERE = frozenset(("env", "file", "fd", "stdin"))
"""What stands before the colon of a value that says where the credential is."""

_NOT_EMPTY = f"(?=.*?[^{re.escape(AROUND)}])"


@lru_cache(maxsize=512)
def signs_of(program: Program) -> Mapping[str, str]:
    """The options that have their value behind them, each with the sign in it behind which the credential begins, "" for all
    of it."""
    whole, pairs = dict.fromkeys(program.options, ""), dict.fromkeys(program.pairs, program.pair)
    return whole | pairs | dict.fromkeys(program.prefixed, "")


def value_within(program: Program, word: str) -> tuple[int, str]:
    """Where the value begins that is in one word with its option, 0 when there is none; and its sign."""
    before, signs = _joined(program)
    match = before.match(word)
    return (match.end(), signs[(match.lastindex or 1) - 1]) if match else (0, "")


@lru_cache(maxsize=512)
def _joined(program: Program) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """What stands before a value in the same word, a group for each option (``(?!)`` is none), and each one's sign."""
    signs = {**signs_of(program), **dict.fromkeys(program.glued, "")}
    groups = (f"({_before(option, program, sign)})" for option, sign in signs.items())
    return re.compile("|".join((*groups, "(?!)")), re.DOTALL), tuple(signs.values())


def _before(option: str, program: Program, sign: str) -> str:
    """A long option has = or a colon before its value; a short one = or nothing, and letters of others before its own."""
    if len(option) > 2 or program.apart:
        return f"{re.escape(option)}[=:]"
    others = f"[{re.escape(program.cluster)}]*" if sign and program.cluster else ""
    return f"{option[0]}{others}{re.escape(option[1:])}=?+{_NOT_EMPTY}"


def single_option(program: Program, flag: str) -> str:
    """The one option with a value among letters that stand together (``-fsSLu``); any other as it is."""
    last = f"-{flag[-1:]}"
    together = program.cluster and last in program.pairs and not flag[1:-1].strip(program.cluster)
    return last if together else flag


def credential_at(program: Program, value: str, sign: str) -> int:
    """Where the credential begins in the value of an option; -1 when the value has none."""
    if sign:
        return value.find(sign) + 1 or -1
    if value.startswith(program.prefix):
        return len(program.prefix)
    return -1 if value.partition(":")[0] in _ELSEWHERE else 0
