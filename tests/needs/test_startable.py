"""What keeps every engine from starting an image is told; each case was tried with one."""

from pathlib import Path

import pytest

from layerscope.needs.model import NoteCode
from tests.support.archives import link
from tests.support.programs import Row, analysis_of, directory, elf, go_program

ACCOUNTS: list[Row] = [("etc/passwd", b"root:x:0:0::/:\nweb:x:5:5::/:\n"), ("etc/group", b"root:x:0:\nstaff:x:5:\n")]
SHELL = ["/bin/sh", "-c", "/app"]


def notes(tmp_path: Path, rows: list[Row], **config: object) -> list[str]:
    config.setdefault("Cmd", ["/app"])
    runtime = analysis_of(tmp_path, [[("app", go_program()), *rows]], **config).runtime
    found = [note for note in runtime.notes if note.code == NoteCode.NOT_STARTED]
    assert [program.path for program in runtime.programs] == [b"app"]
    return [note.what.removeprefix("no engine starts the image: ") for note in found]


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("", []),
        ("web", []),
        ("web:staff", []),
        (":staff", []),
        ("77:88", []),
        ("we", ["USER names the user we, which /etc/passwd does not have"]),
        ("77:gone", ["USER names the group gone, which /etc/group does not have"]),
    ],
)
def test_a_user_by_name_needs_an_account(tmp_path: Path, user: str, said: list[str]) -> None:
    assert notes(tmp_path, ACCOUNTS, User=user) == said


def test_where_there_are_no_accounts_at_all_that_is_told_elsewhere(tmp_path: Path) -> None:
    assert notes(tmp_path, [], User="web") == []


@pytest.mark.parametrize("place", [("w", b"1"), link("w", "app")])
def test_the_working_directory_is_a_directory(tmp_path: Path, place: Row) -> None:
    assert notes(tmp_path, [place], WorkingDir="/w") == ["WORKDIR /w is no directory in it"]


@pytest.mark.parametrize("place", [directory("w"), ("w/x", b"1"), link("w", "gone"), ("other", b"1")])
def test_a_working_directory_that_is_not_there_is_made(tmp_path: Path, place: Row) -> None:
    assert notes(tmp_path, [place], WorkingDir="/w") == []


def test_a_shell_that_does_nothing_has_to_be_there_all_the_same(tmp_path: Path) -> None:
    assert notes(tmp_path, [], Cmd=SHELL) == ["CMD starts /bin/sh, which is not in it"]
    assert notes(tmp_path, [("bin/sh", elf())], Cmd=SHELL) == []
    assert notes(tmp_path, [("bin/busybox", elf()), link("bin/sh", "busybox")], Cmd=SHELL) == []
    assert notes(tmp_path, [], Cmd=["/app", "-c", "x"]) == []
