"""Where settings lie: ``.dive-ci``, ``[tool.layerscope]`` of pyproject.toml, ``.layerscope.toml``, and a file that is named.

They are looked for from the working directory upward to the root of the repository (the directory that holds ``.git``); outside
of a repository in the working directory alone. The nearest of each kind counts.
"""

import os
import tomllib
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from layerscope.checking import trust
from layerscope.checking.catalogue import DIVE_DEFAULTS
from layerscope.checking.settings import Setting, Settings, from_table, read_limit, read_switch
from layerscope.core.errors import UsageError
from layerscope.core.expressions import expression
from layerscope.core.limits import SETTINGS_BYTES
from layerscope.core.names import printable

_DIVE_FILE, _PYPROJECT, _OWN_FILE = ".dive-ci", "pyproject.toml", ".layerscope.toml"
_DEEPEST = 50
_DEEP_KEY = expression(rf"(?<![\w.-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{_DEEPEST}}}")
"""A key of so many parts that the standard reader of TOML would need minutes for it."""
_DIVE_KEYS = {
    "lowestEfficiency": "lowest-efficiency",
    "highestWastedBytes": "highest-wasted-bytes",
    "highestUserWastedPercent": "highest-user-wasted-percent",
}


def defaults(found: Settings) -> Settings:
    """What holds where nothing is set: that there are no credentials, and dive's own thresholds, unless a rule of the gate is
    set (dive's file brings its own)."""
    asked = found.limits or found.forbid
    limits = {} if asked else {key: Setting(limit, "default", True) for key, limit in DIVE_DEFAULTS.items()}
    return Settings(limits=limits, secrets=(True, "default")).under(found)


def find_settings(directory: Path, named: Path | None = None, discover: bool = True, given: Settings | None = None) -> Settings:
    """The settings of all files with ``named`` and what was ``given`` on the command line on top; of the checkout's files only
    what they may say (:mod:`layerscope.checking.trust`), and nothing unless ``discover``."""
    given = given or Settings()
    if named is None:
        others = _of_checkout(directory) if discover else ()
        return reduce(Settings.under, (trust.alone(*other) for other in others), Settings()).under(given)
    name = _shown(named, directory)
    trusted = _read_named(named, name).under(given)
    floor = Settings(limits=defaults(trusted).limits)
    others = _of_checkout(directory, named, trusted.locked) if discover else ()
    beside = (trust.beside(*other, floor.under(trusted), name) for other in others)
    return reduce(Settings.under, beside, floor).under(trusted)


def _read_named(path: Path, name: str) -> Settings:
    found = _read(path, name)
    if found is None:
        raise UsageError(f"{name} has no table [tool.layerscope]")
    return found


def _of_checkout(directory: Path, named: Path | None = None, locked: bool = False) -> Iterator[tuple[Settings, str]]:
    """The settings of the files that lie around, the weakest first, and what each is called. Without ``named`` itself; where
    that is ``locked``, what is wrong with the others is only noted."""
    around = list(_around(directory))
    for name in (_DIVE_FILE, _PYPROJECT, _OWN_FILE):
        for path in (place / name for place in around if _is_other(place / name, named)):
            found = _read_inside(path, _shown(path, directory), around[-1], locked)
            if found is not None:
                yield found, _shown(path, directory)
                break


def _is_other(path: Path, named: Path | None) -> bool:
    """Whether a file is there and is not the named one."""
    return path.is_file() and (named is None or not path.samefile(named))


def _read_inside(path: Path, name: str, root: Path, locked: bool) -> Settings | None:
    """A file of the checkout. A link may lead to whatever this machine has, and an error about that would show a part of it."""
    if not path.resolve().is_relative_to(root.resolve()):
        return Settings(refused=(f"{name} is not read: it is a link that leads out of {printable(os.fsencode(root))}",))
    try:
        return _read(path, name)
    except UsageError as error:
        if not locked:
            raise
        return Settings(refused=(error.line(),))


