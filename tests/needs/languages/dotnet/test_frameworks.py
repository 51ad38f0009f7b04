"""Which version of a shared framework .NET's host picks among those that are installed."""

import json
from pathlib import Path

import pytest

from layerscope.needs.languages.dotnet.configuration import Configuration, Framework
from layerscope.needs.languages.dotnet.frameworks import Installation, find_frameworks, parse_version, roll_forward
from tests.support.needs import ledger_of
from tests.support.programs import Row

CORE, WEB = "Microsoft.NETCore.App", "Microsoft.AspNetCore.App"


def installed(directory: Path, *frameworks: tuple[str, str], **options: str) -> Installation:
    """An installation of frameworks in these versions; the one for the web asks for the other one itself."""
    asks = json.dumps({"runtimeOptions": {"framework": {"name": CORE, "version": "8.0.0"}}}).encode()
    rows: list[Row] = [(f"dotnet/shared/{name}/{version}/{name}.dll", b"MZ") for name, version in frameworks]
    rows += [(f"dotnet/shared/{WEB}/{version}/{WEB}.runtimeconfig.json", asks) for name, version in frameworks if name == WEB]
    rows += [("dotnet/host/fxr/8.0.11/libhostfxr.so", b""), ("dotnet/host/fxr/6.0.1/libhostfxr.so", b"")]
    return Installation(ledger_of(directory, rows), b"dotnet", **options)


def test_a_framework_brings_those_that_it_asks_for_itself(tmp_path: Path) -> None:
    place = installed(tmp_path, (CORE, "8.0.11"), (WEB, "8.0.4"))
    found = find_frameworks(place, Configuration((Framework(WEB, "8.0.0"),)))
    assert found.found == {WEB: "8.0.4", CORE: "8.0.11"}
    assert (found.missing, found.version, found.resolver) == ([], "8.0.11", "8.0.11")


def test_one_that_says_nothing_runs_on_the_root_framework_of_its_version(tmp_path: Path) -> None:
    place = installed(tmp_path, (CORE, "8.0.11"), ("Custom.App", "8.0.2"))
    assert find_frameworks(place, Configuration((Framework("Custom.App", "8.0.0"),))).found == {
        "Custom.App": "8.0.2",
        CORE: "8.0.11",
    }


def test_the_version_of_an_option_is_exact_and_for_the_first_framework(tmp_path: Path) -> None:
    place = installed(tmp_path, (CORE, "8.0.2"), (CORE, "8.0.11"), (WEB, "8.0.2"), (WEB, "8.0.4"), exact="8.0.2")
    assert find_frameworks(place, Configuration((Framework(WEB, "8.0.0"),))).found == {WEB: "8.0.2", CORE: "8.0.11"}
    asked = Framework(WEB, "8.0.0")
    assert find_frameworks(place._replace(exact="8.0.3"), Configuration((asked,))).missing == [asked]


def test_a_policy_of_the_environment_counts_before_the_frameworks_own(tmp_path: Path) -> None:
    place = installed(tmp_path, (CORE, "9.0.1"), policy="Major")
    asked = Framework(CORE, "8.0.0", "Disable")
    assert find_frameworks(place, Configuration((asked,))).found == {CORE: "9.0.1"}
    assert find_frameworks(place._replace(policy=""), Configuration((asked,))).missing == [asked]


@pytest.mark.parametrize(
    ("earlier", "later"), [("8.0.2", "8.0.11"), ("8.9.9", "10.0.0"), ("10.0.0-rc.1", "10.0.0"), ("9.0.0-alpha", "9.0.0-beta")]
)
def test_versions_are_in_the_order_of_semantic_versioning(earlier: str, later: str) -> None:
    first, second = parse_version(earlier), parse_version(later)
    assert first is not None
    assert second is not None
    assert first < second


@pytest.mark.parametrize("text", ["", "8", "8.0", "v8.0.0", "8.0.x", "9" * 5000 + ".0.0"], ids=len)
def test_anything_else_is_no_version(text: str) -> None:
    assert parse_version(text) is None


@pytest.mark.parametrize(
    ("policy", "wanted", "picked"),
    [
        ("minor", "8.0.0", "8.0.11"),
        ("minor", "6.0.0", "6.2.3"),
        ("latestminor", "8.0.0", "8.1.0"),
        ("latestpatch", "6.0.0", None),
        ("minor", "7.0.0", None),
        ("major", "7.0.0", "8.0.11"),
        ("latestmajor", "6.0.0", "9.0.0"),
        ("disable", "8.0.2", "8.0.2"),
        ("disable", "8.0.1", None),
        ("minor", "10.0.0", "10.0.0-rc.1"),
        ("minor", "10.0.0-preview.1", "10.0.0-rc.1"),
    ],
)
def test_rolling_forward_follows_the_policy(policy: str, wanted: str, picked: str | None) -> None:
    names = ("6.2.3", "8.0.2", "8.0.11", "8.1.0", "9.0.0", "10.0.0-rc.1")
    installed = [version for name in names if (version := parse_version(name))]
    asked = parse_version(wanted)
    assert asked is not None
    if wanted == "10.0.0":  # a release is asked for, and only a preview of it is there
        picked = None
    assert roll_forward(asked, installed, policy) == picked
