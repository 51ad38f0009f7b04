"""The distributions that are installed in an image: their files, what they require, and the plugins that they register.

Formats: PyPA "Recording installed projects" (``RECORD``), "Core metadata" (``Requires-Dist``), "Dependency specifiers" and
"Entry points"; setuptools' ``egg-info`` for what pip did not install.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from msgspec import Struct, field

from layerscope.attribution.packages.languages.pip import normalized
from layerscope.attribution.packages.relative import all_resolved
from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text
from layerscope.core.paths import normal_path
from layerscope.needs.languages.python.knowledge import knowledge
from layerscope.needs.languages.python.tree import Tree
from layerscope.needs.trees import first, joined, upwards

_FIELD = expression(rb"^(Name|Version|Requires-Dist):[ \t]*([^\r\n]*)", re.MULTILINE)
_SECTION = expression(r"^\s*\[\s*([^\]]+?)\s*\]\s*$")
_ENTRY_POINT = expression(r"(?!\s*[#;])([^=]*)=([^:\[]*)")
_ONE_EXTRA = expression(r"\(?\s*extra\s*==\s*[\"'][\w.-]+[\"']\s*\)?")
_REQUIREMENT = expression(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?")
_COMMANDS = ("console_scripts", "gui_scripts")
_MOST_ENTRY_POINTS = 100_000


class Distribution(Struct, eq=False, kw_only=True):
    """One installed distribution. ``name`` is in its normal form; ``site`` the directory that it lies in; ``information`` its
    ``dist-info`` or ``egg-info``. ``files`` are the paths that it brought; ``trees`` directories that are its own as a whole;
    ``plugins`` maps groups of entry points to the modules behind them; ``scripts`` maps commands to theirs."""

    name: str
    version: str
    site: bytes
    information: bytes
    files: list[bytes]
    trees: tuple[bytes, ...] = ()
    requires: tuple[str, ...] = ()
    plugins: dict[str, list[str]] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)

    @property
    def request(self) -> bytes:
        """The path of the mark that somebody asked for it, and not another distribution (PEP 376, REQUESTED)."""
        return self.information + b"/REQUESTED"

    @property
    def origin(self) -> bytes:
        """The path of what says where it was installed from, other than by its name (PEP 610, direct_url.json)."""
        return self.information + b"/direct_url.json"

    @property
    def metadata(self) -> bytes:
        """The path of what says what it requires."""
        return self.information + b"/METADATA" if self.information.endswith(b".dist-info") else self.information

    def sources(self) -> list[bytes]:
        """Its sources in the directory that it lies in."""
        return [path for path in self.files if path.endswith(b".py") and path.startswith(self.site + b"/")]

    def modules(self) -> list[str]:
        """The names of the modules that it brings, packages without what is inside."""
        start = len(self.site) + 1
        tops = {re.split(rb"[/.]", path[start:], maxsplit=1)[0] for path in (*self.files, *self.trees)}
        return list(filter(str.isidentifier, map(path_text, sorted(tops))))


class Installed:
    """Distributions by what is asked of them: ``named`` by their names, ``owners`` by the paths that they brought, ``plugins``
    by the groups of their entry points. ``markers`` is the environment of what they require."""

    def __init__(self, distributions: list[Distribution], markers: dict[str, str]) -> None:
        self.markers = markers
        self.named: dict[str, Distribution] = {}
        self.owners: dict[bytes, Distribution] = {}
        self.plugins: dict[str, list[Distribution]] = {}
        self._trees: dict[bytes, Distribution] = {}
        for item in reversed(distributions):
            self.named[item.name] = item
            self.owners |= dict.fromkeys(item.files, item)
            self._trees |= dict.fromkeys(item.trees, item)
            for group in item.plugins:
                self.plugins.setdefault(group, []).insert(0, item)
        self._groups = [(group, path_bytes(group)) for group in sorted(self.plugins)]

    def owner_of(self, path: bytes) -> Distribution | None:
        """The distribution that brought a file, or the tree that it lies in."""
        if path in self.owners or not self._trees:
            return self.owners.get(path)
        directory, _, name = path.rpartition(b"/")
        places = (path, joined(directory, name.partition(b".")[0]), *upwards(directory))
        return first(map(self._trees.get, places))

    def groups_in(self, content: bytes) -> list[str]:
        """The groups of entry points that a source names, and so may load."""
        named = [(group, name) for group, name in self._groups if name in content]
        return [group for group, name in named if any(quote + name + quote in content for quote in (b'"', b"'"))]


def find_distributions(tree: Tree, sites: Iterable[bytes]) -> list[Distribution]:
    """The distributions in these directories, in the order in which importlib.metadata finds them: the first of a name wins."""
    found: dict[str, Distribution] = {}
    for site in sites:
        for information in (*tree.directories_in(site), *tree.files.get(site, ())):
            if information.endswith((b".dist-info", b".egg-info")):
                distribution = _read_distribution(tree, site, information)
                found.setdefault(distribution.name, distribution)
    return list(found.values())


def _read_distribution(tree: Tree, site: bytes, information: bytes) -> Distribution:
    """What a directory says of a distribution, or a lone file that has nothing but metadata."""
    metadata = (tree.read(information + name) for name in (b"/METADATA", b"/PKG-INFO", b""))
    fields = _read_fields(next(filter(None, metadata), b""))
    named = re.split(r"[-.]", path_text(information.rpartition(b"/")[2]))[:1]
    (name, *_), (version, *_) = fields.get(b"Name", named), fields.get(b"Version", [""])
    files = _recorded_files(tree, site, information)
    distribution = Distribution(
        name=normalized(name),
        version=version,
        site=site,
        information=information,
        files=files,
        trees=() if files else _top_level(tree, site, information, normalized(name)),
        requires=tuple(fields.get(b"Requires-Dist") or _unconditional(tree.read(information + b"/requires.txt"))),
    )
    _read_entry_points(distribution, tree.read(information + b"/entry_points.txt"))
    return distribution


def _read_fields(metadata: bytes) -> dict[bytes, list[str]]:
    """The fields in the head of core metadata that have values, which may be several."""
    head = re.split(rb"\r?\n\r?\n", metadata, maxsplit=1)[0]
    found: dict[bytes, list[str]] = {}
    for key, value in _FIELD.findall(head):
        if text := path_text(value).strip():
            found.setdefault(key, []).append(text)
    return found


def _unconditional(content: bytes) -> Iterator[str]:
    """Requirements of setuptools' ``requires.txt``: those in front of its first section hold always."""
    lines = takewhile(lambda line: not line.startswith("["), path_text(content).splitlines())
    return filter(None, map(str.strip, lines))


