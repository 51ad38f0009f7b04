"""What people forbid or ignore: a category, a rule of the catalogue, a component, a path."""

import fnmatch
import re
from difflib import get_close_matches
from functools import cache
from itertools import compress
from typing import Literal

from msgspec import Struct

from layerscope.advice.model import Finding
from layerscope.advice.rules import AdviceRule, advice_rules
from layerscope.analysis import Analysis
from layerscope.attribution.catalogue import Rule, rules
from layerscope.attribution.model import Component
from layerscope.core.expressions import expression
from layerscope.core.names import parse
from layerscope.core.vocabulary import CATEGORIES

_RULE = expression(r"LS\d{0,3}", re.IGNORECASE)
_COMPONENT = "component:"


Kind = Literal["category", "rule", "component", "path", "check"]


class Selector(Struct, frozen=True):
    """``text`` is what people wrote; ``value`` is the category, the beginning of a rule's id, a glob for the names of
    components or packages in lower case, a glob of absolute paths, or the id of one of the gate's own rules (``check``)."""

    kind: Kind
    value: str
    text: str


def parse_selector(text: str) -> Selector:
    """Reads ``toolchain``, ``LS8``, ``LS101``, ``go-sdk``, ``Go build cache``, ``component:gcc-*`` or ``/srv/**``.

    ValueError for what is none of these, so that a slip of the pen does not forbid nothing.
    """
    wanted = text.casefold()
    if text.startswith("/"):
        return Selector("path", text, text)
    if wanted.startswith(_COMPONENT) and wanted != _COMPONENT:
        return Selector("component", wanted.removeprefix(_COMPONENT).strip(), text)
    if _begins_rule(text.upper()):
        return Selector("rule", text.upper(), text)
    if wanted in _names():
        return Selector(*_names()[wanted], text)
    near = get_close_matches(wanted[:64], _names(), n=1)
    advice = f"perhaps {near[0]}; " if near else ""
    raise ValueError(f"is no category, rule or component of the catalogue: {advice}a package is written component:NAME")


def _begins_rule(text: str) -> bool:
    """Whether a rule's id begins so."""
    rules_named = (value for kind, value in _names().values() if kind == "rule")
    return _RULE.fullmatch(text) is not None and any(value.startswith(text) for value in rules_named)


@cache
def _names() -> dict[str, tuple[Kind, str]]:
    """What each name selects, in lower case: a category, else a rule, else the components of just this name."""
    found: dict[str, tuple[Kind, str]] = {category: ("category", category) for category in CATEGORIES}
    named: tuple[Rule | AdviceRule, ...] = (*rules(), *advice_rules().values())
    for rule in named:
        found.setdefault(rule.name.casefold(), ("rule", rule.id))
    for component in filter(None, (rule.component.casefold() for rule in rules())):
        found.setdefault(component, ("component", re.sub(r"([\[*?])", r"[\1]", component)))
    return found


def takes_component(selector: Selector, component: Component) -> bool:
    """Whether it means all files of this component."""
    match selector.kind:
        case "category":
            return component.category == selector.value
        case "rule":
            return component.rule.startswith(selector.value)
        case "component":
            names = filter(None, (component.name, component.package, component.title))
            return any(fnmatch.fnmatchcase(name.casefold(), selector.value) for name in names)
    return False


def takes_finding(selector: Selector, finding: Finding) -> bool:
    """Whether it means this finding, wherever its bytes lie."""
    return selector.kind == "rule" and finding.rule.startswith(selector.value)


def entries_of(selector: Selector, analysis: Analysis) -> set[int]:
    """The entries of the filesystem, live or shadowed, that it means by their path or their owner."""
    filesystem, attribution = analysis.filesystem, analysis.attribution
    if selector.kind == "path":
        matches = _path_pattern(selector.value).match
        return {entry for entry, path in enumerate(filesystem.paths) if matches(b"/" + path)}
    taken = bytes(takes_component(selector, component) for component in attribution.components)
    return set(compress(range(len(filesystem)), map(taken.__getitem__, attribution.owner))) if any(taken) else set()


def _path_pattern(glob: str) -> re.Pattern[bytes]:
    """Paths that a glob takes, and what lies below them."""
    path = "/" + parse(glob).strip(b"/").decode("latin-1")
    return re.compile("|".join(map(fnmatch.translate, (path, path + "/*"))).encode("latin-1"))
