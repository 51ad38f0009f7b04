"""The rules of the gate, in the order in which they are asked."""

from layerscope.checking.model import Limit, Rule
from layerscope.core.tables import read_table

RULES = {rule.id: rule for rule in read_table(__file__, "rules.toml", dict[str, tuple[Rule, ...]])["rule"]}
"""By id. ``readable``, ``forbid`` and ``secrets`` have no threshold."""

DIVE_DEFAULTS = {
    "lowest-efficiency": Limit(0.9, "ratio"),
    "highest-wasted-bytes": None,
    "highest-user-wasted-percent": Limit(0.1, "ratio"),
}
"""What dive asks where nothing else is set; None is off."""

LIMITS = tuple(rule.id for rule in RULES.values() if rule.units)
"""The rules that have a threshold."""
