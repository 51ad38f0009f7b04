"""What is inside a file of an image is read on demand, from layers stored in any way."""

import gzip

import pytest

from layerscope.core.errors import Cancelled
from layerscope.layers import contents as reading
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources.image import Layer
from tests.support.archives import layer_tar
from tests.support.layers import layer_of
from tests.support.programs import go_program

try:
    from compression import zstd
except ImportError:
    from backports import zstd

PROGRAM = go_program("net/http.Get", lines="path\ta.b/c\nmod\ta.b\tv1.0.0\n")
TAR = layer_tar([("app/notes.txt", b"notes"), ("app/filler", bytes(range(256)) * 8000), ("app/server", PROGRAM)])
NOTES, SERVER = 0, 2


def contents_of(layer: Layer) -> Contents:
    return Contents([layer], index_layers([layer], Picks()))


@pytest.mark.parametrize("stored", [TAR, gzip.compress(TAR), zstd.compress(TAR)], ids=["tar", "gzip", "zstd"])
def test_programs_are_looked_into_wherever_they_are_stored(stored: bytes) -> None:
    contents = contents_of(layer_of(stored))
    details = contents.details(0, SERVER)
    assert details is not None
    assert (details.main, details.size) == ("a.b/c", len(PROGRAM))
    assert contents.details(0, SERVER) is details
    assert contents.details(0, NOTES) is None


def test_whoever_waits_for_a_compressed_layer_can_stop() -> None:
    contents = contents_of(layer_of(gzip.compress(TAR)))

    def stop(what: str, done: int, total: int | None) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        contents.details(0, SERVER, stop)
    assert contents.details(0, SERVER) is not None


def test_a_layer_that_is_cut_off_has_no_details_and_no_error() -> None:
    layer = layer_of(TAR)
    index = index_layers([layer], Picks())
    cut = Contents([layer_of(TAR[: len(TAR) // 2])], index)
    assert cut.details(0, SERVER) is None


def test_files_above_the_limit_are_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BINARY_BYTES", len(PROGRAM) - 1)
    assert contents_of(layer_of(TAR)).details(0, SERVER) is None
