"""The key that distinguishes a user's own cache entries from those of others.

It lies in the user's state directory (``$XDG_STATE_HOME``, else ``~/.local/state``), never in the cache. Where none can be
kept, nothing is cached; when it is lost, another one is made, and the old entries are worth nothing.
"""

import os
from contextlib import suppress
from pathlib import Path

from layerscope.core.cache.files import NotOurs, is_file, make_directory, open_directory, ourselves, read_file, write_file

_NAME = "cache-key"
_BYTES = 32


def key(make: bool = False) -> bytes:
    """The user's key; b"" when there is none, and none can or shall be made."""
    try:
        place = key_directory()
        if make:
            make_directory(place)
        with open_directory(place, ourselves()) as directory:
            known = _read(directory)
            if known or not make:
                return known
            write_file(directory, (_NAME,), (os.urandom(_BYTES),))
            return _read(directory)
    except (NotOurs, OSError, RuntimeError):
        return b""


def key_directory() -> Path:
    """Where the key lies. Raises RuntimeError for a user without a home."""
    import platformdirs

    return platformdirs.user_state_path("layerscope", appauthor=False)


def _read(directory: int) -> bytes:
    """The key as it lies there; b"" for one that others can read, too."""
    with suppress(OSError):
        if is_file(directory, _NAME) and os.stat(_NAME, dir_fd=directory, follow_symlinks=False).st_mode & 0o077 == 0:
            content = read_file(directory, _NAME, _BYTES, ourselves()) or b""
            return content if len(content) == _BYTES else b""
    return b""
