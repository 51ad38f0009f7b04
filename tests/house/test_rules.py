"""The rules of the house, of every module of the product."""

import ast

import pytest

from tests.house import source

MEAN = 3.3
"""Branches of a function, on average over the product."""


def test_no_folder_holds_more_than_15_files() -> None:
    assert source.crowded_folders(15) == []


def test_no_module_is_longer_than_400_lines() -> None:
    assert source.long_modules(400) == []


def test_no_call_has_more_than_5_positional_arguments() -> None:
    assert source.crowded_calls(5) == []


def test_no_function_has_more_than_5_parameters() -> None:
    assert [item for item in source.functions() if item.parameters > 5] == []


def test_structs_of_more_than_5_fields_are_made_by_keywords() -> None:
    assert source.positional_structs(5) == []


def test_no_function_has_more_than_10_branches() -> None:
    assert [item for item in source.functions() if item.branches > 10] == []


def test_functions_have_few_branches_on_average() -> None:
    branches = [item.branches for item in source.functions()]
    assert sum(branches) / len(branches) <= MEAN


def test_every_module_of_more_than_100_lines_has_a_test_file_of_its_name() -> None:
    assert source.untested_modules(100) == []


def test_no_decision_rests_on_a_sentence() -> None:
    assert source.decisions_on_prose() == []


def test_what_lies_below_a_directory_is_asked_of_the_filesystem() -> None:
    assert source.scans_of_the_tree() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[path for path in fs.visible if path.startswith(inside)]", True),
        ("any(path.startswith(inside) for path, entry in visible.items())", True),
        ("for path in fs.visible:\n  if known and path.startswith(inside): pass", True),
        ("[path for path in fs.visible if path.endswith(end) and not path.startswith(b'usr/')]", False),
        ("[path for path in fs.below(inside) if path.startswith(inside)]", False),
    ],
)
def test_a_scan_of_the_tree_is_seen(text: str, expected: bool) -> None:
    assert any(source.is_scan(node) for node in ast.walk(ast.parse(text)) if isinstance(node, source.Loop)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(): pass", 1),
        ("def f():\n if a and b: pass\n else: pass", 3),
        ("def f():\n for x in y:\n  try: pass\n  except E: pass", 3),
        ("def f(): return [x for x in y if x]", 3),
        ("def f():\n match x:\n  case 1: pass\n  case _: pass", 3),
        ("def f():\n def g():\n  if a: pass", 1),
    ],
)
def test_branches_are_counted_as_mccabe_does_with_conditions_and_comprehensions(text: str, expected: int) -> None:
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert source.branches(function) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what == 'not followed'", True),
        ("'no longer' in text", True),
        ("note.startswith(('cannot be', 'x'))", True),
        ("what == 'not-followed'", False),
        ("print('not followed')", False),
        ("word in 'RUN COPY'", False),
    ],
)
def test_a_comparison_with_a_sentence_is_seen(text: str, expected: bool) -> None:
    seen = any(source.is_prose(item) for node in ast.walk(ast.parse(text)) for item in source.compared(node))
    assert seen is expected
