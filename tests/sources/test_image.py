"""What every transport gives: its small questions."""

import pytest

from layerscope.sources.image import Config, Platform, distinct


def test_a_platform_is_written_with_its_variant_where_it_has_one() -> None:
    assert str(Platform("linux", "arm", "v7")) == "linux/arm/v7"
    assert str(Platform("linux", "amd64")) == "linux/amd64"


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        (("A=1", "B=2"), {"A": "1", "B": "2"}),
        (("A=1", "A=2"), {"A": "2"}),
        (("A=b=c",), {"A": "b=c"}),
        (("A",), {"A": ""}),
    ],
)
def test_of_two_variables_of_a_name_the_later_one_counts(env: tuple[str, ...], expected: dict[str, str]) -> None:
    assert Config(platform=Platform("linux", "amd64"), env=env).environment() == expected


def test_a_problem_is_said_once_in_the_order_of_the_first() -> None:
    assert distinct(["b", "a", "b"]) == ("b", "a")


def test_of_very_many_problems_the_first_are_said_and_how_many_follow() -> None:
    found = distinct(f"problem {number}" for number in range(1234))
    assert len(found) == 51
    assert found[-2:] == ("problem 49", "and 1,184 more problems like these")
