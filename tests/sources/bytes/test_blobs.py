"""Stretches of files: what their bytes say of themselves, and what happens where a file ends early."""

import bz2
import gzip
import hashlib
import lzma
import tarfile
from pathlib import Path

import pytest

from layerscope.core.errors import ImageError
from layerscope.sources.bytes.blobs import Blob, MappedFile
from layerscope.sources.bytes.compression import Form, zstd_module
from tests.support.archives import layer_tar
from tests.support.layers import blob_of

TAR = layer_tar([("a", b"content")])
V7 = layer_tar([("a", b"content")], tarfile.USTAR_FORMAT)[:257] + bytes(255)


def v7_header() -> bytes:
    """A header without a magic, as the oldest programs wrote it, with the checksum that it then has."""
    header = bytearray(V7)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


@pytest.mark.parametrize(
    ("content", "form", "compressed"),
    [
        (b"", Form.EMPTY, False),
        (TAR, Form.TAR, False),
        (bytes(1024), Form.TAR, False),
        (v7_header(), Form.TAR, False),
        (V7[:148] + b"0000001\0" + V7[156:], Form.UNKNOWN, False),
        (b"hello" * 200, Form.UNKNOWN, False),
        (gzip.compress(TAR, mtime=0), Form.GZIP, True),
        (bytes(zstd_module().compress(TAR)), Form.ZSTD, True),
        (b"\x50*M\x18\4\0\0\0skip" + bytes(zstd_module().compress(TAR)), Form.ZSTD, True),
        (bz2.compress(TAR), Form.BZIP2, True),
        (lzma.compress(TAR), Form.XZ, True),
    ],
    ids=["empty", "tar", "zeros", "v7", "wrong checksum", "text", "gzip", "zstd", "skippable frame", "bzip2", "xz"],
)
def test_the_form_is_told_by_the_first_bytes(content: bytes, form: Form, compressed: bool) -> None:
    blob = blob_of(content)
    assert (blob.form, blob.compressed) == (form, compressed)


def test_a_digest_is_made_by_the_algorithm_of_the_one_that_is_expected() -> None:
    blob = blob_of(b"content")
    assert blob.digest() == f"sha256:{hashlib.sha256(b'content').hexdigest()}"
    assert blob.digest(like="sha512:00") == f"sha512:{hashlib.sha512(b'content').hexdigest()}"


def test_a_stretch_is_read_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"before content after")
    blob = Blob(MappedFile.open(tmp_path / "file"), 7, 7, "content")
    assert blob.read(7) == b"content"
    assert not blob.truncated


def test_a_stretch_that_the_file_does_not_have_whole_is_cut_off(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"before con")
    blob = Blob(MappedFile.open(tmp_path / "file"), 7, 7, "content")
    assert bytes(blob.view()) == b"con"
    assert blob.truncated
    with pytest.raises(ImageError, match="content is cut off"):
        blob.read(7)


def test_more_than_the_limit_is_not_read() -> None:
    with pytest.raises(ImageError, match="has 7 bytes, more than the limit of 6"):
        blob_of(b"content").read(6)


def test_a_file_stays_readable_without_its_name_and_its_identity_changes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    first = MappedFile.open(path)
    path.write_bytes(b"changed")
    assert MappedFile.open(path).identity != first.identity
    path.unlink()
    assert bytes(first.view()) == b"changed"  # the same file, with what was written into it


def test_what_was_read_can_be_forgotten_and_read_again() -> None:
    blob = blob_of(b"x" * 10_000)
    blob.file.forget(0, 10_000)
    blob.file.forget(9_999, 10**9)
    assert blob.read(10_000) == b"x" * 10_000
