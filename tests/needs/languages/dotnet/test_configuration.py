"""What .NET's build wrote down of an application: which frameworks it asks for, and which files packages have."""

import json
from pathlib import Path
from typing import Any

import pytest

from layerscope.needs.languages.dotnet.configuration import (
    Asset,
    Configuration,
    Framework,
    bundled_configuration,
    dependency_assets,
    read_configuration,
)
from tests.support.needs import ledger_of


def configuration(directory: Path, **options: Any) -> Configuration | None:
    content = json.dumps({"runtimeOptions": options}).encode()
    return read_configuration(ledger_of(directory, [("app/App.runtimeconfig.json", content)]), b"app/App.runtimeconfig.json")


def test_frameworks_are_named_alone_or_in_a_list_and_share_a_policy(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        framework={"name": "A", "version": "8.0.0"},
        frameworks=[{"name": "B", "version": "8.0.1", "rollForward": "Major"}, {"version": "1.0.0"}],
        rollForward="Minor",
    )
    assert found == Configuration((Framework("A", "8.0.0", "Minor"), Framework("B", "8.0.1", "Major")), self_contained=False)


def test_an_application_with_frameworks_inside_is_self_contained(tmp_path: Path) -> None:
    found = configuration(tmp_path, includedFrameworks=[{"name": "A", "version": "8.0.7"}])
    assert found == Configuration(self_contained=True, included="8.0.7")


@pytest.mark.parametrize(("value", "invariant"), [(True, True), ("true", True), (False, False), (None, False)])
def test_invariant_globalization_is_a_property(tmp_path: Path, value: object, invariant: bool) -> None:
    found = configuration(tmp_path, configProperties={"System.Globalization.Invariant": value})
    assert found is not None
    assert found.invariant is invariant


def test_only_absolute_directories_are_probed(tmp_path: Path) -> None:
    found = configuration(tmp_path, additionalProbingPaths=["/root/.nuget/packages", "C:\\nuget", "/a|arch|/b"])
    assert found is not None
    assert found.probing == (b"root/.nuget/packages",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rollForward": 5},
        {"framework": 5},
        {"frameworks": [5, None]},
        {"frameworks": {"name": "B"}},
        {"includedFrameworks": 5},
        {"configProperties": []},
        {"additionalProbingPaths": [5, None]},
        {"additionalProbingPaths": "/packages"},
    ],
)
def test_a_setting_of_a_wrong_type_is_skipped_alone(tmp_path: Path, wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"framework": {"name": "A", "version": "8.0.0"}}
    if "framework" in wrong:
        right = {"frameworks": [right["framework"]]}
    assert configuration(tmp_path, **right, **wrong) == Configuration((Framework("A", "8.0.0"),), self_contained=False)


def test_a_framework_with_fields_of_wrong_types_is_asked_for(tmp_path: Path) -> None:
    found = configuration(tmp_path, frameworks=[{"name": 5}, {"name": "A", "version": 8, "rollForward": []}])
    assert found == Configuration((Framework(), Framework("A")), self_contained=False)


def test_a_list_of_files_of_a_wrong_type_is_skipped_alone(tmp_path: Path) -> None:
    wrong = {"native": [5], "resources": {"A.resources.dll": {"locale": 5}}, "runtimeTargets": 5}
    document = {
        "runtimeTarget": "net8.0",
        "targets": {"net8.0": {"A/1.0": {"runtime": {"A.dll": 5}, **wrong}, "B/1.0": 5, "C/1.0": {"native": {"c.so": {}}}}},
        "libraries": {"A/1.0": {"path": 5}, "C/1.0": []},
    }
    ledger = ledger_of(tmp_path, [("app/App.deps.json", json.dumps(document).encode())])
    assert dependency_assets(ledger, b"app/App.deps.json") == (
        Asset("a/1.0", "A.dll", "A.dll"),
        Asset("a/1.0", "A.resources.dll", "A.resources.dll"),
        Asset("c/1.0", "c.so", "c.so"),
    )


def test_the_files_of_packages_are_those_of_the_runtime_target(tmp_path: Path) -> None:
    files = {
        "runtime": {"lib/net8.0/A.dll": {"assemblyVersion": "1.0"}},
        "native": {"native/liba.so": {}},
        "resources": {"lib/net8.0/fr/A.resources.dll": {"locale": "fr"}},
        "runtimeTargets": {"runtimes/linux-x64/native/liba.so": {"rid": "linux-x64"}},
    }
    document = {
        "runtimeTarget": {"name": "net8.0/linux-x64"},
        "targets": {"net8.0": {"Other/1.0": files}, "net8.0/linux-x64": {"A/1.0": files, "B/2.0": {"runtime": {"B.dll": {}}}}},
        "libraries": {"A/1.0": {"type": "package", "path": "a/1.0"}},
    }
    ledger = ledger_of(tmp_path, [("app/App.deps.json", b"\xef\xbb\xbf" + json.dumps(document).encode())])
    assert dependency_assets(ledger, b"app/App.deps.json") == (
        Asset("a/1.0", "lib/net8.0/A.dll", "A.dll"),
        Asset("a/1.0", "native/liba.so", "liba.so"),
        Asset("a/1.0", "lib/net8.0/fr/A.resources.dll", "fr/A.resources.dll"),
        Asset("a/1.0", "runtimes/linux-x64/native/liba.so", "runtimes/linux-x64/native/liba.so"),
        Asset("b/2.0", "B.dll", "B.dll"),
    )


def test_what_is_not_there_or_no_such_document_is_none(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [("app/App.deps.json", b"[1]"), ("app/program", b"#!/bin/sh\n")])
    assert read_configuration(ledger, b"app/App.runtimeconfig.json") is None
    assert read_configuration(ledger, b"app/App.deps.json") is None
    assert dependency_assets(ledger, b"app/App.deps.json") == ()
    assert bundled_configuration(ledger, ledger.filesystem.visible[b"app/program"]) is None
