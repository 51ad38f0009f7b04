"""The main screen: what its keys do, at any size of terminal, with names from hostile images."""

import os

import pytest
from msgspec.structs import replace
from textual import events
from textual.binding import Binding
from textual.widgets import Input, Markdown, Static

from layerscope.advice.model import Base
from layerscope.analysis import analyze
from layerscope.sources import open_image
from layerscope.tui.palette import Actions
from layerscope.tui.screens.compare import CompareScreen
from layerscope.tui.screens.dialogs import AskPath, Confirm, Page
from layerscope.tui.screens.images import AskImage, ChooserScreen, ImageRows
from layerscope.tui.screens.loading import LoadingScreen
from layerscope.tui.screens.main import MainScreen
from layerscope.tui.screens.views import ViewsScreen
from layerscope.tui.theme import CATEGORY_SIGNS, category_style
from layerscope.tui.widgets.components import Components
from layerscope.tui.widgets.findings import Findings
from layerscope.tui.widgets.gaps import ComponentGaps, ConfigPairs
from layerscope.tui.widgets.layers import Layers
from layerscope.tui.widgets.pages import ImpactPage, Plan
from layerscope.tui.widgets.trees.compared_tree import ComparedTree
from layerscope.tui.widgets.trees.rows import Rows
from layerscope.tui.widgets.trees.tree import Tree
from layerscope.tui.widgets.trees.tree_rows import TreeRows
from tests.support.analyses import HOSTILE, go_image
from tests.support.archives import docker_archive, layer_tar
from tests.support.pilots import app_for, details, lines, main_screen, press, settled, until
from tests.support.snapshots import shown


async def test_the_first_screen_says_what_the_image_is_in_one_second():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        text = "\n".join(shown(app.export_screenshot()))
    for expected in (
        "go-app:single",
        "in this",
        "the program",
        "FROM scratch",
        "toolchain",
        "7.4 MB would stay",
        "RUN apt-get",
    ):
        assert expected in text


async def test_the_files_follow_the_layer_under_the_cursor():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        await press(pilot, "j", "j")
        assert str(screen.file_tree.border_title).startswith("Files of layer 1: RUN apt-get update")
        await press(pilot, "tab", "tab", "E")
        assert any(line.startswith("+·") and "pkgcache.bin" in line for line in lines(screen.file_tree))
        assert any(line.startswith("~ ") and "status" in line for line in lines(screen.file_tree))


async def test_a_whiteout_is_marked_as_deleted():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        await press(pilot, "end")
        screen.file_tree.action_open_all()
        assert any(line.startswith("- ") and "pkgcache.bin deleted here" in line for line in lines(screen.file_tree))


async def test_what_the_recommendation_keeps_is_marked_in_the_tree():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        assert screen.file_tree.reveal(b"app/server")
        kept = [line for line in lines(screen.file_tree) if line.startswith("✓")]
        assert len(kept) == 1
        assert "server" in kept[0]


async def test_keys_of_the_tree():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        tree = screen.file_tree
        tree.focus()
        closed = tree.row_count()
        await press(pilot, "l")
        assert tree.row_count() > closed
        await press(pilot, "l", "h", "h")
        assert tree.row_count() == closed
        await press(pilot, "E", "end")
        assert tree.cursor == tree.row_count() - 1
        await press(pilot, "C", "home", "s")
        assert "app/" in lines(tree)[0]
        assert "bin → usr/bin" in lines(tree)[1]
        await press(pilot, "pagedown")
        assert tree.cursor == tree.row_count() - 1


async def test_a_click_on_the_arrow_opens_and_the_wheel_scrolls():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        tree = screen.file_tree
        closed = tree.row_count()
        await pilot.click(tree, offset=(3, 1))
        await settled(pilot)
        assert tree.row_count() > closed
        tree.action_open_all()
        await settled(pilot)
        await pilot.click(tree, offset=(20, 5))
        await settled(pilot)
        assert tree.cursor == 4
        await pilot._post_mouse_events([events.MouseScrollDown], tree, (20, 5))
        await settled(pilot)
        assert tree.scroll_offset.y > 0


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
        assert "part of a path, or a regular expression: libc, " in "\n".join(shown(app.export_screenshot()))
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


async def test_brackets_go_through_the_views():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        for expected in (screen.plan, screen.findings, screen.file_tree):
            await press(pilot, "right_square_bracket")
            assert screen.focused is expected
            assert expected.region.area > 0


async def test_a_component_leads_to_its_files():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        screen.components.focus()
        screen.components.cursor = next(at for at, line in enumerate(lines(screen.components)) if "Go toolchain" in line)
        await press(pilot, "enter")
        assert screen.file_tree.path == b"usr/local/go"


async def test_a_finding_leads_to_its_files_and_shows_its_remedy():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        screen.action_view("findings")
        await settled(pilot)
        assert "--mount=type=cache" in details(screen)
        await press(pilot, "enter")
        assert screen.file_tree.path == b"root/.cache/go-build"


