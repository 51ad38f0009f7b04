"""Which version of a shared framework .NET's host picks (design document "framework-version-resolution")."""

from typing import NamedTuple

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text
from layerscope.needs.languages.dotnet.configuration import Configuration, Framework, read_configuration
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import names_in

_VERSION = expression(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]+))?(?:\+.*)?\Z")
_ROOT_FRAMEWORK = "Microsoft.NETCore.App"
_MOST_FRAMEWORKS = 16
_POLICIES = {
    "latestpatch": (2, 0),
    "minor": (1, 2),
    "latestminor": (1, 0),
    "major": (0, 2),
    "latestmajor": (0, 0),
}
"""How many numbers of a version stay, and how many of the nearest version that does it: 2 for its newest patch."""


class Version(NamedTuple):
    """A version in the order of semantic versioning: one with a label comes before the one without."""

    numbers: tuple[int, int, int]
    release: bool
    label: str
    text: str


class Installation(NamedTuple):
    """Where .NET is installed, and what options or ENV say of versions: the ``exact`` one of the first framework, and the
    ``policy`` for rolling forward, "" where they say nothing."""

    ledger: Ledger
    root: bytes
    exact: str = ""
    policy: str = ""

    @property
    def resolver(self) -> str:
        """The newest version of the host library, "" where there is none."""
        return "".join(version.text for version in sorted(self.versions(b"/host/fxr").values())[-1:])

    def versions(self, directory: bytes) -> dict[str, Version]:
        """The versions in a directory of the installation, by their names."""
        names = map(path_text, names_in(self.ledger, self.root + directory))
        return {name: version for name in names if (version := parse_version(name))}

    def pick(self, framework: Framework, exact: str) -> str | None:
        """The version of a framework that is loaded; None when none of the installed will do."""
        installed = self.versions(b"/shared/" + path_bytes(framework.name))
        if exact:
            return exact if exact in installed else None
        wanted = parse_version(framework.version)
        policy = self.policy or framework.roll_forward
        return roll_forward(wanted, list(installed.values()), policy.lower()) if wanted is not None else None

    def asked_by(self, framework: Framework, version: str) -> tuple[Framework, ...]:
        """The frameworks that a version of another one asks for."""
        path = path_bytes(f"/shared/{framework.name}/{version}/{framework.name}.runtimeconfig.json")
        configuration = read_configuration(self.ledger, self.root + path)
        if configuration is not None and configuration.frameworks:
            return configuration.frameworks
        return () if framework.name == _ROOT_FRAMEWORK else (Framework(_ROOT_FRAMEWORK, version, framework.roll_forward),)


class Frameworks(NamedTuple):
    """``found`` are name and version of each framework that is loaded, ``missing`` those that are not there. ``version`` is the
    one of .NET itself, ``resolver`` that of the host library."""

    found: dict[str, str]
    missing: list[Framework]
    version: str
    resolver: str


def find_frameworks(installation: Installation, configuration: Configuration) -> Frameworks:
    """The frameworks of an application, with those that they ask for themselves."""
    waiting = list(configuration.frameworks)
    found: dict[str, str] = {}
    missing: list[Framework] = []
    while waiting and len(found) + len(missing) < _MOST_FRAMEWORKS:
        framework = waiting.pop(0)
        if framework.name in found:
            continue
        version = installation.pick(framework, "" if found else installation.exact)
        if version is None:
            missing.append(framework)
        else:
            found[framework.name] = version
            waiting.extend(installation.asked_by(framework, version))
    first = next(iter(found.values()), "")
    return Frameworks(found, missing, found.get(_ROOT_FRAMEWORK, first), installation.resolver)


def parse_version(text: str) -> Version | None:
    """A version such as ``8.0.11`` or ``9.0.0-rc.1``; None for anything else."""
    match = _VERSION.match(text)
    if match is None:
        return None
    return Version((int(match[1]), int(match[2]), int(match[3])), match[4] is None, match[4] or "", text)


def roll_forward(wanted: Version, installed: list[Version], policy: str) -> str | None:
    """The version that is loaded where ``wanted`` is asked for; None when none of the installed will do. An unknown policy is
    the default one."""
    if policy == "disable":
        return wanted.text if wanted in installed else None
    higher = sorted(filter(wanted.__le__, installed))
    released = [version for version in higher if version.release >= wanted.release]
    return _best(wanted, released, policy) or _best(wanted, higher, policy)


def _best(wanted: Version, candidates: list[Version], policy: str) -> str | None:
    same, near = _POLICIES.get(policy, _POLICIES["minor"])
    reach = _alike(candidates, wanted, same)
    return max(_alike(reach, reach[0], near)).text if reach else None


def _alike(versions: list[Version], model: Version, count: int) -> list[Version]:
    """The versions whose first ``count`` numbers are those of the model."""
    return [version for version in versions if version.numbers[:count] == model.numbers[:count]]
