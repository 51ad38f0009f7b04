"""JSON from strangers: a wrong type is an empty value and a problem, never an exception."""

from pathlib import Path
from typing import Any

import pytest

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.sources.json_fields import Fields, load
from tests.support.layers import blob_of


def fields(value: object) -> Fields:
    return Fields(value, "document", [])


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (Fields.text, "a", "a"),
        (Fields.number, 7, 7),
        (Fields.count, 0, 0),
        (Fields.flag, True, True),
        (Fields.items, [1, "a"], [1, "a"]),
        (Fields.texts, ["a", "b"], ("a", "b")),
        (Fields.keys, {"80/tcp": {}}, ("80/tcp",)),
        (Fields.mapping, {"a": "b"}, {"a": "b"}),
    ],
)
def test_a_member_of_the_right_type_is_given_as_it_is(read: Any, value: object, expected: object) -> None:
    found = fields({"key": value})
    assert read(found, "key") == expected
    assert found.problems == []


@pytest.mark.parametrize("document", [{}, {"key": None}])
def test_what_is_absent_or_null_is_empty_and_no_problem(document: dict[str, object]) -> None:
    found = fields(document)
    assert (found.text("key"), found.number("key"), found.count("key"), found.flag("key")) == ("", 0, None, False)
    assert (found.items("key"), found.texts("key"), found.keys("key"), found.mapping("key")) == ([], (), (), {})
    assert not found.fields("key")
    assert found.problems == []


@pytest.mark.parametrize(
    ("read", "value", "problem"),
    [
        (Fields.text, 1, "key is a number where a string belongs"),
        (Fields.number, "1", "key is a string where a number belongs"),
        (Fields.number, True, "key is a truth value where a number belongs"),
        (Fields.number, -1, "key is a number where a size of 0 or more belongs"),
        (Fields.flag, 1, "key is a number where a truth value belongs"),
        (Fields.items, {}, "key is an object where a list belongs"),
        (Fields.texts, ["a", 1], "key holds something other than strings"),
        (Fields.fields, [], "key is a list where an object belongs"),
        (Fields.many, [1], "key[0] is a number where an object belongs"),
        (Fields.mapping, {"a": 1}, "key: a is a number where a string belongs"),
    ],
)
def test_a_wrong_type_is_a_problem(read: Any, value: object, problem: str) -> None:
    found = fields({"key": value})
    read(found, "key")
    assert found.problems == [f"document: {problem}"]


def test_objects_inside_share_the_problems_and_say_where_they_are() -> None:
    found = fields({"a": [{"b": {"c": 1}}]})
    found.many("a")[0].fields("b").text("c")
    assert found.problems == ["document: a[0]: b: c is a number where a string belongs"]


def test_names_from_the_document_are_escaped() -> None:
    found = fields({"\x1b[31m": 1})
    found.text("\x1b[31m")
    assert found.problems == [r"document: \x1b[31m is a number where a string belongs"]


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"3", b"[" * 100_000, b"\xff"])
def test_settings_that_hold_no_object_are_an_empty_one_with_a_problem(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(text)
    for found in (Fields.of_text(text), Fields.of_file(tmp_path / "file")):
        assert not found
        assert found.problems


def test_a_file_of_settings_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert not Fields.of_file(tmp_path / "nowhere")


def test_of_a_huge_file_of_settings_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b'{"a": 1}' + b" " * limits.SETTINGS_BYTES)
    assert Fields.of_file(tmp_path / "file").number("a") == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "x.json is empty"),
        (b"{", "x.json is not valid JSON"),
        (b"[" * 100_000, "x.json is nested too deeply to be read"),
        (b"1" * 5_000_000, "x.json has 5,000,000 bytes, more than the limit of"),
    ],
)
def test_a_document_that_cannot_be_read_is_one_clear_line(content: bytes, problem: str) -> None:
    with pytest.raises(ImageError) as error:
        load(blob_of(content, "x.json"))
    assert str(error.value).startswith(problem)
