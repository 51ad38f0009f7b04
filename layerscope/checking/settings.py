"""What a gate is set to: thresholds, what is forbidden, what is ignored; read from tables and put on top of each other."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from msgspec import Struct

from layerscope.checking.catalogue import LIMITS, RULES
from layerscope.checking.model import Limit
from layerscope.checking.quantities import is_off, parse_limit
from layerscope.checking.selectors import Selector, parse_selector
from layerscope.core.errors import UsageError
from layerscope.core.expressions import expression
from layerscope.core.names import printable

KEYS = (*LIMITS, "secrets", "against", "forbid", "ignore", "locked")
"""Every key of ``[tool.layerscope]`` and ``.layerscope.toml``."""

T = TypeVar("T")

_IGNORE_KEYS = ("what", "reason", "until")
_IGNORE = expression(r"(?P<what>[^=]+)=(?P<reason>.*?)(?:,\s*until=(?P<until>[^,]*))?", re.DOTALL)


class Setting(Struct, frozen=True):
    """A rule's threshold, None when it is switched off, and where that is set (``origin``). ``assumed`` where it is not written
    anywhere: dive's default."""

    limit: Limit | None
    origin: str
    assumed: bool = False


class Forbidden(Struct, frozen=True):
    """Something that must not be in the image, and where that is set."""

    selector: Selector
    origin: str


class Ignore(Struct, frozen=True, kw_only=True):
    """What a gate does not look at: files and findings, or a rule of its own.

    ``until`` is the last day on which it does not; None for always. ``of_checkout`` where a file of the checkout says so, which
    is not trusted with credentials.
    """

    selector: Selector
    reason: str
    origin: str
    until: date | None = None
    of_checkout: bool = False

    @property
    def term(self) -> str:
        """How long it holds, as a sentence goes on; "" where it always does."""
        return f" until {self.until}" if self.until else ""

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and self.until < today


