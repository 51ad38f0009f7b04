"""A registry, asked over HTTP: manifests and blobs, with the token that it wants (OCI distribution-spec).

httpx is imported when a registry is first asked, never with this module.
"""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from layerscope.core import limits
from layerscope.core.errors import ImageError, NotInRegistry, SourceError, UsageError
from layerscope.core.names import printable
from layerscope.sources.registry.answers import body, reason, words
from layerscope.sources.registry.challenges import parse_challenges
from layerscope.sources.registry.connections import Connections, Hop
from layerscope.sources.registry.login import Login
from layerscope.sources.registry.names import HUB, ImageName
from layerscope.sources.registry.origins import is_local, origin_of

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 4
"""How often the same thing is asked for, when the network or the registry fails for a while."""

_ACCEPT = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
)
_HUB_API = "registry-1.docker.io"
_PASSING = frozenset((429, 500, 502, 503, 504))
_LONGEST_WAIT = 20.0
_REDIRECTS = 5


class Registry:
    """One repository of a registry. A context manager, which closes the connections."""

    def __init__(self, name: ImageName) -> None:
        import httpx

        api = _HUB_API if name.host == HUB else name.host
        try:
            secure, self._plain = (origin_of(httpx.URL(f"{scheme}://{api}")) for scheme in ("https", "http"))
        except httpx.InvalidURL:
            raise UsageError(f"{printable(name.host)} is not a host", "for example ghcr.io/org/app:1.2") from None
        self.name = name
        self._may_be_plain = is_local(secure.host)
        self._connections = Connections(secure, f"the registry {printable(name.host)}")
        self._login = Login(name, self._connections)
        self._authorization = ""

    def __enter__(self) -> "Registry":
        return self

    def __exit__(self, *_: object) -> None:
        self._connections.close()

    def manifest(self, reference: str) -> bytes:
        """The manifest or index of a tag or digest, as it is stored. Raises :class:`NotInRegistry` when there is none,
        :class:`SourceError` when the registry cannot be reached or refuses."""
        path = f"manifests/{reference}"
        with self._answer(path, {"Accept": _ACCEPT}) as response:
            return body(response, limits.MANIFEST_BYTES, f"the manifest of {printable(str(self.name))}")

    def blob(self, digest: str, size: int) -> Iterator[bytes]:
        """The pieces of a blob, at most ``size`` bytes of it; a connection that breaks is resumed where it broke.

        Raises :class:`NotInRegistry` when there is none of that digest, :class:`SourceError` when it does not come whole, and
        :class:`ImageError` when there is more of it.
        """
        done, failure = 0, ""
        for attempt in range(ATTEMPTS):
            try:
                for piece in self._rest(digest, done):
                    done += len(piece)
                    if done > size:
                        raise ImageError(f"blob {digest[:19]}… has more than the {size:,} bytes that its descriptor says")
                    yield piece
                if done == size:
                    return
                failure = f"gave {done:,} of the {size:,} bytes of blob {digest[:19]}…"
            except _Broken as error:
                failure = f"broke off: {error}"
            _wait(attempt)
        raise SourceError(f"{self._shown} {failure}", "try again")

    def _rest(self, digest: str, start: int) -> Iterator[bytes]:
        """A blob from ``start`` on, whether the registry supports ranges or not."""
        import httpx

        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._answer(f"blobs/{digest}", headers) as response:
            skip = start if response.status_code == 200 else 0
            try:
                for piece in response.iter_raw():
                    yield piece[skip:]
                    skip = max(0, skip - len(piece))
            except httpx.TransportError as error:
                raise _Broken(reason(error)) from error

    @property
    def _shown(self) -> str:
        return self._connections.shown

    @contextmanager
    def _answer(self, path: str, headers: dict[str, str]) -> "Iterator[httpx.Response]":
        """The registry's answer about something in the repository. Redirects are followed, the registry's challenge is
        answered, and a failure that may pass is waited for."""
        hop, response = self._ask(path, headers)
        try:
            if response.status_code == 401 and hop.own:
                challenges = parse_challenges(response.headers.get("WWW-Authenticate", ""))
                response.close()
                self._authorization = self._login.authorization(challenges)
                hop, response = self._ask(path, headers)
            self._check(hop, response)
            yield response
        finally:
            response.close()

    def _ask(self, path: str, headers: dict[str, str]) -> "tuple[Hop, httpx.Response]":
        for attempt in range(ATTEMPTS):
            try:
                hop, response = self._follow(f"/v2/{self.name.repository}/{path}", headers)
            except _Broken as error:
                if error.final or _is_last(attempt):
                    raise SourceError(f"{self._shown} cannot be reached: {error}", error.hint) from error
                _wait(attempt)
                continue
            if response.status_code not in _PASSING or _is_last(attempt):
                return hop, response
            response.close()
            _wait(attempt, response.headers.get("Retry-After", ""))
        raise AssertionError("the last attempt returns or raises")

    def _follow(self, path: str, headers: dict[str, str]) -> "tuple[Hop, httpx.Response]":
        """The answer at the end of all redirects, and where it came from; credentials go to the registry alone."""
        hop, response = self._begin(path, headers)
        for _ in range(_REDIRECTS):
            if not response.has_redirect_location:
                return hop, response
            location = response.headers["Location"]
            response.close()
            hop = self._connections.redirect_target(hop, location)
            response = self._send(hop, headers)
        response.close()
        raise SourceError(f"{self._shown} redirects without end", "ask its administrator")

    def _begin(self, path: str, headers: dict[str, str]) -> "tuple[Hop, httpx.Response]":
        """The first answer. A registry on this machine that does not speak TLS is asked without it."""
        hop = self._connections.first(path)
        try:
            response = self._send(hop, headers)
        except _NoTls:
            if not self._may_be_plain:
                raise
            self._connections.origin = self._plain
            hop = self._connections.first(path)
            response = self._send(hop, headers)
        self._may_be_plain = False
        return hop, response

    def _send(self, hop: Hop, headers: dict[str, str]) -> "httpx.Response":
        import httpx

        own = {"Authorization": self._authorization} if hop.own and self._authorization else {}
        try:
            return self._connections.send(hop, headers | own)
        except httpx.ConnectError as error:
            raise _connection_error(error) from error
        except httpx.HTTPError as error:
            raise _Broken(reason(error, self._login.secrets)) from error
        except (httpx.InvalidURL, ValueError, OverflowError) as error:
            raise _NoTls(reason(error, self._login.secrets)) from error

    def _check(self, hop: Hop, response: "httpx.Response") -> None:
        """Raises what an answer without content means."""
        status = response.status_code
        if status in (200, 206):
            return
        reasons = words(response, self._login.secrets)
        if not hop.own:
            reasons = f", which it redirects to {printable(hop.url.host[:200])}: {status}{reasons}"
        if status not in (401, 403, 404):
            raise SourceError(f"{self._shown} answered {status}{reasons}", "wait, or log in" if status == 429 else "try again")
        hint = "check the name, or log in: docker login " + printable(self.name.host) if hop.own else "try again"
        what = "has no" if status == 404 else "does not give"
        raise NotInRegistry(f"{self._shown} {what} {printable(str(self.name))}{reasons}", hint)


class _Broken(Exception):
    """A connection that failed; ``final`` where another attempt would end the same way."""

    final = False
    hint = "check its name and the network"


class _NoTls(_Broken):
    """No connection was made, perhaps because TLS is not spoken there."""

    final = True


class _OtherThanTls(_NoTls):
    """A server that does not speak TLS."""

    hint = "plain HTTP is spoken to this machine alone, as localhost or 127.0.0.1"


class _Untrusted(_Broken):
    """A certificate of another host, or not of a known authority: nothing is tried without TLS."""

    final = True
    hint = "where its authority is your own, name its certificate in SSL_CERT_FILE"


def _connection_error(error: Exception) -> _Broken:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _Untrusted(reason(error))
    return (_NoTls if cause is None else _OtherThanTls)(reason(error))


def _is_last(attempt: int) -> bool:
    return attempt == ATTEMPTS - 1


def _wait(attempt: int, wanted: str = "") -> None:
    """Waits before the next attempt: the seconds that were asked for, within bounds, else longer each time."""
    if not _is_last(attempt):
        time.sleep(min(float(wanted) if wanted.isdigit() else 0.5 * 2**attempt, _LONGEST_WAIT))
