"""What two containers' answers prove: where they differ, and when the fat image's own prove nothing."""

import pytest
from msgspec.structs import replace

from layerscope.proof.comparing import differences, expected, silence, varying
from layerscope.proof.containers import Ending, Outcome
from layerscope.proof.questions.answers import Answer, Asked

REFUSED = Answer(question="GET http://127.0.0.1:9999/health", failure="no answer in time: Connection refused")


def outcome(*answers: Answer, code: int | None = None, said: bytes = b"", ending: Ending = Ending.RUNNING) -> Outcome:
    return Outcome(exit_code=code, answers=answers, seconds=0.1, said=said, ending=ending)


def command(status: int, failure: str = "") -> Answer:
    return Answer(question="exec check", status=status, failure=failure, kind=Asked.COMMAND)


def page(status: int, body: bytes = b"page", *headers: str) -> Answer:
    return Answer(question="GET http://127.0.0.1:80/", status=status, body=body, headers=headers)


FAILED = replace(page(0), failure="the container ended")


@pytest.mark.parametrize(
    ("fat", "lean", "difference"),
    [
        (outcome(page(200)), outcome(page(200, b"other")), "the bodies differ"),
        (outcome(page(200)), outcome(page(500)), "500 from the lean one"),
        (outcome(page(200)), outcome(FAILED), "the container ended"),
        (
            outcome(page(200, b"", "Content-Type: text/css")),
            outcome(page(200, b"")),
            "Content-Type: text/css from the fat image",
        ),
        (outcome(code=0), outcome(code=1), "ended with 1"),
        (outcome(code=0, said=b"a"), outcome(code=0, said=b"b"), "different output"),
        (outcome(), outcome(said=b"no such file", ending=Ending.NOT_STARTED), "no such file"),
        (outcome(), outcome(ending=Ending.OUT_OF_MEMORY), "--memory"),
        (replace(outcome(), health=0), replace(outcome(), health=127), "HEALTHCHECK: the fat image is healthy"),
        (replace(outcome(), stopped=0), replace(outcome(), stopped=143), "stop signal: the fat image's program ends with 0"),
        (replace(outcome(), stopped=0), outcome(), "the lean one's does not stop"),
    ],
)
def test_two_images_are_compared_by_all_that_they_do(fat: Outcome, lean: Outcome, difference: str) -> None:
    assert difference in differences((fat, fat), lean)[0]
    assert differences((fat, fat), fat) == ()


def test_what_the_fat_image_itself_does_otherwise_each_time_is_not_compared() -> None:
    fat = (outcome(page(200, b'{"ok": true, "at": 1}')), outcome(page(200, b'{"ok": true, "at": 2}')))
    assert differences(fat, outcome(page(200, b'{"ok": true, "at": 3}'))) == ()
    assert differences(fat, outcome(page(200, b'{"ok": false, "at": 3}')))
    assert varying(fat) == ("GET http://127.0.0.1:80/",)
    assert differences((outcome(page(200)), outcome(page(302))), outcome(page(404))) == ()
    assert differences((outcome(code=0), outcome(code=1)), outcome(code=7)) == ()
    unhealthy = replace(outcome(), health=1, stopped=None)
    assert differences((unhealthy, replace(outcome(), health=0)), replace(unhealthy, health=2)) == ()


def test_a_lean_image_is_waited_for_until_it_answers_as_the_fat_one_did() -> None:
    wanted = expected((replace(outcome(page(200)), health=0, stopped=0),))
    assert wanted.answers(page(200))
    assert not wanted.answers(page(503))
    assert (wanted.healthy, wanted.stops) == (True, True)


@pytest.mark.parametrize(
    "fat",
    [
        outcome(REFUSED),
        outcome(page(200), REFUSED),
        outcome(page(502)),
        outcome(page(404)),
        outcome(page(404), page(401)),
        outcome(command(1)),
        outcome(command(127)),
        outcome(command(0, "executable file not found")),
        outcome(page(200), command(1)),
        outcome(code=3),
        outcome(ending=Ending.NOT_STARTED),
        outcome(page(200), ending=Ending.OUT_OF_MEMORY),
    ],
)
def test_what_fails_in_the_fat_image_proves_nothing_even_where_the_lean_one_fails_alike(fat: Outcome) -> None:
    assert silence(fat)


@pytest.mark.parametrize(
    "fat",
    [
        outcome(page(200)),
        outcome(page(302)),
        outcome(page(404), page(200)),
        outcome(page(404), command(0)),
        outcome(command(0)),
        outcome(page(200), code=1),
        outcome(code=0),
        outcome(),
    ],
)
def test_a_fat_image_that_answers_or_has_nothing_to_answer_can_be_compared(fat: Outcome) -> None:
    assert silence(fat) == ()
