"""The catalogue: what files are, told by where they lie or by the package that owns them. Knowledge is data, in ``*.toml``.

Each file of this directory is one theme and holds ``[[rule]]`` blocks:

=============== ======================================================================================================
``id``          ``LS`` and three digits, never reused: LS0xx the application, LS1xx toolchain, LS2xx caches, LS3xx sources
                and version control, LS4xx intermediate files, LS5xx documentation and locales, LS6xx development
                dependencies, LS7xx debug data, LS9xx the operating system
``name``        the rule's own short name (``go-sdk``)
``category``    one of :data:`layerscope.attribution.model.CATEGORIES`
``component``   what a person would call the files that ``globs`` take
``naming``      ``package`` (the default): files of one of ``packages`` are named after it; ``component``: like the others
``ecosystem``   ``go``, ``c``, ``python``, ``os`` …; may be left out
``globs``       places, as :mod:`layerscope.attribution.globs` reads them; ``~`` is /root and /home/*, ``$APP`` the
                directories of the application, another ``$NAME`` the directory that the image's ENV says
``packages``    globs for names of OS packages
``claims``      what ``globs`` mean for files that a package owns: ``unowned`` (the default) leaves them to it, ``refines``
                gives them the rule's category under their package's name unless a rule for the package says otherwise,
                ``always`` takes them
``strength``    ``tree``: nothing below the globs is anything else (needs ``claims = 'always'``); ``rest``: only what no other
                rule takes
``version``     where the version is found, the first that answers: ``file:PATH``, ``env:NAME``, ``package:GLOB``
``why``         one sentence: why the program does not need it when it runs, or what it is for
``remedy``      what to do about it
``exceptions``  when it is needed after all
``samples``     paths, or ``package NAME``, that the rule takes
=============== ======================================================================================================

Prose is written in literal strings ('…'), which the standard library's TOML reader takes in at once.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from layerscope.attribution.model import CATEGORIES
from layerscope.errors import LayerscopeError

CLAIMS = ("unowned", "refines", "always")
STRENGTHS = ("tree", "", "rest")
NAMINGS = ("package", "component")

_ID = re.compile(r"LS\d{3}\Z")
_VERSION = re.compile(r"(?:file:/|env:|package:).+\Z")
_GLOB = re.compile(r"(?:/|~/|\*\*/|\$[A-Z_]+/).+\Z")


class CatalogueError(LayerscopeError):
    """A rule of the catalogue is written wrongly: a mistake in layerscope, not in an image."""


class Rule(NamedTuple):
    """One rule; the module's docstring says what each field means."""

    id: str
    name: str
    category: str
    why: str
    samples: tuple[str, ...]
    component: str = ""
    ecosystem: str = ""
    globs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    naming: str = "package"
    claims: str = "unowned"
    strength: str = ""
    version: tuple[str, ...] = ()
    remedy: str = ""
    exceptions: str = ""


_KEYS = frozenset(Rule._fields)
_REQUIRED = _KEYS - Rule._field_defaults.keys()
_LISTS = frozenset(("globs", "packages", "version", "samples"))


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, by id. The first call reads the files; :class:`CatalogueError` says what is wrong with one."""
    found: dict[str, Rule] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for rule in parse(path.read_text(encoding="utf-8"), path.name):
            if rule.id in found:
                raise CatalogueError(f"{path.name}: {rule.id} is already the id of the rule {found[rule.id].name}")
            found[rule.id] = rule
    return tuple(found[identity] for identity in sorted(found))


def rule(identity: str) -> Rule | None:
    """The rule of that id (``LS101``, in any case) or name (``go-sdk``); None when there is none."""
    wanted = identity.casefold()
    return next((item for item in rules() if wanted in (item.id.casefold(), item.name)), None)


def parse(text: str, source: str) -> list[Rule]:
    """The rules of one catalogue file. ``source`` is its name for messages."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{source}: {error}") from None
    if unknown := sorted(document.keys() - {"rule"}):
        raise CatalogueError(f"{source}: unknown table {unknown[0]!r}, only [[rule]] is known")
    return [_rule(block, source) for block in document.get("rule", [])]


def _rule(block: dict[str, Any], source: str) -> Rule:
    where = f"{source}: rule {block.get('id', '?')}"
    if unknown := sorted(block.keys() - _KEYS):
        raise CatalogueError(f"{where}: unknown key {unknown[0]!r}")
    if missing := sorted(_REQUIRED - block.keys()):
        raise CatalogueError(f"{where}: {missing[0]!r} is missing")
    for key, value in block.items():
        wanted = list if key in _LISTS else str
        if type(value) is not wanted or not value or (wanted is list and not all(type(item) is str for item in value)):
            raise CatalogueError(f"{where}: {key!r} has to be {'a list of texts' if wanted is list else 'a text'}, not empty")
    values: dict[str, Any] = {key: tuple(value) if key in _LISTS else value for key, value in block.items()}
    rule = Rule(**values)
    if problem := _problem(rule):
        raise CatalogueError(f"{where}: {problem}")
    return rule


def _problem(rule: Rule) -> str:
    """What is wrong with a rule's values, "" when nothing is."""
    if not _ID.match(rule.id):
        return "an id is LS and three digits"
    closed_lists = ((rule.category, CATEGORIES), (rule.claims, CLAIMS), (rule.strength, STRENGTHS), (rule.naming, NAMINGS))
    for value, allowed in closed_lists:
        if value not in allowed:
            return f"{value!r} is none of {', '.join(filter(None, allowed))}"
    if not rule.globs and not rule.packages:
        return "neither globs nor packages"
    if (rule.globs or rule.naming == "component") and not rule.component:
        return "what is not named after a package needs a component"
    if rule.strength == "tree" and rule.claims != "always":
        return "a tree always claims its files"
    for glob in rule.globs:
        if not _GLOB.match(glob):
            return f"the glob {glob!r} begins with none of / ~/ **/ $NAME/"
    for version in rule.version:
        if not _VERSION.match(version):
            return f"the version source {version!r} is none of file:/PATH, env:NAME, package:GLOB"
    return ""
