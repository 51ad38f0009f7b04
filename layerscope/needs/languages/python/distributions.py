"""The distributions that are installed in an image: their files, what they require, and the plugins that they register.

Formats: PyPA "Recording installed projects" (``RECORD``), "Core metadata" (``Requires-Dist``), "Dependency specifiers" and
"Entry points"; setuptools' ``egg-info`` for what pip did not install.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from layerscope.attribution.packages.languages.pip import normalized
from layerscope.attribution.packages.relative import all_resolved, resolved
from layerscope.core.names import path_bytes, path_text
from layerscope.needs.languages.python.tree import Tree

_FIELD = re.compile(rb"^(Name|Version|Requires-Dist):[ \t]*([^\r\n]*)", re.MULTILINE)
_SECTION = re.compile(r"^\s*\[\s*([^\]]+?)\s*\]\s*$")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?")
_COMMANDS = ("console_scripts", "gui_scripts")


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


def find_distributions(tree: Tree, sites: Iterable[bytes]) -> list[Distribution]:
    """The distributions in these directories, in the order in which importlib.metadata finds them: the first of a name wins."""
    found: dict[str, Distribution] = {}
    for site in sites:
        for directory in sorted(tree.directories_in(site)):
            if directory.endswith((b".dist-info", b".egg-info")):
                distribution = _distribution(tree, site, directory)
                found.setdefault(distribution.name, distribution)
        for path in tree.files.get(site, ()):
            if path.endswith(b".egg-info"):
                distribution = _lone_file(tree, site, path)
                found.setdefault(distribution.name, distribution)
    return list(found.values())


def _distribution(tree: Tree, site: bytes, directory: bytes) -> Distribution:
    metadata = tree.read(directory + b"/METADATA") or tree.read(directory + b"/PKG-INFO")
    name, version, requires = _metadata(metadata, directory)
    if not requires and directory.endswith(b".egg-info"):
        requires = _egg_requirements(tree.read(directory + b"/requires.txt"))
    files = _recorded(tree, site, directory)
    trees = () if files else _top_level(tree, site, directory, name)
    distribution = Distribution(
        name=name, version=version, site=site, information=directory, files=files, trees=trees, requires=requires
    )
    _entry_points(distribution, tree.read(directory + b"/entry_points.txt"))
    return distribution


def _lone_file(tree: Tree, site: bytes, path: bytes) -> Distribution:
    name, version, requires = _metadata(tree.read(path), path)
    return Distribution(
        name=name, version=version, site=site, information=path, files=[], trees=_guessed(tree, site, name), requires=requires
    )


def _metadata(content: bytes, directory: bytes) -> tuple[str, str, tuple[str, ...]]:
    head = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]
    fields = [(key, path_text(value).strip()) for key, value in _FIELD.findall(head)]
    requires = tuple(value for key, value in fields if key == b"Requires-Dist")
    values = dict(reversed(fields))
    base = path_text(directory.rpartition(b"/")[2]).split("-")
    return normalized(values.get(b"Name") or base[0].split(".")[0]), values.get(b"Version", ""), requires


def _egg_requirements(content: bytes) -> tuple[str, ...]:
    """``requires.txt``: what stands before its first section holds always."""
    lines = path_text(content).splitlines()
    first = next((number for number, line in enumerate(lines) if line.startswith("[")), len(lines))
    return tuple(line.strip() for line in lines[:first] if line.strip())


def _recorded(tree: Tree, site: bytes, directory: bytes) -> list[bytes]:
    record = tree.read(directory + b"/RECORD")
    if record:
        lines = record.splitlines()
        return all_resolved(site, [line.rsplit(b",", 2)[0].strip(b'"').replace(b'""', b'"') for line in lines if line])
    installed = tree.read(directory + b"/installed-files.txt")
    return [resolved(directory, line) for line in installed.splitlines() if line]


def _top_level(tree: Tree, site: bytes, directory: bytes, name: str) -> tuple[bytes, ...]:
    listed = tree.read(directory + b"/top_level.txt").split()
    return tuple(site + b"/" + module for module in listed if b".." not in module) or _guessed(tree, site, name)


def _guessed(tree: Tree, site: bytes, name: str) -> tuple[bytes, ...]:
    module = site + b"/" + path_bytes(name.replace("-", "_"))
    return (module,) if tree.is_directory(module) or tree.entry(module + b".py") is not None else ()


def _entry_points(distribution: Distribution, content: bytes) -> None:
    group = ""
    for line in path_text(content).splitlines()[:100_000]:
        if match := _SECTION.match(line):
            group = match[1]
            continue
        name, equals, value = line.partition("=")
        module = value.partition("[")[0].partition(":")[0].strip()
        if not equals or not group or line.lstrip().startswith(("#", ";")):
            continue
        if group in _COMMANDS:
            distribution.scripts[name.strip()] = module
        else:
            distribution.plugins.setdefault(group, []).append(module)


def required(
    distribution: Distribution, extras: frozenset[str], environment: dict[str, str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """The names that a distribution requires, each with the extras that it asks of it, in an environment of PEP 508 markers."""
    for line in distribution.requires:
        specifier, _, marker = line.partition(";")
        match = _REQUIREMENT.match(specifier)
        if match and _holds(marker.strip(), extras, environment):
            asked = frozenset(normalized(extra.strip()) for extra in (match[2] or "").split(",") if extra.strip())
            yield normalized(match[1]), asked


def _holds(marker: str, extras: frozenset[str], environment: dict[str, str]) -> bool:
    """Whether a marker holds; one that cannot be understood does, so that nothing is lost."""
    if not marker:
        return True
    if "extra" in marker and not extras and re.fullmatch(r"\(?\s*extra\s*==\s*[\"'][\w.-]+[\"']\s*\)?", marker):
        return False
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    try:
        parsed = Marker(marker)
        return any(parsed.evaluate({**environment, "extra": extra}) for extra in ("", *extras))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError, ValueError):
        return True


def marker_environment(version: str, machine: str) -> dict[str, str]:
    """The values of PEP 508's environment markers for CPython on Linux; ``machine`` is Go's name of it."""
    machines = {"amd64": "x86_64", "arm64": "aarch64", "386": "i686", "arm": "armv7l"}
    return {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "implementation_name": "cpython",
        "implementation_version": f"{version}.0",
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": machines.get(machine, machine),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_version": "",
    }
