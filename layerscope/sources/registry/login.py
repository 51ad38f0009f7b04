"""The answer to a registry's challenge, with a token where it wants one.

The challenge is the registry's own; only the token server that it names, which may be another machine by TLS (Docker Hub's is),
gets the credentials for this registry, and what it gives goes to the registry alone.
"""

from contextlib import closing
from typing import TYPE_CHECKING

from layerscope.core import limits
from layerscope.core.errors import NotInRegistry, SourceError
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.sources.json_fields import Fields
from layerscope.sources.registry.answers import body, reason, words
from layerscope.sources.registry.challenges import Challenge
from layerscope.sources.registry.connections import Connections, Hop
from layerscope.sources.registry.credentials import Credentials, credentials_for
from layerscope.sources.registry.names import ImageName

if TYPE_CHECKING:
    import httpx

_CLIENT = "layerscope"
_SAYABLE = expression(r"[ -~]{0,4000}")
_TOKEN = expression(r"[!-~]+")
_ASKED = ("realm", "service", "scope")


class Login:
    """Answers the challenges of one registry. ``secrets`` are what it has used, for messages to leave out."""

    def __init__(self, name: ImageName, connections: Connections) -> None:
        self.secrets: set[str] = set()
        self._name = name
        self._connections = connections

    def authorization(self, challenges: list[Challenge]) -> str:
        """The header that answers a challenge; "" when there is nothing to answer with. Raises :class:`NotInRegistry` when the
        credentials are refused, :class:`SourceError` when no token is to be had."""
        credentials = self._credentials()
        for challenge in challenges:
            if challenge.scheme == "bearer" and challenge.parameters.get("realm"):
                return f"Bearer {self._token(challenge.parameters, credentials)}"
            if challenge.scheme == "basic" and credentials is not None and credentials.user:
                return credentials.basic
        return ""

    def _credentials(self) -> Credentials | None:
        """The user's credentials, which no message shows from now on."""
        found = credentials_for(self._name)
        if found is not None:
            self.secrets |= {found.password, found.identity_token, found.basic, found.basic.partition(" ")[2]}
        return found

    def _token(self, parameters: dict[str, str], credentials: Credentials | None) -> str:
        """A token for pulling, from the server that the registry names."""
        import httpx

        wanted = self._wanted(parameters)
        hop = self._connections.token_server(wanted.pop("realm"))
        shown = printable(hop.url.host[:200])
        try:
            with closing(self._ask(hop, wanted, credentials)) as answer:
                self._check(answer, shown)
                document = Fields.of_text(body(answer, limits.TOKEN_BYTES, "a token"))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OverflowError) as error:
            raise SourceError(f"{shown} gives no token; {reason(error, self.secrets)}", "try again") from None
        token = document.text("token") or document.text("access_token")
        if not _TOKEN.fullmatch(token):
            raise SourceError(f"{shown} answered without a token", "try again")
        self.secrets.add(token)
        return token

    def _wanted(self, parameters: dict[str, str]) -> dict[str, str]:
        """What a challenge wants to be asked for, as far as it says anything."""
        found = {"scope": f"repository:{self._name.repository}:pull"}
        found |= {key: value for key in _ASKED if (value := parameters.get(key))}
        if not all(map(_SAYABLE.fullmatch, found.values())):
            message = f"{self._connections.shown} asks for a token with control characters, or endlessly"
            raise SourceError(message, "ask its administrator")
        return found

    def _ask(self, hop: Hop, asked: dict[str, str], credentials: Credentials | None) -> "httpx.Response":
        """Sends an identity token by POST, as OAuth 2 has it; where that is not known, and for all else, asks by GET."""
        if credentials is not None and credentials.identity_token:
            form = {**asked, "grant_type": "refresh_token", "refresh_token": credentials.identity_token, "client_id": _CLIENT}
            answer = self._connections.send(hop, {}, form)
            if answer.status_code != 404:
                return answer
            answer.close()
            credentials = Credentials(_CLIENT, credentials.identity_token)
            self.secrets.add(credentials.basic.partition(" ")[2])
        headers = {"Authorization": credentials.basic} if credentials is not None else {}
        return self._connections.send(hop._replace(url=hop.url.copy_merge_params(asked)), headers)

    def _check(self, answer: "httpx.Response", shown: str) -> None:
        if answer.status_code == 200:
            return
        reasons = words(answer, self.secrets)
        if answer.status_code in (401, 403, 404):
            hint = "check the name, or log in: docker login " + printable(self._name.host)
            raise NotInRegistry(f"{self._connections.shown} does not give {printable(str(self._name))}{reasons}", hint)
        hint = "wait, or log in" if answer.status_code == 429 else "try again"
        raise SourceError(f"{shown} gives no token; it answered {answer.status_code}{reasons}", hint)