def _recorded_files(tree: Tree, site: bytes, information: bytes) -> list[bytes]:
    if record := tree.read(information + b"/RECORD"):
        lines = filter(None, record.splitlines())
        return all_resolved(site, [line.rsplit(b",", 2)[0].strip(b'"').replace(b'""', b'"') for line in lines])
    installed = tree.read(information + b"/installed-files.txt")
    return [normal_path(line, information) for line in filter(None, installed.splitlines())]


def _top_level(tree: Tree, site: bytes, information: bytes, name: str) -> tuple[bytes, ...]:
    """The modules that ``top_level.txt`` lists, else the one that has the distribution's name."""
    listed = tree.read(information + b"/top_level.txt").split()
    modules = tuple(site + b"/" + module for module in listed if b".." not in module)
    return modules or tuple(filter(tree.is_module, (site + b"/" + path_bytes(name.replace("-", "_")),)))


def _read_entry_points(distribution: Distribution, content: bytes) -> None:
    for group, name, module in _entry_points(content):
        if group in _COMMANDS:
            distribution.scripts[name] = module
        else:
            distribution.plugins.setdefault(group, []).append(module)


def _entry_points(content: bytes) -> Iterator[tuple[str, str, str]]:
    """The group, name and module of each entry point."""
    group = ""
    for line in path_text(content).splitlines()[:_MOST_ENTRY_POINTS]:
        if match := _SECTION.match(line):
            group = match[1]
        elif group and (point := _ENTRY_POINT.match(line)):
            yield group, point[1].strip(), point[2].strip()


def requirements(
    distribution: Distribution, extras: frozenset[str], environment: dict[str, str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """The names that a distribution requires, each with the extras that it asks of it, in an environment of PEP 508 markers."""
    for line in distribution.requires:
        specifier, _, marker = line.partition(";")
        match = _REQUIREMENT.match(specifier)
        if match and _holds(marker.strip(), extras, environment):
            name, asked = match.groups("")
            yield normalized(name), frozenset(map(normalized, filter(None, map(str.strip, asked.split(",")))))


def _holds(marker: str, extras: frozenset[str], environment: dict[str, str]) -> bool:
    """Whether a marker holds. Most are simple, and not worth the import of a parser."""
    if not marker:
        return True
    is_left_out = not extras and _ONE_EXTRA.fullmatch(marker) is not None
    return not is_left_out and _evaluate(marker, extras, environment)


def _evaluate(marker: str, extras: frozenset[str], environment: dict[str, str]) -> bool:
    """Whether a marker holds; one that cannot be understood does, so that nothing is lost."""
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    try:
        parsed = Marker(marker)
        return any(parsed.evaluate({**environment, "extra": extra}) for extra in ("", *extras))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError, ValueError):
        return True


def marker_environment(version: str, machine: str) -> dict[str, str]:
    """The values of PEP 508's environment markers for CPython on Linux; ``machine`` is Go's name of it."""
    known = knowledge().markers
    versions = dict.fromkeys(("python_full_version", "implementation_version"), f"{version}.0")
    own = {"python_version": version, "platform_machine": known.machines.get(machine, machine)}
    return known.linux | versions | own
