"""Sizes and shares as people read them."""

import pytest

from layerscope.core.units import bar, cut, percent, signed, signed_duration, size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (4_920_000, "4.92 MB"),
        (878_763_897, "879 MB"),
        (999_400, "999 kB"),
        (1_290_000_000, "1.29 GB"),
        (-1500, "-1.5 kB"),
    ],
)
def test_sizes_are_decimal_with_three_digits_as_docker_shows_them(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(("change", "text"), [(1500, "+1.5 kB"), (-879_000_000, "−879 MB"), (0, "±0")])
def test_a_change_has_its_sign(change: int, text: str) -> None:
    assert signed(change) == text


@pytest.mark.parametrize(("change", "text"), [(-6.93, "−6.93 s"), (125.0, "+2 min 5 s"), (0.0, "±0"), (-0.0001, "±0")])
def test_a_change_of_a_time_has_its_sign(change: float, text: str) -> None:
    assert signed_duration(change) == text


@pytest.mark.parametrize("count", [*range(990_000, 1_010_000, 37), *(10**power - 1 for power in range(3, 19))])
def test_no_size_is_written_with_an_exponent(count: int) -> None:
    assert "e" not in size(count)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "0 %"), (0, 5, "0 %"), (5, 5, "100.0 %"), (1, 3, "33.3 %"), (99_999, 100_000, "99.9 %"), (1, 10**6, "< 0.1 %")],
)
def test_only_all_is_100_percent_and_only_nothing_is_0(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text


def test_a_bar_has_its_width_and_anything_is_seen() -> None:
    assert bar(100, 100, 10) == "█" * 10
    assert bar(50, 100, 10) == "█" * 5
    assert len(bar(1, 10**9, 10)) == 1
    assert bar(0, 100) == bar(1, 0) == ""


def test_a_long_text_ends_in_a_sign_that_it_goes_on() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"
