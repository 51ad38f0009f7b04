"""The rules of advice, out of ``rules.toml``."""

import tomllib
from functools import cache
from pathlib import Path

from msgspec import Struct


class AdviceRule(Struct, frozen=True):
    """A rule that advice itself finds by: ``title`` follows the name of what it found, ``why`` and ``remedy`` are sentences."""

    id: str
    name: str
    title: str
    why: str
    remedy: str


@cache
def advice_rules() -> dict[str, AdviceRule]:
    """All rules of advice by their id (``LS401``)."""
    rows: list[dict[str, str]] = tomllib.loads(Path(__file__).with_name("rules.toml").read_text("utf-8"))["rule"]
    return {row["id"]: AdviceRule(**row) for row in rows}
