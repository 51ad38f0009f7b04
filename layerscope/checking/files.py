"""Where settings lie: ``.dive-ci``, ``[tool.layerscope]`` of pyproject.toml, ``.layerscope.toml``, and a file that is named.

They are looked for from the working directory upward to the root of the repository (the directory that holds ``.git``); outside
of a repository in the working directory alone. The nearest of each kind counts.
"""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from layerscope.checking.catalogue import DIVE_DEFAULTS
from layerscope.checking.settings import Setting, Settings, from_table, read_limit
from layerscope.errors import UsageError
from layerscope.limits import SETTINGS_BYTES
from layerscope.names import printable

_DIVE_FILE, _PYPROJECT, _OWN_FILE = ".dive-ci", "pyproject.toml", ".layerscope.toml"
_DIVE_KEYS = {
    "lowestEfficiency": "lowest-efficiency",
    "highestWastedBytes": "highest-wasted-bytes",
    "highestUserWastedPercent": "highest-user-wasted-percent",
}


def defaults(found: Settings) -> Settings:
    """What holds where nobody says anything: dive's own thresholds, unless a rule of the gate is set (dive's file brings its
    own), and that there are no credentials."""
    asked = found.limits or found.forbid
    limits = {} if asked else {key: Setting(limit, "default") for key, limit in DIVE_DEFAULTS.items()}
    return Settings(limits, (True, "default")).under(found)


def find_settings(directory: Path, named: Path | None = None, discover: bool = True) -> Settings:
    """The settings of all files, ``named`` on top; only that one unless ``discover``."""
    settings = Settings()
    around = list(_around(directory)) if discover else []
    for name in (_DIVE_FILE, _PYPROJECT, _OWN_FILE):
        for place in around:
            path = place / name
            if path.is_file() and (read := _read(path, _shown(path, directory))) is not None:
                settings = settings.under(read)
                break
    if named is not None:
        read = _read(named, _shown(named, directory))
        if read is None:
            raise UsageError(f"{_shown(named, directory)} has no table [tool.layerscope]")
        settings = settings.under(read)
    return settings


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
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{name} is no TOML: {printable(str(error))}") from None
    if path.name != _PYPROJECT:
        return from_table(table, name)
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

    try:
        document = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UsageError(f"{name} is no YAML: {printable(' '.join(str(error).split()))}") from None
    limits = {key: Setting(limit, f"{name}, dive's default") for key, limit in DIVE_DEFAULTS.items()}
    notices = []
    for key, value in _pairs(document, name):
        if key != "rules":
            notices.append(f"{name}: {printable(key)} is ignored, as dive does")
            continue
        for rule, threshold in _pairs(value, f"{name}: rules"):
            where = f"{name}: rules.{printable(rule)}"
            if rule not in _DIVE_KEYS:
                notices.append(f"{where} is no rule of dive's, and ignored")
            elif not isinstance(threshold, yaml.ScalarNode):
                raise UsageError(f"{where} has to be a number or a text")
            elif threshold.tag != "tag:yaml.org,2002:null" or threshold.style:
                limits[_DIVE_KEYS[rule]] = Setting(read_limit(_DIVE_KEYS[rule], threshold.value, where), name)
    return Settings(limits, notices=tuple(notices))


def _pairs(node: Any, where: str) -> list[tuple[str, Any]]:
    """Keys and values of a mapping; nothing for an empty document."""
    import yaml

    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return []
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{where} has to be a mapping")
    return [(str(key.value), value) for key, value in node.value]
