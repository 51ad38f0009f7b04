"""The cache of layer indexes: what is looked up, by what, and that no wrong index ever comes out of it."""

import gzip
import os
import time
from pathlib import Path

import pytest

from layerscope.core.cache import entries
from layerscope.layers import indexing
from layerscope.layers.cache import Private, everything
from layerscope.layers.index import LayerIndex
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources.bytes.blobs import Blob, MappedFile
from layerscope.sources.image import Layer
from tests.support.archives import layer_tar, sha256

SCRIPT = b"#!/bin/sh\necho hello\n"
TAR = layer_tar(
    [("etc/os-release", b"ID=debian\n"), ("usr/bin/tool", SCRIPT), ("usr/lib/a\xff.so", b"x"), ("etc/gone/.wh.x", b"")]
    + [(f"opt/files/{number}", b"y" * number) for number in range(1200)]
)
PICKS = Picks()


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the entries lie."""
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / f"layerscope-3-{os.geteuid()}"


def stored(path: Path, content: bytes, age: int = 60) -> Path:
    """A file that was last written ``age`` seconds ago, as far as its time of content tells."""
    path.write_bytes(content)
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def layer(path: Path, digest: str | None = None, *, settled: bool = True) -> Layer:
    blob = Blob.of_mapped(MappedFile.open(path))
    if settled:
        blob.file.changed_ns -= 60 * 10**9  # the system sets an inode's own time, and no test can set it back
    return Layer(diff_id="sha256:" + "0" * 64, blob=blob, digest=digest)


def read(*layers: Layer, picks: Picks = PICKS, private: Private = lambda *_: False) -> LayerIndex:
    return index_layers(layers, picks, private=private)[0]


def unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, a layer that is read fails the test."""

    def refuse(*_: object) -> LayerIndex:
        raise AssertionError("the layer was read")

    for name in ("index_plain", "index_compressed"):
        monkeypatch.setattr(indexing, name, refuse)


def same(one: LayerIndex, other: LayerIndex) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in LayerIndex.__struct_fields__)


@pytest.mark.parametrize("content", [TAR, gzip.compress(TAR)], ids=["tar", "gzip"])
def test_a_second_look_at_an_unchanged_file_reads_nothing_and_finds_the_same(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(tmp_path / "layer", content)
    first = read(layer(path, sha256(content)))
    unreadable(monkeypatch)
    monkeypatch.setattr(indexing, "check_digest", lambda *_: pytest.fail("the layer was hashed"))
    second = read(layer(path, sha256(content)))
    assert len(first) == 1204
    assert same(first, second)


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = stored(tmp_path / "layer", TAR)
    read(layer(path))
    other = TAR.replace(b"ID=debian\n", b"ID=alpine\n")
    path = stored(tmp_path / "layer", other, age=30)
    assert b"ID=alpine\n" in read(layer(path)).contents.values()


def test_a_file_that_changed_just_now_is_not_remembered_by_its_times(tmp_path: Path, directory: Path) -> None:
    read(layer(stored(tmp_path / "layer", TAR, age=0), settled=False))
    assert not directory.exists()


def test_a_copy_of_a_compressed_layer_is_hashed_but_not_inflated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = gzip.compress(TAR)
    first = read(layer(stored(tmp_path / "one", content), sha256(content)))
    unreadable(monkeypatch)
    assert same(first, read(layer(stored(tmp_path / "two", content), sha256(content))))


def test_a_known_digest_that_the_content_does_not_have_is_a_problem_and_no_answer(tmp_path: Path) -> None:
    content, other = gzip.compress(TAR), gzip.compress(layer_tar([("other", b"1")]))
    read(layer(stored(tmp_path / "one", content), sha256(content)))
    index = read(layer(stored(tmp_path / "two", other), sha256(content)))
    assert index.paths == [b"other"]
    assert "its content has the digest" in index.problem


def test_a_damaged_layer_is_never_kept(tmp_path: Path, directory: Path) -> None:
    content = gzip.compress(TAR)[:-40]
    assert read(layer(stored(tmp_path / "layer", content), sha256(content))).problem
    assert not directory.exists()


def test_a_program_that_was_not_looked_for_before_is_looked_for_now(tmp_path: Path) -> None:
    content = gzip.compress(TAR)
    path = stored(tmp_path / "layer", content)
    assert SCRIPT not in read(layer(path, sha256(content))).contents.values()
    picks = Picks.of_commands(("/usr/bin/tool",))
    for _ in range(2):
        assert SCRIPT in read(layer(path, sha256(content)), picks=picks).contents.values()


@pytest.mark.parametrize("position", [0, 20, 24, 5000, -1])
def test_a_damaged_entry_is_dropped_and_the_layer_read_again(position: int, tmp_path: Path, directory: Path) -> None:
    path = stored(tmp_path / "layer", TAR)
    first = read(layer(path))
    (entry,) = directory.iterdir()
    broken = bytearray(entry.read_bytes())
    broken[position] ^= 0x55
    entry.write_bytes(broken if position else b"")
    assert same(first, read(layer(path)))
    assert entry.read_bytes() != broken


def test_the_cache_can_be_switched_off_and_may_be_unwritable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored(tmp_path / "layer", TAR)
    (tmp_path / "file").write_text("no directory")
    for place in ("off", str(tmp_path / "file" / "cache")):
        monkeypatch.setenv("LAYERSCOPE_CACHE", place)
        assert len(read(layer(path))) == 1204
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "layer"]


def test_the_oldest_entries_go_when_there_are_too_many(
    tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [stored(tmp_path / f"layer{number}", TAR) for number in range(4)]
    read(layer(paths[0]))
    (entry,) = directory.iterdir()
    monkeypatch.setattr(entries, "CACHE_BYTES", entry.stat().st_size * 5 // 2)
    os.utime(entry, (1, 1))
    for path in paths[1:]:
        read(layer(path))
    kept = list(directory.iterdir())
    assert len(kept) == 2
    assert entry not in kept


def test_contents_of_an_uncompressed_layer_stay_in_it(tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored(tmp_path / "layer", TAR)
    first = read(layer(path))
    (entry,) = directory.iterdir()
    assert b"ID=debian" not in entry.read_bytes()
    unreadable(monkeypatch)
    assert b"ID=debian\n" in read(layer(path)).contents.values()
    assert same(first, read(layer(path)))


@pytest.mark.parametrize("private", [everything, lambda path, _: path == b"etc/os-release"], ids=["nobody can tell", "told"])
def test_a_compressed_layer_with_a_credential_is_not_kept_but_read_again(
    private: Private, tmp_path: Path, directory: Path
) -> None:
    content = gzip.compress(TAR)
    path = stored(tmp_path / "layer", content)
    first = read(layer(path, sha256(content)), private=private)
    assert not directory.exists()
    assert same(first, read(layer(path, sha256(content)), private=private))


def test_a_compressed_layer_of_whose_keys_only_outlines_are_known_is_kept(tmp_path: Path, directory: Path) -> None:
    key = b"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"
    content = gzip.compress(layer_tar([("app/server.key", key)]))
    path = stored(tmp_path / "layer", content)
    assert list(read(layer(path, sha256(content)), private=everything).contents.values()) == [b"-----BEGIN PRIVATE KEY-----"]
    assert len({entry.stat().st_ino for entry in directory.iterdir()}) == 1
    assert b"MIIEvQ" not in b"".join(entry.read_bytes() for entry in directory.iterdir())
