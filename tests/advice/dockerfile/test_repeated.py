"""What the user makes of build arguments is said again in the user's words, where they then give the same value."""

import pytest

from layerscope.advice.dockerfile.repeated import repeated
from layerscope.dockerfile.read import read
from layerscope.dockerfile.stages import chain, stages, target_stage


def said(text: str, *lines: str) -> list[str]:
    """The new stage's lines behind FROM, for the last stage of a file."""
    file = read(text)
    found = stages(file)
    built = chain(found, target_stage(found, ""), file)
    return repeated("\n".join(["FROM scratch", *lines, ""]), file, built).text.splitlines()[1:]


def frozen(text: str, *lines: str) -> dict[str, tuple[str, ...]]:
    """What of the new stage's lines build arguments no longer change."""
    file = read(text)
    built = chain(stages(file), stages(file)[-1], file)
    return repeated("\n".join(["FROM scratch", *lines, ""]), file, built).frozen


def test_the_arguments_come_along_as_they_are_written() -> None:
    text = """\
ARG GO=1.22
FROM golang:${GO}
ARG VERSION=1.0.0 PORT
ENV GREETING="v${VERSION} of $GO"
ARG GO
LABEL "org.version"=$VERSION kept=x go=$GO
EXPOSE ${PORT:-8080} 9000
"""
    assert said(
        text,
        'ENV GREETING="v1.0.0 of "',
        "LABEL org.version=1.0.0",
        "LABEL kept=x",
        "LABEL go=1.22",
        "EXPOSE 8080/tcp",
        "EXPOSE 9000/tcp",
    ) == [
        'ENV GREETING="v1.0.0 of "',
        "ARG VERSION=1.0.0",
        'LABEL "org.version"=$VERSION',
        "LABEL kept=x",
        "ARG GO",
        "LABEL go=$GO",
        "ARG PORT",
        "EXPOSE ${PORT:-8080}",
        "EXPOSE 9000/tcp",
    ]


def test_an_argument_stands_behind_those_that_it_is_made_of() -> None:
    text = "FROM a\nARG A=1\nARG B=${A}-x\nENV C=$B\nENV old $B and more\n"
    assert said(text, "ENV C=1-x", 'ENV old="1-x and more"') == ["ARG A=1", "ARG B=${A}-x", "ENV C=$B", "ENV old $B and more"]


def test_a_variable_that_is_set_before_may_be_used() -> None:
    text = "FROM a\nARG V=1\nENV A=$V\nENV B=$A-x\n"
    assert said(text, "ENV A=1", "ENV B=1-x") == ["ARG V=1", "ENV A=$V", "ENV B=$A-x"]
    assert said(text, "ENV B=1-x", "ENV A=1") == ["ENV B=1-x", "ARG V=1", "ENV A=$V"]


def test_what_one_instruction_sets_together_does_not_know_of_each_other() -> None:
    """A builder replaces $A by what A was in front of the instruction: here nothing, which no build argument gives."""
    assert said("FROM a\nARG V=1\nENV A=$V B=$A-x\n", "ENV A=1", "ENV B=-x") == ["ARG V=1", "ENV A=$V", "ENV B=-x"]


def test_a_value_that_is_defined_anew_is_that_of_its_place() -> None:
    text = "FROM a\nARG V=1\nENV A=$V\nARG V=2\nENV B=$V\nLABEL c=$V\n"
    assert said(text, "ENV A=1", "ENV B=2", "LABEL c=2") == ["ARG V=1", "ENV A=$V", "ARG V=2", "ENV B=$V", "LABEL c=$V"]
    assert said("FROM a\nENV A=1\nENV B=$A\nENV A=2\n", "ENV A=2", "ENV B=1") == ["ENV A=2", "ENV B=1"]


def test_an_argument_that_becomes_a_variable_of_its_name() -> None:
    text = "FROM a\nARG V=1\nLABEL v=$V\nENV V=${V}\n"
    assert said(text, "ENV V=1", "LABEL v=1") == ["ARG V=1", "ENV V=${V}", "LABEL v=$V"]
    hidden = "FROM a\nARG V=1\nLABEL v=$V\nENV V=${V}x\n"
    assert said(hidden, "ENV V=1x", "LABEL v=1") == ["ARG V=1", "ENV V=${V}x", "LABEL v=1"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM a\nENV A=/x:$PATH\n", "ENV A=/x:/bin"),
        ("FROM a\nARG B=1\nENV A=$B$PATH\n", "ENV A=1/bin"),
        ("ARG B=1\nFROM a\nENV A=x$B\n", "ENV A=x"),
        ("FROM b AS c\nARG B=1\nFROM c\nENV A=x$B\n", "ENV A=x"),
        ("FROM a\nARG B=1\nENV A='$B'\n", 'ENV A="\\$B"'),
        ("FROM a\nARG NPM_TOKEN=s3cretvalue1\nENV A=$NPM_TOKEN\n", "ENV A=x"),
        ("FROM a\nENV B=1\nARG B=2\nENV A=$B\n", "ENV A=2"),
    ],
)
def test_what_cannot_have_the_same_value_stays_as_the_image_has_it(text: str, line: str) -> None:
    assert said(text, line) == [line]


