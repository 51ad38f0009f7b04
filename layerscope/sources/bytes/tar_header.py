"""The fields of a tar header (POSIX.1-2001, GNU) that tell whether it is one."""

BLOCK = 512


def number(field: bytes) -> int | None:
    """A number of a tar header: octal digits, or base-256 when the first bit is set; None when malformed or negative."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0").partition(b"\0")[0] or b"0"
    return None if digits.strip(b"01234567") else int(digits, 8)


def checksum_fits(header: bytes) -> bool:
    """Whether these are the bytes of a whole header with its right checksum."""
    return len(header) == BLOCK and number(header[148:156]) == sum(header) - sum(header[148:156]) + 8 * 0x20
