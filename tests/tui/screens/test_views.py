"""What both screens have: a filter over their tree, and help."""

import pytest
from textual.widgets import Markdown

from tests.support.analyses import go_image
from tests.support.pilots import app_for, lines, main_screen, press, screen_text, settled, until


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("(", "invalid expression: ( without )"),
        ("*.so", "invalid expression: nothing before * (.* is any text)"),
        ("x[", "1 match as text; invalid expression: [ without ]"),
    ],
)
async def test_what_is_no_expression_is_looked_for_as_text_and_never_empties_the_tree(typed, said):
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        before = lines(screen.file_tree)
        await press(pilot, "slash")
        screen.filter_input.value = typed
        await until(pilot, lambda: str(screen.filter_input.border_subtitle) == said)
        await settled(pilot)
        if "as text" in said:
            assert screen.file_tree.path == b"app/x["  # of x[/foo].txt
        else:
            assert lines(screen.file_tree) == before
            assert screen.filter_input.has_class("-no-expression")
        screen.filter_input.value = "(libc|bash)"
        await until(pilot, lambda: "matches" in str(screen.filter_input.border_subtitle))
        await settled(pilot)
        narrowed = lines(screen.file_tree)
        screen.filter_input.value = "(libc|bash)["
        await until(pilot, lambda: "[ without ]" in str(screen.filter_input.border_subtitle))
        await settled(pilot)
        assert lines(screen.file_tree) == narrowed


async def test_the_filter_says_what_it_takes():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        await press(pilot, "slash")
        assert "part of a path, or a regular expression: libc, " in screen_text(app)
        await press(pilot, "escape")
        screen.file_tree.focus()
        await press(pilot, "question_mark")
        await until(
            pilot,
            lambda: (
                "`/` shows only what matches part of a path, or a regular expression"
                in screen.query_one("#widget-help", Markdown).source
            ),
        )


async def test_the_filter_is_live_and_leaves_the_tree_as_it_was():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        before = lines(screen.file_tree)
        await press(pilot, "slash", *"libc.so")
        await until(pilot, lambda: "1 match" in str(screen.filter_input.border_subtitle))
        await settled(pilot)
        assert [line for line in lines(screen.file_tree) if "libc.so.6" in line]
        assert screen.file_tree.path == b"usr/lib/x86_64-linux-gnu/libc.so.6"
        await press(pilot, "enter")
        assert screen.focused is screen.file_tree
        await press(pilot, "escape")
        assert screen.file_tree.path == b"usr/lib/x86_64-linux-gnu/libc.so.6"
        screen.file_tree.action_close_all()
        assert lines(screen.file_tree) == before


async def test_help_opens_and_closes():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        await press(pilot, "question_mark")
        assert screen.query("HelpPanel")
        await press(pilot, "escape")
        assert not screen.query("HelpPanel")
