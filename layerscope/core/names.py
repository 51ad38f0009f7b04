r"""Names in images are hostile: the one place where they become printable, reversibly.

Names are bytes inside layerscope. On their way out (screen, report, error, JSON) they pass :func:`printable` once, so that no
control character, terminal escape, bidirectional override, zero-width character or invalid UTF-8 reaches a terminal or a
page. :func:`parse` turns what was shown back into the bytes.

It is also the one place where text becomes the bytes of a path and back (:func:`path_bytes`, :func:`path_text`).
"""

import codecs
import re

# C0, DEL, C1; the backslash itself, so that escapes stay unambiguous; zero-width and bidirectional controls, line and
# paragraph separators, invisible operators, annotation anchors, BOM, Arabic letter mark, Mongolian vowel separator,
# variation selectors, tag characters; and the surrogates by which undecodable bytes are carried.
_HOSTILE = (
    "[\\\\\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
_ESCAPE = rb"\\(?:x([0-9a-f]{2})|u\{([0-9a-f]{1,6})\}|([nrt\\]))"
_SHORT_BYTES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\"}


_BYTES = range(0xDC80, 0xDD00)
"""The surrogates that stand for bytes that are not UTF-8 (PEP 383)."""


def _encode_surrogates(error: UnicodeError) -> tuple[bytes, int]:
    """The bytes of surrogates: those that stand for a byte as that byte, any other, which JSON can write, as three bytes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    encoded = (bytes((ord(one) - 0xDC00,)) if ord(one) in _BYTES else one.encode("utf-8", "surrogatepass") for one in found)
    return b"".join(encoded), error.end


codecs.register_error("layerscope.surrogates", _encode_surrogates)


def path_bytes(text: str) -> bytes:
    """The bytes of a path, or of any text from an image, for every text there is. :func:`path_text` gives the text back."""
    return text.encode("utf-8", "layerscope.surrogates")


def path_text(path: bytes) -> str:
    """The text of a path's bytes, where those that are not UTF-8 become surrogates (PEP 383), so that :func:`path_bytes` gives
    the same bytes again."""
    return path.decode("utf-8", "surrogateescape")


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if short := _SHORT.get(character):
        return short
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{{{code:x}}}"


def printable(name: bytes | str) -> str:
    r"""The visible form of a name or text from an image.

    Control characters and bytes that are not UTF-8 become ``\xNN`` (``\n``, ``\r``, ``\t`` for the common three), other
    invisible or direction-changing characters ``\u{NNNN}``, and a backslash ``\\``. Everything else stays as it is. A ``str``
    may carry undecodable bytes as surrogates (PEP 383).
    """
    if isinstance(name, bytes):
        name = path_text(name)
    if name.isascii() and name.isprintable() and "\\" not in name:
        return name
    return re.sub(_HOSTILE, _escape, name)


def parse(text: str) -> bytes:
    """The bytes of a name that :func:`printable` made visible; text without escapes is taken as it is."""

    def unescape(match: re.Match[bytes]) -> bytes:
        byte, code, short = match.groups()
        if byte:
            return bytes.fromhex(byte.decode())
        if code:
            point = int(code, 16)
            return chr(point).encode("utf-8", "surrogatepass") if point <= 0x10FFFF else match.group()
        return _SHORT_BYTES[short]

    return re.sub(_ESCAPE, unescape, path_bytes(text))


def absolute(path: bytes) -> str:
    """A path of an image, as stored here (no leading slash), in its printable absolute form."""
    return "/" + printable(path)
