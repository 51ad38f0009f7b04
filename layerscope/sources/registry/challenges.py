"""How a registry asks for credentials: ``WWW-Authenticate`` (RFC 9110), and Docker's token endpoints."""

import re
from typing import NamedTuple

from layerscope.core.expressions import expression

_SCHEME = expression(r"\s*([A-Za-z]+)(?:\s+|\Z)")
_PARAMETER = expression(r'\s*,?\s*([A-Za-z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


class Challenge(NamedTuple):
    """``scheme`` is ``bearer`` or ``basic`` in lower case, or any other."""

    scheme: str
    parameters: dict[str, str]


def parse_challenges(header: str) -> list[Challenge]:
    """The challenges of a header, in order; what is malformed ends it."""
    found: list[Challenge] = []
    position = 0
    while scheme := _SCHEME.match(header, position):
        position = scheme.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(header, position):
            quoted, plain = parameter[2], parameter[3]
            parameters[parameter[1].lower()] = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            position = parameter.end()
        found.append(Challenge(scheme[1].lower(), parameters))
        comma = re.compile(r"\s*,").match(header, position)
        position = comma.end() if comma else position
    return found