async def test_why_explains_the_path_under_the_cursor():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        screen.file_tree.reveal(b"app/server")
        await press(pilot, "w")
        assert isinstance(app.screen, Page)
        assert "/app/server" in "\n".join(shown(app.export_screenshot()))
        await press(pilot, "escape")
        assert app.screen is screen


async def test_names_from_the_image_are_shown_escaped_and_never_act():
    app = app_for(go_image())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await main_screen(pilot)
        tree = screen.file_tree
        for path in HOSTILE:
            assert tree.reveal(path)
            screen.action_why()
            await settled(pilot)
            picture = app.export_screenshot()
            assert not any(character in picture for character in "\x1b\u202e\udcff")
            await press(pilot, "escape")
        everything = "\n".join(lines(tree, 200))
        for expected in ("esc\\x1b[31mred", "new\\nline", "rtl\\u{202e}gpj.exe", "\\xff\\xfe", "x[/", "foo].txt", "click[/"):
            assert expected in everything
        screen.action_extract()
        await settled(pilot)
        assert isinstance(app.screen, AskPath)
        await press(pilot, "escape")
        screen.action_view("findings")
        screen.findings.cursor = 2
        await settled(pilot)
        assert "x[/foo].txt" in "\n".join(shown(app.export_screenshot()))
        await pilot.click(screen.findings, offset=(36, 3))
        await settled(pilot)
        assert app.is_running


async def test_a_terminal_of_forty_columns_still_shows_the_tree():
    app = app_for(go_image())
    async with app.run_test(size=(40, 12)) as pilot:
        screen = await main_screen(pilot)
        screen.file_tree.action_open_all()
        await settled(pilot)
        assert any("usr/" in line for line in shown(app.export_screenshot()))


@pytest.mark.parametrize(("size", "panes"), [((80, 24), 1), ((120, 36), 3), ((200, 60), 3)])
async def test_panes_fit_the_terminal(size, panes):
    app = app_for(go_image())
    async with app.run_test(size=size) as pilot:
        screen = await main_screen(pilot)
        visible = [pane for pane in (screen.layer_rows, screen.components, screen.file_tree) if pane.region.area]
        assert len(visible) == panes
        assert all(pane.region.right <= size[0] and pane.region.bottom < size[1] for pane in visible)
        assert screen.file_tree.region.height >= 8


async def test_on_a_narrow_terminal_layers_and_components_are_views():
    app = app_for(go_image())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await main_screen(pilot)
        await press(pilot, "left_square_bracket")
        assert screen.components.region.width >= 78
        assert not screen.file_tree.region.area
        await press(pilot, "left_square_bracket")
        assert screen.focused is screen.layer_rows
        await press(pilot, "j", "enter")
        assert screen.focused is screen.file_tree
        assert "layer 0" in str(screen.file_tree.border_title)
        await pilot.resize_terminal(120, 36)
        await settled(pilot)
        assert screen.layer_rows.region.area


async def test_the_dockerfile_is_written_and_never_over_a_file_without_asking(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile.lean").write_text("mine")
    analysis = go_image()
    app = app_for(analysis)
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        await press(pilot, "d")
        await press(pilot, "e")
        await press(pilot, "enter")
        assert (tmp_path / "Dockerfile.lean").read_text() == "mine"
        await press(pilot, "enter")
    assert (tmp_path / "Dockerfile.lean").read_text() == analysis.recommendation.dockerfile


async def test_a_name_that_ends_in_md_gets_the_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        await press(pilot, "r")
        app.screen.query_one(Input).value = "waste[b].md"
        await press(pilot, "enter")
    assert "go-app:single" in (tmp_path / "waste[b].md").read_text()


@pytest.mark.parametrize(("ending", "start"), [(".md", "# "), (".json", "{")])
async def test_elsewhere_the_report_is_exported_in_the_format_of_its_name(ending, start, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        screen.action_view("findings")
        await settled(pilot)
        await press(pilot, "e")
        app.screen.query_one(Input).value = f"waste{ending}"
        await press(pilot, "enter")
    assert (tmp_path / f"waste{ending}").read_text().startswith(start)


async def test_files_and_directories_are_extracted_to_new_names_only(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.go").write_text("mine")
    lower = layer_tar([("app/", None), ("app/main.go", b"old"), ("app/lib/", None), ("app/lib/a.txt", b"A")])
    archive = docker_archive(tmp_path / "image.tar", [lower, layer_tar([("app/main.go", b"package main")])])
    app = app_for(analyze(open_image(str(archive))))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)

        async def extract(path, name):
            assert screen.file_tree.reveal(path)
            await press(pilot, "x")
            await until(pilot, lambda: isinstance(app.screen, AskPath))
            assert app.screen.query_one(Input).value == path.rpartition(b"/")[2].decode()
            await press(pilot, "enter", "enter")
            if isinstance(app.screen, AskPath):
                app.screen.query_one(Input).value = name
                await press(pilot, "enter")
            await until(pilot, lambda: app.screen is screen)
            await settled(pilot)

        await extract(b"app/main.go", "final.go")
        await extract(b"app/lib", "lib")
        screen.layer_rows.cursor = 1
        await settled(pilot)
        await extract(b"app/main.go", "shadowed.go")
    assert (tmp_path / "main.go").read_text() == "mine"
    assert (tmp_path / "final.go").read_bytes() == b"package main"
    assert (tmp_path / "lib/a.txt").read_bytes() == b"A"
    assert (tmp_path / "shadowed.go").read_bytes() == b"old"


async def test_the_demo_says_that_it_has_nothing_to_extract_before_it_asks_where_to():
    analysis = go_image()
    app = app_for(replace(analysis, image=replace(analysis.image, source="demo")))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        screen.action_view("files")
        await settled(pilot)
        await press(pilot, "x")
        assert app.screen is screen
        assert ["no file contents" in notice.message for notice in app._notifications] == [True]


async def test_what_cannot_be_written_is_said_beside_the_name_that_was_typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        await press(pilot, "e")
        app.screen.query_one(Input).value = "no/such/directory"
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, AskPath) and app.screen.query(".-warning"))
        assert app.screen.query_one("#path", Input).value == "no/such/directory"
        assert "no/such/directory" in str(app.screen.query_one(".dialog-hint", Static).render())
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - nothing at all, hidden or not


