"""``layerscope rule [ID]``: what the rules mean: all of them as a table by theme, or one on a page of its own."""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from textwrap import fill, indent
from typing import Any

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

THEMES = {
    "0": "the application and its libraries",
    "1": "toolchains: what only building needs",
    "2": "caches: what can be fetched or computed again",
    "3": "sources, version control, what builds leave behind",
    "4": "stored in vain: what later layers delete or store again",
    "5": "documentation, translations, what is shown to people",
    "6": "development dependencies",
    "7": "debug data",
    "8": "secrets",
    "9": "the operating system, runtimes, the base",
}
"""What the rules are about, by the first digit of their ids."""

_MEANINGS = {
    Category.APPLICATION: "the program itself",
    Category.DEPENDENCY: "libraries and data that the program was built to use",
    Category.RUNTIME: "what runs the program",
    Category.OS: "the base system",
    Category.TOOLCHAIN: "what builds programs",
    Category.CACHE: "what can be fetched or computed again",
    Category.SOURCE: "what the program was built from",
    Category.INTERMEDIATE: "what a build left on its way",
    Category.DEV_DEPENDENCY: "what developing and testing need",
    Category.DOCS: "what people read",
    "any": "of any category",
}

_CLAIMS = {
    "unowned": "Only files that no package owns.",
    "refines": "A package's files keep its name, and get this category.",
    "always": "Also files that a package owns.",
}
_STRENGTHS = {"tree": "Nothing below is anything else.", "rest": "Only what no other rule takes.", "": ""}
_LEGEND = {
    "~/": "~ is /root, and every directory in /home.",
    "$APP/": "$APP is each directory of the application: WORKDIR, and what COPY filled.",
    "**/": "** is any number of directories.",
}


def run(arguments: list[str]) -> int:
    """Explains one rule, or lists them all."""
    parser = command_parser("rule", "What a rule means; without ID, all rules by theme.")
    parser.add_argument("id", metavar="ID", nargs="?", help="its id (LS101) or its name (go-sdk)")
    add_output(parser, _FORMATS)
    options = parser.parse_args(arguments)
    if format_of(options.format, options.output, _FORMATS) == "json":
        from msgspec import json

        document = [_fields(item) for item in all_rules()] if options.id is None else _fields(_find(options.id))
        write(json.format(json.encode(document), indent=2) + b"\n", options.output)
    else:
        write(listing(all_rules()) if options.id is None else page(_find(options.id)), options.output)
    return 0


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
    before, after = example(item)
    return {**asdict(item), "example": {"before": before, "after": after}}


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
    facts = [f"- Component: {_subject(item)}", f"- Category: {item.category}, {_MEANINGS[item.category]}"]
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
    before, after = example(item)
    blocks = [fill(item.remedy, _WIDTH)] if item.remedy else []
    if item.remedy and after:
        blocks += ["Instead of", indent(before.strip("\n"), "    "), "write", indent(after.strip("\n"), "    ")]
    return "\n\n".join(blocks)


def _exceptions(item: Rule) -> str:
    text = item.exceptions
    if item.role:
        from layerscope.attribution.roles import knowledge

        programs = ", ".join(knowledge().roles[item.role].programs[:_MOST_PROGRAMS])
        text += f" Where the image runs {item.role} (it starts one of {programs}), it is {WHEN_RUN[item.category]}."
    return fill(text.strip(), _WIDTH)


def _where(item: Rule) -> str:
    blocks = []
    if item.globs:
        notes = [_CLAIMS[item.claims], _STRENGTHS[item.strength]]
        notes += [f"Only where one of these lies beside it: {', '.join(item.beside)}."] if item.beside else []
        notes += [note for sign, note in _LEGEND.items() if any(glob.startswith(sign) for glob in item.globs)]
        blocks += ["\n".join(f"    {glob}" for glob in item.globs), fill(" ".join(filter(None, notes)), _WIDTH)]
    if item.packages:
        blocks += [fill(packages, _WIDTH, break_long_words=False, break_on_hyphens=False) for packages in _packages(item)]
        blocks.append("Each is shown by its own name." if item.naming == "package" else f"All are shown as {item.component}.")
    if item.version:
        blocks.append(fill(f"Its version: {', else '.join(_source(text) for text in item.version)}.", _WIDTH))
    return "\n\n".join(blocks)


def _packages(item: Rule) -> Iterator[str]:
    """The names of packages, for each package manager."""
    named = [(system, name) if colon else ("", system) for system, colon, name in _partitioned(item.packages)]
    for manager in dict(named):
        names = ", ".join(name for system, name in named if system == manager)
        yield f"Packages of {manager or 'the operating system'}: {names}."


def _partitioned(packages: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    yield from (name.partition(":") for package in packages for name in alternatives(package))


def _source(text: str) -> str:
    kind, _, what = text.partition(":")
    return {
        "file": f"what {what} begins with",
        "env": f"{what} of the image's ENV",
        "package": f"that of the package {what}",
        "path": f"the number in the name {what}",
    }[kind]


def related(item: Rule) -> tuple[Rule, ...]:
    """Rules that somebody who reads about this one may want to know: those of its ecosystem, its own theme first."""
    others = [other for other in all_rules() if other.id != item.id and _kin(other, item)]
    others.sort(key=lambda other: (other.component != item.component, other.id[2] != item.id[2], _distance(other, item)))
    return tuple(others[:_MOST_RELATED])


def _kin(one: Rule, other: Rule) -> bool:
    if other.ecosystem in (Ecosystem.NONE, Ecosystem.OS):
        return one.ecosystem == other.ecosystem and one.id[2] == other.id[2]
    return one.ecosystem == other.ecosystem


def _distance(one: Rule, other: Rule) -> int:
    return abs(int(one.id[2:]) - int(other.id[2:]))


@cache
def _examples() -> tuple[dict[str, Any], ...]:
    return tuple(read_table(catalogue.__file__, "examples.toml", dict[str, list[dict[str, Any]]])["example"])


def example(item: Rule) -> tuple[str, str]:
    """What a Dockerfile often says, and what to write instead; empty for what is no waste."""
    found = max(_examples(), key=lambda one: _fitness(one, item))
    return (found["before"], found["after"]) if item.remedy and _fitness(found, item) else ("", "")


def _fitness(one: dict[str, Any], item: Rule) -> int:
    """How well an example fits: the rule itself is named, its ecosystem and category are, its category is."""
    named: Iterator[int] = (len(identity) for identity in one.get("rules", ()) if item.id.startswith(identity))
    if best := max(named, default=0):
        return 10 + best
    if item.category not in one.get("categories", ()):
        return 0
    ecosystems = one.get("ecosystems")
    return 1 if ecosystems is None else 5 * (item.ecosystem in ecosystems)


def _subject(item: Rule) -> str:
    return item.component or "named after the package"
