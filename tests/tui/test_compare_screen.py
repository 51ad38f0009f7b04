"""The compare screen: two trees that never part, and what its keys do, at any size of terminal, with hostile names."""

import json
import threading

import pytest
from textual import events
from textual.widgets import Digits, Input, Static

from layerscope.comparison.model import CategoryGap, Comparison
from layerscope.core.errors import Cancelled, ImageError, ImageNotFound
from layerscope.report.comparison.sections import sections
from layerscope.tui import app as app_module
from layerscope.tui.app import LayerscopeApp, run_comparison
from layerscope.tui.palette import Actions
from layerscope.tui.screens.compare import CompareScreen
from layerscope.tui.screens.dialogs import AskPath, Page
from layerscope.tui.screens.images import AskImage
from layerscope.tui.screens.loading import LoadingScreen
from layerscope.tui.tasks import Chooser, pair_task
from layerscope.tui.widgets.bars import Facing, fitting
from layerscope.tui.widgets.trees.compared_tree import ComparedTree
from layerscope.tui.widgets.trees.rows import Rows
from layerscope.tui.widgets.trees.tree_rows import TreeRows
from tests.support.analyses import HOSTILE
from tests.support.comparisons import compared, demo, demo_pair
from tests.support.patience import PATIENCE
from tests.support.pilots import app_for, compare_screen, details, lines, main_screen, pair_app, press, settled, until
from tests.support.programs import Row
from tests.support.snapshots import shown

FAT: list[Row] = [
    ("app/", None),
    ("app/run", b"the same program"),
    ("etc/conf", b"old"),
    ("opt/go/bin/go", b"x" * 5000),
    ("opt/go/src/a", b"x" * 700),
    ("old/place", b"what moves"),
    *((name.decode("utf-8", "surrogateescape"), b"hostile") for name in HOSTILE),
]
LEAN: list[Row] = [
    ("app/", None),
    ("app/run", b"the same program"),
    ("etc/conf", b"newer"),
    ("etc/extra", b"1"),
    ("new/place", b"what moves"),
    *((name.decode("utf-8", "surrogateescape"), b"other") for name in HOSTILE),
]


@pytest.fixture
def pair(tmp_path) -> Comparison:
    return compared(tmp_path, [FAT], [LEAN], Cmd=["/app/run"], Env=["PATH=/bin"])


def line_of(tree: ComparedTree, name: str) -> str:
    return next(line for line in lines(tree, 60) if name in line)


def in_step(screen: CompareScreen) -> bool:
    fat, lean = screen.fat_tree, screen.lean_tree
    return (fat.cursor, fat.scroll_offset.y, fat.row_count()) == (lean.cursor, lean.scroll_offset.y, lean.row_count())


async def test_the_first_screen_says_how_much_and_what_in_one_second():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        await compare_screen(pilot)
        text = "\n".join(shown(app.export_screenshot()))
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