def every_binding() -> list[tuple[type, Binding]]:
    from layerscope.tui.app import LayerscopeApp

    owners = (
        LayerscopeApp, ViewsScreen, MainScreen, CompareScreen, LoadingScreen, ChooserScreen, AskImage, AskPath, Confirm, Page,
        Rows, TreeRows, Tree, ComparedTree, Layers, Components, ComponentGaps, ConfigPairs, Findings, Plan, ImpactPage,
        ImageRows,
    )  # fmt: skip
    return [(owner, entry) for owner in owners for entry in vars(owner).get("BINDINGS", ()) if isinstance(entry, Binding)]


def test_every_key_has_an_id_a_description_and_a_tooltip():
    bindings = every_binding()
    assert len(bindings) > 30
    assert [
        f"{owner.__name__} {binding.key}"
        for owner, binding in bindings
        if not (binding.id and binding.description and binding.tooltip)
    ] == []
    ids = [binding.id for _, binding in bindings]
    assert sorted(ids) == sorted(set(ids))


async def test_every_action_of_the_main_screen_is_in_the_command_palette():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        offered = {binding.id for _, binding in Actions(screen)._bindings()}
        expected = {binding.id for owner, binding in every_binding() if owner in (ViewsScreen, MainScreen, TreeRows, Rows)}
        assert expected <= offered
        hits = [hit async for hit in Actions(screen).search("extract")]
        assert hits
        assert [str(hit.match_display) async for hit in Actions(screen).search("only paths that match")] == ["Filter"]


async def test_no_entry_of_the_command_palette_says_anything_twice():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        entries = [(hit.text, str(hit.help)) async for hit in Actions(screen).discover()]
        entries += [(command.title, command.help) for command in app.get_system_commands(screen)]
        assert [title for title, told in entries if told in title] == []
        names = [title for title, _ in entries]
        assert [names.count(name) for name in ("Theme", "Quit", "Help", "Keys")] == [1, 1, 1, 0]


async def test_help_opens_and_closes():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        await press(pilot, "question_mark")
        assert screen.query("HelpPanel")
        await press(pilot, "escape")
        assert not screen.query("HelpPanel")


@pytest.mark.parametrize("theme", ["layerscope", "ansi-dark", "ansi-light", "textual-light"])
async def test_every_theme_draws_every_category(theme):
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        app.theme = theme
        await settled(pilot)
        text = "\n".join(shown(app.export_screenshot()))
        for category in ("cache", "toolchain", "os"):
            assert f"{CATEGORY_SIGNS[category]} {category}" in text
        assert len({category_style(app, category) for category in CATEGORY_SIGNS}) == len(CATEGORY_SIGNS)


async def test_without_colour_the_cursor_is_still_seen(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        assert screen.layer_rows.render_line(0)._segments[0].style.reverse


def test_signs_tell_categories_apart_without_colour():
    assert len(set(CATEGORY_SIGNS.values())) == len(CATEGORY_SIGNS)


async def test_without_a_size_of_the_base_every_number_on_screen_is_a_bound():
    sound = go_image()
    plan = replace(sound.recommendation, base=Base("registry.example/base:7", None, "asked for"), lower_bound=True)
    for size, expected in (
        ((120, 36), ("at least,", "and a base", "at most", "at least 7.4 MB would stay")),
        ((80, 24), ("189 MB image → at least 7.4 MB the program needs · 96.1 % removable at most",)),
    ):
        app = app_for(replace(sound, recommendation=plan))
        async with app.run_test(size=size) as pilot:
            await main_screen(pilot)
            text = "\n".join(shown(app.export_screenshot()))
            for words in expected:
                assert words in text
            await press(pilot, "d")
            text = "\n".join(shown(app.export_screenshot()))
            assert "189 MB → at least 7.4 MB, and the base" in text
            assert "FROM registry.example/base:7 (unknown size)" in text
