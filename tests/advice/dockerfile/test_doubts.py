"""What a new last stage changes for those who build the user's own Dockerfile otherwise than the image was built."""

import pytest

from layerscope.advice.dockerfile.doubts import doubts_of
from layerscope.advice.dockerfile.edit import wrapped
from layerscope.advice.remarks import Code, Remark


def doubts(text: str, *paths: str, target: str = "") -> list[Remark]:
    return list(doubts_of(wrapped(text, target), "Dockerfile", {}, paths))


def test_what_build_arguments_no_longer_change_is_said_in_one_risk() -> None:
    frozen = {"ENV LAST": ("STAGE", "VERSION"), "USER": ("UID",)}
    (risk,) = doubts_of(wrapped("FROM a\n"), "Dockerfile", frozen, ())
    assert risk.code == Code.ARGUMENT_FROZEN
    assert risk.text.endswith(": ENV LAST (made of STAGE, VERSION); USER (made of UID)")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("ARG V=1.0\nFROM a:$V\n", "/opt/app-1.0/bin/app"),
        ("FROM a\nARG V=1.16.0\nRUN pip install six==$V\n", "/lib/six-1.16.0.dist-info"),
        ("FROM python:3.11\nARG V=3.11\nRUN x ${V}\n", "/usr/local/lib/python3.11/site.py"),
        ("FROM a AS b\nARG V=/srv\nWORKDIR $V\nFROM c\n", "/srv/app"),
        ("ARG W=1.0\nARG V=/opt/app-$W\nFROM a\nARG V\nRUN make $V\n", "/opt/app-1.0"),
        ("FROM a\nARG V=1.0\nENV V=$V\nRUN x\n", "/opt/x-1.0"),
    ],
)
def test_a_path_with_the_value_of_a_build_argument_is_a_risk(text: str, path: str) -> None:
    (risk,) = doubts(text, "/etc/passwd", path, path)
    assert risk.code == Code.ARGUMENT_IN_PATH
    assert f"V ({path})" in risk.text


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("FROM a\nARG V=1.0\n", "/opt/app-1.0"),
        ("FROM a\nARG V=app\nRUN x $V\n", "/opt/app"),
        ("FROM a\nARG V=12\nRUN x $V\n", "/opt/app-12"),
        ("FROM a\nARG V=1.0\nRUN x $V\n", "/opt/app-11.0"),
        ("FROM a\nARG V=1.0\nRUN x $V\n", "/opt/app-1.05"),
        ("FROM a\nARG V=/app\nRUN x $V\n", "/srv/app"),
        ("FROM a\nARG V=/app\nRUN x $V\n", "/application"),
        ("FROM a\nARG V\nRUN x $V\n", "/app"),
    ],
)
def test_a_path_that_has_it_by_chance_is_none(text: str, path: str) -> None:
    assert doubts(text, path) == []


def test_stages_behind_the_target_are_no_longer_last() -> None:
    text = "FROM a AS prod\nRUN x\nFROM prod AS Dev\nRUN y\n"
    (risk,) = doubts(text, target="prod")
    assert risk.code == Code.LAST_STAGE
    assert "Dockerfile has other stages" in risk.text
    assert risk.text.endswith("is --target Dev")
    (risk,) = doubts(f"{text}FROM b\n", target="prod")
    assert risk.text.endswith("is --target 2")
    assert doubts(text, target="dev") == doubts(text) == []
