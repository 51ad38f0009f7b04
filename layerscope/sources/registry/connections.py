"""Requests to a registry and to where it leads, each to a machine that was checked once the connection stood.

Names are resolved when a connection is made, so only the address at the other end shows where a request would go: it is checked
before the first byte is sent. httpx is imported when a registry is first asked, never with this module.
"""

import os
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from layerscope.core.errors import SourceError
from layerscope.core.names import printable
from layerscope.sources.registry.origins import (
    Origin,
    Place,
    address_refusal,
    is_local,
    origin_of,
    place_of,
    place_refusal,
    refusal,
)

if TYPE_CHECKING:
    import httpx

ANSWER_SECONDS = 30
"""How long a registry may stay silent."""

_ASK = "ask its administrator"


class Connections:
    """The connections for one registry. ``origin`` is where it is asked, ``shown`` what messages call it.

    Proxies of the environment are used for other machines by TLS alone: a proxy would read plain HTTP, and has a loopback of
    its own. No cookies are kept.
    """

    def __init__(self, origin: Origin, shown: str) -> None:
        import httpx

        self.origin = origin
        self.shown = shown
        self._places: dict[Origin, Place] = {}
        context = _authorities()
        settings: dict[str, Any] = {
            "timeout": httpx.Timeout(ANSWER_SECONDS),
            "headers": {"Accept-Encoding": "identity", "User-Agent": "layerscope"},
            "follow_redirects": False,
        }
        self._direct = httpx.Client(transport=httpx.HTTPTransport(verify=context), cookies=_no_cookies(), **settings)
        try:
            self._outside = httpx.Client(verify=context, cookies=_no_cookies(), **settings)
        except (ImportError, ValueError, httpx.InvalidURL):
            hint = "name a proxy as http://HOST:PORT in HTTPS_PROXY, or unset it and ALL_PROXY"
            raise SourceError("the proxy of the environment cannot be used", hint) from None

    def close(self) -> None:
        """Closes the connections."""
        self._direct.close()
        self._outside.close()

    def first(self, path: str) -> "Hop":
        """Where something in the registry is asked for; ``path`` begins with a slash."""
        import httpx

        return Hop(httpx.URL(f"{self.origin}{path}"), True, Place.MACHINE)

    def redirect_target(self, hop: "Hop", location: str) -> "Hop":
        """Where an answer at ``hop`` redirects to; :class:`SourceError` when nothing may be asked there."""
        before = origin_of(hop.url)
        url = self._parse_url(hop.url.join, location)
        return self._lead(url, before, min(hop.place, self._place_at(before)), follows_own=hop.own)

    def token_server(self, realm: str) -> "Hop":
        """Where tokens are given, as the registry itself says; :class:`SourceError` when nothing may be asked there."""
        import httpx

        url = self._parse_url(httpx.URL, realm)
        return self._lead(url, self.origin, self._place_at(self.origin), follows_own=True)

    def send(self, hop: "Hop", headers: dict[str, str], form: dict[str, str] | None = None) -> "httpx.Response":
        """Sends one request, a POST where there is a ``form``; the body of the answer is not read yet.

        Raises :class:`httpx.HTTPError` and ValueError for what cannot be connected, :class:`SourceError` where the name
        leads to a machine that is not to be asked.
        """
        url = hop.url
        client = self._direct if url.scheme == "http" or is_local(url.host) else self._outside
        request = client.build_request(
            "GET" if form is None else "POST", url, headers=headers, data=form, extensions={"trace": self._watch(hop)}
        )
        return client.send(request, stream=True)

    def _parse_url(self, parse: "Callable[[str], httpx.URL]", text: str) -> "httpx.URL":
        import httpx

        try:
            return parse(text)
        except (httpx.InvalidURL, ValueError, TypeError):
            raise SourceError(f"{self.shown} leads to an invalid URL", _ASK) from None

    def _lead(self, url: "httpx.URL", before: Origin, place: Place, follows_own: bool) -> "Hop":
        """The hop to a URL that was given ``before``, from where ``place`` is how near it may lead."""
        own = follows_own and origin_of(url) == self.origin and not url.userinfo
        reached = self._places.get(origin_of(url))  # a connection that stands is not checked again
        reason = refusal(url, plain=before.scheme == "http", place=place) or place_refusal(reached, place, literal=False)
        if not own and reason:
            raise self._refusal_error(url, reason)
        return Hop(url, own, place)

    def _place_at(self, origin: Origin) -> Place:
        """Where an origin is; behind a proxy that is unknown, and it counts as far away."""
        return self._places.get(origin, Place.PUBLIC)

    def _watch(self, hop: "Hop") -> Callable[[str, Any], None]:
        """A trace of a request's steps that ends it when a connection stands to a machine that is refused. The address of a
        proxy is the user's choice."""
        wanted = origin_of(hop.url)
        direct = False

        def watch(event: str, info: Any) -> None:
            nonlocal direct
            if event == "connection.connect_tcp.started":
                direct = (info["host"], info["port"]) == (wanted.host, wanted.port)
            elif event == "connection.connect_tcp.complete" and direct:
                stream = info["return_value"]
                if reason := self._peer_refusal(hop, stream.get_extra_info("server_addr")[0]):
                    stream.close()
                    raise self._refusal_error(hop.url, reason)

        return watch

    def _peer_refusal(self, hop: "Hop", address: str) -> str:
        found, wanted = place_of(address), origin_of(hop.url)
        if wanted.scheme == "http" and found is not Place.MACHINE:
            return "by plain HTTP, and that is another machine"
        if reason := "" if hop.own else address_refusal(address, wanted.host, hop.place):
            return reason
        if found is not None:
            self._places[wanted] = min(found, self._places.get(wanted, found))
        return ""

    def _refusal_error(self, url: "httpx.URL", reason: str) -> SourceError:
        origin = origin_of(url)
        verb = "is asked at" if origin == self.origin else "leads to"
        return SourceError(f"{self.shown} {verb} {printable(str(origin)[:200])}, {reason}: nothing is sent there", _ASK)


class Hop(NamedTuple):
    """One URL of a chain of redirects. ``own`` is whether the chain has never left the registry's origin: only then credentials
    go along and a question for them is answered. ``place`` is how near the machine may be."""

    url: "httpx.URL"
    own: bool
    place: Place


def _no_cookies() -> CookieJar:
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


def _authorities() -> Any:
    """The certificate authorities that are trusted: those of SSL_CERT_FILE or SSL_CERT_DIR, else the web's."""
    import httpx

    place = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR") or ""
    try:
        if place:
            Path(place).stat()  # older versions of httpx pass over what is not there
        return httpx.create_ssl_context()
    except OSError:
        message = f"no certificate authorities can be read in {printable(place)}"
        raise SourceError(message, "correct SSL_CERT_FILE or SSL_CERT_DIR") from None
