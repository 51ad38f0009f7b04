"""What became of lost content: which layer hid it, and by what."""

import tarfile

from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.advice.findings.losses import losses
from layerscope.filesystem.merged import Filesystem
from layerscope.filesystem.stacking import stack
from layerscope.layers.index import Kind
from tests.support.archives import layer_tar, link
from tests.support.layers import stacked
from tests.support.programs import Row, directory, layer

DATA = bytes(range(256)) * 40

PATHS = ("a/b/c", "a/b/d", "a/e", "f")
CHANGES = st.dictionaries(st.sampled_from((*PATHS, "a/b", "a")), st.sampled_from(("file", "gone", "opaque")), max_size=4)


def _layer(changes: dict[str, str]) -> bytes:
    rows: list[Row] = []
    for path, change in sorted(changes.items()):
        parent, _, name = path.rpartition("/")
        if change == "file" and not any(other.startswith(f"{path}/") for other in changes):
            rows.append((path, DATA))
        elif change == "gone":
            rows.append((f"{parent}/.wh.{name}".lstrip("/"), b""))
        elif change == "opaque" and path in ("a", "a/b"):
            rows += [directory(path), (f"{path}/.wh..wh..opq", b"")]
    return layer(rows)


@settings(max_examples=300, deadline=None)
@given(st.lists(CHANGES, min_size=2, max_size=5))
def test_the_layer_that_hides_content_is_the_one_without_which_it_would_show(layers: list[dict[str, str]]) -> None:
    """The oracle: the content shows as long as only layers below that one are stacked, and no longer with it."""
    filesystem = stacked(*map(_layer, layers))
    found = {loss.entry: loss for loss in losses(filesystem)}
    lost = {entry for entry, size in enumerate(filesystem.sizes) if size and not filesystem.stored_live[entry]}
    assert found.keys() == lost
    upto = [stack(filesystem.indexes[: count + 1]) for count in range(len(layers))]
    for entry, loss in found.items():
        shown = [bool(partial.stored_live[entry]) for partial in upto[filesystem.layers[entry] :]]
        if True in shown:
            assert loss.layer == filesystem.layers[entry] + shown.index(False)
        if loss.successor >= 0:
            assert filesystem.paths[loss.successor] == filesystem.paths[entry]
            assert filesystem.layers[loss.successor] == loss.layer
            assert filesystem.kinds[loss.successor] < Kind.WHITEOUT


def test_a_hard_link_keeps_content_until_its_last_name_goes() -> None:
    filesystem: Filesystem = stacked(
        layer_tar([("a/x", DATA), link("a/y", "a/x", tarfile.LNKTYPE)]),
        layer_tar([("a/.wh.x", b"")]),
        layer_tar([("a/.wh.y", b"")]),
    )
    (loss,) = losses(filesystem)
    assert filesystem.paths[loss.entry] == b"a/x"
