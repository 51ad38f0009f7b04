"""Each remark has a code and a sentence."""

import pytest

from layerscope.advice.remarks import Code, remark, sentences


def test_every_code_has_its_sentence_and_every_sentence_its_code() -> None:
    assert sentences().keys() == set(Code)


def test_a_sentence_is_filled_in() -> None:
    found = remark(Code.BASE_WITHOUT_SHELL, base="scratch")
    assert (found.code, found.text) == (Code.BASE_WITHOUT_SHELL, "the command line needs a shell, which scratch does not have")


def test_what_fills_a_sentence_in_is_no_template_itself() -> None:
    assert remark(Code.UNRESOLVED, what="{base} {0}").text == "{base} {0}"


def test_a_sentence_without_what_it_is_about_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        remark(Code.BASE_WITHOUT_SHELL)
