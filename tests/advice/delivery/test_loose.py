"""Which copies are put together: each line of a Dockerfile is a layer, of which an engine stacks only so many."""

from layerscope.advice.delivery.loose import loose
from layerscope.advice.delivery.model import Copy
from tests.support.archives import layer_tar
from tests.support.layers import stacked

PATHS = [f"opt/{number}/file" for number in range(70)]
FILES = stacked(layer_tar([(path, path.encode()) for path in PATHS]))
COPIES = [Copy(b"/" + path.encode(), b"/" + path.encode(), len(path), "asked for") for path in PATHS]


def test_a_few_files_of_different_directories_have_lines_of_their_own() -> None:
    assert loose(FILES, COPIES[:60]) == frozenset()


def test_more_lines_than_an_engine_can_stack_are_put_together() -> None:
    assert loose(FILES, COPIES) == frozenset(COPIES)