def test_stages_below_count_with_their_own_arguments() -> None:
    text = "FROM a AS b\nARG V=1\nENV A=$V\nFROM b\nARG V=2\nENV C=$V\n"
    assert said(text, "ENV A=1", "ENV C=2") == ["ARG V=1", "ENV A=$V", "ARG V=2", "ENV C=$V"]


def test_an_argument_made_of_one_that_a_variable_hides_stands_in_front_of_the_variable() -> None:
    text = """\
FROM a
ARG V
ARG S=${V:-dev}
ENV V=${V:-0.0} A=1
ENV FULL=$V-$S
LABEL s=$S
"""
    assert said(text, "ENV V=0.0", "ENV A=1", "ENV FULL=0.0-dev", "LABEL s=dev") == [
        "ARG V",
        "ARG S=${V:-dev}",
        "ENV V=${V:-0.0}",
        "ENV A=1",
        "ENV FULL=$V-$S",
        "LABEL s=$S",
    ]
    assert said(text.replace("V=${V:-0.0}", "V=2"), "ENV V=2", "ENV FULL=2-dev") == [
        "ARG V",
        "ARG S=${V:-dev}",
        "ENV V=2",
        "ENV FULL=$V-$S",
    ]


@pytest.mark.parametrize("value", ["$A{0}", "$A{0}$B{0}"])
def test_a_value_of_very_many_arguments_stays_as_the_image_has_it(value: str) -> None:
    lines = [f"ARG A{number + 1}={value} B{number + 1}={value}".format(number) for number in range(500)]
    assert said("\n".join(["FROM a", "ARG A0=1 B0=2", *lines, "ENV X=$A500", ""]), "ENV X=1") == ["ENV X=1"]


def test_user_directory_and_signal_are_those_of_the_arguments() -> None:
    text = "FROM a\nARG U=app\nARG G D=/srv\nENV H=$D/x\nUSER ${U}:${G:-root}\nWORKDIR $H/y/\nSTOPSIGNAL SIGINT\n"
    assert said(text, "ENV H=/srv/x", "WORKDIR /srv/x/y", "USER app:root", "STOPSIGNAL SIGINT") == [
        "ARG D=/srv",
        "ENV H=$D/x",
        "WORKDIR $H/y/",
        "ARG U=app",
        "ARG G",
        "USER ${U}:${G:-root}",
        "STOPSIGNAL SIGINT",
    ]


@pytest.mark.parametrize("first", ["WORKDIR /a", "WORKDIR /a\nUSER $U"])
def test_a_directory_below_another_and_what_is_said_again_later_stay_as_the_image_has_them(first: str) -> None:
    text = f"FROM a\nARG U=app\n{first}\nWORKDIR $U\nUSER 0\n"
    assert said(text, "WORKDIR /a/app", "USER 0") == ["WORKDIR /a/app", "USER 0"]


def test_what_onbuild_of_the_stage_below_says_is_the_stages_own() -> None:
    text = "FROM a AS b\nARG V=1\nONBUILD ARG W=2\nONBUILD ENV X=$W Y=$V\nFROM b\n"
    assert said(text, "ENV X=2", 'ENV Y=""') == ["ARG W=2", "ENV X=$W", 'ENV Y=""']


def test_another_escape_character() -> None:
    assert said("# escape=`\nFROM a\nARG V=1\nENV A=`$$V\n", 'ENV A="`$1"') == ["ARG V=1", "ENV A=`$$V"]


@pytest.mark.parametrize(
    ("declared", "between", "value"), [("ARG V=beta", "ENV OTHER=x", "beta"), ("ARG V", 'ENV T="app $V"', "stable")]
)
def test_an_argument_that_is_declared_again_behind_a_variable_of_its_name(declared: str, between: str, value: str) -> None:
    """BuildKit takes the later of both; another ENV in between changes nothing."""
    lines = ["ARG V=stable", "ENV V=$V", declared, between]
    shown = between.replace("$V", value)
    told = said("\n".join(["FROM a", *lines, "LABEL v=$V\n"]), "ENV V=stable", shown, f"LABEL v={value}")
    assert sorted(told) == sorted([*lines, "LABEL v=$V"])
    assert told.index(declared) < told.index("LABEL v=$V")


