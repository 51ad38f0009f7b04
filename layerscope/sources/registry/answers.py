"""Small answers of a registry: read up to a bound, and worded for errors without what was secret in the question."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from layerscope.core import limits
from layerscope.core.errors import ImageError, SourceError
from layerscope.core.names import printable

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


def json_object(text: bytes) -> dict[str, Any]:
    """The JSON object in an answer; an empty one where there is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def words(response: "httpx.Response", secrets: Iterable[str]) -> str:
    """The registry's own words about an error, ": …", or nothing. It may repeat what it was sent, so ``secrets`` are masked."""
    try:
        errors = json_object(body(response, limits.TOKEN_BYTES, "an answer")).get("errors")
    except (ImageError, SourceError):
        return ""
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    said = first.get("message") or first.get("code")
    return f": {printable(_mask_secrets(said, secrets)[:_SHOWN])}" if isinstance(said, str) and said else ""


def reason(error: Exception, secrets: Iterable[str] = ()) -> str:
    """What an exception of the network says; a library may quote a header that it does not like."""
    said = " ".join(str(error).split())
    return printable(_mask_secrets(said, secrets)[:_SHOWN]) or type(error).__name__


def _mask_secrets(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, _MASK)
    return text
