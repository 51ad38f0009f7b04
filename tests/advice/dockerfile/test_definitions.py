"""What a Dockerfile defines, read as BuildKit reads it."""

import pytest

from layerscope.advice.dockerfile.definitions import Definitions, arguments_of
from layerscope.dockerfile.read import read
from layerscope.dockerfile.stages import carried_out, chain, stages, target_stage


def defined(text: str) -> Definitions:
    """What the last stage of a file and those below it define."""
    file = read(text)
    found = stages(file)
    known = Definitions(file)
    for instructions in carried_out(chain(found, target_stage(found, ""), file)):
        known.enter(instructions)
    return known


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ARG A=1\nENV X=$A\n", "1"),
        ("ARG A=1 B=${A}x\nENV X=$B\n", "x"),
        ("ARG A=1\nARG B=${A}x\nENV X=$B\n", "1x"),
        ("ENV A=1\nARG A=2\nENV B=3\nENV X=$A\n", "2"),
        ("ARG A=2\nENV A=1\nENV X=$A\n", "1"),
        ("ENV A=1\nARG A\nENV X=$A\n", "1"),
        ("ARG A=1\nARG A\nENV X=$A\n", "1"),
        ("ARG G\nENV X=$G\n", "g"),
        ("ENV G=1\nARG G\nENV X=$G\n", "g"),
        ("ARG G=1\nARG G\nENV X=$G\n", "g"),
        ("ENV A=1 X=$A\n", ""),
        ("ARG A\nENV X=$A\n", ""),
        ("ENV X=${A\n", None),
    ],
)
def test_a_variable_has_the_value_of_its_place(text: str, value: str | None) -> None:
    assert defined(f"ARG G=g\nFROM a\n{text}").named["ENV", "X"].value("\\") == value


def test_each_word_of_a_list_is_said_alone() -> None:
    listed = defined('FROM a\nARG D=/d\nVOLUME ["$D", "/a b"]\nVOLUME $D/x /y\nEXPOSE 1 2/udp\n').listed
    assert [each.text for each in listed] == [
        'VOLUME ["$D"]',
        'VOLUME ["/a b"]',
        "VOLUME $D/x",
        "VOLUME /y",
        "EXPOSE 1",
        "EXPOSE 2/udp",
    ]


def test_arguments_stand_behind_their_own() -> None:
    wanted = defined("FROM a\nARG A=1\nARG B=$A\nENV E=$B\nENV X=$B$E\n").named["ENV", "X"]
    assert [argument.name for argument in arguments_of(wanted)] == ["A", "B"]
