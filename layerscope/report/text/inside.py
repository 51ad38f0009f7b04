"""How the inside of a program or shared library is worded: at length, and in one line."""

from layerscope.core.names import printable
from layerscope.core.units import counted, cut, percent, size
from layerscope.layers.binaries.model import BinaryDetails, Module, ModulesFrom

_MOST_ROWS = 10
_MOST_NAMES = 3
_WIDTH = 120
_TOLD = ("-ldflags", "-gcflags", "-tags", "-trimpath", "-race", "CGO_ENABLED", "vcs.revision", "vcs.time", "vcs.modified")
"""Go's build settings that say something of the size or the origin of a program."""

_NOUNS = {"Rust": "crate", "Go": "module"}

Block = tuple[str, list[str]]


def blocks(details: BinaryDetails) -> list[Block]:
    """Titles and lines: what it is, what its bytes are, what strip saves, its modules and packages, the largest first."""
    found = [("inside", [line for line in (_headline(details), _parts(details), _strip(details), _settings(details)) if line])]
    if details.modules and not _sized(details):
        found.append((_noun(details) + "s", _listed(details)))
    elif details.modules:
        found += [("modules", _modules(details)), ("package", _packages(details))]
    return found


def short(details: BinaryDetails) -> str:
    """The same in one line: what compiled it, whose code is the most, what strip saves."""
    toolchain = printable(details.toolchain or details.language)
    strip = f"strip would save {size(details.strippable)}" if details.strippable else "stripped"
    return " · ".join(filter(None, (toolchain, _largest_parts(details), strip)))


def _largest_parts(details: BinaryDetails) -> str:
    """The largest modules where their sizes are known, else how many there are, else the parts of the file."""
    if sized := _sized(details):
        named = [f"{printable(module.name)} {size(module.size or 0)}" for module in sized[:_MOST_NAMES]]
        return ", ".join(named) + _more(len(sized) - len(named))
    if details.modules:
        return counted(len(details.modules), _noun(details))
    return ", ".join(f"{part.name} {size(part.size)}" for part in details.parts[:_MOST_NAMES])


def _sized(details: BinaryDetails) -> list[Module]:
    return [module for module in details.modules if module.size]


def _noun(details: BinaryDetails) -> str:
    """What the language calls what a program is linked from."""
    return _NOUNS.get(details.language, "module")


def _headline(details: BinaryDetails) -> str:
    what = f"{details.language} program".strip() if details.language else "compiled program or library"
    by = f", by {printable(details.toolchain)}" if details.toolchain else ""
    return f"{what} {printable(details.main)}".strip() + by


def _parts(details: BinaryDetails) -> str:
    return " · ".join(f"{part.name} {size(part.size)}" for part in details.parts)


def _strip(details: BinaryDetails) -> str:
    if not details.strippable:
        return "stripped already" if details.sections else ""
    kinds = dict.fromkeys(
        name.partition("_")[0] + "_*" if name.startswith((".debug_", ".zdebug_")) else name for name in details.stripped
    )
    names = ", ".join(printable(name) for name in list(kinds)[:_MOST_ROWS])
    return f"strip would save {size(details.strippable)}, {percent(details.strippable, details.size)} of it: {names}"


def _settings(details: BinaryDetails) -> str:
    told = [f"{name}={value}" for name, value in details.settings if name in _TOLD and value]
    return cut("built with " + printable(" ".join(told)), _WIDTH) if told else ""


def _modules(details: BinaryDetails) -> list[str]:
    attributed = sum(module.size or 0 for module in details.modules)
    rest = details.size - attributed
    lines = [f"{size(attributed)} of code by module; {size(rest)} of tables, data and padding belong to no single one"]
    if details.how_known is ModulesFrom.FUNCTIONS:
        lines.append("by the names of functions: the program has no list of its modules")
    return lines + _largest([(module.size or 0, _module_name(module)) for module in details.modules], attributed)


def _largest(named: list[tuple[int, str]], whole: int) -> list[str]:
    """A line for each of the first, and one for all others."""
    lines = [_row(count, whole, name) for count, name in named[:_MOST_ROWS]]
    if left := named[_MOST_ROWS:]:
        lines.append(_row(sum(count for count, _ in left), whole, f"{len(left)} more"))
    return lines


def _module_name(module: Module) -> str:
    by = f", replaced by {printable(module.replaced_by)}" if module.replaced_by else ""
    return f"{printable(module.name)} {printable(module.version)}".strip() + by


def _packages(details: BinaryDetails) -> list[str]:
    attributed = sum(package.size for package in details.packages)
    named = [(package.size, printable(package.name) or "(functions without a package)") for package in details.packages]
    return _largest(named, attributed)


def _listed(details: BinaryDetails) -> list[str]:
    """Modules of which no sizes are known."""
    count = len(details.modules)
    is_partial = details.how_known is ModulesFrom.PANIC_MESSAGES
    known = "that messages of panics name; there may be more" if is_partial else "linked in"
    lines = [f"{counted(count, _noun(details))} {known}"]
    lines += [_module_name(module) for module in details.modules[:_MOST_ROWS]]
    return [*lines, f"{count - _MOST_ROWS} more"] if count > _MOST_ROWS else lines


def _row(count: int, whole: int, name: str) -> str:
    return cut(f"{size(count):>8} {percent(count, whole):>8}  {name}", _WIDTH)


def _more(count: int) -> str:
    return f", {count} more" if count > 0 else ""
