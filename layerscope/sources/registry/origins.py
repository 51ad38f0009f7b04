"""Where a registry may lead: origins (RFC 6454), the place of the machine behind an address, and what is refused.

A registry chooses the URLs of its redirects and of its token server, so it could have this machine ask services that it cannot
reach itself. It may therefore lead no nearer to this machine than where it is, and to plain HTTP only here.
"""

import ipaddress
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from layerscope.core.expressions import expression

if TYPE_CHECKING:
    import httpx

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_THIS_HOST = ipaddress.ip_network("0.0.0.0/8")
_NUMBER = expression(r"[0-9]+|0[xX][0-9A-Fa-f]*")


class Origin(NamedTuple):
    """What credentials are kept to: the same scheme, host and port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS.get(self.scheme) else f":{self.port}")


class Place(IntEnum):
    """How near a machine is. At ``NOWHERE`` no registry's content can be: link-local addresses (a cloud's metadata), 0.0.0.0,
    multicast."""

    PUBLIC = 0
    PRIVATE = 1
    MACHINE = 2
    NOWHERE = 3


def origin_of(url: "httpx.URL") -> Origin:
    """The origin of a URL, its port filled in; port 0 for a scheme that is not the web's."""
    return Origin(url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme, 0))


def is_local(host: str) -> bool:
    """Whether a host is written as this machine: the one kind that plain HTTP is tried with. Only the plain spellings count,
    not what a resolver might turn into 127.0.0.1; the address that is connected to is checked as well."""
    bare = host.strip("[]").lower()
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return bare == "localhost" or bare.endswith(".localhost")
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def place_of(address: str) -> Place | None:
    """The place of an IP address, also of an IPv4 address inside an IPv6 one; None for a name."""
    try:
        found = _innermost(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return None
    if found.is_loopback:
        return Place.MACHINE
    if any((found.is_link_local, found.is_multicast, found.is_unspecified, found in _THIS_HOST)):
        return Place.NOWHERE
    return Place.PUBLIC if found.is_global else Place.PRIVATE


def _innermost(address: _Address) -> _Address:
    """The IPv4 address inside an IPv6 one (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    return address.ipv4_mapped or address.sixtofour or inner or address


def refusal(url: "httpx.URL", *, plain: bool, place: Place) -> str:
    """Why a registry at ``place`` may not lead to a URL, as far as its text says; "" when it may. ``plain`` is whether the
    registry itself is asked by plain HTTP."""
    host = url.host
    if url.scheme not in _PORTS or not host:
        return "which is not a web address"
    if url.userinfo:
        return "with a user in the URL"
    if url.port is not None and not 0 < url.port < 65536:
        return "which has no such port"
    if url.scheme == "http" and not (plain and is_local(host)):
        return "by plain HTTP"
    return _host_refusal(host, place)


def address_refusal(address: str, host: str, place: Place) -> str:
    """Why a registry at ``place`` may not lead to ``host``, which is at ``address``; "" when it may.

    A private address is only refused where it is written as such: companies keep blobs at names that resolve to one.
    """
    return place_refusal(place_of(address), place, literal=place_of(host) is not None)


def _host_refusal(host: str, place: Place) -> str:
    if is_local(host.rstrip(".")) and place is not Place.MACHINE:
        return "which is this machine"
    found = place_of(host)
    if found is None and _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return "which is a number and not an address"
    return place_refusal(found, place, literal=True)


def place_refusal(found: Place | None, place: Place, *, literal: bool) -> str:
    """Why a registry at ``place`` may not lead to a machine at ``found``, None where that is not known yet. ``literal`` is
    whether the URL has the address itself."""
    if found is Place.NOWHERE:
        return "where no registry keeps anything"
    if found is Place.MACHINE and place is not Place.MACHINE:
        return "which is this machine"
    if found is Place.PRIVATE and place is Place.PUBLIC and literal:
        return "which is a private address"
    return ""