def repository_root(directory: Path) -> Path | None:
    """The directory at or above this one that holds ``.git``; None outside of a repository."""
    return next((place for place in (directory, *directory.parents) if (place / ".git").exists()), None)


def _around(directory: Path) -> Iterator[Path]:
    root = repository_root(directory)
    for place in (directory, *directory.parents):
        yield place
        if root is None or place == root:
            return


def _shown(path: Path, directory: Path) -> str:
    return printable(os.fsencode(os.path.relpath(path, directory) if path.is_absolute() else path))


def _read(path: Path, name: str) -> Settings | None:
    """The settings of a file; None for a pyproject.toml that has nothing for us."""
    text = _content(path, name)
    if path.name.endswith((_DIVE_FILE, ".yaml", ".yml")):
        return read_dive(text, name)
    if _DEEP_KEY.search(text):
        raise UsageError(f"{name} is no file of settings: a key has more than {_DEEPEST} parts")
    table = _parse(text, name)
    return from_table(table, name) if path.name != _PYPROJECT else _from_project(table, name)


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{name} is no TOML: {printable(str(error))}") from None


def _from_project(table: dict[str, Any], name: str) -> Settings | None:
    """Our own table of a pyproject.toml."""
    tool = table.get("tool")
    own = tool.get("layerscope") if isinstance(tool, dict) else None
    if own is not None and not isinstance(own, dict):
        raise UsageError(f"{name}: tool.layerscope has to be a table")
    return None if own is None else from_table(own, f"{name} [tool.layerscope]")


def _content(path: Path, name: str) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(SETTINGS_BYTES + 1)
        if len(content) > SETTINGS_BYTES:
            raise UsageError(f"{name} is too large for settings")
        return content.decode()
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is no text in UTF-8") from error


def read_dive(text: str, name: str) -> Settings:
    """dive's own file. As in dive, a rule that it does not mention has dive's default, a key without a value too, and what dive
    does not know is ignored; but that is said.

    Nothing of the file is built into objects: its nodes are looked at as they were written, so that ``0.20`` and ``off`` reach
    us as text, as they reach dive.
    """
    import yaml

    settings = Settings(limits={key: Setting(limit, f"{name}, dive's default", True) for key, limit in DIVE_DEFAULTS.items()})
    for key, value in _pairs(_document(text, name), name):
        if key == "rules":
            for rule, threshold in _pairs(value, f"{name}: rules"):
                settings = settings.under(_dive_rule(rule, threshold, name))
        elif key == "locked" and isinstance(value, yaml.ScalarNode):
            settings = replace(settings, locked=read_switch(value.value, f"{name}: locked"))
        else:
            settings = settings.under(Settings(notices=(f"{name}: {printable(key)} is ignored, as dive does",)))
    return settings


def _document(text: str, name: str) -> Any:
    """The node of a YAML document, None for an empty one."""
    import yaml

    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UsageError(f"{name} is no YAML: {printable(' '.join(str(error).split()))}") from None


def _dive_rule(rule: str, threshold: Any, name: str) -> Settings:
    """What a line below ``rules`` sets; nothing where it has no value."""
    import yaml

    where = f"{name}: rules.{printable(rule)}"
    key = _DIVE_KEYS.get(rule)
    if key is None:
        return Settings(notices=(f"{where} is no rule of dive's, and ignored",))
    if not isinstance(threshold, yaml.ScalarNode):
        raise UsageError(f"{where} has to be a number or a text")
    if threshold.tag == "tag:yaml.org,2002:null" and not threshold.style:
        return Settings()
    return Settings(limits={key: Setting(read_limit(key, threshold.value, where), name)})


def _pairs(node: Any, where: str) -> list[tuple[str, Any]]:
    """Keys and values of a mapping; nothing for an empty document."""
    import yaml

    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return []
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{where} has to be a mapping")
    return [(str(key.value), value) for key, value in node.value]
