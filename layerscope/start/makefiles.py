"""What make runs of a makefile (GNU make manual, "Overview of make"): the recipes that its goals lead to, as lines for a shell.

Conditionals are not decided: what stands in any branch counts. What a makefile computes is a hole in the line.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
from itertools import chain, filterfalse, islice

from msgspec import Struct, field

from layerscope.core.expressions import expression
from layerscope.start.shell.states import HOLE

_ASSIGNMENT = expression(r"(?:(?:export|override|unexport)\s+)*([\w.-]+)\s*(\?=|::?:?=|\+=|!=|=)\s*(.*)", re.DOTALL)
_RULE = expression(r"((?:[^:#=$]|\$[({][^)}]*[)}]|\$.)+?)\s*(?:&?::?)(?![:=])([^;]*)(?:;(.*))?\Z", re.DOTALL)
_DIRECTIVE = expression(r"(?:ifn?eq|ifn?def|else|endif|endef|undefine|export|unexport|vpath)\b")
_CONTINUED = expression(r"[ \t]*\\\n[ \t]*")
_COMMENT = expression(r"(?<!\\)#.*")
_INCLUDE = expression(r"[-s]?include\s+(.+)")
_DEFINITION = expression(r"(?:override\s+)?define\s+([\w.-]+)")
_END = expression(r"\s*endef\b")
_SPECIAL = expression(r"\A\.|%")
_SHELL = expression(r"\Ashell\s+(.*\S)", re.DOTALL)
_FUNCTION = expression(r"[\s:]")
_REFERENCE = expression(r"\$(?:\$|[({]([^(){}$]*)[)}]|([^({$]))", re.DOTALL)
_PREFIX = "@-+ \t"
_MOST_EXPANSIONS = 20
_MOST_FILES = 50
_LONGEST = 65536
_OWN = {"MAKE": "make", "SHELL": "/bin/sh", "CURDIR": HOLE, "RM": "rm -f"}

Read = Callable[[str], str | None]
"""The text of a file by its name from make's directory, None where it is not there."""


class Recipe(Struct, frozen=True):
    """A line that make hands to ``shell``."""

    shell: str
    line: str


class _Rule(Struct):
    targets: tuple[str, ...]
    needs: tuple[str, ...]
    lines: list[str] = field(default_factory=list)

    def makes(self, name: str) -> bool:
        """Whether it is the rule of a name, or of a pattern that the name fits."""
        patterns = (target.replace("%", "*") for target in self.targets if "%" in target)
        return name in self.targets or any(HOLE in name or fnmatchcase(name, pattern) for pattern in patterns)

    @staticmethod
    def only(names: tuple[str, ...]) -> str:
        """The one name, where it is one and no pattern."""
        return HOLE if len(names) != 1 or "%" in names[0] else names[0]


class _Makefile(Struct):
    """``variables`` as they stand, ``rules`` in their order, ``computed`` commands that make runs while it reads."""

    variables: dict[str, str]
    rules: list[_Rule] = field(default_factory=list)
    computed: list[str] = field(default_factory=list)
    one_shell: bool = False

    def add_line(self, line: str) -> None:
        """Adds a line to the recipe of the rule that was read last."""
        for rule in self.rules[-1:]:
            rule.lines.append(line)


def recipes(names: Iterable[str], goals: Iterable[str], variables: Mapping[str, str], read: Read) -> list[Recipe]:
    """What make runs for its ``goals`` (the first target, without any) by the makefiles of these names: with the variables
    that it is given."""
    wanted, given = _goals_and_variables(goals)
    makefile = _Makefile({**_OWN, **variables})
    _read_files(makefile, list(names), read)
    makefile.variables |= given
    shell = _expand(makefile, "$(SHELL)") or _OWN["SHELL"]
    rules = _reached(makefile, wanted or _first_goal(makefile))
    lines = chain(makefile.computed, chain.from_iterable(map(partial(_lines_of, makefile), rules)))
    return list(map(partial(Recipe, shell), dict.fromkeys(lines)))


