"""What is said about a row of a comparison."""

import pytest
from msgspec.structs import replace

from layerscope.comparison.model import Comparison, ComponentGap, ConfigPair
from layerscope.tui.pair_details import (
    component_path,
    component_sign,
    config_sign,
    of_component,
    of_config,
    of_row,
    page_of_row,
)
from layerscope.tui.rows.pair_columns import PairColumns, pair_columns
from tests.support.comparisons import demo_pair


@pytest.fixture
def columns(pair: Comparison) -> PairColumns:
    return pair_columns(pair)


def row_of(columns: PairColumns, path: bytes) -> int:
    return next(row for row in range(len(columns.pair)) if columns.pair.tree.path(row) == path)


def gap(fat: int, lean: int, fat_version: str = "", lean_version: str = "") -> ComponentGap:
    return ComponentGap(
        category="os",
        name="openssl",
        ecosystem="os",
        fat_version=fat_version,
        lean_version=lean_version,
        fat=fat,
        lean=lean,
    )


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (b"opt", "/opt\n− only in the fat image · 5.7 kB → – · −5.7 kB\nnames below: 2 only in fat"),
        (b"etc/conf", "/etc/conf\n~ changed · 3 B → 5 B · +2 B\nfat: ◉ application"),
        (b"old/place", "/old/place\n→ moved to /new/place · 10 B → – · −10 B"),
        (b"new/place", "/new/place\n→ moved here from /old/place · – → 10 B · +10 B"),
        (b"app/run", "/app/run\nthe same on both sides · 16 B → 16 B\nfat: ◉ application"),
    ],
)
def test_a_row_is_told_in_three_lines(path: bytes, said: str, columns: PairColumns) -> None:
    assert of_row(columns, row_of(columns, path)).plain.startswith(said)


def test_a_page_tells_both_sides_at_length(columns: PairColumns) -> None:
    page = page_of_row(columns, row_of(columns, b"etc/extra")).plain
    head, fat, lean = page.split("\n\n", 3)[:3]
    assert head == "+ only in the lean image, +1 B"
    assert fat.startswith("Fat: docker-archive:")
    assert fat.endswith("\nNothing has this path.")
    assert "\nmode 0644, user 0, group 0\n" in lean


@pytest.mark.parametrize(
    ("row", "sign"),
    [(gap(5, 0), "−"), (gap(0, 5), "+"), (gap(5, 6), "~"), (gap(5, 5, "1", "2"), "~"), (gap(5, 5, "1", "1"), " ")],
)
def test_a_component_is_on_one_side_another_one_or_alike(row: ComponentGap, sign: str) -> None:
    assert component_sign(row) == sign


def test_a_component_is_told_with_both_versions() -> None:
    said = of_component(gap(2000, 1000, "3.0.11", "3.0.13")).plain
    assert said.startswith("openssl 3.0.11 → 3.0.13\n■ os · on both sides · 2 kB → 1 kB · −1 kB\n")


def test_a_component_leads_to_its_files_on_the_fat_side_first() -> None:
    comparison = demo_pair()
    assert component_path(comparison, comparison.components[0]) == b"usr/local/go"
    assert component_path(comparison, replace(gap(1, 1), name="nothing has this name")) is None


@pytest.mark.parametrize(
    ("pair", "sign", "said"),
    [
        (ConfigPair("USER", "root", None), "−", "USER\nfat: root\nlean: –"),
        (ConfigPair("USER", None, "app\x1b"), "+", "USER\nfat: –\nlean: app\\x1b"),
        (ConfigPair("USER", "a", "b"), "~", "USER\nfat: a\nlean: b"),
        (ConfigPair("USER", "a", "a"), " ", "USER\na"),
    ],
)
def test_a_key_of_the_configuration_is_told_with_both_values(pair: ConfigPair, sign: str, said: str) -> None:
    assert config_sign(pair) == sign
    assert of_config(pair).plain == said