class Settings(Struct, frozen=True, kw_only=True):
    """``limits`` has the rules that are set, by id. ``secrets`` is None where nothing says whether to look for them.
    ``against`` is the reference image, "" for none. ``notices`` are sentences about the files themselves, ``refused`` about
    what files of the checkout may not set. Beside ``locked`` files only the command line counts."""

    limits: dict[str, Setting] = {}
    secrets: tuple[bool, str] | None = None
    against: str = ""
    forbid: tuple[Forbidden, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    notices: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    locked: bool = False

    def under(self, higher: "Settings") -> "Settings":
        """Both, where ``higher`` wins; what is forbidden and what is ignored add up."""
        return Settings(
            limits={**self.limits, **higher.limits},
            secrets=higher.secrets or self.secrets,
            against=higher.against or self.against,
            forbid=(*self.forbid, *higher.forbid),
            ignore=(*self.ignore, *higher.ignore),
            notices=(*self.notices, *higher.notices),
            refused=(*self.refused, *higher.refused),
            locked=self.locked or higher.locked,
        )


def from_table(table: Mapping[str, object], origin: str, show_key: bool = True) -> Settings:
    """The settings of a table. UsageError names ``origin`` and, if ``show_key``, the key of what is wrong."""
    limits: dict[str, Setting] = {}
    for key, value in table.items():
        if key in LIMITS:
            limits[key] = Setting(read_limit(key, value, _at(origin, printable(key), show_key)), origin)
        elif key not in KEYS:
            raise _unknown(key, origin, KEYS)
    return Settings(
        limits=limits,
        secrets=None if "secrets" not in table else (read_switch(table["secrets"], _at(origin, "secrets", show_key)), origin),
        against=_text(table.get("against", ""), _at(origin, "against", show_key)),
        forbid=read_forbidden(table.get("forbid", []), origin, _at(origin, "forbid", show_key)),
        ignore=_ignores(table.get("ignore", []), origin),
        locked=read_switch(table.get("locked", False), _at(origin, "locked", show_key)),
    )


def _at(origin: str, key: str, show_key: bool) -> str:
    return f"{origin}: {key}" if show_key else origin


def _unknown(key: str, origin: str, known: tuple[str, ...]) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(key[:64].replace("_", "-").lower(), known, n=1)
    advice = f"perhaps {near[0]}" if near else f"known are {', '.join(known)}"
    return UsageError(f"{origin}: there is no setting {printable(key)}", advice)


def read_limit(key: str, value: object, where: str) -> Limit | None:
    """One rule's threshold, None when it is switched off; UsageError names ``where``."""
    if value is False:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UsageError(f"{where} has to be a number, a text such as {_example(key)}, or false, not {_shown(value)}")
    text = str(value)
    if is_off(text):
        return None
    try:
        return parse_limit(text, RULES[key].units)
    except ValueError as error:
        raise UsageError(f"{where}: {_shown(value)} {error}", f"for example {_example(key)}, or off") from None


def _example(key: str) -> str:
    units = RULES[key].units
    return "0.9" if "ratio" in units else "20MB or 10%" if "share" in units else "20MB"


def _shown(value: object) -> str:
    text = printable(str(value))
    return text if len(text) <= 60 else f"{text[:59]}…"


def read_switch(value: object, where: str) -> bool:
    """Whether something is on; UsageError names ``where``."""
    match value:
        case bool():
            return value
        case str() if value.strip().lower() in ("on", "true"):
            return True
        case str() if is_off(value):
            return False
    raise UsageError(f"{where} has to be on or off, not {_shown(value)}")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{where} has to be a text, not {_shown(value)}")
    return value


def read_forbidden(value: object, origin: str, where: str) -> tuple[Forbidden, ...]:
    """What is forbidden: a list, or a text with commas."""
    items = _all(str, value.split(",") if isinstance(value, str) else value)
    if items is None:
        raise UsageError(f'{where} has to be a list of texts such as ["toolchain", "LS8"], not {_shown(value)}')
    texts = filter(None, dict.fromkeys(map(str.strip, items)))
    return tuple(Forbidden(_selector(text, where), origin) for text in texts)


def _all(kind: type[T], value: object) -> list[T] | None:
    """A list of things of a kind; None for all else."""
    return value if isinstance(value, list) and all(isinstance(item, kind) for item in value) else None


def _selector(text: str, where: str) -> Selector:
    try:
        return parse_selector(text)
    except ValueError as error:
        raise UsageError(f"{where}: {_shown(text)} {error}") from None


def _ignores(value: object, origin: str) -> tuple[Ignore, ...]:
    where = f"{origin}: ignore"
    items = _all(dict, value)
    if items is None:
        raise UsageError(f"{where} has to be tables, each with what, reason and perhaps until", "write [[ignore]]")
    return tuple(_ignore_table(item, origin, f"{where} {number}") for number, item in enumerate(items, 1))


def _ignore_table(item: Mapping[str, object], origin: str, place: str) -> Ignore:
    unknown = next((key for key in item if key not in _IGNORE_KEYS), None)
    if unknown is not None:
        raise _unknown(str(unknown), place, _IGNORE_KEYS)
    what, reason = (_text(item.get(key, ""), f"{place}: {key}").strip() for key in ("what", "reason"))
    return _ignore(what, reason, _day(item.get("until"), f"{place}: until"), origin, place)


def read_ignore(text: str, origin: str) -> Ignore:
    """``WHAT=REASON`` or ``WHAT=REASON,until=YYYY-MM-DD``, as the command line takes it."""
    found = _IGNORE.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{origin} {_shown(text)}: it needs a reason", f'for example {origin} "LS403=vendored on purpose,until=2030-01-31"'
        )
    return _ignore(found["what"].strip(), found["reason"].strip(), _day(found["until"], origin), origin, origin)


def _ignore(what: str, reason: str, until: date | None, origin: str, where: str) -> Ignore:
    if not what:
        raise UsageError(f"{where}: it does not say what to ignore", "a rule, a component or a path")
    if not reason:
        raise UsageError(f"{where}: {_shown(what)} is ignored without a reason", "say why")
    selector = Selector("check", what, what) if what in RULES else _selector(what, where)
    return Ignore(selector=selector, reason=reason, origin=origin, until=until)


def _day(value: object, where: str) -> date | None:
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise UsageError(f"{where}: {_shown(value)} is no day such as 2030-01-31") from None
