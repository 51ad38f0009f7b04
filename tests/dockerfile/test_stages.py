"""Stages are named, numbered and found as BuildKit finds them."""

import pytest

from layerscope.core.errors import UsageError
from layerscope.dockerfile.read import read
from layerscope.dockerfile.stages import Stage, base_names, below, chain, free_name, stages, target_stage

TEXT = """\
ARG V=1.22
ARG FROM_IMAGE=golang:${V}
FROM ${FROM_IMAGE} AS Build
RUN x
FROM build as alpine
FROM alpine
FROM Alpine AS last
"""


def found(text: str = TEXT) -> tuple[Stage, ...]:
    return stages(read(text))


def test_names_are_compared_in_lower_case() -> None:
    assert [(stage.name, stage.written_name) for stage in found()] == [
        ("build", "Build"),
        ("alpine", "alpine"),
        ("", ""),
        ("last", "last"),
    ]


def test_a_base_has_the_defaults_of_the_arguments_above() -> None:
    assert base_names(found(), read(TEXT))[0] == "golang:1.22"
    file = read("ARG V\nFROM a:${V}\n")
    assert base_names(stages(file), file) == ("a:${V}",)


def test_a_stage_stands_on_an_earlier_one_of_that_very_name() -> None:
    file, all_stages = read(TEXT), found()
    assert below(all_stages, all_stages[2], file) == all_stages[1]
    assert below(all_stages, all_stages[3], file) is None, "FROM does not fold letters, only names are folded"
    assert chain(all_stages, all_stages[2], file) == all_stages[:3]


def test_a_stage_that_has_the_name_of_its_base_stands_on_an_image() -> None:
    file = read("FROM alpine AS alpine\nRUN x\n")
    assert below(stages(file), stages(file)[0], file) is None


def test_a_target_is_a_name_or_a_number() -> None:
    assert target_stage(found(), "") == found()[3]
    assert target_stage(found(), "BUILD") == target_stage(found(), "0") == found()[0]
    with pytest.raises(UsageError, match="Dockerfile has no stage 4"):
        target_stage(found(), "4")


def test_a_new_name_is_free() -> None:
    assert free_name(found(), "builder", "fat") == "builder"
    assert free_name(found("FROM a AS Builder\nFROM a AS fat\nFROM a AS fat2\n"), "builder", "fat") == "fat3"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("ARG x\n", "has no FROM"),
        ("RUN y\n", "has no FROM"),
        ("ARG x\nRUN y\nFROM a\n", "line 2, has RUN in front of the first FROM"),
        ("FROM a\nRUN x\n  && y\n", "line 3: && is no instruction"),
        ("FROM a b\n", "line 1: FROM has neither one word nor"),
        ("FROM\n", "line 1: FROM has neither one word nor"),
    ],
)
def test_what_is_no_dockerfile(text: str, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        found(text)


def test_another_syntax_may_have_other_instructions() -> None:
    assert [item.keyword for item in found("# syntax=example.org/x\nFROM a\nINCLUDE b\n")[0].instructions] == ["INCLUDE"]