def _goals_and_variables(words: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """The arguments of a command line: names of targets, and variables that are set."""
    goals: list[str] = []
    given: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        given |= {name: value} if sign else {}
        goals += [] if sign else [word]
    return goals, given


def _read_files(makefile: _Makefile, names: list[str], read: Read) -> None:
    """Reads makefiles and those that they include, each once."""
    for name in islice(names, _MOST_FILES):  # grows while it is gone through
        included = _read_text(makefile, read(name) or "")
        names += [name for name in included if name not in names]


def _read_text(makefile: _Makefile, text: str) -> list[str]:
    """Reads a makefile; the names of those that it includes."""
    included: list[str] = []
    lines = iter(_CONTINUED.sub(" ", text[:_LONGEST].replace("\r\n", "\n")).split("\n"))
    for line in lines:
        if line.startswith("\t"):
            makefile.add_line(line[1:])
        else:
            included += _read_statement(makefile, _COMMENT.sub("", line).strip(), lines)
    return included


def _read_statement(makefile: _Makefile, statement: str, lines: Iterator[str]) -> list[str]:
    """Reads what is no line of a recipe: an assignment, an ``include`` (whose names come back), a text of several lines (which
    is gone past), or a rule."""
    if match := _INCLUDE.match(statement):
        return _expand(makefile, match[1]).split()
    if match := _ASSIGNMENT.fullmatch(statement):
        _assign(makefile, *match.groups())
    elif _DEFINITION.match(statement):
        next(filter(_END.match, lines), None)
    elif match := None if _DIRECTIVE.match(statement) else _RULE.match(statement):
        _add_rule(makefile, *match.groups(""))
    return []


def _assign(makefile: _Makefile, name: str, operator: str, text: str) -> None:
    known = makefile.variables.get(name, "")
    match operator:
        case "?=":
            makefile.variables.setdefault(name, text)
        case "=":
            makefile.variables[name] = text
        case "+=":
            makefile.variables[name] = f"{known} {text}".strip()
        case "!=":
            makefile.variables[name] = _expand(makefile, f"$(shell {text})")
        case _:
            makefile.variables[name] = _expand(makefile, text)


def _add_rule(makefile: _Makefile, targets: str, needs: str, line: str) -> None:
    names = tuple(_expand(makefile, targets).split())
    makefile.one_shell |= ".ONESHELL" in names
    makefile.rules.append(_Rule(names, tuple(_expand(makefile, needs.replace("|", " ")).split()), list(filter(None, [line]))))


def _first_goal(makefile: _Makefile) -> list[str]:
    names = chain.from_iterable(rule.targets for rule in makefile.rules)
    first = next(filterfalse(_SPECIAL.search, names), "")
    return [_expand(makefile, makefile.variables.get(".DEFAULT_GOAL", first))]


def _reached(makefile: _Makefile, goals: list[str]) -> list[_Rule]:
    """The rules that the goals lead to, what is needed first; a name that is computed may be any of a pattern."""
    found: dict[int, _Rule] = {}
    seen: set[str] = set()
    waiting = goals[::-1]
    while waiting:
        name = waiting.pop()
        fitting = [rule for rule in makefile.rules if rule.makes(name)]
        needed = [need for rule in fitting for need in rule.needs if need not in seen]
        if name in seen or not needed:
            found |= {id(rule): rule for rule in fitting}
        else:
            waiting += [name, *reversed(needed)]
        seen.add(name)
    return list(found.values())


def _lines_of(makefile: _Makefile, rule: _Rule) -> Iterator[str]:
    automatic = {"@": rule.only(rule.targets), "<": rule.only(rule.needs[:1]), **dict.fromkeys("^*?+", HOLE)}
    lines = ["\n".join(rule.lines)] if makefile.one_shell else rule.lines
    yield from filter(None, (_expand(makefile, line.lstrip(_PREFIX), automatic) for line in lines))


def _expand(makefile: _Makefile, text: str, automatic: Mapping[str, str] | None = None) -> str:
    """A text with the values of variables; what functions make is a hole, and what ``shell`` runs is noted."""
    known = {**makefile.variables, **(automatic or {})}

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2] or ""
        if match[0] == "$$":
            return "\0"
        makefile.computed += [command.replace("\0", "$") for command in _SHELL.findall(name)]
        return known.get(name, HOLE if _FUNCTION.search(name) else "")

    for _ in range(_MOST_EXPANSIONS):
        text, before = _REFERENCE.sub(value, text)[:_LONGEST], text
        if text == before:
            return text.replace("\0", "$").strip()
    return HOLE
