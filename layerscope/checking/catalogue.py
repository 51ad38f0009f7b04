"""The rules of the gate, in the order in which they are asked."""

from layerscope.checking.model import Limit, Rule

RULES = {
    rule.id: rule
    for rule in (
        Rule(
            "readable",
            "every part of the image was read",
            "What cannot be read cannot be judged.",
            (),
        ),
        Rule(
            "lowest-efficiency",
            "lowest efficiency (dive)",
            "dive's efficiency: the bytes of each path's smallest copy, as a share of those of all its copies.",
            ("ratio",),
            at_least=True,
        ),
        Rule(
            "highest-wasted-bytes",
            "highest wasted bytes (dive)",
            "dive's wasted bytes: all copies of each path that two or more layers store.",
            ("bytes",),
        ),
        Rule(
            "highest-user-wasted-percent",
            "highest user-wasted percent (dive)",
            "dive's wasted bytes as a share of what the layers above the first store.",
            ("ratio",),
        ),
        Rule(
            "max-shadowed",
            "shadowed bytes",
            "Stored in a layer, but overwritten or deleted by a later one: what dive means to count, each byte once.",
            ("bytes", "share"),
        ),
        Rule(
            "max-waste",
            "removable bytes",
            "Findings that are dead or build-only: what a multi-stage build leaves behind.",
            ("bytes", "share"),
        ),
        Rule(
            "max-size",
            "image size",
            "The bytes that all layers store.",
            ("bytes",),
        ),
        Rule(
            "max-compressed-size",
            "compressed size",
            "The layers as a registry stores them: what a node pulls.",
            ("bytes",),
        ),
        Rule(
            "max-growth",
            "growth against the reference image",
            "The bytes that all layers store, against the reference image's.",
            ("bytes", "share"),
        ),
        Rule(
            "forbid",
            "forbidden",
            "What must not be in any layer.",
            (),
        ),
        Rule(
            "secrets",
            "no credentials",
            "Everybody who can pull an image can read what its layers, configuration and history hold.",
            (),
        ),
    )
}
"""By id. ``readable``, ``forbid`` and ``secrets`` have no threshold."""

DIVE_DEFAULTS = {
    "lowest-efficiency": Limit(0.9, "ratio"),
    "highest-wasted-bytes": None,
    "highest-user-wasted-percent": Limit(0.1, "ratio"),
}
"""What dive asks when nobody says anything else; None is off."""

LIMITS = tuple(rule.id for rule in RULES.values() if rule.units)
"""The rules that have a threshold."""
