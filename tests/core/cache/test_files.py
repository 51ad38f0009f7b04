"""Files of our own in directories that others reach: no link is followed, nothing waits, and no half of a file has a name."""

import os
from pathlib import Path

import pytest

from layerscope.core.cache.files import (
    PARTIAL,
    NotOurs,
    begins_with,
    is_file,
    make_directory,
    open_directory,
    ourselves,
    read_file,
    write_file,
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    found = tmp_path / "above" / "ours"
    make_directory(found)
    return found


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_directory_is_made_for_us_alone_and_again_without_harm(place: Path) -> None:
    make_directory(place)
    assert place.stat().st_mode & 0o777 == 0o700


def test_what_was_written_is_read_under_every_name(place: Path) -> None:
    with open_directory(place, ourselves()) as directory:
        write_file(directory, ("a", "b"), (b"one ", b"two"))
        assert read_file(directory, "a", 100, ourselves()) == read_file(directory, "b", 100, ourselves()) == b"one two"
        assert begins_with(directory, "a", b"one")
        assert not begins_with(directory, "a", b"two")
    assert names(place) == ["a", "b"]


def test_a_file_takes_the_place_of_what_had_its_name_and_links_lead_nowhere(place: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (place / "a").symlink_to(victim)
    with open_directory(place, ourselves()) as directory:
        assert not is_file(directory, "a")
        assert read_file(directory, "a", 100, ourselves()) is None
        write_file(directory, ("a",), (b"new",))
        assert read_file(directory, "a", 100, ourselves()) == b"new"
    assert victim.read_text() == "mine"


def test_a_fifo_a_directory_and_a_file_that_is_too_large_or_not_ours_are_not_read(place: Path) -> None:
    os.mkfifo(place / "fifo")
    (place / "directory").mkdir()
    (place / "large").write_bytes(b"x" * 101)
    with open_directory(place, ourselves()) as directory:
        for name in ("fifo", "directory", "large", "nothing"):
            assert read_file(directory, name, 100, ourselves()) is None
            assert not begins_with(directory, name, b"y")
        assert read_file(directory, "large", 1000, frozenset()) is None


def test_a_write_that_fails_leaves_nothing(place: Path) -> None:
    class Failing(tuple[bytes, ...]):
        def __iter__(self) -> "Failing":  # type: ignore[override]
            raise KeyboardInterrupt

    with open_directory(place, ourselves()) as directory, pytest.raises(KeyboardInterrupt):
        write_file(directory, ("a",), Failing())
    assert names(place) == []


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_directory_that_others_can_write_into_is_not_ours(place: Path, mode: int) -> None:
    place.chmod(mode)
    with pytest.raises(NotOurs, match="other users can write"), open_directory(place, ourselves()):
        pass


def test_a_link_a_file_and_a_stranger_s_directory_are_not_ours(place: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(place)
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "link", tmp_path / "file"):
        with pytest.raises(NotOurs, match="is a link, or no directory"), open_directory(path, ourselves()):
            pass
    with pytest.raises(NotOurs, match="belongs to another user"), open_directory(place, frozenset((os.geteuid() + 1,))):
        pass
    with pytest.raises(FileNotFoundError), open_directory(tmp_path / "nothing", ourselves()):
        pass


def test_the_name_of_half_a_file_cannot_be_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", lambda *_, **__: (_ for _ in ()).throw(OSError("stopped")))
    monkeypatch.setattr(os, "unlink", lambda *_, **__: None)
    with open_directory(place, ourselves()) as directory, pytest.raises(OSError, match="stopped"):
        write_file(directory, ("a",), (b"half",))
    [name] = names(place)
    assert PARTIAL.match(name)
