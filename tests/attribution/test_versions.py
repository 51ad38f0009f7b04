"""The version of what a rule names, out of each of the sources that a rule may have."""

import pytest

from layerscope.attribution.packages.ownership import Package
from layerscope.attribution.versions import Versions
from tests.support.archives import layer_tar
from tests.support.attributions import files
from tests.support.layers import stacked


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("path:/opt/yarn-v*", "1.22.22"),
        ("path:/opt/missing-*", ""),
        ("package:gcc-[0-9]*", "12.2"),
        ("package:npm:npm", "10.8.2"),
        ("package:npm", ""),
        ("file:/opt/java/openjdk/release", "17.0.13+11"),
        ("file:/opt/java", ""),
        ("env:TOOL_VERSION", "3.9.1"),
    ],
)
def test_a_version_is_found_in_files_names_packages_and_the_environment(source: str, version: str) -> None:
    release = b'IMPLEMENTOR="Eclipse Adoptium"\nIMPLEMENTOR_VERSION="Temurin-17.0.13+11"\nJAVA_VERSION="17"\n'
    filesystem = stacked(layer_tar([("opt/java/openjdk/release", release), *files(["/opt/yarn-v1.22.22/bin/yarn"])]))
    packages = (
        Package(name="gcc-12", version="12.2", system="dpkg", layer=0),
        Package(name="npm", version="10.8.2", system="npm", layer=0),
    )
    versions = Versions(filesystem, packages, {"TOOL_VERSION": "v3.9.1 (stable)"})
    assert versions.of([source]) == version


def test_the_first_source_that_has_a_version_counts() -> None:
    versions = Versions(stacked(layer_tar([])), (), {"ONE": "no number", "TWO": "2.0", "THREE": "3.0"})
    assert versions.of(["env:ONE", "env:TWO", "env:THREE"]) == "2.0"
    assert versions.of([]) == ""
