"""``layerscope rule [ID]``: what the rules mean: all of them as a table by theme, or one on a page."""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from textwrap import fill, indent
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from layerscope.advice.rules import advice_rules
from layerscope.attribution import catalogue
from layerscope.attribution.catalogue import WHEN_RUN, Rule, rules
from layerscope.attribution.rules.patterns import alternatives
from layerscope.commands.input.arguments import add_output, command_parser
from layerscope.commands.output import format_of, write
from layerscope.core.errors import UsageError
from layerscope.core.names import printable
from layerscope.core.tables import read_table
from layerscope.core.vocabulary import Category, Ecosystem

_WIDTH = 100
_MOST_RELATED = 6
_FORMATS = ("text", "json")
_MOST_PROGRAMS = 8


class _Words(Struct, frozen=True, kw_only=True):
    """The tables of ``rule.toml``, which says what each is."""

    themes: dict[str, str]
    categories: dict[str, str]
    claims: dict[str, str]
    strengths: dict[str, str]
    legend: dict[str, str]
    versions: dict[str, str]


class Example(Struct, frozen=True, kw_only=True):
    """An example of the catalogue's ``examples.toml``, which says what each field is."""

    before: str = ""
    after: str = ""
    rules: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    ecosystems: tuple[str, ...] | None = None


_WORDS = read_table(__file__, "rule.toml", _Words)
THEMES = _WORDS.themes


def run(arguments: list[str]) -> int:
    """Explains one rule, or lists them all."""
    parser = command_parser("rule", "What a rule means; without ID, all rules by theme.")
    parser.add_argument("id", metavar="ID", nargs="?", help="its id (LS101) or its name (go-sdk)")
    add_output(parser, _FORMATS)
    options = parser.parse_args(arguments)
    chosen = None if options.id is None else _find(options.id)
    if format_of(options.format, options.output, _FORMATS) == "json":
        from msgspec import json

        document = list(map(_fields, all_rules())) if chosen is None else _fields(chosen)
        write(json.format(json.encode(document), indent=2) + b"\n", options.output)
    else:
        write(listing(all_rules()) if chosen is None else page(chosen), options.output)
    return 0


@cache
def all_rules() -> tuple[Rule, ...]:
    """The rules of the catalogue, and those by which advice finds waste that is not a matter of place, by their ids."""
    advice = (
        Rule(
            id=item.id,
            name=item.name,
            category="any",  # type: ignore[arg-type]  # as its findings have any
            why=item.why,
            samples=item.samples,
            component=item.title,
            remedy=item.remedy,
            exceptions=item.exceptions,
        )
        for item in advice_rules().values()
    )
    return tuple(sorted((*rules(), *advice), key=lambda item: item.id))


def _find(identity: str) -> Rule:
    wanted = identity.casefold()
    known = all_rules()
    found = next((item for item in known if wanted in (item.id.casefold(), item.name.casefold())), None)
    if found is None:
        from difflib import get_close_matches

        near = get_close_matches(wanted[:64], [item.name for item in known], n=3)
        advice = f"perhaps {' or '.join(near)}" if near else "layerscope rule lists them"
        raise UsageError(f"there is no rule {printable(identity)}", advice)
    return found


def _fields(item: Rule) -> dict[str, Any]:
    shown = example(item)
    return {**asdict(item), "example": {"before": shown.before, "after": shown.after}}


def listing(chosen: tuple[Rule, ...]) -> str:
    """One line a rule below its theme: id, name, category, component."""
    name = max(len(item.name) for item in chosen)
    category = max(len(item.category) for item in chosen)
    blocks = []
    for theme, items in groupby(chosen, key=lambda item: item.id[2]):
        rows = [f"LS{theme}xx  {THEMES[theme]}"]
        rows += [f"{item.id}  {item.name:<{name}}  {item.category:<{category}}  {_subject(item)}".rstrip() for item in items]
        blocks.append("\n".join(rows) + "\n")
    return "\n".join(blocks)


