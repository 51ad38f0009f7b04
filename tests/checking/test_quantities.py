"""Thresholds are read as dive reads them (its sizes are go-humanize's), and shares besides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.checking.quantities import is_off, parse_bytes, parse_limit, parse_ratio


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("1B", 1),
        ("50kB", 50_000),
        ("50KB", 50_000),
        ("50 kb", 50_000),
        ("50k", 50_000),
        ("50KiB", 51_200),
        ("50Ki", 51_200),
        ("20MB", 20_000_000),
        ("20Mb", 20_000_000),
        ("42mib", 44_040_192),
        ("1.5 GB", 1_500_000_000),
        ("1,000 MB", 1_000_000_000),
        ("0.0015kB", 1),
        ("2TiB", 2 * 1024**4),
        ("1EB", 10**18),
    ],
)
def test_sizes_are_decimal_unless_they_say_that_they_are_binary(text: str, count: int) -> None:
    assert parse_bytes(text) == count


@pytest.mark.parametrize(
    "text", ["", "not_a_size", "MB", "20 X", "20kiloB", "-1MB", "1.2.3MB", "20i", "20iB", "1e400", "99999EB", "2²"]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="size"):
        parse_bytes(text)


@given(st.integers(0, 2**63), st.sampled_from(["", "B", "k", "kB", "Ki", "KiB"]))
def test_a_larger_number_is_a_larger_size(number: int, unit: str) -> None:
    small = number // 2048
    assert parse_bytes(f"{small}{unit}") <= parse_bytes(f"{small + 1}{unit}")
    assert parse_bytes(f"{number}B") == number


@pytest.mark.parametrize("text", ["1.1", "-0.1", "not_a_number", "", "nan", "inf", "10%"])
def test_a_ratio_is_between_0_and_1(text: str) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        parse_ratio(text)


@pytest.mark.parametrize("text", ["disabled", "Disabled", "off", "OFF", "false", "", "  "])
def test_what_switches_a_rule_off(text: str) -> None:
    assert is_off(text)


@pytest.mark.parametrize("text", ["0", "no", "none", "0.9"])
def test_what_does_not(text: str) -> None:
    assert not is_off(text)


def test_where_both_are_allowed_a_percent_sign_makes_a_share() -> None:
    assert parse_limit("10%", ("bytes", "share")).value == pytest.approx(0.1)
    assert parse_limit("10 %", ("bytes", "share")).unit == "share"
    assert parse_limit("10MB", ("bytes", "share")).unit == "bytes"
    with pytest.raises(ValueError, match="is no size such as 20MB, nor a share such as 10%"):
        parse_limit("ten", ("bytes", "share"))
    with pytest.raises(ValueError, match="share"):
        parse_limit("-5%", ("bytes", "share"))
    with pytest.raises(ValueError, match="size"):
        parse_limit("10%", ("bytes",))
