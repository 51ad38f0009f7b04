"""Composer: what it installed below vendor, and which of it only developing needs."""

import pytest

from layerscope.attribution.packages.library import Library
from tests.support.libraries import recorded


def installed(**more: object) -> dict[str, object]:
    """What Composer 2 wrote for one package for production and one for developing."""
    return {
        "packages": [
            {
                "name": "mockery/mockery",
                "version": "1.6.0",
                "version_normalized": "1.6.0.0",
                "bin": ["bin/mockery"],
                "type": "library",
                "install-path": "../mockery/mockery",
            },
            {"name": "monolog/monolog", "version": "2.9.1", "install-path": "../monolog/monolog"},
        ],
        "dev": True,
        "dev-package-names": ["mockery/mockery"],
        **more,
    }


def test_composer_says_where_each_package_is_and_which_developing_needs() -> None:
    autoloader, mockery, monolog = recorded("app/vendor/composer/installed.json", installed())
    assert autoloader.trees == (b"app/vendor/composer",)
    assert autoloader.paths == (b"app/vendor/autoload.php",)
    assert mockery == Library(
        system="composer",
        name="mockery/mockery",
        version="1.6.0",
        paths=(b"app/vendor/bin/mockery",),
        trees=(b"app/vendor/mockery/mockery",),
        development=True,
    )
    assert monolog == Library(
        system="composer", name="monolog/monolog", version="2.9.1", paths=(), trees=(b"app/vendor/monolog/monolog",)
    )


def test_composer_1_wrote_a_list_without_directories() -> None:
    found = recorded("vendor/composer/installed.json", [{"name": "monolog/monolog", "version": "1.0"}])
    assert [library.trees for library in found] == [(b"vendor/composer",), (b"vendor/monolog/monolog",)]


@pytest.mark.parametrize("place", ["../..", "..", "/", "../../../../..", "./../../vendor"])
def test_no_package_of_composer_has_the_whole_project(place: str) -> None:
    packages = [{"name": "a/b", "version": "1", "install-path": place}]
    assert recorded("app/vendor/composer/installed.json", {"packages": packages})[1].trees == ()


def test_a_plugin_may_install_packages_elsewhere() -> None:
    packages = [{"name": "drupal/core", "version": "10.1", "install-path": "../../web/core"}]
    assert recorded("app/vendor/composer/installed.json", {"packages": packages})[1].trees == (b"app/web/core",)
