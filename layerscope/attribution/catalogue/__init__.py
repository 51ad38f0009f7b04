"""The catalogue: what files are, by where they lie or by the package that owns them. Knowledge is data, in ``*.toml``.

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
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct, convert, to_builtins
from msgspec.structs import replace

from layerscope.attribution.packages.registry import SYSTEMS
from layerscope.attribution.rules import patterns
from layerscope.core import tables
from layerscope.core.compiled import compiled
from layerscope.core.errors import LayerscopeError
from layerscope.core.vocabulary import Category, Ecosystem

Strength = Literal["tree", "", "rest"]
STRENGTHS: tuple[Strength, ...] = get_args(Strength)

WHEN_RUN = {
    Category.TOOLCHAIN: Category.RUNTIME,
    Category.SOURCE: Category.APPLICATION,
    Category.INTERMEDIATE: Category.APPLICATION,
    Category.CACHE: Category.DEPENDENCY,
    Category.DEV_DEPENDENCY: Category.DEPENDENCY,
}
"""What the files of a rule with a ``role`` are when the image runs that role, by the rule's category."""

_Text = Annotated[str, Meta(min_length=1)]
_Texts = Annotated[tuple[_Text, ...], Meta(min_length=1)]


class CatalogueError(LayerscopeError):
    """A rule of the catalogue is written wrongly: a mistake in layerscope, not in an image."""


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule; the module's docstring says what each field means. ``endings`` are the globs that its ``globs`` stand for, with
    how much each says (:func:`layerscope.attribution.rules.patterns.endings`)."""

    id: str
    name: _Text
    category: Category
    why: _Text
    samples: _Texts
    component: _Text = ""
    ecosystem: Ecosystem = Ecosystem.NONE
    globs: _Texts = ()
    packages: _Texts = ()
    naming: Literal["package", "component"] = "package"
    claims: Literal["unowned", "refines", "always"] = "unowned"
    strength: Strength = ""
    version: _Texts = ()
    remedy: _Text = ""
    exceptions: _Text = ""
    beside: _Texts = ()
    role: _Text = ""
    when_run: _Text = ""
    endings: tuple[patterns.Ending, ...] = ()


_FORMS = {
    "id": (r"LS\d{3}", "LS and three digits"),
    "globs": (r"(?:/|~/|\*\*/|\$[A-Z_]+/).+", "a glob that begins with one of / ~/ **/ $NAME/"),
    "packages": (
        rf"(?:{'|'.join(SYSTEMS)}):.+|(?![a-z]+:).+",
        f"a name, with one of {', '.join(SYSTEMS)} in front for a library",
    ),
    "version": (r"(?:file:/|env:|package:|path:/).+", "one of file:/PATH, env:NAME, package:GLOB, path:/GLOB"),
    "role": (r"[a-z][a-z0-9-]*|", "a word in lower case"),
    "when_run": ("|".join(("", *Category)), "a category"),
    "beside": (r"(?:\*\.)?[^/*?\[\]{}]+", "a name or an ending such as *.csproj"),
}
"""What the texts of some fields look like, as an expression and in words."""

_MISTAKES: tuple[tuple[Callable[[Rule], object], str], ...] = (
    (lambda rule: not rule.globs and not rule.packages, "neither globs nor packages"),
    (
        lambda rule: not rule.component and (rule.globs or rule.naming == "component"),
        "what is not named after a package needs a component",
    ),
    (
        lambda rule: rule.strength == "tree" and (rule.claims != "always" or rule.beside),
        "a tree always claims its files, whatever lies beside",
    ),
    (lambda rule: rule.when_run and not rule.role, "when_run without a role"),
    (
        lambda rule: rule.role and not rule.when_run and rule.category not in WHEN_RUN,
        "a role that changes nothing: the category would be the same when the image runs it",
    ),
    (
        lambda rule: rule.beside and not all("/**/" in f"/{glob}" for glob in rule.globs),
        "beside what? a glob has no **/ that ends in a directory",
    ),
)
"""What no single field shows to be wrong."""


class _Theme(Struct, forbid_unknown_fields=True):
    """A file of the catalogue."""

    rule: list[dict[str, Any]]


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, by id. The first call reads the files; :class:`CatalogueError` says what is wrong with one."""
    sources = sorted(Path(__file__).parent.glob("*/*.toml"))
    also = [Path(patterns.__file__), *sources]
    return convert(compiled(Path(__file__), also, lambda: to_builtins(_read_all(sources))), tuple[Rule, ...])


def _read_all(sources: Iterable[Path]) -> list[Rule]:
    """The rules of all files, by id."""
    found: dict[str, Rule] = {}
    for path in sources:
        for rule in parse(path.read_text(encoding="utf-8"), path.name):
            if rule.id in found:
                raise CatalogueError(f"{path.name}: {rule.id} is already the id of the rule {found[rule.id].name}")
            found[rule.id] = rule
    return list(map(found.__getitem__, sorted(found)))


def rule(identity: str) -> Rule | None:
    """The rule of that id (``LS101``, in any case) or name (``go-sdk``); None when there is none."""
    wanted = identity.casefold()
    return next((item for item in rules() if wanted in (item.id.casefold(), item.name)), None)


def parse(text: str, source: str) -> list[Rule]:
    """The rules of one catalogue file. ``source`` is its name for messages."""
    where = source
    try:
        found = []
        for block in convert(tables.parse(text), _Theme).rule:
            where = f"{source}: rule {block.get('id', '?')}"
            found.append(_checked(convert(block, Rule)))
        return found
    except ValueError as error:
        raise CatalogueError(f"{where}: {error}") from None


def _checked(rule: Rule) -> Rule:
    """The rule with its endings, where nothing is wrong with it."""
    mistakes = (words for is_made, words in _MISTAKES if is_made(rule))
    for problem in chain(_malformed(rule), mistakes):
        raise ValueError(problem)
    return replace(rule, endings=tuple(chain.from_iterable(map(patterns.endings, rule.globs))))


def _malformed(rule: Rule) -> Iterator[str]:
    for field, (pattern, words) in _FORMS.items():
        value = getattr(rule, field)
        for text in (value,) if isinstance(value, str) else value:
            if not re.fullmatch(pattern, text):
                yield f"{field}: {text!r} is not {words}"
