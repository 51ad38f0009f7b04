"""What two containers' answers prove: where they differ, and when the fat image's own prove nothing."""

import pytest

from layerscope.proof.asking import Answer, Asked
from layerscope.proof.comparing import differences, silence
from layerscope.proof.containers import Ending, Outcome

REFUSED = Answer("GET http://127.0.0.1:9999/health", 0, b"", "no answer in time: Connection refused")


def outcome(*answers: Answer, code: int | None = None, said: bytes = b"", ending: Ending = Ending.RUNNING) -> Outcome:
    return Outcome(code, answers, 0.1, said, ending)


def command(status: int, failure: str = "") -> Answer:
    return Answer("exec check", status, b"", failure, Asked.COMMAND)


def page(status: int) -> Answer:
    return Answer("GET http://127.0.0.1:80/", status, b"page")


def test_two_outcomes_are_compared_by_status_body_and_exit_code() -> None:
    health = Answer("GET /health", 200, b'{"status": "ok", "uptime": 12.5, "at": "2026-01-02T03:04:05Z"}')
    later = Answer("GET /health", 200, b'{"status": "ok", "uptime": 13.5, "at": "2026-01-02T03:04:09Z"}')
    other = Answer("GET /health", 200, b'{"status": "failing", "uptime": 12.5, "at": "2026-01-02T03:04:05Z"}')
    assert differences(outcome(health), outcome(later)) == ()
    assert "the bodies differ" in differences(outcome(health), outcome(other))[0]
    assert "500 from the lean one" in differences(outcome(health), outcome(Answer("GET /health", 500, b"")))[0]
    assert (
        "the container ended" in differences(outcome(health), outcome(Answer("GET /health", 0, b"", "the container ended")))[0]
    )
    assert "ended with 1" in differences(outcome(code=0), outcome(code=1))[0]
    assert "no such file" in differences(outcome(), outcome(said=b"no such file", ending=Ending.NOT_STARTED))[0]
    assert "--memory" in differences(outcome(), outcome(ending=Ending.OUT_OF_MEMORY))[0]


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
