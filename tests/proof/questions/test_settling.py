"""When an answer is a server's last word."""

import pytest

from layerscope.proof.questions import settling
from layerscope.proof.questions.answers import Answer
from layerscope.proof.questions.settling import Settling

Seen = list[tuple[float, int, bytes]]
"""When an answer comes, in seconds, its status and body."""


def settled(monkeypatch: pytest.MonkeyPatch, seen: Seen, seconds: float = 30.0, expected: bytes | None = None) -> float | None:
    """When the answers have settled; None where they have not."""
    now = 0.0
    monkeypatch.setattr(settling, "monotonic", lambda: now)
    found = Settling(seconds, None if expected is None else lambda answer: answer.body == expected)
    for now, status, body in seen:
        if found.is_final(Answer(question="GET /", status=status, body=body)):
            return now
    return None


def steady(status: int, body: bytes, start: float, end: float) -> Seen:
    return [(start + step / 10, status, body) for step in range(int((end - start) * 10) + 1)]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (steady(200, b"ready", 0, 2), 0.5),
        ([*steady(503, b"", 0, 4), *steady(200, b"ready", 4.1, 6)], 4.6),
        ([*steady(404, b"", 0, 2), *steady(200, b"ready", 2.1, 6)], 2.6),
        ([*steady(200, b"starting", 0, 0.3), *steady(200, b"ready", 0.4, 2)], 0.9),
        (steady(404, b"", 0, 5), 3.0),
        (steady(500, b"", 0, 12), 10.0),
        ([(step / 10, 200, b"random %s" % (b"abcdefghij"[step % 10 :][:1])) for step in range(120)], 10.0),
        ([(step / 10, 200, b"up %d" % step) for step in range(20)], 0.5),
    ],
    ids=["at once", "after 503", "after 404", "in parts", "an error", "a broken server", "never the same", "a counter"],
)
def test_an_answer_is_final_when_it_stays(monkeypatch: pytest.MonkeyPatch, seen: Seen, expected: float) -> None:
    assert settled(monkeypatch, seen) == pytest.approx(expected, abs=0.11)


def test_what_is_expected_is_taken_at_once_and_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [*steady(200, b"starting", 0, 3), *steady(200, b"ready", 3.1, 20)]
    assert settled(monkeypatch, seen, expected=b"ready") == pytest.approx(3.1)
    assert settled(monkeypatch, seen, expected=b"other") == pytest.approx(8.1, abs=0.11)


def test_no_answer_outlasts_the_time_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settled(monkeypatch, steady(503, b"", 0, 10), seconds=2.0) == pytest.approx(2.1, abs=0.11)
