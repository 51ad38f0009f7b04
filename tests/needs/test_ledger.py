"""The account of needs: each file once, with the proof that leads back to the config."""

from pathlib import Path

import pytest

from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Role
from layerscope.needs.ledger import Ledger
from layerscope.needs.model import Because, NoteCode, UnresolvedCode
from tests.support.archives import link
from tests.support.needs import ledger_of
from tests.support.programs import Row, directory

TREE: list[Row] = [
    directory("opt/app"),
    ("opt/app/run", b"#!/bin/sh"),
    ("opt/app/data/a", b"1"),
    link("app", "opt/app"),
    link("usr/bin/run", "/app/run"),
]
WHY = (Because("CMD"),)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return ledger_of(tmp_path, TREE)


def test_a_file_is_needed_once_under_each_name_by_which_it_is_asked_for(ledger: Ledger) -> None:
    assert ledger.ask(b"/usr/bin/run", Role.PROGRAM, WHY) == ledger.ask(b"app/run", Role.DATA, (Because("another"),))
    program = next(need for need in ledger.needs if need.role == Role.PROGRAM)
    assert (program.path, program.asked, program.because) == (b"opt/app/run", (b"usr/bin/run", b"app/run"), WHY)
    assert [need.path for need in ledger.needs if need.role == Role.LINK] == [b"usr/bin/run", b"app"]


def test_what_is_not_there_is_no_need(ledger: Ledger) -> None:
    assert ledger.ask(b"app/gone", Role.DATA, WHY) is None
    assert ledger.needs == ()


def test_a_proof_leads_from_the_file_that_asks_to_the_config(ledger: Ledger) -> None:
    entry = ledger.ask(b"app/run", Role.PROGRAM, WHY)
    assert entry is not None
    assert ledger.proof(entry, "read by") == (Because("read by", b"opt/app/run"), Because("CMD"))


def test_a_directory_is_taken_under_the_name_by_which_it_is_asked_for(ledger: Ledger) -> None:
    assert ledger.take_tree(b"/app", Role.DATA, WHY)
    assert {need.asked for need in ledger.needs if need.path.endswith(b"/a")} == {(b"app/data/a",)}
    assert not ledger.take_tree(b"/gone", Role.DATA, WHY)


def test_only_regular_files_have_content(ledger: Ledger) -> None:
    assert ledger.content(ledger.file(b"usr/bin/run"), 2) == b"#!"
    assert ledger.file(b"app") is None
    assert ledger.content(ledger.filesystem.visible[b"opt/app"]) == b""
    assert ledger.content(None) == b""


def test_what_is_open_and_what_is_noted_are_listed_once_with_their_codes(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.miss(b"app", "can start other programs", UnresolvedCode.OTHER_PROGRAMS)
        ledger.note(NoteCode.DIRECT_COMMAND, "runs better alone")
    assert [item.code for item in ledger.unresolved] == [UnresolvedCode.OTHER_PROGRAMS]
    assert [item.code for item in ledger.notes] == [NoteCode.DIRECT_COMMAND]


def test_credentials_in_what_is_said_are_masked(ledger: Ledger) -> None:
    ledger.miss(b"", "starts curl -u admin:hunter2hunter2 https://example.com")
    assert "hunter2" not in ledger.unresolved[0].what


@pytest.mark.parametrize(("path", "expected"), [(b"/a/./b/../c", b"a/c"), (b"../../a", b"a"), (b"//", b""), (b"", b"")])
def test_a_normal_path_has_no_detours(path: bytes, expected: bytes) -> None:
    assert normal_path(path) == expected
