"""Documents out of an image: what they say, or nothing."""

import pytest
from msgspec import Struct

from layerscope.core.untrusted import read_json


class Named(Struct):
    name: str = ""


@pytest.mark.parametrize("content", [b'{"name": "a", "other": [1]}', b'\xef\xbb\xbf{"name": "a"}'], ids=["plain", "marked"])
def test_a_document_is_read_in_the_form_that_is_asked_for(content: bytes) -> None:
    assert read_json(content, Named) == Named("a")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"name": 1}', b'{"name": "\xff"}', b'{"name": "\\ud800"}', b'{"x": ' + b"[" * 100_000],
    ids=["empty", "cut", "another form", "another type", "no text", "half a character", "deep"],
)
def test_a_damaged_document_says_nothing(content: bytes) -> None:
    assert read_json(content, Named) is None