def test_an_argument_behind_a_variable_of_a_stage_below() -> None:
    text = """\
FROM a AS base
ARG VERSION=1
ENV VERSION=$VERSION
FROM base AS mid
ARG STAGE=dev
ENV STAGE=${STAGE} FULL=$VERSION-$STAGE
FROM mid
ARG STAGE
ENV LAST=${STAGE:-unset}/$VERSION
LABEL f=$FULL
"""
    assert said(text, "ENV VERSION=1", "ENV STAGE=dev", "ENV FULL=1-dev", "ENV LAST=dev/1", "LABEL f=1-dev") == [
        "ARG VERSION=1",
        "ENV VERSION=$VERSION",
        "ARG STAGE=dev",
        "ENV STAGE=${STAGE}",
        "ENV FULL=$VERSION-$STAGE",
        "ARG STAGE",
        "ENV LAST=${STAGE:-unset}/$VERSION",
        "LABEL f=$FULL",
    ]


def test_words_of_one_argument_line_know_nothing_of_each_other() -> None:
    assert said("FROM a\nARG A=1 D=${A}x\nENV D=$D\n", "ENV D=x") == ["ENV D=x"]


def test_a_quoted_variable_has_the_very_value_of_its_argument() -> None:
    text = 'FROM a\nARG B="two words"\nENV B="${B}"\nLABEL b=$B\n'
    assert said(text, 'ENV B="two words"', 'LABEL b="two words"') == [
        'ARG B="two words"',
        'ENV B="${B}"',
        "LABEL b=$B",
    ]


def test_volumes_of_build_arguments() -> None:
    text = 'FROM a\nARG DATA=/data X=1\nVOLUME ["$DATA","/logs"]\nVOLUME /v$X /w\n'
    lines = [f'VOLUME ["{path}"]' for path in ("/data", "/logs", "/v1", "/w")]
    assert said(text, *lines) == [
        "ARG DATA=/data",
        'VOLUME ["$DATA"]',
        'VOLUME ["/logs"]',
        "ARG X=1",
        "VOLUME /v$X",
        'VOLUME ["/w"]',
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("ARG V=1\nENV A=$V\n", ["ENV A=2"]),
        ("ARG V=1\nLABEL a=$V\n", ["LABEL a=2"]),
        ("ARG V=1\nENV A=$V\nLABEL a=$A\n", ["ENV A=2", "LABEL a=1"]),
        ("ARG V=1\nUSER $V\n", ["USER 2"]),
        ("ENV V=1\nARG V=2\nLABEL c=$V\n", ["ENV V=1", "LABEL c=1"]),
    ],
)
def test_what_would_have_another_value_than_the_image_stays_as_the_image_has_it(text: str, lines: list[str]) -> None:
    """Another build was given build arguments, or another builder reads them otherwise."""
    assert said(f"FROM a\n{text}", *lines) == lines


def test_a_value_that_is_not_the_images_leaves_no_argument_behind() -> None:
    assert said("FROM a\nARG V=1\nENV A=$V\nENV B=x$V\n", "ENV A=2", "ENV B=x1") == ["ENV A=2", "ARG V=1", "ENV B=x$V"]


@pytest.mark.parametrize(
    ("text", "lines", "expected"),
    [
        ("ARG V=1\nENV A=$V\nLABEL b=$A\n", ["ENV A=1", "LABEL b=1"], {}),
        ("ARG V=1\nENV A=$V:$PATH\n", ["ENV A=1:/bin"], {"ENV A": ("V",)}),
        ("ARG V=1\nENV A=$V\nENV B=$A$PATH\n", ["ENV A=1", "ENV B=1/bin"], {"ENV B": ("V",)}),
        ("ARG V=1\nARG W=x$V\nLABEL a=$W$HOME\n", ["LABEL a=x1/root"], {"LABEL a": ("W", "V")}),
        ("ARG V=1\nENV A=$V\n", [], {}),
        ("ARG V=1\nENV A=$PATH\n", ["ENV A=/bin"], {}),
        ("ARG D=d\nWORKDIR /a\nWORKDIR $D\n", ["WORKDIR /a/d"], {"WORKDIR": ("D",)}),
        ("ARG P=80\nEXPOSE $P-81\n", ["EXPOSE 80/tcp", "EXPOSE 81/tcp"], {"EXPOSE": ("P",)}),
        ("ARG D=/d\nVOLUME $D$HOME /x\n", ['VOLUME ["/d/root"]', 'VOLUME ["/x"]'], {"VOLUME": ("D",)}),
        ("ARG U=1\nUSER $U\n", ["USER 2"], {"USER": ("U",)}),
    ],
)
def test_what_build_arguments_no_longer_change_is_told(
    text: str, lines: list[str], expected: dict[str, tuple[str, ...]]
) -> None:
    assert frozen(f"FROM a\n{text}", *lines) == expected
