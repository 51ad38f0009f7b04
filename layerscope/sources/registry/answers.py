"""Small answers of a registry: read up to a bound, and quoted in errors without the secrets in the request."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from layerscope.core import limits
from layerscope.core.errors import ImageError, SourceError
from layerscope.core.names import printable
from layerscope.sources.json_fields import Fields

if TYPE_CHECKING:
    import httpx

_SHOWN = 200
_MASK = "***"


def body(response: "httpx.Response", limit: int, what: str) -> bytes:
    """The body of a small answer; :class:`ImageError` when it is larger than ``limit``."""
    import httpx

    found = b""
    try:
        for piece in response.iter_raw():
            found += piece
            if len(found) > limit:
                raise ImageError(limits.exceeded(what, len(found), limit))
    except httpx.TransportError as error:
        raise SourceError(f"{what} broke off: {reason(error)}", "try again") from error
    return found


def words(response: "httpx.Response", secrets: Iterable[str]) -> str:
    """The registry's own words about an error, ": …", or nothing. It may repeat what it was sent, so ``secrets`` are masked."""
    try:
        errors = Fields.of_text(body(response, limits.TOKEN_BYTES, "an answer")).many("errors")
    except (ImageError, SourceError):
        return ""
    found = (errors[0].text("message") or errors[0].text("code")) if errors else ""
    return f": {printable(_mask_secrets(found, secrets)[:_SHOWN])}" if found else ""


def reason(error: Exception, secrets: Iterable[str] = ()) -> str:
    """The reason in an exception of the network; a library may quote a header that it does not like."""
    text = " ".join(str(error).split())
    return printable(_mask_secrets(text, secrets)[:_SHOWN]) or type(error).__name__


def _mask_secrets(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, _MASK)
    return text
