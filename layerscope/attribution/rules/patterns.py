"""Globs as text: what they stand for, how much they say, and the names that they take.

``*`` and ``?`` stay within a name, ``[…]`` is a class, and ``{a,b}`` stands for either text.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes

WILD = expression(r"[*?\[]")
"""What makes a name more than itself."""

_BRACES = expression(r"\{([^{}]*)\}")
_BRACES_WITH_SLASH = expression(r"\{([^{}]*/[^{}]*)\}")
_SIGN = expression(r"\[([!^]?)([^\]]+)\]|.", re.DOTALL)
_NOT_LITERAL = expression(r"\[[^\]]*\]|[*?]")


def alternatives(glob: str) -> list[str]:
    """Every glob that the ``{a,b}`` groups of ``glob`` stand for, in order; groups may nest."""
    return _expand(glob, _BRACES)


def _expand(glob: str, groups: re.Pattern[str]) -> list[str]:
    group = groups.search(glob) if "{" in glob else None
    if group is None:
        return [glob]
    found: dict[str, None] = {}
    for choice in group[1].split(","):
        found.update(dict.fromkeys(_expand(glob[: group.start()] + choice + glob[group.end() :], groups)))
    return list(found)


Ending = tuple[str, tuple[int, int]]
"""A glob with its specificity."""


def endings(glob: str) -> list[Ending]:
    """The globs that ``glob`` stands for, each with its specificity; groups are left where a name goes on below.

    How much a glob says are the characters that must be there literally, then its length; the larger one wins. Of a group that
    is left, the alternative that says least counts.
    """
    if "{" not in glob:
        return [(glob, specificity(glob))]
    return list(chain.from_iterable(map(_endings_of_part, _expand(glob, _BRACES_WITH_SLASH))))


def _endings_of_part(part: str) -> Iterator[Ending]:
    """The endings of a glob whose groups have no slash, unless they hold others."""
    if any(name.count("{") != name.count("}") for name in part.split("/")):
        yield from ((item, specificity(item)) for item in alternatives(part))
        return
    directory, _, last = part.rpartition("/")
    literal, length = _least(directory + "/")
    for name in alternatives(last):
        own, longer = specificity(name)
        yield f"{directory}/{name}", (literal + own, length + longer)


def _least(glob: str) -> tuple[int, int]:
    return specificity(glob) if "{" not in glob else min(map(specificity, alternatives(glob)))


def specificity(glob: str) -> tuple[int, int]:
    """How much a glob without groups says: characters that must be there literally, then its length. The larger one wins."""
    if "[" in glob:
        return len(_NOT_LITERAL.sub("", glob)), len(glob)
    return len(glob) - glob.count("*") - glob.count("?"), len(glob)


def name_pattern(glob: str) -> str:
    """The regular expression of a glob for one name (no slash, no braces), without anchors."""
    return "".join(map(_expression, _SIGN.finditer(glob)))


def _expression(sign: re.Match[str]) -> str:
    if not sign[2]:
        return {"*": ".*", "?": "."}.get(sign[0]) or re.escape(sign[0])
    allowed = re.escape(sign[2]).replace("\\-", "-")
    return f"[^{allowed}]" if sign[1] else f"[{allowed}]"


class NameGlob(NamedTuple):
    """A glob for names that begin with ``first`` and end with ``last``; ``glob`` is all of it where that does not say it, else
    empty."""

    first: bytes
    last: bytes
    glob: str

    @property
    def is_suffix(self) -> bool:
        """Whether the glob takes every name with one ending (``*.so``)."""
        return not self.first and not self.glob and b"." in self.last

    def takes(self, name: bytes) -> bool:
        """Whether the glob takes a name."""
        return name.startswith(self.first) and self.takes_rest(name)

    def takes_rest(self, name: bytes) -> bool:
        """Whether the glob takes a name that begins with ``first``: who asks many globs looks at that alone before."""
        if self.glob:
            return _compiled(self.glob).fullmatch(name) is not None
        return name.endswith(self.last) and len(name) >= len(self.first) + len(self.last)


def name_glob(glob: str) -> NameGlob:
    """A glob for one name, in the form that is matched."""
    first, last = WILD.split(glob, maxsplit=1)[0], glob.rpartition("*")[2]
    if glob == f"{first}*{last}" and not WILD.search(last):
        return NameGlob(path_bytes(first), path_bytes(last), "")
    return NameGlob(path_bytes(first), b"", glob)


@cache
def _compiled(glob: str) -> re.Pattern[bytes]:
    return re.compile(path_bytes(name_pattern(glob)), re.DOTALL)
