"""Which version of a shared framework .NET's host picks (design document "framework-version-resolution")."""

import re
from typing import NamedTuple

from layerscope.core.names import path_bytes
from layerscope.needs.languages.dotnet.configuration import Configuration, Framework, read_configuration
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import names_in

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?\Z")
_ROOT_FRAMEWORK = "Microsoft.NETCore.App"
_MOST_FRAMEWORKS = 16
_POLICIES = ("disable", "latestpatch", "minor", "latestminor", "major", "latestmajor")


class Version(NamedTuple):
    """A version in the order of semantic versioning: one with a label comes before the one without."""

    major: int
    minor: int
    patch: int
    release: bool
    label: str
    text: str


class Frameworks(NamedTuple):
    """``found`` are name and version of each framework that is loaded, ``missing`` name and version of those that are not
    there. ``version`` is the one of .NET itself, ``resolver`` that of the host library."""

    found: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...]
    version: str
    resolver: str


def find_frameworks(ledger: Ledger, root: bytes, configuration: Configuration, exact: str = "", policy: str = "") -> Frameworks:
    """The frameworks of an application, with those that they ask for themselves, in an installation at ``root``.

    ``exact`` is the version that ``--fx-version`` gives, ``policy`` how ``--roll-forward`` or ENV say to roll forward.
    """
    waiting = list(configuration.frameworks)
    found: dict[str, str] = {}
    missing: list[tuple[str, str]] = []
    while waiting and len(found) + len(missing) < _MOST_FRAMEWORKS:
        asked = waiting.pop(0)
        if asked.name in found:
            continue
        place = root + b"/shared/" + path_bytes(asked.name)
        version = _picked(ledger, place, asked, exact if not found else "", policy)
        if version is None:
            missing.append((asked.name, asked.version))
            continue
        found[asked.name] = version
        own = read_configuration(ledger, place + path_bytes(f"/{version}/{asked.name}.runtimeconfig.json"))
        waiting.extend(own.frameworks if own else ())
        if asked.name != _ROOT_FRAMEWORK and not (own and own.frameworks):
            waiting.append(Framework(_ROOT_FRAMEWORK, version, asked.roll_forward))
    resolvers = _installed(ledger, root + b"/host/fxr")
    version = found.get(_ROOT_FRAMEWORK) or next(iter(found.values()), "")
    return Frameworks(tuple(found.items()), tuple(missing), version, max(resolvers).text if resolvers else "")


def _installed(ledger: Ledger, directory: bytes) -> list[Version]:
    return [version for name in names_in(ledger, directory) if (version := parse_version(name.decode("utf-8", "replace")))]


def parse_version(text: str) -> Version | None:
    """A version such as ``8.0.11`` or ``9.0.0-rc.1``; None for anything else."""
    match = _VERSION.match(text)
    if match is None:
        return None
    major, minor, patch = (int(match[number]) for number in (1, 2, 3))
    return Version(major=major, minor=minor, patch=patch, release=match[4] is None, label=match[4] or "", text=text)


def _picked(ledger: Ledger, directory: bytes, asked: Framework, exact: str, policy: str) -> str | None:
    installed = _installed(ledger, directory)
    if exact:
        return exact if any(version.text == exact for version in installed) else None
    wanted = parse_version(asked.version)
    if wanted is None:
        return None
    policy = (policy or asked.roll_forward or "minor").lower()
    return roll_forward(wanted, installed, policy if policy in _POLICIES else "minor")


def roll_forward(wanted: Version, installed: list[Version], policy: str) -> str | None:
    """The version that is loaded where ``wanted`` is asked for; None when none of the installed will do."""
    higher = sorted(version for version in installed if version >= wanted)
    if policy == "disable":
        return next((version.text for version in higher if version.text == wanted.text), None)
    released = [version for version in higher if version.release]
    for candidates in (released, higher) if wanted.release else (higher,):
        if best := _best(wanted, candidates, policy):
            return best.text
    return None


def _best(wanted: Version, candidates: list[Version], policy: str) -> Version | None:
    """Of the same minor version if it is there, else of the next one that the policy lets; its newest patch."""
    if policy == "latestmajor":
        return max(candidates, default=None)
    same = [version for version in candidates if version.major == wanted.major]
    if policy == "latestminor":
        return max(same, default=None)
    reach = candidates if policy == "major" else same
    if policy == "latestpatch":
        reach = [version for version in same if version.minor == wanted.minor]
    if not reach:
        return None
    first = reach[0]
    return max(version for version in reach if (version.major, version.minor) == (first.major, first.minor))
