"""Whether a value can be a credential at all."""

import re
from functools import cache

from layerscope.core.expressions import expression
from layerscope.credentials.knowledge import knowledge

_LONGEST_VALUE = 200
_BEFORE_WORDS = ("", "api", "api_", "api-", "access_", "access-", "private_", "private-")
_NO_CREDENTIAL = expression(
    r"""(?:
        \d{0,4}                                # nothing, or a short number
        | %(?s:.*%)?                           # a variable of Windows
        | [xX*.-]*                             # what stands for a hidden value
        | [\W_]*                               # signs alone
        | (?:[~^<>=v]{0,3}\ ?[0-9]{1,5}(?:\.[0-9x*]{1,5}){1,3}(?:[-+][a-z0-9.]{1,20})?(?:\ (?:\|\|\ )?)?){1,6}  # versions
        | (?:~|\.{1,2})?/[a-z.][a-z0-9._-]*(?:/[\w.-]+)*/?    # a path
        | (?=\S*://)[^@]*                      # an address without a user
    )\Z""",
    re.VERBOSE,
)


def literal(value: str) -> bool:
    """Whether a setting's value could be a credential: not empty, a variable, a placeholder, a path, an address, a switch, a
    version or a short number."""
    value = value.strip().strip("\"'").strip()[:_LONGEST_VALUE]
    folded = value.casefold()
    switches, placeholders = _known()
    return folded not in switches and not folded.startswith(placeholders) and _NO_CREDENTIAL.match(value) is None


@cache
def _known() -> tuple[frozenset[str], tuple[str, ...]]:
    """The values that are none whole, and the beginnings of placeholders."""
    values = knowledge().values
    words = (before + word for before in _BEFORE_WORDS for word in values.words)
    return frozenset((*values.switches, *words)), values.placeholders
