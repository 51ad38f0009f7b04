"""The rules of advice, out of ``rules.toml`` and ``secrets.toml``."""

from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from layerscope.core.tables import read_table

SECRETS = "LS8"
"""What the ids of all rules about credentials begin with."""


class AdviceRule(Struct, frozen=True, kw_only=True):
    """A rule that advice itself finds by: ``title`` follows the name of what it found, ``why``, ``remedy`` and ``exceptions``
    (when it is no waste after all) are sentences, ``samples`` say in words what is found by it."""

    id: str
    name: str
    title: str
    why: str
    remedy: str
    exceptions: str = ""
    samples: tuple[str, ...] = ()


@cache
def advice_rules() -> dict[str, AdviceRule]:
    """All rules of advice by their id (``LS401``)."""
    rows = [*document("rules.toml")["rule"], *document("secrets.toml")["rule"]]
    return {rule.id: rule for rule in msgspec.convert(rows, list[AdviceRule])}


@cache
def document(name: str) -> dict[str, Any]:
    """One of the TOML files of this room."""
    return read_table(__file__, name, dict[str, Any])
