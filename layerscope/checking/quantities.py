"""Thresholds as people write them: ``50kB``, ``20 MiB``, ``10%``, ``0.95``, ``off``."""

import math
import re
from decimal import Decimal, InvalidOperation

from layerscope.checking.model import Limit, Unit
from layerscope.core.expressions import expression

_QUANTITY = expression(r"(?P<number>[0-9.,]+)\s*(?P<unit>[a-z]*)", re.IGNORECASE)
_FACTORS = {"": 1, "b": 1} | {
    f"{prefix}{suffix}": base**power
    for power, prefix in enumerate("kmgtpe", 1)
    for suffix, base in (("", 1000), ("b", 1000), ("i", 1024), ("ib", 1024))
}
"""How many bytes a unit is."""

_OFF = ("", "disabled", "off", "false")
_LARGEST = 2**64 - 1


def is_off(text: str) -> bool:
    """Whether this switches a rule off, as dive reads it: ``disabled``, ``off``, ``false`` or nothing."""
    return text.strip().lower() in _OFF


def parse_limit(text: str, units: tuple[Unit, ...]) -> Limit:
    """A threshold in one of the allowed units; ValueError says what is wrong with it."""
    text = text.strip()
    if "share" in units and text.endswith("%"):
        return Limit(_share(text), "share")
    if "ratio" in units:
        return Limit(parse_ratio(text), "ratio")
    try:
        return Limit(parse_bytes(text), "bytes")
    except ValueError as error:
        raise ValueError(f"{error}, nor a share such as 10%" if "share" in units else str(error)) from None


def parse_bytes(text: str) -> int:
    """A number of bytes as dive's rules take them: ``50kB`` is 50,000, ``50KiB`` 51,200; ``k``, ``ki`` and upper or lower case
    mean the same, and a fraction of a byte is cut off."""
    found = _QUANTITY.fullmatch(text.strip())
    number, unit = found.groups() if found else ("", "")
    try:
        count = int(Decimal(number.replace(",", "")) * _FACTORS[unit.lower()])
    except (InvalidOperation, KeyError):
        raise ValueError("is no size such as 20MB") from None
    if count > _LARGEST:
        raise ValueError("is too large for a size")
    return count


def parse_ratio(text: str) -> float:
    """A share between 0 and 1, as dive's rules take it."""
    value = _number(text)
    if not 0 <= value <= 1:
        raise ValueError("is no number between 0 and 1")
    return value


def _number(text: str) -> float:
    """A number as it is written, NaN for what is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _share(text: str) -> float:
    value = _number(text.removesuffix("%")) / 100
    if not 0 <= value < math.inf:
        raise ValueError("is no share such as 10%")
    return value
