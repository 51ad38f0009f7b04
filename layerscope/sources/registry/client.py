"""A registry, asked over HTTP: manifests and blobs, with the token that it wants (OCI distribution-spec).

httpx is imported when a registry is first asked, never with this module.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from layerscope import limits
from layerscope.errors import ImageError, NotInRegistry, SourceError
from layerscope.names import printable
from layerscope.sources.registry.challenges import Challenge, check_target, is_local, parse_challenges
from layerscope.sources.registry.credentials import Credentials, credentials_for
from layerscope.sources.registry.names import HUB, ImageName

if TYPE_CHECKING:
    import httpx

ANSWER_SECONDS = 30
"""How long a registry may stay silent."""

ATTEMPTS = 4
"""How often the same thing is asked for, when the network or the registry fails in passing."""

_ACCEPT = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
)
_HUB_API = "registry-1.docker.io"
_PASSING = frozenset((429, 500, 502, 503, 504))
_LONGEST_WAIT = 20.0
_REDIRECTS = 5
_CLIENT = "layerscope"


class Registry:
    """One repository of a registry. A context manager, which closes the connections."""

    def __init__(self, name: ImageName) -> None:
        import httpx

        self.name = name
        api = _HUB_API if name.host == HUB else name.host
        self._host = urlsplit(f"//{api}").hostname or api
        self._origin = f"https://{api}"
        self._may_be_plain = is_local(self._host)
        self._http = httpx.Client(
            timeout=httpx.Timeout(ANSWER_SECONDS),
            headers={"Accept-Encoding": "identity", "User-Agent": "layerscope"},
            follow_redirects=False,
        )
        self._authorization = ""

    def __enter__(self) -> "Registry":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def manifest(self, reference: str) -> bytes:
        """The manifest or index of a tag or digest, as it is stored. Raises :class:`NotInRegistry` when there is none,
        :class:`SourceError` when the registry cannot be reached or refuses."""
        path = f"manifests/{reference}"
        with self._answer(path, {"Accept": _ACCEPT}) as response:
            return _bounded(response, limits.MANIFEST_BYTES, f"the manifest of {printable(str(self.name))}")

    def blob(self, digest: str, size: int) -> Iterator[bytes]:
        """The pieces of a blob, at most ``size`` bytes of it; a connection that breaks is taken up where it broke.

        Raises :class:`NotInRegistry` when there is none of that digest, :class:`SourceError` when it does not come whole, and
        :class:`ImageError` when there is more of it.
        """
        done = 0
        for attempt in range(ATTEMPTS):
            try:
                for piece in self._rest(digest, done):
                    done += len(piece)
                    if done > size:
                        raise ImageError(f"blob {digest[:19]}… has more than the {size:,} bytes that its descriptor says")
                    yield piece
                if done == size:
                    return
            except _Broken as error:
                if attempt == ATTEMPTS - 1:
                    raise SourceError(f"{self._shown} broke off: {error}", "try again") from error
            _wait(attempt, "")
        raise SourceError(f"{self._shown} gave {done:,} of the {size:,} bytes of blob {digest[:19]}…", "try again")

    def _rest(self, digest: str, start: int) -> Iterator[bytes]:
        """A blob from ``start`` on, whether the registry knows ranges or not."""
        import httpx

        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._answer(f"blobs/{digest}", headers) as response:
            skip = start if response.status_code == 200 else 0
            try:
                for piece in response.iter_raw():
                    yield piece[skip:]
                    skip = max(0, skip - len(piece))
            except httpx.TransportError as error:
                raise _Broken(_reason(error)) from error

    @property
    def _shown(self) -> str:
        return f"the registry {printable(self.name.host)}"

    @contextmanager
    def _answer(self, path: str, headers: dict[str, str]) -> "Iterator[httpx.Response]":
        """The registry's answer about something in the repository: redirects followed, whoever asks told, failures in passing
        waited for."""
        response = self._asked(path, headers)
        try:
            if response.status_code == 401:
                challenges = parse_challenges(response.headers.get("WWW-Authenticate", ""))
                response.close()
                self._authorization = self._authorized(challenges)
                response = self._asked(path, headers)
            self._check(response)
            yield response
        finally:
            response.close()

    def _asked(self, path: str, headers: dict[str, str]) -> "httpx.Response":
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            try:
                response = self._followed(f"{self._origin}/v2/{self.name.repository}/{path}", headers)
            except _Broken as error:
                if last or error.final:
                    raise SourceError(f"{self._shown} cannot be reached: {error}", "check its name and the network") from error
                _wait(attempt, "")
                continue
            if last or response.status_code not in _PASSING:
                return response
            response.close()
            _wait(attempt, response.headers.get("Retry-After", ""))
        raise AssertionError("the last attempt returns or raises")

    def _followed(self, url: str, headers: dict[str, str]) -> "httpx.Response":
        """The answer at the end of all redirects; credentials go to the registry alone."""
        for _ in range(_REDIRECTS):
            own = {"Authorization": self._authorization} if self._authorization and url.startswith(f"{self._origin}/") else {}
            response = self._sent(url, headers | own)
            if not response.is_redirect:
                return response
            url = urljoin(url, response.headers.get("Location", ""))
            response.close()
            check_target(url, self._host)
        raise SourceError(f"{self._shown} redirects without end")

    def _sent(self, url: str, headers: dict[str, str]) -> "httpx.Response":
        """Sends one request. A registry on this machine that does not speak TLS is asked without."""
        import httpx

        try:
            return self._http.send(self._http.build_request("GET", url, headers=headers), stream=True)
        except httpx.ConnectError as error:
            if not (self._may_be_plain and url.startswith(f"{self._origin}/")):
                raise _Broken(_reason(error), final=True) from error
            self._may_be_plain = False
            secure, self._origin = self._origin, "http" + self._origin.removeprefix("https")
            return self._sent(self._origin + url.removeprefix(secure), headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _Broken(_reason(error)) from error

    def _check(self, response: "httpx.Response") -> None:
        status = response.status_code
        if status in (200, 206):
            return
        said = _said(response)
        if status in (401, 403, 404):
            hint = "check the name, or log in: docker login " + printable(self.name.host)
            what = "has no" if status == 404 else "does not give"
            raise NotInRegistry(f"{self._shown} {what} {printable(str(self.name))}{said}", hint)
        hint = "wait, or log in" if status == 429 else "try again"
        raise SourceError(f"{self._shown} answered {status}{said}", hint)

    def _authorized(self, challenges: list[Challenge]) -> str:
        """The header that answers a challenge; "" when there is nothing to answer with."""
        credentials = credentials_for(self.name)
        for challenge in challenges:
            if challenge.scheme == "bearer" and challenge.parameters.get("realm"):
                return f"Bearer {self._token(challenge.parameters, credentials)}"
            if challenge.scheme == "basic" and credentials is not None and credentials.user:
                return _basic(credentials)
        return ""

    def _token(self, parameters: dict[str, str], credentials: Credentials | None) -> str:
        """A token for pulling, from where the registry says."""
        import httpx

        realm = parameters["realm"]
        check_target(realm, self._host)
        asked = {
            "service": parameters.get("service", ""),
            "scope": parameters.get("scope") or f"repository:{self.name.repository}:pull",
        }
        try:
            with closing(
                self._ask_for_token(realm, {key: value for key, value in asked.items() if value}, credentials)
            ) as answer:
                self._check(answer)
                document = _json(_bounded(answer, limits.TOKEN_BYTES, "a token"))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceError(f"{printable(realm[:200])} gives no token: {_reason(error)}", "try again") from error
        token = document.get("token") or document.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise SourceError(f"{printable(realm[:200])} answered without a token", "try again")
        return token

    def _ask_for_token(self, realm: str, asked: dict[str, str], credentials: Credentials | None) -> "httpx.Response":
        """An identity token is sent by POST, as OAuth 2 has it; where that is not known, and for all else, by GET."""
        if credentials is not None and credentials.identity_token:
            form = {**asked, "grant_type": "refresh_token", "refresh_token": credentials.identity_token, "client_id": _CLIENT}
            answer = self._http.send(self._http.build_request("POST", realm, data=form), stream=True)
            if answer.status_code != 404:
                return answer
            answer.close()
            credentials = Credentials(_CLIENT, credentials.identity_token)
        headers = {"Authorization": _basic(credentials)} if credentials is not None else {}
        return self._http.send(self._http.build_request("GET", realm, params=asked, headers=headers), stream=True)


class _Broken(Exception):
    """A connection that failed; ``final`` where another attempt would end the same way."""

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def _basic(credentials: Credentials) -> str:
    import base64

    return "Basic " + base64.b64encode(f"{credentials.user}:{credentials.password}".encode()).decode()


def _bounded(response: "httpx.Response", limit: int, what: str) -> bytes:
    """The body of a small answer; :class:`ImageError` when it is larger than ``limit``."""
    import httpx

    found = b""
    try:
        for piece in response.iter_raw():
            found += piece
            if len(found) > limit:
                raise ImageError(limits.exceeded(what, len(found), limit))
    except httpx.TransportError as error:
        raise SourceError(f"{what} broke off: {_reason(error)}", "try again") from error
    return found


def _json(body: bytes) -> dict[str, Any]:
    import json

    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _said(response: "httpx.Response") -> str:
    """The registry's own words about an error, ": …", or nothing."""
    try:
        errors = _json(_bounded(response, limits.TOKEN_BYTES, "an answer")).get("errors")
    except (ImageError, SourceError):
        return ""
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    words = first.get("message") or first.get("code")
    return f": {printable(words[:200])}" if isinstance(words, str) and words else ""


def _reason(error: Exception) -> str:
    return printable(" ".join(str(error).split())[:200]) or type(error).__name__


def _wait(attempt: int, asked: str) -> None:
    """Waits before the next attempt: as long as was asked for, within bounds, else longer each time."""
    seconds = float(asked) if asked.isdigit() else 0.5 * 2**attempt
    time.sleep(min(seconds, _LONGEST_WAIT))
