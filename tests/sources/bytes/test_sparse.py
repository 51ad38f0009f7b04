"""Sparse files of a layer: in every form that tar writes, their content is that of the file, and a map that lies is refused."""

import gzip
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.extraction import extract
from layerscope.filesystem.stacking import stack
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.layers.stretches import joined, read_stretches, sparse_slice, stretch_of
from tests.support.archives import sha256
from tests.support.layers import blob_of, index_of, layer_of

FORMS = {
    "gnu": ["--format=gnu"],
    "0.0": ["--format=posix", "--sparse-version=0.0"],
    "0.1": ["--format=posix", "--sparse-version=0.1"],
    "1.0": ["--format=posix", "--sparse-version=1.0"],
}
needs_tar = pytest.mark.skipif(shutil.which("tar") is None, reason="there is no tar")


def sparse_tar(directory: Path, form: str, parts: list[tuple[int, bytes]], size: int) -> tuple[bytes, bytes]:
    """A tar with a sparse file of some parts and one file after it, and the sparse file's content."""
    with (directory / "sparse").open("wb") as file:
        for start, content in parts:
            file.seek(start)
            file.write(content)
        file.truncate(size)
    (directory / "after").write_bytes(b"after\n")
    subprocess.run(["tar", *FORMS[form], "-S", "-cf", "layer.tar", "sparse", "after"], cwd=directory, check=True)
    return (directory / "layer.tar").read_bytes(), (directory / "sparse").read_bytes()


MANY = [(number * 65536, b"entry %03d" % number) for number in range(60)]
"""So many parts that a header's own map goes on in blocks behind it."""


@needs_tar
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "parts", [[], [(0, b"start")], [(1 << 20, b"middle")], MANY], ids=["a hole", "start", "middle", "many"]
)
def test_the_content_is_the_files(tmp_path: Path, form: str, parts: list[tuple[int, bytes]], pack: object) -> None:
    tar, content = sparse_tar(tmp_path, form, parts, 5_000_000)
    layer = layer_of(pack(tar))  # type: ignore[operator]
    [index] = index_layers([layer], Picks())
    contents = Contents([layer], [index])
    row = index.paths.index(b"sparse")
    assert not index.problem
    assert (index.sizes[row], contents.read(0, row)) == (5_000_000, content)
    assert contents.read(0, row, 70_000) == content[:70_000]
    assert contents.read(0, index.paths.index(b"after")) == b"after\n"
    extract(stack([index]), [layer], b"sparse", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == content
    assert (tmp_path / "out").stat().st_blocks * 512 < 1_000_000 + sum(len(part) for _, part in parts) * 5000


@needs_tar
@pytest.mark.parametrize("form", FORMS)
def test_any_stretch_is_that_of_the_file(tmp_path: Path, form: str) -> None:
    tar, content = sparse_tar(tmp_path, form, MANY, 5_000_000)
    index = index_of(tar)
    contents = Contents([layer_of(tar)], [index])
    for start, size in ((0, 100), (65530, 20), (4_999_990, 100), (6_000_000, 10), (131072, 400_000)):
        assert contents.stretch(0, index.paths.index(b"sparse"), start, size) == content[start : start + size]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 40)), max_size=6), st.integers(0, 60), st.integers(0, 400))
def test_a_slice_is_cut_out_of_the_whole(gaps: list[tuple[int, int]], start: int, size: int) -> None:
    whole, stored, parts = bytearray(), bytearray(), []
    for gap, length in gaps:
        whole += bytes(gap)
        part = bytes(range(1, length + 1))
        parts.append((len(whole), length))
        whole += part
        stored += part
    expected = bytes(whole[start : start + size]).ljust(size, b"\0")
    assert sparse_slice(memoryview(bytes(stored)), tuple(parts), start, size) == expected


def records(**values: str) -> bytes:
    """A pax tar with a regular file of 600 stored bytes, of which its records say that it is sparse."""
    member = tarfile.TarInfo("file")
    member.size = 600
    member.pax_headers = {f"GNU.sparse.{name}": value for name, value in values.items()}
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(member, io.BytesIO(b"x" * 600))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"size": "1000", "map": "0,300,200,300"}, "malformed"),
        ({"size": "1000", "map": "0,300,900,300"}, "malformed"),
        ({"size": "1000", "map": "0,300,400"}, "malformed"),
        ({"size": "10000", "map": "0,5000"}, "malformed"),
        ({"size": "1000", "map": "0,x"}, "malformed number"),
        ({"size": str(limits.SPARSE_FILE_BYTES + 1), "map": "0,600"}, "a sparse file of 4,398,046,511,105"),
        ({"realsize": "1000", "major": "1", "minor": "0"}, "malformed"),
    ],
)
def test_a_map_that_lies_is_refused_and_nothing_is_read_by_it(values: dict[str, str], said: str) -> None:
    index = index_of(records(**values))
    assert said in index.problem
    assert b"file" not in index.paths


def test_a_sound_map_of_records_is_read() -> None:
    tar = records(size="1000", map="0,300,400,300")
    index = index_of(tar)
    [(_, pieces)] = read_stretches(blob_of(tar), [stretch_of(index, 0)])
    assert (index.sizes[0], joined(pieces)) == (1000, b"x" * 300 + bytes(100) + b"x" * 300 + bytes(300))


def test_a_huge_hole_is_extracted_as_one_and_not_read(tmp_path: Path) -> None:
    """As the record of logins is where user numbers are huge."""
    tar = records(size=str(1 << 33), map="0,600")
    index, layer = index_of(tar), layer_of(tar)
    with pytest.raises(ImageError, match="the content of a sparse file of 8,589,934,592"):
        Contents([layer], [index]).read(0, 0)
    assert Contents([layer], [index]).digests(0, [0]) == {}
    extract(stack([index]), [layer], b"file", tmp_path / "out")
    assert (tmp_path / "out").stat().st_size == 1 << 33


def test_an_index_out_of_the_cache_has_the_same_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "cache"))
    layer = layer_of(gzip.compress(records(size="1000", map="0,300,400,300"), mtime=0))
    first, again = (index_layers([replace(layer, digest=f"sha256:{sha256(layer.blob.view())}")], Picks()) for _ in range(2))  # type: ignore[union-attr]
    assert first[0].sparse == again[0].sparse == {0: ((0, 300), (400, 300))}
