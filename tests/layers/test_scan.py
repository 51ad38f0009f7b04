"""The compiled helper reads runs of plain headers as the walk itself does, of any tar, sound or not."""

import gzip
import random
import tarfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from layerscope.layers import tar
from layerscope.layers.index import LayerIndex
from layerscope.layers.keep import Picks
from layerscope.layers.scan import Run, run_of, scan
from tests.support.archives import layer_tar, link
from tests.support.layers import index_of

pytestmark = pytest.mark.skipif(scan is None, reason="this installation has no compiled helper: there was no C compiler")
FORMATS = (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT)
PICKS = Picks.of_commands(("/app/run", "-x"))


def columns(index: LayerIndex) -> tuple[object, ...]:
    """Everything that an index says."""
    return (
        *(index.paths, bytes(index.kinds), index.sizes, index.offsets, index.modes, index.uids, index.gids, index.mtimes),
        *([index.directories[parent] for parent in index.parents], index.links, index.contents, index.elf),
        *(index.tar_size, index.problem),
    )


def without_helper(stored: bytes) -> LayerIndex:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tar, "scan", None)
        return index_of(stored, PICKS)


def assert_agree(content: bytes) -> LayerIndex:
    """Both ways give the same index, of the tar itself and of its stream."""
    for stored in (content, gzip.compress(content, 1)):
        assert columns(index_of(stored, PICKS)) == columns(without_helper(stored))
    return index_of(content, PICKS)


NAMES = (
    *("etc/os-release", "./var/lib/dpkg/status", "var/lib/dpkg/info/x.list", "app/run", "usr/lib/libx.so.1", ".env"),
    *("a/.wh.gone", "a/.wh..wh..opq", "/absolute", "a//b", "a/../b", "./", "..data/x", "a/...", "x", "é/ü", "trailing/"),
    *("d/" * 60 + "deep", "n" * 100, "n" * 101, "p/" * 80 + "q" * 90, "a/.b/c", "a/b./c", "a/.."),
    "usr/lib/python3/dist-packages/x.dist-info/RECORD",
)
LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE)
SPECIAL = (tarfile.FIFOTYPE, tarfile.CHRTYPE)


def some_tar(random_: random.Random) -> bytes:
    """A tar of long runs of plain entries, with everything between them that is none."""
    entries: list[tarfile.TarInfo | tuple[str, bytes | None]] = []
    for number in range(random_.randrange(1, 120)):
        name = random_.choice(NAMES) if random_.random() < 0.15 else f"usr/share/{number // 9}/file{number}.txt"
        chance = random_.random()
        if chance < 0.05:
            entries.append(
                link(name, random_.choice(("target", "../x", "t" * 120)), random_.choice((tarfile.SYMTYPE, tarfile.LNKTYPE)))
            )
        elif chance < 0.1:
            info = tarfile.TarInfo(name)
            info.type, info.uid, info.mtime = random_.choice(SPECIAL), 2**21, 1.5
            entries.append(info)
        else:
            entries.append((name, None if chance < 0.2 else random_.randbytes(random_.choice((0, 1, 512, 513, 3000)))))
    try:
        return layer_tar(entries, random_.choice(FORMATS))
    except ValueError:  # what ustar cannot hold
        return layer_tar(entries, tarfile.PAX_FORMAT)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_any_tar_gives_the_same_index_with_and_without_it(seed: int) -> None:
    index = assert_agree(some_tar(random.Random(seed)))
    assert "damaged" not in index.problem


@given(
    seed=st.integers(0, 2**32),
    flips=st.lists(st.tuples(st.integers(0, 2**20), st.integers(1, 255)), max_size=3),
    cut=st.floats(0, 1),
)
@example(seed=0, flips=[(154, 1)], cut=1.0)  # what ends the checksum's number
@example(seed=0, flips=[(155, 1)], cut=1.0)
@settings(max_examples=80, deadline=None)
def test_a_damaged_tar_gives_the_same_index_too(seed: int, flips: list[tuple[int, int]], cut: float) -> None:
    content = bytearray(some_tar(random.Random(seed)))
    for place, change in flips:
        content[place % len(content)] ^= change
    assert_agree(bytes(content[: int(len(content) * cut)]))


def test_a_run_stops_at_the_first_header_that_is_not_plain() -> None:
    content = layer_tar([*((f"d/{number}", b"x") for number in range(5)), ("n" * 300, b""), ("d/after", b"")])
    run = run_of(scan(memoryview(content), 0, 1000, b""))  # type: ignore[misc]
    assert run.paths.split(b"\0")[:-1] == [b"d/0", b"d/1", b"d/2", b"d/3", b"d/4"]
    assert run.following == 5 * 1024
    assert list(memoryview(run.numbers[1]).cast("Q")) == [1512, 2536, 3560, 4584, 5608]
    assert list(memoryview(run.breaks).cast("I")) == [0]
    assert run.wanted == b""


@given(
    content=st.binary(max_size=2000),
    position=st.integers(-(2**40), 2**40),
    base=st.integers(0, 2**60),
    tails=st.binary(max_size=20),
)
def test_bytes_that_are_no_tar_give_an_empty_run(content: bytes, position: int, base: int, tails: bytes) -> None:
    run = run_of(scan(memoryview(content), position, base, tails))  # type: ignore[misc]
    assert run == Run(following=position, paths=b"", kinds=b"", numbers=(b"",) * 6, links=b"", breaks=b"", wanted=b"")


@given(seed=st.integers(0, 2**32), flips=st.lists(st.tuples(st.integers(0, 511), st.integers(0, 255)), min_size=1, max_size=40))
def test_a_header_is_plain_only_with_its_checksum(seed: int, flips: list[tuple[int, int]]) -> None:
    header = bytearray(layer_tar([(f"usr/{seed}", b"")])[:512])
    sound = bytes(header)
    for place, value in flips:
        header[place] = value
    run = run_of(scan(memoryview(bytes(header)), 0, 0, b""))  # type: ignore[misc]
    if run.kinds:
        assert sum(header) - sum(header[148:156]) + 256 == int(header[148:154], 8)
    assert run_of(scan(memoryview(sound), 0, 0, b"")).kinds == b"\0"  # type: ignore[misc]
