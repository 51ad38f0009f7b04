"""Which rows of a file tree a filter names. A filter is matched against whole paths, as text or as a regular expression."""

import re
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from layerscope.core.expressions import expression
from layerscope.core.names import parse, path_bytes
from layerscope.filesystem.tree import FileTree

POLL_EVERY = 4096
_FAULTS = {
    "nothing to repeat": "nothing before {sign} (.* is any text)",
    "unterminated character set": "[ without ]",
    "missing ), unterminated subpattern": "( without )",
    "unbalanced parenthesis": ") without (",
    "bad escape (end of pattern)": "nothing after \\",
}
"""What Python says of an expression, in words for people who type one."""

_SPECIAL = expression(r"[/\\.^$*+?{}\[\]|()]")


def pattern(text: str) -> re.Pattern[bytes]:
    """What ``text`` looks for: itself, and, where it is a valid regular expression, what that matches.

    Without a capital letter, case does not matter. Escapes of printable names stand for their bytes.
    """
    literal = re.escape(parse(text))
    flags = 0 if text != text.lower() else re.IGNORECASE
    if is_plain(text) or fault(text):
        return re.compile(literal, flags)
    wanted = path_bytes(text)
    try:
        return re.compile(b"(?:" + literal + b")|(?:" + wanted + b")", flags)
    except re.error:  # flags such as (?s) stand at the beginning or nowhere
        return re.compile(wanted, flags)


def fault(text: str) -> str:
    """Why ``text`` is no valid regular expression, in a few words; "" where it is one, or plain text."""
    wanted = path_bytes(text)
    try:
        if not is_plain(text):
            re.compile(wanted)
    except re.error as error:
        sign = wanted[error.pos or 0 :][:1].decode("ascii", "replace")
        return _FAULTS.get(error.msg, error.msg).format(sign=sign)
    except (OverflowError, RecursionError):
        return "it is too large"
    return ""


def matching_rows(tree: FileTree, text: str, cancelled: Callable[[], bool] = lambda: False) -> list[int] | None:
    """The rows whose path ``text`` names, ascending; directories above a match are no matches themselves.

    A row below a matching directory is left out when only the directory's part of its path matches. None when ``cancelled``
    answered True meanwhile.
    """
    wanted = pattern(text)
    if is_plain(text):
        return _by_name(tree, wanted)
    return _by_path(tree, wanted, cancelled)


def is_plain(text: str) -> bool:
    """Whether the filter is one piece of a name: neither a separator nor anything special to regular expressions."""
    return not _SPECIAL.search(text)


def _by_name(tree: FileTree, wanted: re.Pattern[bytes]) -> list[int]:
    # No name contains a slash, so one search over all names, joined, finds every match without a loop over the rows.
    starts = list(accumulate((len(name) + 1 for name in tree.names[:-1]), initial=0))
    found = {bisect_right(starts, match.start()) - 1: None for match in wanted.finditer(b"/".join(tree.names))}
    return [row for row in found if row]


def _by_path(tree: FileTree, wanted: re.Pattern[bytes], cancelled: Callable[[], bool]) -> list[int] | None:
    rows: list[int] = []
    prefixes = [b""]
    names, depths, ends = tree.names, tree.depths, tree.ends
    search = wanted.search
    for row in range(1, len(tree)):
        if not row % POLL_EVERY and cancelled():
            return None
        depth = depths[row]
        path = prefixes[depth - 1] + b"/" + names[row]
        match = search(path)
        if ends[row] - row > 1:
            del prefixes[depth:]
            prefixes.append(path)
        if match is not None and _reaches_beyond(search, path, match, len(prefixes[depth - 1])):
            rows.append(row)
    return rows


def _reaches_beyond(
    search: Callable[[bytes, int], re.Match[bytes] | None], path: bytes, match: re.Match[bytes], prefix: int
) -> bool:
    """Whether any match in ``path`` reaches beyond the first ``prefix`` bytes: into the row's own name."""
    found: re.Match[bytes] | None = match
    while found is not None and found.end() <= prefix:
        start = max(found.end(), found.start() + 1)
        found = search(path, start) if start <= len(path) else None
    return found is not None
