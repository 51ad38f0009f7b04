"""Regular expressions that are compiled when something is first held against them.

A command needs a tenth of those that the modules it imports define, and compiling the others would take it longer than reading
what it remembers of an image.
"""

import re
from typing import Any, AnyStr, cast


class _Expression:
    """Stands for a compiled pattern until it is asked for one of its methods, and has them all from then on."""

    def __init__(self, text: Any, flags: int) -> None:
        self._given = text, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._given)
        vars(self).update((each, getattr(compiled, each)) for each in dir(compiled) if not each.startswith("__"))
        return getattr(compiled, name)


def expression(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """``re.compile``, put off until the expression is used; an error in it shows only then."""
    return cast("re.Pattern[AnyStr]", _Expression(text, flags))
