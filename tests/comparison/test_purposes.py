"""Categories and components, aligned by what they are for."""

from pathlib import Path

from layerscope.comparison.model import CategoryGap, ComponentGap
from tests.support.attributions import apk_database, dpkg_database, files
from tests.support.comparisons import Layers, compared, demo_pair
from tests.support.programs import Row


def debian(version: str, size: int) -> list[Row]:
    """A Debian with one package."""
    packages = {"openssl": (version, ["/usr/bin/openssl"])}
    return [*dpkg_database(packages), *files(["usr/bin/openssl"], size)]


def component(rows: tuple[ComponentGap, ...], name: str) -> ComponentGap:
    (row,) = (row for row in rows if row.name == name)
    return row


def test_the_go_toolchain_is_here_and_not_there() -> None:
    largest = demo_pair().components[0]
    assert (largest.category, largest.name, largest.fat_version) == ("toolchain", "Go toolchain", "1.22.10")
    assert (largest.lean, largest.lean_version, largest.gap) == (0, "", largest.fat)


def test_categories_and_components_have_the_largest_gap_first_either_way() -> None:
    for rows in (demo_pair().categories, demo_pair().components):
        gaps = [abs(row.gap) for row in rows]
        assert gaps == sorted(gaps, reverse=True)
    assert any(row.gap < 0 for row in demo_pair().components)


def test_a_package_in_two_versions_is_one_row(tmp_path: Path) -> None:
    rows = compared(tmp_path, [debian("3.0.11", 300)], [debian("3.0.13", 100)]).components
    openssl = component(rows, "openssl")
    assert (openssl.fat_version, openssl.lean_version) == ("3.0.11", "3.0.13")
    assert (openssl.fat, openssl.lean, openssl.gap) == (300, 100, 200)


def test_packages_of_other_systems_are_other_components(tmp_path: Path) -> None:
    alpine: Layers = [
        [("lib/apk/db/installed", apk_database({"musl": ("1.2.4", ["/lib/libc.so"])})), ("lib/libc.so", b"1" * 50)]
    ]
    rows = compared(tmp_path, [debian("3.0.11", 300)], alpine).components
    assert component(rows, "openssl").lean_version == ""
    assert component(rows, "musl").fat_version == ""


def test_several_versions_on_one_side_are_joined(tmp_path: Path) -> None:
    """The upgraded package is another version, and both are stored."""
    rows = compared(tmp_path, [debian("3.0.11", 300), debian("3.0.13", 400)], [debian("3.0.13", 400)]).components
    openssl = component(rows, "openssl")
    assert openssl.lean_version == "3.0.13"
    assert openssl.fat == 700
    assert openssl.fat_version == "3.0.13, 3.0.11"  # the most bytes first


def test_a_category_that_neither_has_is_no_row(tmp_path: Path) -> None:
    categories = compared(tmp_path, [[("app/x", b"12")]], [[("app/x", b"1")]]).categories
    assert categories == (CategoryGap(categories[0].category, 2, 1),)
