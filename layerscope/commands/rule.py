"""``layerscope rule [ID]``: what the rules of the catalogue mean."""

from textwrap import fill

from layerscope.advice.rules import advice_rules
from layerscope.attribution.catalogue import Rule, rules
from layerscope.commands.arguments import add_output, command_parser
from layerscope.commands.output import write
from layerscope.errors import UsageError
from layerscope.names import printable

_WIDTH = 100


def run(arguments: list[str]) -> int:
    """Explains one rule, or lists them all."""
    parser = command_parser("rule", "What a rule of the catalogue means; without ID, all of them in a line each.")
    parser.add_argument("id", metavar="ID", nargs="?", help="its id (LS101) or its name (go-sdk)")
    add_output(parser, ("text", "json"))
    options = parser.parse_args(arguments)
    chosen = all_rules() if options.id is None else (_find(options.id),)
    if options.format == "json":
        from msgspec import json

        document = [item._asdict() for item in chosen] if options.id is None else chosen[0]._asdict()
        write(json.format(json.encode(document), indent=2) + b"\n", options.output)
    else:
        write(listing(chosen) if options.id is None else explanation(chosen[0]), options.output)
    return 0


def all_rules() -> tuple[Rule, ...]:
    """The rules of the catalogue, and those by which advice finds waste that is not a matter of place, by their ids."""
    advice = (
        Rule(item.id, item.name, "any", item.why, (), component=item.title, remedy=item.remedy)
        for item in advice_rules().values()
    )
    return tuple(sorted((*rules(), *advice), key=lambda item: item.id))


def _find(identity: str) -> Rule:
    wanted = identity.casefold()
    found = next((item for item in all_rules() if wanted in (item.id.casefold(), item.name)), None)
    if found is None:
        raise UsageError(f"there is no rule {printable(identity)}", "layerscope rule lists them")
    return found


def listing(chosen: tuple[Rule, ...]) -> str:
    """One line a rule: id, name, category, component."""
    name = max(len(item.name) for item in chosen)
    category = max(len(item.category) for item in chosen)
    rows = (f"{item.id}  {item.name:<{name}}  {item.category:<{category}}  {_subject(item)}".rstrip() for item in chosen)
    return "\n".join(rows) + "\n"


def explanation(item: Rule) -> str:
    """Everything that the catalogue says of one rule."""
    heads = (("category", item.category), ("component", _subject(item)), ("ecosystem", item.ecosystem))
    lines = [f"{item.id} {item.name}", "", *(f"{name}: {value}" for name, value in heads if value), "", fill(item.why, _WIDTH)]
    lines += ["", fill(f"What to do: {item.remedy}", _WIDTH)] if item.remedy else []
    lines += ["", fill(f"Except: {item.exceptions}", _WIDTH)] if item.exceptions else []
    lines += ["", *(f"  {glob}" for glob in item.globs)] if item.globs else []
    lines += ["", fill(f"Packages: {', '.join(item.packages)}", _WIDTH, subsequent_indent="  ")] if item.packages else []
    return "\n".join(lines) + "\n"


def _subject(item: Rule) -> str:
    return item.component or "named after the package"
