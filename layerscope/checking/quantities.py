"""Thresholds as people write them: ``50kB``, ``20 MiB``, ``10%``, ``0.95``, ``off``."""

import math
import re
from decimal import Decimal, InvalidOperation

from layerscope.checking.model import Limit, Unit

_QUANTITY = re.compile(r"(?P<number>[0-9.,]+)\s*(?P<unit>[a-z]*)", re.IGNORECASE)
_PREFIXES = "kmgtpe"
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
    factor = _factor(found["unit"].lower()) if found else 0
    if found is None or not factor:
        raise ValueError("is no size such as 20MB")
    try:
        count = int(Decimal(found["number"].replace(",", "")) * factor)
    except InvalidOperation:
        raise ValueError("is no size such as 20MB") from None
    if count > _LARGEST:
        raise ValueError("is too large for a size")
    return count


def _factor(unit: str) -> int:
    """How many bytes a unit is, 0 for one that there is not."""
    prefix = unit.removesuffix("b")
    binary = prefix.endswith("i")
    prefix = prefix.removesuffix("i")
    if not prefix:
        return 0 if binary else 1
    if len(prefix) != 1 or prefix not in _PREFIXES:
        return 0
    return int((1024 if binary else 1000) ** (_PREFIXES.index(prefix) + 1))


def parse_ratio(text: str) -> float:
    """A share between 0 and 1, as dive's rules take it."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise ValueError("is no number between 0 and 1")
    return value


def _share(text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / 100
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise ValueError("is no share such as 10%")
    return value
