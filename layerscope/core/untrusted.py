"""Documents out of an image, which may hold anything."""

from typing import TypeVar

import msgspec

T = TypeVar("T")

_MARK = b"\xef\xbb\xbf"
"""The byte order mark that some editors put before a text."""


def read_json(content: bytes, form: type[T]) -> T | None:
    """What a JSON document says as a ``form``; None for one that is damaged, or says something else."""
    try:
        return msgspec.json.decode(content.removeprefix(_MARK), type=form)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
