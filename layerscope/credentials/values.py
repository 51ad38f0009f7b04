"""Whether a value can be a credential at all."""

import re
from functools import cache

from layerscope.credentials.knowledge import knowledge

_LONGEST_VALUE = 200
_SHORT_NUMBER = 4
_PATH = re.compile(r"(?:~|\.{1,2})?/[a-z.][a-z0-9._-]*(?:/[\w.-]+)*/?\Z")

_VERSIONS = re.compile(r"(?:[~^<>=v]{0,3} ?[0-9]{1,5}(?:\.[0-9x*]{1,5}){1,3}(?:[-+][a-z0-9.]{1,20})?(?: (?:\|\| )?)?){1,6}\Z")


def literal(value: str) -> bool:
    """Whether a setting's value could be a credential: not empty, a variable, a placeholder, a path, an address, a switch, a
    version or a short number."""
    value = value.strip().strip("\"'").strip()[:_LONGEST_VALUE]
    folded = value.casefold()
    switches, placeholders = _known()
    if not value or folded in switches or folded.startswith(placeholders):
        return False
    if (value.isdigit() and len(value) <= _SHORT_NUMBER) or value[0] == value[-1] == "%" or not folded.strip("x*.-"):
        return False
    if not any(map(str.isalnum, value)):
        return False
    if _VERSIONS.match(value):
        return False
    return not _PATH.match(value) and not ("://" in value.split()[0] and "@" not in value)


@cache
def _known() -> tuple[frozenset[str], tuple[str, ...]]:
    values = knowledge().values
    kinds = ("", "api", "api_", "api-", "access_", "access-", "private_", "private-")
    return frozenset((*values.switches, *(kind + word for kind in kinds for word in values.words))), values.placeholders
