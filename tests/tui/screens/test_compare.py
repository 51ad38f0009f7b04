"""The compare screen: what its keys do, at any size of terminal, with hostile names."""

import json

import pytest
from textual.widgets import Input, Static

from layerscope.tui.screens.compare import CompareScreen
from layerscope.tui.screens.dialogs import AskPath, Page
from layerscope.tui.widgets.lists import ComponentGaps, ConfigPairs, Findings
from layerscope.tui.widgets.pages import ImpactPage
from tests.support.analyses import HOSTILE
from tests.support.comparisons import compared, demo_pair
from tests.support.pilots import compare_screen, details, in_step, lines, pair_app, press, screen_text, settled, until


async def test_the_first_screen_says_how_much_and_what_in_one_second():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        await compare_screen(pilot)
        text = screen_text(app)
    for expected in (
        "demo:fat",
        "demo:lean",
        "603 MB",
        "▲ toolchain",
        "254 kB",
        "−866 MB explained",
        "26,822 files",
        "−785 MB",
    ):
        assert expected in text


async def test_the_next_difference_is_the_next_by_bytes_and_back_again(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        visited = []
        for key in ("N", "n", "n", "N", "N"):
            await press(pilot, key)
            visited.append(screen.fat_tree.path)
        hostile = sorted(HOSTILE)
        assert visited == [b"opt", hostile[0], hostile[1], hostile[0], b"opt"]
        assert screen.lean_tree.path == b"opt"
        await press(pilot, "N")
        assert {notice.message for notice in app._notifications} == {"This is the largest difference."}


async def test_filters_show_one_kind_of_difference_and_everything_again(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        await press(pilot, "E")
        everything = screen.fat_tree.row_count()
        for key, expected, title in (
            ("1", b"go", "showing only fat"),
            ("2", b"extra", "showing only lean"),
            ("3", b"conf", "showing changed"),
        ):
            await press(pilot, key)
            names = [screen.fat_tree.visible_rows.tree.names[row] for row in screen.fat_tree.visible_rows.rows if row]
            assert expected in names
            assert b"run" not in names
            assert title in str(screen.lean_tree.border_title)
        await press(pilot, "0")
        assert screen.fat_tree.row_count() == everything


async def test_z_hides_what_differs_by_less_than_a_size(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        await press(pilot, "E", "z")
        assert screen.fat_tree.row_count() == 4
        names = screen.fat_tree.visible_rows.tree.names
        assert [names[row] for row in screen.fat_tree.visible_rows.rows] == [b"opt", b"go", b"bin", b"go"]
        assert "showing gaps of 1 kB or more" in str(screen.lean_tree.border_title)
        await press(pilot, "z")
        assert "Nothing matches" in screen.fat_tree.empty_text()
        await press(pilot, "z")
        assert screen.fat_tree.row_count() > 4


async def test_what_is_alike_is_hidden_by_z_however_large_and_what_cancels_out_is_not(tmp_path):
    fat, lean = [("lib/same", b"x" * 5000), ("opt/v1", b"1" * 2000)], [("lib/same", b"x" * 5000), ("opt/v2", b"2" * 2000)]
    app = pair_app(compared(tmp_path, [fat], [lean]))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        await press(pilot, "E", "z")
        names = screen.fat_tree.visible_rows.tree.names
        assert [names[row] for row in screen.fat_tree.visible_rows.rows] == [b"opt", b"v1", b"v2"]
        screen.fat_tree.reveal(b"opt")
        await settled(pilot)
        assert "±0: −2 kB and +2 kB" in details(screen)


async def test_the_path_filter_works_within_the_kind_that_is_shown(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        await press(pilot, "slash", *"place")
        await until(pilot, lambda: "2 matches" in str(screen.filter_input.border_subtitle))
        await press(pilot, "enter", "1")
        await until(pilot, lambda: "match" in str(screen.filter_input.border_subtitle))
        assert screen.lean_tree.row_count() == screen.fat_tree.row_count()
        await press(pilot, "escape", "0")
        assert screen.fat_tree.row_count() > 4


async def test_an_expression_that_is_not_whole_yet_leaves_both_trees_as_they_were(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        screen.filter_input.value = "place"
        await until(pilot, lambda: "2 matches" in str(screen.filter_input.border_subtitle))
        await settled(pilot)
        narrowed = lines(screen.fat_tree), lines(screen.lean_tree)
        screen.filter_input.value = "place("
        await until(pilot, lambda: "( without )" in str(screen.filter_input.border_subtitle))
        await settled(pilot)
        assert (lines(screen.fat_tree), lines(screen.lean_tree)) == narrowed
        await press(pilot, "1")  # the limit is another one: the last whole expression still holds
        await settled(pilot)
        only_fat = lines(screen.fat_tree)
        screen.filter_input.value = "place"
        await until(pilot, lambda: "match" in str(screen.filter_input.border_subtitle))
        await settled(pilot)
        assert lines(screen.fat_tree) == only_fat


async def test_enter_on_a_file_shows_both_sides_at_length(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await compare_screen(pilot)
        screen.fat_tree.reveal(b"etc/conf")
        await press(pilot, "enter")
        assert isinstance(app.screen, Page)
        text = screen_text(app)
        for expected in (
            "Both sides of /etc/conf",
            "~ changed",
            "app:fat" if "app:fat" in text else "Fat:",
            "mode 0644",
            "layer 0",
        ):
            assert expected in text
        await press(pilot, "escape")
        assert app.screen is screen


async def test_details_follow_the_cursor(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        screen.fat_tree.reveal(b"opt")
        await settled(pilot)
        assert "− only in the fat image · 5.7 kB → – · −5.7 kB" in details(screen)
        assert "2 only in fat" in details(screen)
        screen.fat_tree.reveal(b"old/place")
        await settled(pilot)
        assert "→ moved to /new/place" in details(screen)


async def test_brackets_go_through_the_views():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        for expected in (
            screen.query_one(ComponentGaps),
            screen.query_one(ConfigPairs),
            screen.query_one(ImpactPage),
            screen.query_one(Findings),
            screen.fat_tree,
        ):
            await press(pilot, "right_square_bracket")
            assert screen.focused is expected
            assert expected.region.area > 0


async def test_a_component_leads_to_its_files():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        screen.action_view("gaps")
        await settled(pilot)
        assert "Go toolchain 1.22.10" in lines(screen.query_one(ComponentGaps), 60)[0]
        assert "only in the fat image · 206 MB → 0 B" in details(screen)
        await press(pilot, "enter")
        assert screen.fat_tree.path == b"usr/local/go"
        assert screen.lean_tree.path == b"usr/local/go"


async def test_configuration_and_impact_are_told_side_by_side():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        rows = lines(screen.query_one(ConfigPairs), 100)
        assert any(row.startswith(" + USER") and "appuser" in row for row in rows)
        assert any(row.startswith(" ~ CMD") for row in rows)
        screen.action_view("impact")
        await settled(pilot)
        text = screen_text(app)
        assert "87.9 GB" in text
        assert "100 pods" in text


async def test_the_sides_are_swapped_and_swapped_back_without_reading_again():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        first = await compare_screen(pilot)
        await press(pilot, "x")
        await until(pilot, lambda: app.screen is not first and isinstance(app.screen, CompareScreen))
        screen = await compare_screen(pilot)
        assert screen._comparison.gap == -demo_pair().gap
        text = screen_text(app)
        assert "+866 MB explained" in text
        assert "x swaps them" in text
        depth = len(app.screen_stack)
        await press(pilot, "x")
        await until(pilot, lambda: app.screen is not screen)
        again = await compare_screen(pilot)
        assert again._comparison is demo_pair()
        assert len(app.screen_stack) == depth == 2


@pytest.mark.parametrize(("ending", "start"), [(".md", "# "), (".json", "{")])
async def test_the_comparison_is_written_in_the_format_of_its_name(ending, start, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        await compare_screen(pilot)
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(app.screen, AskPath))
        app.screen.query_one(Input).value = f"both{ending}"
        await press(pilot, "enter")
        await until(pilot, lambda: bool(app._notifications))
    written = (tmp_path / f"both{ending}").read_text()
    assert written.startswith(start)
    assert ending != ".json" or json.loads(written)["gap"] == demo_pair().gap


async def test_a_name_that_tells_no_format_is_one_line_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        await compare_screen(pilot)
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(app.screen, AskPath))
        app.screen.query_one(Input).value = "both.doc"
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, AskPath) and bool(app.screen.query(".dialog-hint.-warning")))
        assert "both.doc tells no format" in str(app.screen.query_one(".dialog-hint", Static).render())
        assert app.screen.query_one(Input).value == "both.doc"
    assert list(tmp_path.iterdir()) == []


async def test_names_from_the_images_are_shown_escaped_and_never_act(pair):
    app = pair_app(pair)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await compare_screen(pilot)
        for path in HOSTILE:
            assert screen.fat_tree.reveal(path)
            await press(pilot, "enter")
            assert isinstance(app.screen, Page)
            picture = screen_text(app)
            assert not any(character in picture for character in "\x1b\u202e\udcff")
            await press(pilot, "escape")
        everything = "\n".join(lines(screen.fat_tree, 200) + lines(screen.lean_tree, 200))
        for expected in ("esc\\x1b[31mred", "new\\nline", "rtl\\u{202e}gpj.exe", "\\xff\\xfe", "x[/", "click[/"):
            assert expected in everything


@pytest.mark.parametrize("size", [(40, 14), (80, 24), (100, 30), (200, 60)])
async def test_both_trees_fit_the_terminal_stacked_where_it_is_narrow(size):
    app = pair_app(demo_pair())
    async with app.run_test(size=size) as pilot:
        screen = await compare_screen(pilot)
        await press(pilot, "E", "end")
        fat, lean = screen.fat_tree.region, screen.lean_tree.region
        assert (fat.x == lean.x) == (size[0] < 100)
        assert (fat.y == lean.y) == (size[0] >= 100)
        assert fat.height == lean.height >= 2
        assert lean.right <= size[0]
        assert lean.bottom < size[1]
        assert in_step(screen)


async def test_without_colour_cursor_and_differences_are_still_seen(monkeypatch, pair):
    monkeypatch.setenv("NO_COLOR", "1")
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        for tree in (screen.fat_tree, screen.lean_tree):
            assert tree.render_line(tree.cursor)._segments[0].style.reverse
        assert any(line.startswith("− ") for line in lines(screen.fat_tree, 60))
