"""Extended headers and number fields of a tar (POSIX.1-2001 pax, GNU)."""

from layerscope.core.errors import ImageError


class Overrides:
    """What extension headers say about the entry that follows them."""

    __slots__ = ("link", "name", "pax", "pending")

    def __init__(self) -> None:
        self.name = b""
        self.link = b""
        self.pax: dict[bytes, bytes] = {}
        self.pending = False


def pax_records(content: bytes) -> dict[bytes, bytes]:
    """The ``length key=value`` records of a pax header; raises ImageError when they do not add up."""
    records: dict[bytes, bytes] = {}
    position = 0
    while position < len(content) and content[position]:
        space = content.find(b" ", position, position + 24)
        digits = content[position:space] if space > 0 else b""
        length = int(digits) if digits.isdigit() else 0
        key, equals, value = content[space + 1 : position + length].partition(b"=")
        if length <= 0 or not equals or not value.endswith(b"\n") or position + length > len(content):
            raise ImageError("a pax header is malformed")
        records[key] = value[:-1]
        position += length
    return records


def numeric(field: bytes, what: str) -> int:
    """A number field: octal digits ended by space or NUL, or GNU's base-256; ImageError when negative or malformed."""
    if field[0] & 0x80:
        if field[0] & 0x40:
            raise ImageError(f"a tar header has a negative {what}")
        return min(int.from_bytes(bytes((field[0] & 0x7F,)) + field[1:], "big"), (1 << 63) - 1)
    digits = field.split(b"\0", 1)[0].strip() or b"0"
    if not digits.isdigit() or b"8" in digits or b"9" in digits:
        raise ImageError(f"a tar header has a malformed {what}")
    return int(digits, 8)


def decimal(field: bytes) -> int:
    """A pax record's whole number; ImageError when it is none or does not fit 63 bits."""
    if not field.isdigit() or len(field) > 19:
        raise ImageError("a pax header holds a malformed number")
    return min(int(field), (1 << 63) - 1)


def seconds(field: bytes) -> int:
    """A pax time, which may have a fraction, in whole seconds; 0 when it is malformed."""
    try:
        return max(-(1 << 62), min(int(float(field)), 1 << 62))
    except (ValueError, OverflowError):
        return 0
