"""The entries of the cache: only what we wrote ourselves, under that very name, comes back; nothing else is ever touched."""

import errno
import os
import time
from pathlib import Path

import pytest

from layerscope.core.cache import entries, key

NAME, OTHER = "1a" * 32, "2b" * 32
HEADER = b"layerscope entry 3\n"


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the entries lie, in a directory that others use, too."""
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "shared"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "shared" / f"layerscope-3-{os.geteuid()}"


def read(name: str = NAME) -> bytes | None:
    content = entries.read(name)
    return None if content is None else bytes(content)


def aged(path: Path, content: bytes, seconds: int = 86_400 * 365) -> Path:
    path.write_bytes(content)
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_what_was_written_under_several_names_comes_back_under_each() -> None:
    assert read() is None
    entries.write(b"payload", NAME, OTHER)
    assert read(NAME) == read(OTHER) == b"payload"
    entries.write(b"another", OTHER, NAME)
    assert read(NAME) == read(OTHER) == b"another"


def test_nobody_else_can_read_or_enter(directory: Path, tmp_path: Path) -> None:
    entries.write(b"payload", NAME)
    modes = [path.stat().st_mode & 0o777 for path in (directory, directory / NAME, tmp_path / "state/layerscope/cache-key")]
    assert modes == [0o700, 0o600, 0o600]


def test_files_of_others_survive_when_the_cache_is_full(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries.write(b"payload", NAME)
    thesis = aged(tmp_path / "shared" / "thesis.tex", b"three years")
    inside = aged(directory / "notes", b"mine")
    named = aged(directory / OTHER, b"called like an entry")
    nested = directory / ("3c" * 32)
    nested.mkdir()
    linked = directory / ("4d" * 32)
    linked.symlink_to(thesis)
    monkeypatch.setattr(entries, "CACHE_BYTES", 0)
    entries.prune()
    assert [path.exists() for path in (thesis, inside, named, nested, linked, directory / NAME)] == [True] * 5 + [False]


def test_what_a_killed_process_left_half_written_goes_after_an_hour(directory: Path) -> None:
    entries.write(b"payload", NAME)
    left = [aged(directory / f".{number * 16}.partial", content, 7200) for number, content in (("0a", b""), ("0b", HEADER[:5]))]
    young = aged(directory / f".{'0c' * 16}.partial", HEADER, 60)
    foreign = aged(directory / f".{'0d' * 16}.partial", b"not ours")
    entries.prune()
    assert [path.exists() for path in (*left, young, foreign)] == [False, False, True, True]


def test_the_key_of_another_user_makes_no_entry_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "stranger"))
    entries.write(b"crafted", NAME)
    assert read() == b"crafted"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    entries.write(b"payload", OTHER)
    assert read() is None
    assert read(OTHER) == b"payload"


def test_an_entry_of_ours_under_another_name_is_none(directory: Path) -> None:
    entries.write(b"payload", NAME)
    os.link(directory / NAME, directory / OTHER)
    assert read(OTHER) is None
    assert read(NAME) == b"payload"


@pytest.mark.parametrize("position", range(0, 19 + 32 + 33 + 7, 3))
def test_an_entry_with_one_wrong_byte_is_none(position: int, directory: Path) -> None:
    entries.write(b"payload", NAME)
    content = bytearray((directory / NAME).read_bytes())
    content[position] ^= 0x55
    (directory / NAME).write_bytes(content)
    assert read() is None


@pytest.mark.parametrize("size", range(0, 19 + 32 + 33 + 7, 5))
def test_an_entry_that_is_cut_off_is_none(size: int, directory: Path) -> None:
    entries.write(b"payload", NAME)
    os.truncate(directory / NAME, size)
    assert read() is None


def _fifo(path: Path, _: Path) -> None:
    os.mkfifo(path)


def _link(path: Path, target: Path) -> None:
    path.symlink_to(target)


def _endless(path: Path, _: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("plant", [_fifo, _link, _endless])
def test_what_is_planted_in_the_place_of_an_entry_is_not_read_and_is_replaced(
    plant: "object", directory: Path, tmp_path: Path
) -> None:
    entries.write(b"payload", NAME)
    genuine = (directory / NAME).rename(tmp_path / "genuine")
    before = genuine.read_bytes()
    plant(directory / NAME, genuine)  # type: ignore[operator]
    assert read() is None
    entries.write(b"again", NAME)
    assert read() == b"again"
    assert genuine.read_bytes() == before


def test_a_directory_in_the_place_of_an_entry_stays(directory: Path) -> None:
    entries.write(b"payload", OTHER)
    (directory / NAME).mkdir()
    entries.write(b"payload", NAME)
    assert read() is None
    assert sorted(path.name for path in directory.iterdir()) == [NAME, OTHER]


def test_no_more_than_the_limit_is_read_or_written(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries.write(b"payload", OTHER)
    monkeypatch.setattr(entries, "CACHE_ENTRY_BYTES", 1000)
    entries.write(b"y" * 1001, NAME)
    assert not (directory / NAME).exists()
    with (directory / NAME).open("wb") as file:
        file.write(HEADER)
        file.truncate(1 << 40)
    assert read() is None


def test_the_name_of_a_file_that_is_being_written_cannot_be_told(directory: Path, tmp_path: Path) -> None:
    entries.write(b"payload", NAME)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    for name in (NAME, OTHER):
        (directory / f"{name}.{os.getpid()}").symlink_to(victim)
    entries.write(b"again", NAME, OTHER)
    assert victim.read_text() == "mine"
    assert read() == b"again"


def _others_may_write(directory: Path, _: Path) -> None:
    directory.chmod(0o777)


def _group_may_write(directory: Path, _: Path) -> None:
    directory.chmod(0o770)


def _is_linked(directory: Path, tmp_path: Path) -> None:
    directory.symlink_to(directory.rename(tmp_path / "elsewhere"))


def _is_a_file(directory: Path, tmp_path: Path) -> None:
    directory.rename(tmp_path / "elsewhere")
    directory.write_text("no directory")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_others_may_write, "other users can write into "),
        (_group_may_write, "other users can write into "),
        (_is_linked, " is a link, or no directory"),
        (_is_a_file, " is a link, or no directory"),
    ],
)
def test_a_directory_that_somebody_else_could_fill_is_refused(
    change: "object", why: str, directory: Path, tmp_path: Path
) -> None:
    entries.write(b"payload", NAME)
    assert entries.refusal() == ""
    change(directory, tmp_path)  # type: ignore[operator]
    assert read() is None
    assert not entries.has(NAME)
    entries.write(b"payload", OTHER)
    entries.prune()
    assert not list(tmp_path.rglob(OTHER))
    assert why in entries.refusal()
    assert str(directory) in entries.refusal()


@pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator can give files away")
@pytest.mark.parametrize("what", ["directory", "entry", "link above"])
def test_what_belongs_to_another_user_is_refused(what: str, directory: Path, tmp_path: Path) -> None:
    entries.write(b"payload", NAME)
    if what == "link above":
        directory.parent.symlink_to(directory.parent.rename(tmp_path / "elsewhere"))
        os.chown(directory.parent, 12345, 12345, follow_symlinks=False)
        assert "is another user's link" in entries.refusal()
    elif what == "directory":
        os.chown(directory, 12345, 12345)
        assert "belongs to another user (number 12345)" in entries.refusal()
    else:
        os.chown(directory / NAME, 12345, 12345)
    assert read() is None


def test_two_users_share_one_directory(directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.parent.mkdir()
    directory.parent.chmod(0o1777)
    entries.write(b"payload", NAME)
    assert read() == b"payload"
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    assert read() is None
    assert entries.refusal() == ""


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EPERM])
def test_where_nothing_can_be_written_nothing_is_kept(code: int, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    entries.write(b"payload", OTHER)
    monkeypatch.setattr("layerscope.core.cache.files.os.replace", fail)
    entries.write(b"payload", NAME)
    assert [path.name for path in directory.iterdir()] == [OTHER]
    assert entries.refusal() == ""


def _lost(place: Path) -> None:
    place.unlink()


def _short(place: Path) -> None:
    place.write_bytes(b"short")


def _open_to_others(place: Path) -> None:
    place.chmod(0o644)


def _linked(place: Path) -> None:
    place.symlink_to(place.rename(place.with_name("elsewhere")))


@pytest.mark.parametrize("change", [_lost, _short, _open_to_others, _linked])
def test_a_key_that_is_lost_or_not_ours_alone_is_replaced(change: "object", tmp_path: Path) -> None:
    entries.write(b"payload", NAME)
    place = tmp_path / "state" / "layerscope" / "cache-key"
    first = place.read_bytes()
    change(place)  # type: ignore[operator]
    assert read() is None
    entries.write(b"payload", NAME)
    assert read() == b"payload"
    assert place.read_bytes() != first
    assert not place.is_symlink()


def test_without_a_place_for_the_key_nothing_is_kept(directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no directory")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    entries.write(b"payload", NAME)
    assert read() is None
    assert not directory.exists()


def test_a_key_in_a_directory_of_others_is_refused(tmp_path: Path) -> None:
    entries.write(b"payload", NAME)
    (tmp_path / "state" / "layerscope").chmod(0o777)
    assert read() is None
    assert "other users can write into" in entries.refusal()


def test_a_state_directory_that_is_not_absolute_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert key.key_directory() == Path("/home/somebody/.local/state/layerscope")


def test_the_cache_of_a_user_who_names_none_is_in_his_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAYERSCOPE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    entries.write(b"payload", NAME)
    assert (tmp_path / "xdg" / f"layerscope-3-{os.geteuid()}" / NAME).is_file()
    monkeypatch.setenv("LAYERSCOPE_CACHE", "off")
    assert read() is None
    assert not entries.usable()