async def test_signs_tell_what_only_one_side_has_what_changed_and_what_moved(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        await press(pilot, "E")
        fat, lean = screen.fat_tree, screen.lean_tree
        assert line_of(fat, "bin/").startswith("− ")
        assert line_of(lean, "extra").startswith("+ ")
        assert line_of(fat, "conf").startswith("~ ")
        assert "place → /new/place" in line_of(fat, "place")
        assert "place ← /old/place" in line_of(lean, "place")
        assert line_of(fat, "run").startswith("  ")
        assert line_of(lean, "run").rstrip().endswith("=")
        assert line_of(lean, "conf").rstrip().endswith("+2 B")


async def test_what_a_side_lacks_is_an_empty_slot_in_the_same_row(pair):
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        await press(pilot, "E")
        fat, lean = lines(screen.fat_tree, 60), lines(screen.lean_tree, 60)
        at = next(number for number, line in enumerate(fat) if "opt/" in line)
        assert "opt" not in lean[at]
        assert "╌╌╌" in lean[at]
        assert "−5.7 kB" in lean[at]


async def test_both_trees_open_close_sort_and_move_together():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        for keys in (["E"], ["end"], ["pageup"], ["home", "l"], ["j", "j", "s"], ["tab", "pagedown"], ["k", "h"], ["G", "C"]):
            await press(pilot, *keys)
            assert in_step(screen), keys
        assert screen.focused is screen.lean_tree


async def test_mouse_and_wheel_move_both_trees():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        closed = screen.fat_tree.row_count()
        await pilot.click(screen.lean_tree, offset=(4, 1))
        await settled(pilot)
        assert screen.fat_tree.row_count() != closed
        screen.fat_tree.action_open_all()
        await settled(pilot)
        await pilot.click(screen.lean_tree, offset=(30, 4))
        await settled(pilot)
        assert screen.fat_tree.cursor == 3
        await pilot._post_mouse_events([events.MouseScrollDown], screen.lean_tree, (20, 4))
        await settled(pilot)
        assert screen.fat_tree.scroll_offset.y > 0
        assert in_step(screen)


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
        text = "\n".join(shown(app.export_screenshot()))
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
        for expected in (screen.gaps, screen.config, screen.impact, screen.findings, screen.fat_tree):
            await press(pilot, "right_square_bracket")
            assert screen.focused is expected
            assert expected.region.area > 0


@pytest.mark.parametrize(
    ("fat", "lean", "digits", "line"),
    [
        (10_000, 9_999, "−0.1", " 10 kB → 10 kB  < 0.1 % less   −1 B · no layer is shared · "),
        (9_999, 10_000, "+0.1", " 10 kB → 10 kB  < 0.1 % more   +1 B · no layer is shared · "),
        (1000, 250, "−75.0", " 1 kB → 250 B  −75.0 %   −750 B · no layer is shared · "),
        (250, 1000, "+300.0", " 250 B → 1 kB  +300.0 %   +750 B · no layer is shared · "),
    ],
)
async def test_the_headline_says_which_way_the_size_changes(fat, lean, digits, line, tmp_path):
    app = pair_app(compared(tmp_path, [[("x", b"1" * fat)]], [[("x", b"2" * lean)]]))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await compare_screen(pilot)
        assert screen.query_one("#digits-change", Digits).value == digits
        assert str(screen.query_one("#in-one-line", Static).render()).startswith(line)


async def test_changes_are_written_as_in_the_reports():
    told = next(section for section in sections(demo_pair()) if section.title == "Its largest parts")
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        for line, (name, *_, change) in zip(lines(screen.gaps, 100), told.rows[:15], strict=False):
            assert name in line
            assert line[21:30].strip() == change
        screen.action_view("impact")
        await settled(pilot)
        assert "−86.6 GB" in "\n".join(shown(app.export_screenshot()))


async def test_a_component_leads_to_its_files():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        screen.action_view("gaps")
        await settled(pilot)
        assert "Go toolchain 1.22.10" in lines(screen.gaps, 60)[0]
        assert "only in the fat image · 206 MB → 0 B" in details(screen)
        await press(pilot, "enter")
        assert screen.fat_tree.path == b"usr/local/go"
        assert screen.lean_tree.path == b"usr/local/go"


async def test_configuration_and_impact_are_told_side_by_side():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        rows = lines(screen.config, 100)
        assert any(row.startswith(" + USER") and "appuser" in row for row in rows)
        assert any(row.startswith(" ~ CMD") for row in rows)
        screen.action_view("impact")
        await settled(pilot)
        text = "\n".join(shown(app.export_screenshot()))
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
        text = "\n".join(shown(app.export_screenshot()))
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


def test_run_comparison_raises_what_went_wrong_once_the_terminal_is_back(monkeypatch):
    def run(self):
        self.error = ImageError("lean.tar is cut off")

    monkeypatch.setattr(app_module.LayerscopeApp, "run", run)
    with pytest.raises(ImageError, match="cut off"):
        run_comparison(lambda progress: demo_pair(), "fat.tar and lean.tar")


async def test_both_images_are_read_beside_the_progress_which_can_be_cancelled():
    blocked = threading.Event()

    def load(progress):
        progress("Reading layer 2 of 4", 1, 2)
        blocked.wait(PATIENCE)
        return demo_pair()

    app = LayerscopeApp(pair_task(load, "fat.tar and lean.tar"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LoadingScreen) and bool(app.screen.query("#what")))
        await until(pilot, lambda: "layer 2" in str(app.screen.query_one("#what", Static).render()))
        await press(pilot, "escape")
        await until(pilot, lambda: app.error is not None)
    assert isinstance(app.error, Cancelled)
    blocked.set()


async def test_an_image_that_an_engine_lacks_ends_the_comparison_with_its_error():
    def load(progress):
        raise ImageNotFound("the engine has no image lean:1")

    app = LayerscopeApp(pair_task(load, "fat:1 and lean:1"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.error is not None)
    assert isinstance(app.error, ImageNotFound)


def chooser(load) -> Chooser:
    def no_engine():
        raise ImageError("no engine answers")

    return Chooser(no_engine, load)


async def test_a_second_image_is_compared_with_the_first_and_escape_goes_back():
    opened = []

    def load(name, progress, pull):
        opened.append(name)
        return demo("lean")

    app = app_for(demo("fat"), chooser(load))
    async with app.run_test(size=(120, 36)) as pilot:
        main = await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and bool(app.screen.query("#reference")))
        await until(pilot, lambda: "no engine lists" in str(app.screen.hint.render()))
        assert app.screen.entry.value == "demo:lean"
        await press(pilot, "enter")
        screen = await compare_screen(pilot)
        assert opened == ["demo:lean"]
        assert "demo:fat is the larger one (879 MB): it stands left" in str(screen.query_one("#note", Static).render())
        await press(pilot, "x")
        await until(pilot, lambda: app.screen is not screen and isinstance(app.screen, CompareScreen))
        await compare_screen(pilot)
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is main)
        assert main.file_tree.is_loaded


