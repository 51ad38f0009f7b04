"""What files that may hold credentials say without the values: enough to judge, and nothing to steal.

Their contents go no further than this: an outline is all that an index, its cache, or a later room ever has of them. It has
one line for each PEM header (RFC 7468) and one, ``name=*``, for each setting with a literal value, whatever the file's own
syntax is: assignments, INI, YAML, JSON, XML, netrc, npmrc, URLs with a password.
"""

from collections.abc import Iterator
from itertools import islice

from layerscope.core.expressions import expression
from layerscope.credentials.values import literal

LITERAL = "*"
"""Stands for a value."""

_LONGEST_LINE = 8192
_MOST_ITEMS = 500
_PEM = expression(r"-----BEGIN [A-Z0-9][A-Z0-9 ]{0,60}-----")
_PEM_BODY = expression(r"(-----BEGIN [A-Z0-9][A-Z0-9 ]{0,60}-----)[A-Za-z0-9+/=\s]*")
_JSON = expression(r'"([^"\\\r\n]{1,80})"[ \t]*:[ \t]*"([^"\r\n]*)"')
_XML = expression(r"<([A-Za-z][\w.-]{0,60})>([^<>]*)</")
_NETRC = expression(r"\b(password|passwd)[ \t]+(\S+)")
_URL = expression(r"[a-z][a-z0-9+.-]{0,20}://[^/\s:@]*:([^/\s@]+)@")
_NAME = expression(r"[A-Za-z_][\w.-]{0,80}\Z")


def outline(content: bytes) -> bytes:
    """The outline of a file, always shorter than the file itself. Key stores are named in words."""
    return _describe(content)[: max(0, len(content) - 1)]


def _describe(content: bytes) -> bytes:
    if content[:4] in (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"):
        return b"JKS private key" if _has_private_key(content) else b"JKS certificates"
    if content[:1] == b"\x30" and content[1:2] in (b"\x80", b"\x81", b"\x82", b"\x83"):
        return b"DER"
    text = content.decode("utf-8", "replace")
    found = dict.fromkeys(_PEM.findall(text))
    found.update(dict.fromkeys(f"{name}={LITERAL}" for name in _settings(_PEM_BODY.sub(r"\1", text))))
    return "\n".join(list(found)[:_MOST_ITEMS]).encode()


def _settings(text: str) -> Iterator[str]:
    """The names of all settings that have a literal value."""
    for pattern in (_JSON, _XML, _NETRC):
        yield from filter(None, (_name(name) for name, value in pattern.findall(text) if literal(value)))
    for whole in text.splitlines():
        line = whole[:_LONGEST_LINE].strip()
        if any(map(literal, _URL.findall(line))):
            yield "url"
        yield from islice(_assigned(_URL.sub("", line).removeprefix("export ").removeprefix("- ")), 1)


def _assigned(line: str) -> Iterator[str]:
    """The names that a line may give a literal value to, by what stands between them."""
    for separator in ("=", ": "):
        name, found, value = line.partition(separator)
        if found and (name := _name(name.strip())) and literal(value.strip("= \t,;")):
            yield name


def _name(text: str) -> str:
    """The identifier that a setting's name is, or npm's ends in (``//host/:_authToken``); "" for anything else."""
    name = text.rpartition(":")[2] if text.startswith("//") else text.strip("\"'")
    return name if _NAME.match(name) else ""


def _has_private_key(content: bytes) -> bool:
    """Whether a Java key store (JKS, version 2) has a private key (tag 1), and not only certificates that it trusts (tag 2)."""
    position = 12
    for _ in range(int.from_bytes(content[8:12], "big")):
        if int.from_bytes(content[position : position + 4], "big") != 2:
            return position < len(content)
        position += 4
        position += 2 + int.from_bytes(content[position : position + 2], "big") + 8  # alias, time
        position += 2 + int.from_bytes(content[position : position + 2], "big")  # kind of certificate
        position += 4 + int.from_bytes(content[position : position + 4], "big")
    return False
