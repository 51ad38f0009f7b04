"""What was found out by reading a file of a compressed layer is found once, and never for another file or another question."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources.bytes.blobs import Blob, MappedFile
from layerscope.sources.image import Layer
from tests.support.archives import layer_tar

MADE = ("1.0", (("question.py", 1, 1),))
TAR = layer_tar([("app/one", b"1"), ("app/two", b"2")])


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def contents(path: Path, content: bytes, *, age: int = 60) -> Contents:
    """The contents of a layer that lies in a file of that age."""
    path.write_bytes(content)
    blob = Blob.of_mapped(MappedFile.open(path))
    blob.file.changed_ns -= age * 10**9
    layers = [Layer(diff_id="sha256:" + "0" * 64, blob=blob)]
    return Contents(layers, index_layers(layers, Picks()))


class Question:
    """Gives its answers one after another, and counts."""

    def __init__(self, *answers: bool) -> None:
        self._answers: Iterator[bool] = iter(answers)
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return next(self._answers)


@pytest.mark.parametrize("answer", [True, False])
def test_of_a_compressed_layer_an_answer_is_found_once(tmp_path: Path, answer: bool) -> None:
    question = Question(answer)
    layer = contents(tmp_path / "layer", gzip.compress(TAR))
    assert [layer.remembered(0, 0, MADE, question) for _ in range(3)] == [answer] * 3
    assert question.asked == 1


def test_another_file_another_question_and_another_layer_are_asked_anew(tmp_path: Path) -> None:
    question = Question(True, False, False, False)
    layer = contents(tmp_path / "layer", gzip.compress(TAR))
    assert layer.remembered(0, 0, MADE, question)
    assert not layer.remembered(0, 1, MADE, question)
    assert not layer.remembered(0, 0, ("1.0", (("question.py", 2, 1),)), question)
    other = contents(tmp_path / "other", gzip.compress(TAR))
    assert not other.remembered(0, 0, MADE, question)


def test_a_layer_that_lies_uncompressed_or_changed_just_now_is_read_each_time(tmp_path: Path) -> None:
    question = Question(True, False, True, False)
    for layer in (contents(tmp_path / "plain", TAR), contents(tmp_path / "new", gzip.compress(TAR), age=0)):
        assert [layer.remembered(0, 0, MADE, question) for _ in range(2)] == [True, False]


def test_a_damaged_entry_is_asked_anew(tmp_path: Path, cache: Path) -> None:
    question = Question(True, False)
    layer = contents(tmp_path / "layer", gzip.compress(TAR))
    assert layer.remembered(0, 0, MADE, question)
    for entry in (cache / f"layerscope-3-{os.geteuid()}").iterdir():
        entry.write_bytes(entry.read_bytes()[:-1] + b"\xc2")
    assert not layer.remembered(0, 0, MADE, question)
