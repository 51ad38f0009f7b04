"""What a registry says when it wants to know who asks: ``WWW-Authenticate`` (RFC 9110), and Docker's token endpoints."""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from layerscope.errors import SourceError
from layerscope.names import printable

_SCHEME = re.compile(r"\s*([A-Za-z]+)(?:\s+|\Z)")
_PARAMETER = re.compile(r'\s*,?\s*([A-Za-z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


class Challenge(NamedTuple):
    """``scheme`` is ``bearer`` or ``basic`` in lower case, or whatever else was said."""

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


def is_local(host: str) -> bool:
    """Whether a host is this machine: only there plain HTTP is spoken."""
    bare = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return bare == "localhost" or bare.endswith(".localhost")


def check_target(url: str, registry: str) -> None:
    """Refuses to be sent by ``registry``, a host, to where only somebody on this machine or its network should get: no plain
    HTTP, no loopback and no link-local address, unless the registry is on this machine itself. Raises :class:`SourceError`.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_local(registry):
        return
    try:
        address = ipaddress.ip_address(host)
        inside = address.is_loopback or address.is_link_local or address.is_unspecified
    except ValueError:
        inside = is_local(host)
    if parts.scheme != "https" or not host or inside:
        raise SourceError(f"the registry {printable(registry)} leads to {printable(url[:200])}, where nothing is fetched from")
