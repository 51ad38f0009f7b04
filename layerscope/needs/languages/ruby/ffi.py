"""Shared libraries that gems load by the ``ffi`` gem: no linker knows of them."""

import re
from collections.abc import Iterable, Iterator

from layerscope.core.expressions import expression
from layerscope.needs.follower import Start
from layerscope.needs.model import Because

_LARGEST_SOURCE = 256 * 1024
_LOADED = expression(rb"\bffi_lib\b[^\n]*(?:\n[^\n]*[\"'][^\n]*)?")
_QUOTED = expression(rb"[\"']([^\"'\n]*)[\"']")
_NAME = expression(rb"(?:.*/)?(?:lib)?([A-Za-z][\w+-]{1,60})(?:\.(?:so|#|\d).*)?", re.DOTALL)


def take_loaded(start: Start, entries: Iterable[int]) -> None:
    """Takes the libraries that the sources among the entries name behind ``ffi_lib``."""
    paths = start.ledger.filesystem.paths
    for entry in entries:
        if paths[entry].endswith(b".rb") and (stems := tuple(_stems(start.ledger.content(entry, _LARGEST_SOURCE)))):
            because = (Because("loaded by", paths[entry]), *start.ledger.proof(start.program.entry, "run by"))
            start.loader(noted=False).load_matching(start.program.entry, stems, because)


def _stems(content: bytes) -> Iterator[bytes]:
    """The beginnings of their files' names: ``libsass.so`` for ``"/usr/lib/#{arch}/libsass.#{dl_ext}"``, and for ``"sass"``."""
    for call in _LOADED.finditer(content) if b"ffi_lib" in content else ():
        names = map(_NAME.fullmatch, _QUOTED.findall(call.group()))
        yield from (b"lib" + name[1] + b".so" for name in names if name)
