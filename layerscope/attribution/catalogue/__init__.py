"""The catalogue: what files are, told by where they lie or by the package that owns them. Knowledge is data, in ``*.toml``.

Each file of this directory is one theme and holds ``[[rule]]`` blocks:

=============== ======================================================================================================
``id``          ``LS`` and three digits, never reused: LS0xx the application and its libraries, LS1xx toolchain, LS2xx
                caches, LS3xx sources, version control and intermediate files, LS5xx documentation and locales, LS6xx
                development dependencies, LS7xx debug data, LS9xx the operating system and runtimes; the others are advice's
``name``        the rule's own short name (``go-sdk``)
``category``    one of :data:`layerscope.core.vocabulary.Category`
``component``   what a person would call the files that ``globs`` take
``naming``      ``package`` (the default): files of one of ``packages`` are named after it; ``component``: like the others,
                and so are files of libraries that ``globs`` refine, unless only developing needs the library anyway
``ecosystem``   ``go``, ``c``, ``python``, ``os`` …; may be left out
``globs``       places, as :mod:`layerscope.attribution.rules.globs` reads them; ``~`` is /root and /home/*, ``$APP`` the
                directories of the application, another ``$NAME`` the directory that the image's ENV says
``beside``      names (``Cargo.toml``) or endings (``*.csproj``), any one of which has to lie in the directory that the first
                ``**`` of the glob ends in: with ``**/obj/**`` beside ``*.csproj``, the directory that holds ``obj``; with
                ``**/*.map`` the file's own. Every glob of such a rule has a ``**`` and goes on after it. What has to lie beside
                makes a glob more specific, by its length
``packages``    globs for names of packages: ``gcc-*`` of the operating system (dpkg, apk, rpm); with its package manager in
                front, one of :data:`SYSTEMS`, a language's: ``pip:setuptools``, ``npm:@types/*``, ``gem:rake``. Here ``*``
                takes slashes too. Names of pip are in their normal form (lower case, ``-`` for ``_`` and ``.``)
``claims``      what ``globs`` mean for files that a package owns: ``unowned`` (the default) leaves them to it, ``refines``
                gives them the rule's category under their package's name unless a rule for the package says otherwise,
                ``always`` takes them
``strength``    ``tree``: nothing below the globs is anything else (needs ``claims = 'always'``, and no ``beside``); ``rest``:
                only what no other rule takes
``role``        one of the roles of ``attribution/roles.toml`` (``python``, ``npm``, ``jdk``): when the image runs it, the files
                are what :data:`WHEN_RUN` says instead: a toolchain is the runtime, source and intermediate files are the
                application, caches and development dependencies are dependencies. For packages of the operating system it
                counts when the interpreter that runs is of such a package, for other files when it is not; so a rule that
                names such packages should have only their places
``when_run``    the category when the image runs the ``role``, instead of what :data:`WHEN_RUN` says: ``dependency`` for
                Python packages of the distribution
``version``     where the version is found, the first that answers: ``file:PATH`` (of the picked files), ``env:NAME``,
                ``package:GLOB`` (as in ``packages``), ``path:GLOB``: the first number in the last name of a directory,
                ``path:/opt/yarn-v*``; only the last name may hold ``*``
``why``         one sentence: why the program does not need it when it runs, or what it is for
``remedy``      what to do about it
``exceptions``  when it is needed after all
``samples``     paths, or ``package NAME`` (``package npm:typescript``), that the rule takes
=============== ======================================================================================================
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.rules import patterns
from layerscope.core import tables
from layerscope.core.compiled import compiled
from layerscope.core.errors import LayerscopeError
from layerscope.core.vocabulary import CATEGORIES, Category

CLAIMS = ("unowned", "refines", "always")
STRENGTHS = ("tree", "", "rest")
NAMINGS = ("package", "component")

WHEN_RUN = {
    Category.TOOLCHAIN: Category.RUNTIME,
    Category.SOURCE: Category.APPLICATION,
    Category.INTERMEDIATE: Category.APPLICATION,
    Category.CACHE: Category.DEPENDENCY,
    Category.DEV_DEPENDENCY: Category.DEPENDENCY,
}
"""What the files of a rule with a ``role`` are when the image runs that role, by the rule's category."""