async def test_the_larger_image_stands_left_whichever_was_opened_first():
    app = app_for(demo("lean"), chooser(lambda name, progress, pull: demo("fat")))
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and bool(app.screen.query("#reference")))
        assert app.screen.entry.value == "demo:fat"
        await press(pilot, "enter")
        screen = await compare_screen(pilot)
        assert screen._comparison.fat is demo("fat")


async def test_the_engines_images_are_offered_and_taken_by_the_arrow_keys():
    from layerscope.sources.engine.images import EngineImage

    images = [
        EngineImage("sha256:11", ("golang:1.22",), 804_000_000, 1_735_787_045, "docker-daemon:golang:1.22"),
        EngineImage("sha256:22", ("go-app:multistage", "go-app:latest"), 12_300_000, 0, "podman:go-app:multistage"),
    ]
    opened = []

    def load(name, progress, pull):
        opened.append(name)
        return demo("lean")

    app = app_for(demo("fat"), Chooser(lambda: images, load))
    async with app.run_test(size=(80, 24)) as pilot:
        await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and app.screen.has_class("-listed"))
        await press(pilot, "ctrl+a", "ctrl+k", *"app")
        await until(pilot, lambda: app.screen.rows.row_count() == 2)
        await press(pilot, "down", "down")
        assert app.screen.entry.value == "podman:go-app:latest"
        await press(pilot, "enter")
        await compare_screen(pilot)
    assert opened == ["podman:go-app:latest"]


@pytest.mark.parametrize("error", [ImageError("x.tar is cut off"), Cancelled("stopped"), ValueError("a fault of ours")])
async def test_when_the_second_image_cannot_be_read_the_first_is_still_there(error):
    def load(name, progress, pull):
        raise error

    app = app_for(demo("fat"), chooser(load))
    async with app.run_test(size=(120, 36)) as pilot:
        main = await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and bool(app.screen.query("#reference")))
        await press(pilot, "enter")
        await until(pilot, lambda: app.screen is main and bool(app._notifications))
        assert app.error is None
        assert len(app.screen_stack) == 2


async def test_a_second_image_that_takes_long_can_be_given_up():
    blocked = threading.Event()

    def load(name, progress, pull):
        progress("Reading layer 1 of 2", 1, 2)
        blocked.wait(PATIENCE)
        return demo("lean")

    app = app_for(demo("fat"), chooser(load))
    async with app.run_test(size=(120, 36)) as pilot:
        main = await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and bool(app.screen.query("#reference")))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, LoadingScreen) and bool(app.screen.query("#what")))
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is main)
        assert app.error is None
        blocked.set()


async def test_names_from_the_images_are_shown_escaped_and_never_act(pair):
    app = pair_app(pair)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await compare_screen(pilot)
        for path in HOSTILE:
            assert screen.fat_tree.reveal(path)
            await press(pilot, "enter")
            assert isinstance(app.screen, Page)
            picture = app.export_screenshot()
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


@pytest.mark.parametrize("height", [24, 25])
async def test_stacked_trees_stay_in_step_down_to_their_end(height, pair):
    app = pair_app(pair)
    async with app.run_test(size=(80, height)) as pilot:
        screen = await compare_screen(pilot)
        for keys in (["E", "end"], ["slash", "o", "enter", "end"]):
            await press(pilot, *keys)
            assert screen.fat_tree.size.height == screen.lean_tree.size.height
            assert in_step(screen)


async def test_without_colour_cursor_and_differences_are_still_seen(monkeypatch, pair):
    monkeypatch.setenv("NO_COLOR", "1")
    app = pair_app(pair)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        for tree in (screen.fat_tree, screen.lean_tree):
            assert tree.render_line(tree.cursor)._segments[0].style.reverse
        assert any(line.startswith("− ") for line in lines(screen.fat_tree, 60))


async def test_every_action_of_the_compare_screen_is_in_the_command_palette():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        offered = {binding.id for _, binding in Actions(screen)._bindings()}
        expected = {binding.id for owner in (CompareScreen, TreeRows, Rows) for binding in owner.BINDINGS}
        assert expected <= offered


def test_what_does_not_fit_is_one_line_with_the_rest():
    gaps = tuple(CategoryGap(name, 10 * number, number) for number, name in enumerate(("os", "cache", "docs", "source")))
    assert fitting(gaps, 4) == gaps
    assert fitting(gaps, 2) == (gaps[0], CategoryGap("3 others", 60, 6))


async def test_bars_face_each_other_on_one_scale():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        drawn = str(screen.query_one(Facing).render()).split("\n")
        assert drawn[0].strip().startswith("603 MB ████")
        assert "▲ toolchain      ▏ 254 kB" in drawn[0]
        assert len({line.index(sign) for line, sign in zip(drawn, "▲≡■○◉◇", strict=True)}) == 1
