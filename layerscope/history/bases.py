"""Which image an image was built on, and where its part of the history ends: told by labels, builders and fingerprints.

What well-known images look like is data, in ``bases.toml``.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from layerscope.core.tables import read_table
from layerscope.history.instructions import METADATA, Instruction
from layerscope.sources.image import Config
from layerscope.sources.image_names import is_image_name

_LABEL = "org.opencontainers.image.base.name"
_NAMED = "org.opencontainers.image.ref.name"
_VERSIONED = "org.opencontainers.image.version"


class Base(NamedTuple):
    """The base image, as in :class:`History`: its name, its layers and history entries, and how all that is known. ``layers``
    and ``instructions`` are 0 where its end is not known."""

    reference: str = ""
    instructions: int = 0
    known: str = ""
    layers: int = 0
    by_variables: bool = False


def find_base(
    config: Config,
    instructions: Sequence[Instruction],
    owners: Sequence[int],
    comments: Sequence[str],
    annotations: dict[str, str],
) -> Base:
    """The base of an image. ``owners`` are the history entries that made its layers, lowest first, empty when that is not
    known; ``comments`` are those of the history's entries; ``annotations`` the manifest's."""
    found = _by_buildah(instructions, owners, comments) or _by_family(config, instructions) or _by_system(config, instructions)
    found = found or _by_replaced_command(instructions) or Base()
    if not is_image_name(found.reference):
        found = found._replace(reference="")
    name = _labelled(config, annotations)
    if name is not None and is_image_name(name[0]):
        found = Base(name[0], found.instructions, "; ".join(part for part in (name[1], found.known) if part))
    layers = sum(owner < found.instructions for owner in owners)
    return found._replace(layers=layers)


@cache
def _knowledge() -> dict[str, Any]:
    return read_table(__file__, "bases.toml", dict[str, Any])


@cache
def well_known() -> frozenset[str]:
    """The repositories (``golang``, ``debian``) whose images are told by their history."""
    known = _knowledge()
    return frozenset(row["reference"].partition(":")[0] for row in (*known["family"], *known["system"]))


def _labelled(config: Config, annotations: dict[str, str]) -> tuple[str, str] | None:
    """The name that the build recorded, and where."""
    if name := annotations.get(_LABEL):
        return name, f"annotation {_LABEL}"
    if name := config.labels.get(_LABEL):
        return name, f"label {_LABEL}"
    return None


def _by_buildah(instructions: Sequence[Instruction], owners: Sequence[int], comments: Sequence[str]) -> Base | None:
    """buildah names what it built on in the comment of its first entry; without ``--layers`` in that of its last."""
    for last in range(len(comments) - 1, -1, -1):
        index = last
        name = comments[last].removeprefix("FROM ").strip()
        if not comments[last].startswith("FROM ") or re.fullmatch(r"[0-9a-f]{12,64}|", name):
            continue
        if index in owners:
            while index and index - 1 not in owners and instructions[index - 1].builder == "buildah":
                index -= 1
        return None if name == "scratch" else Base(name, index, "the history's comment of buildah")
    return None


def _by_family(config: Config, instructions: Sequence[Instruction]) -> Base | None:
    """The well-known image that ends last in the history; without a history, the one whose variables are all set."""
    environment = config.environment()
    found: list[Base] = []
    for family in _knowledge()["family"]:
        name = family["env"]
        if name not in environment:
            continue
        if not instructions and all(other in environment for other in family.get("with", [name, ""])):
            reference = family["reference"].format(version=_version(family, environment[name]))
            return Base(reference, 0, f"ENV {name}; the image records no history", by_variables=True)
        if span := _span(family, instructions):
            start, end = span
            version = re.search(rf"\b{re.escape(name)}=\"?([^\s\"]+)", instructions[start].text)
            texts = "\n".join(item.text for item in instructions[:end])
            reference = family["reference"].format(version=_version(family, version[1] if version else ""))
            found.append(Base(reference + _suffix(family, texts), end, f"ENV {name} and the history", by_variables=True))
    return max(found, key=lambda base: base.instructions, default=None)


def _span(family: dict[str, Any], instructions: Sequence[Instruction]) -> tuple[int, int] | None:
    """Where the variable is first set, and where the run of instructions that the image ends with stops."""
    named = f"{family['env']}="
    starts = (item.index for item in instructions if item.keyword == "ENV" and named in item.text)
    start = next(starts, None)
    if start is None:
        return None
    ends = [re.compile(pattern, re.DOTALL) for pattern in family["ends"]]
    fits = [any(pattern.fullmatch(item.text) for pattern in ends) for item in instructions]
    end = next((index for index in range(start + 1, len(fits)) if fits[index]), None)
    if end is None:
        return None
    while end < len(fits) and fits[end]:
        end += 1
    return start, end


def _version(family: dict[str, Any], value: str) -> str:
    match = re.search(family["version"], value) if "version" in family else None
    return match[1] if match else value


def _suffix(family: dict[str, Any], texts: str) -> str:
    for rule in family.get("suffixes", ()):
        if all(part in texts for part in rule.get("with", ())) and not any(part in texts for part in rule.get("without", ())):
            return str(rule["suffix"])
    return ""


def _by_system(config: Config, instructions: Sequence[Instruction]) -> Base | None:
    """The root file system that the history begins with."""
    for rule in _knowledge()["system"]:
        pattern = re.compile(rule["line"])
        for item in instructions:
            if match := pattern.match(item.raw) or pattern.match(item.text):
                return Base(rule["reference"].format(version=match[1]), _after_command(instructions, item.index), rule["known"])
    root = next((item.index for item in instructions if _is_root_filesystem(item)), None)
    if root is None:
        return None
    end = _after_command(instructions, root)
    labels = "\n".join(item.text for item in instructions[:end] if item.keyword == "LABEL")
    name, version = config.labels.get(_NAMED, ""), config.labels.get(_VERSIONED, "")
    if name and f"{_NAMED}={name}" in labels.replace('"', ""):
        return Base(f"{name}:{version}" if version else name, end, f"label {_NAMED} beside the base root filesystem")
    later = _by_replaced_command(instructions)
    if later and later.instructions > end:
        return later
    return Base("", end, "the history begins with a root filesystem")


def _is_root_filesystem(item: Instruction) -> bool:
    return item.text.startswith(("ADD (base root filesystem)", "(imported from"))


def _after_command(instructions: Sequence[Instruction], index: int) -> int:
    """After the root file system, and its CMD where one follows at once; after all of umoci's lines."""
    end = index + 1
    while end < len(instructions) and instructions[end].builder == "umoci":
        end += 1
    if end > index + 1:
        return end
    while end < len(instructions) and instructions[end].keyword in METADATA:
        end += 1
        if instructions[end - 1].keyword == "CMD":
            return end
    return index + 1


def _by_replaced_command(instructions: Sequence[Instruction]) -> Base | None:
    """A CMD or ENTRYPOINT that a later one replaces is most likely the last of another Dockerfile."""
    seen: set[str] = set()
    for item in reversed(instructions):
        if item.keyword in ("CMD", "ENTRYPOINT"):
            if item.keyword in seen:
                return Base("", item.index + 1, f"a {item.keyword} that a later one replaces")
            seen.add(item.keyword)
    return None