_ID = re.compile(r"LS\d{3}\Z")
_VERSION = re.compile(r"(?:file:/|env:|package:|path:/).+\Z")
_GLOB = re.compile(r"(?:/|~/|\*\*/|\$[A-Z_]+/).+\Z")
_ROLE = re.compile(r"[a-z][a-z0-9-]*\Z")
_BESIDE = re.compile(r"(?:\*\.)?[^/*?\[\]{}]+\Z")
_SYSTEM = re.compile(r"([a-z]+):")


class CatalogueError(LayerscopeError):
    """A rule of the catalogue is written wrongly: a mistake in layerscope, not in an image."""


class Rule(NamedTuple):
    """One rule; the module's docstring says what each field means. ``endings`` are the globs that its ``globs`` stand for, with
    how much each says (:func:`layerscope.attribution.rules.patterns.endings`)."""

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
    beside: tuple[str, ...] = ()
    role: str = ""
    when_run: str = ""
    endings: tuple[patterns.Ending, ...] = ()


_KEYS = frozenset(Rule._fields) - {"endings"}
_REQUIRED = _KEYS - Rule._field_defaults.keys()
_LISTS = frozenset(("globs", "packages", "version", "samples", "beside"))


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, by id. The first call reads the files; :class:`CatalogueError` says what is wrong with one."""
    sources = sorted(Path(__file__).parent.glob("*/*.toml"))
    rows = compiled(Path(__file__), [Path(patterns.__file__), *sources], lambda: list(map(tuple, _read_all(sources))))
    return tuple(map(Rule._make, rows))


def _read_all(sources: Iterable[Path]) -> list[Rule]:
    """The rules of all files, by id."""
    found: dict[str, Rule] = {}
    for path in sources:
        for rule in parse(path.read_text(encoding="utf-8"), path.name):
            if rule.id in found:
                raise CatalogueError(f"{path.name}: {rule.id} is already the id of the rule {found[rule.id].name}")
            found[rule.id] = rule
    return [found[identity] for identity in sorted(found)]


def rule(identity: str) -> Rule | None:
    """The rule of that id (``LS101``, in any case) or name (``go-sdk``); None when there is none."""
    wanted = identity.casefold()
    return next((item for item in rules() if wanted in (item.id.casefold(), item.name)), None)


def parse(text: str, source: str) -> list[Rule]:
    """The rules of one catalogue file. ``source`` is its name for messages."""
    try:
        document = tables.parse(text)
    except ValueError as error:
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
    return rule._replace(endings=tuple(ending for glob in rule.globs for ending in patterns.endings(glob)))


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
    if rule.strength == "tree" and (rule.claims != "always" or rule.beside):
        return "a tree always claims its files, whatever lies beside"
    for glob in rule.globs:
        if not _GLOB.match(glob):
            return f"the glob {glob!r} begins with none of / ~/ **/ $NAME/"
    return _problem_of_packages(rule) or _problem_of_conditions(rule)


def _problem_of_packages(rule: Rule) -> str:
    for package in rule.packages:
        if (system := _SYSTEM.match(package)) and system[1] not in SYSTEMS:
            return f"{system[1]!r} is none of {', '.join(SYSTEMS)}"
    for version in rule.version:
        if not _VERSION.match(version):
            return f"the version source {version!r} is none of file:/PATH, env:NAME, package:GLOB, path:/GLOB"
    return ""


def _problem_of_conditions(rule: Rule) -> str:
    if rule.role and not _ROLE.match(rule.role):
        return f"the role {rule.role!r} is not a word in lower case"
    if rule.when_run and (rule.when_run not in CATEGORIES or not rule.role):
        return f"{rule.when_run!r} when it is run: a role has to go with it, and a category"
    if rule.role and not rule.when_run and rule.category not in WHEN_RUN:
        return f"a {rule.category} rule with a role: it would be the same when the image runs it"
    for name in rule.beside:
        if not _BESIDE.match(name):
            return f"beside {name!r} is neither a name nor an ending such as *.csproj"
    for glob in rule.globs if rule.beside else ():
        if "/**/" not in f"/{glob}":
            return f"beside what? the glob {glob!r} has no **/ that ends in a directory"
    return ""