def page(item: Rule) -> str:
    """Everything that is known of one rule, as Markdown that reads well in a terminal."""
    title = f"{item.id} {item.name}"
    facts = [f"- Component: {_subject(item)}", f"- Category: {item.category}, {_WORDS.categories[item.category]}"]
    facts += [f"- Ecosystem: {item.ecosystem}"] if item.ecosystem else []
    needed = item.category in (Category.APPLICATION, Category.DEPENDENCY, Category.RUNTIME, Category.OS)
    sections = (
        ("What it is for" if needed else "Why the program does not need it", fill(item.why, _WIDTH)),
        ("How to remove it", _remedy(item)),
        ("When it is needed after all", _exceptions(item)),
        ("Where", _where(item)),
        ("Examples of what it takes", "\n".join(f"    {sample}" for sample in item.samples)),
        ("See also", "\n".join(f"- {other.id} {other.name}: {_subject(other)}" for other in related(item))),
    )
    blocks = [f"{title}\n{'=' * len(title)}", "\n".join(facts)]
    blocks += [f"## {heading}\n\n{text}" for heading, text in sections if text]
    return "\n\n".join(blocks) + "\n"


def _remedy(item: Rule) -> str:
    shown = example(item)
    blocks = [fill(item.remedy, _WIDTH)] if item.remedy else []
    if shown.after:
        blocks += ["Instead of", indent(shown.before.strip("\n"), "    "), "write", indent(shown.after.strip("\n"), "    ")]
    return "\n\n".join(blocks)


def _exceptions(item: Rule) -> str:
    text = item.exceptions
    if item.role:
        from layerscope.attribution.roles import knowledge

        programs = ", ".join(knowledge().roles[item.role].programs[:_MOST_PROGRAMS])
        text += f" Where the image runs {item.role} (it starts one of {programs}), it is {WHEN_RUN[item.category]}."
    return fill(text.strip(), _WIDTH)


def _where(item: Rule) -> str:
    return "\n\n".join((*_places(item), *_packages(item), *_version(item)))


def _places(item: Rule) -> Iterator[str]:
    """The globs, and what to know about them."""
    if not item.globs:
        return
    notes = [_WORDS.claims[item.claims], _WORDS.strengths.get(item.strength, "")]
    notes += [f"Only where one of these lies beside it: {', '.join(item.beside)}."] if item.beside else []
    notes += [note for sign, note in _WORDS.legend.items() if any(glob.startswith(sign) for glob in item.globs)]
    yield "\n".join(f"    {glob}" for glob in item.globs)
    yield fill(" ".join(filter(None, notes)), _WIDTH)


def _packages(item: Rule) -> Iterator[str]:
    """The names of packages, for each package manager, and how they are shown."""
    named: dict[str, list[str]] = {}
    for name in (name for package in item.packages for name in alternatives(package)):
        manager, _, rest = name.rpartition(":")
        named.setdefault(manager, []).append(rest)
    for manager, names in named.items():
        text = f"Packages of {manager or 'the operating system'}: {', '.join(names)}."
        yield fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    if named:
        yield "Each is shown by its own name." if item.naming == "package" else f"All are shown as {item.component}."


def _version(item: Rule) -> Iterator[str]:
    """Where the version is found."""
    sources = (_WORDS.versions[kind].format(what) for kind, _, what in (text.partition(":") for text in item.version))
    if item.version:
        yield fill(f"Its version: {', else '.join(sources)}.", _WIDTH)


def related(item: Rule) -> tuple[Rule, ...]:
    """Rules that a reader of this one may want to know: those of its ecosystem, its own theme first."""
    others = [other for other in all_rules() if other.id != item.id and _is_kin(other, item)]
    others.sort(key=lambda other: (other.component != item.component, other.id[2] != item.id[2], _distance(other, item)))
    return tuple(others[:_MOST_RELATED])


def _is_kin(one: Rule, other: Rule) -> bool:
    same_theme = other.ecosystem not in (Ecosystem.NONE, Ecosystem.OS) or one.id[2] == other.id[2]
    return one.ecosystem == other.ecosystem and same_theme


def _distance(one: Rule, other: Rule) -> int:
    return abs(int(one.id[2:]) - int(other.id[2:]))


@cache
def examples() -> list[Example]:
    """All examples of the catalogue."""
    return read_table(catalogue.__file__, "examples.toml", dict[str, list[Example]])["example"]


def example(item: Rule) -> Example:
    """A Dockerfile as it is often written, and as it should be; an empty one for what is no waste."""
    found = max(examples(), key=lambda one: _fitness(one, item))
    return found if item.remedy and _fitness(found, item) else Example()


def _fitness(one: Example, item: Rule) -> int:
    """How well an example fits: the rule itself is named, its ecosystem and category are, its category is."""
    if best := max((len(identity) for identity in one.rules if item.id.startswith(identity)), default=0):
        return 10 + best
    if item.category not in one.categories:
        return 0
    return 1 if one.ecosystems is None else 5 * (item.ecosystem in one.ecosystems)


def _subject(item: Rule) -> str:
    return item.component or "named after the package"
