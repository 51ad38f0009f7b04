"""The rules of advice, out of ``rules.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class AdviceRule:
    """A rule that advice itself finds by: ``title`` follows the name of what it found, ``why`` and ``remedy`` are sentences."""

    id: str
    name: str
    title: str
    why: str
    remedy: str


@cache
def advice_rules() -> dict[str, AdviceRule]:
    """All rules of advice by their id (``LS801``)."""
    rows: list[dict[str, str]] = tomllib.loads(files(__package__).joinpath("rules.toml").read_text("utf-8"))["rule"]
    return {row["id"]: AdviceRule(**row) for row in rows}
