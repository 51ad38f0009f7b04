"""Whether a file that was picked out of a layer holds a credential, so that no cache keeps it.

What masks texts decides here too (:mod:`layerscope.credentials.spans`), except that a version is never one: lock files have
packages of any name. What the system's package manager wrote, and lists of files with their checksums, are not looked into:
they are the same on every machine. What packages of a language say of themselves is long; a quick look finds the lines to look
into.
"""

import re
from functools import cache

from layerscope.core.expressions import expression
from layerscope.credentials.knowledge import knowledge
from layerscope.credentials.names import is_credential
from layerscope.credentials.spans import spans_of

_LISTS = expression(
    rb"(?:var/lib/dpkg|(?:usr/)?lib/apk/db|var/lib/rpm|usr/lib/sysimage/rpm|usr/share/rpm)/"
    rb"|.*\.dist-info/RECORD\Z|.*\.egg-info/(?:installed-files|top_level)\.txt\Z",
    re.DOTALL,
)
_PACKAGES = expression(rb"/node_modules/|\.(?:dist|egg)-info/|\.gemspec\Z|lock|\.jar\Z|/conda-meta/")
_NAME = expression(rb"(?<![\w.-])([A-Za-z_][\w.-]{0,100})[\"']?\s{0,4}[:=\s]")
_URL = expression(rb"://[^/\s@\"']{1,300}@")
_NO_CREDENTIAL = expression(r"[\^~<>=!v \t*]*\d{1,6}(?:\.[\dx*]{1,9}){1,3}(?:[-+.\w]{0,30})?(?:\s.*)?|[{\[(]?", re.DOTALL)


def holds_credential(path: bytes, content: bytes) -> bool:
    """Whether a file of that path, without its leading slash, holds one."""
    if _LISTS.match(path):
        return False
    if _PACKAGES.search(b"/" + path):
        return _worth_a_look(content) and any(map(_has_credential, filter(_worth_a_look, content.split(b"\n"))))
    return _has_credential(content)


def _has_credential(content: bytes) -> bool:
    text = content.decode("utf-8", "replace")
    return any(not _NO_CREDENTIAL.fullmatch(text[span.start : span.end].strip("\"', ")) for span in spans_of(text))


def _worth_a_look(content: bytes) -> bool:
    plain = any(map(content.__contains__, _beginnings())) or _URL.search(content) is not None
    return plain or any(map(is_credential, map(bytes.decode, set(_NAME.findall(content)))))


@cache
def _beginnings() -> tuple[bytes, ...]:
    return tuple(part.encode() for shape in knowledge().shape for part in shape.has)
