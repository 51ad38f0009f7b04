"""When a body is what others are: all that they have in common is compared, and nothing else."""

import pytest

from layerscope.proof.questions.alike import alike


@pytest.mark.parametrize(
    ("samples", "body", "expected"),
    [
        ((b"same", b"same"), b"same", True),
        ((b"same", b"same"), b"other", False),
        ((b'{"a": 1, "b": 2}', b'{"a": 1, "b": 2}'), b'{"b": 2, "a": 1}', True),
        ((b'{"count": 5}', b'{"count": 5}'), b'{"count": 0}', False),
        ((b'{"up": 1, "x": [1, {"t": 5}]}', b'{"up": 2, "x": [1, {"t": 6}]}'), b'{"up": 9, "x": [1, {"t": "?"}]}', True),
        ((b'{"up": 1, "x": [1]}', b'{"up": 2, "x": [1]}'), b'{"up": 9, "x": [2]}', False),
        ((b'{"up": 1, "x": [1]}', b'{"up": 2, "x": [1]}'), b'{"up": 9}', False),
        ((b'{"id-17": 1, "ok": true}', b'{"id-18": 1, "ok": true}'), b'{"id-19": 1, "ok": true}', True),
        ((b'{"ok": true, "t": 1}', b'{"ok": true, "t": 2}'), b'{"ok": 1, "t": 3}', False),
        ((b"<p>at 12:01:02</p>\n<p>x</p>", b"<p>at 12:01:03</p>\n<p>x</p>"), b"<p>at 12:01:05</p>\n<p>x</p>", True),
        ((b"<p>at 12:01:02</p>\n<p>x</p>", b"<p>at 12:01:03</p>\n<p>x</p>"), b"<p>at 12:01:05</p>\n<p>y</p>", False),
        ((b"token a1 of web", b"token b2 of web"), b"token c3 of web", True),
        ((b"token a1 of web", b"token b2 of web"), b"token c3 of nobody", False),
        ((b"start\nx\nready", b"start\nready"), b"start\ny\nz\nready", True),
        ((b"start\nx\nready", b"start\nready"), b"start\ny", False),
        ((b"\x00\xff1", b"\x00\xff2"), b"\x00\xff3", True),
    ],
)
def test_only_what_is_the_same_in_all_samples_is_compared(samples: tuple[bytes, ...], body: bytes, expected: bool) -> None:
    assert alike(samples, body) is expected


@pytest.mark.parametrize("deep", [b"[" * 200_000 + b"]" * 200_000, b'{"a":' * 900 + b"1" + b"}" * 900], ids=["200,000", "900"])
def test_documents_that_are_nested_without_end_are_compared_as_text(deep: bytes) -> None:
    assert alike((deep, deep), deep)
    assert not alike((deep, deep), deep + b" x")
    assert alike((b"1" + deep, b"2" + deep), b"3" + deep)
    assert alike((deep, deep.replace(b"1", b"2")), deep.replace(b"1", b"3"))


def test_two_moments_differ_in_numbers_alone() -> None:
    assert alike((b"up 12 s, load 0.5",), b"up 13 s, load 1.7", loose=True)
    assert not alike((b"starting",), b"ready", loose=True)
