"""The main screen: what its keys do, at any size of terminal, with names from hostile images."""

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from layerscope.advice.model import Base
from layerscope.analysis import analyze
from layerscope.sources import open_image
from layerscope.tui.screens.dialogs import AskPath, Page
from layerscope.tui.widgets.lists import Components, Findings
from layerscope.tui.widgets.pages import Plan
from tests.support.analyses import HOSTILE, go_image
from tests.support.archives import docker_archive, layer_tar
from tests.support.pilots import app_for, details, lines, main_screen, press, screen_text, settled, until


async def test_the_first_screen_says_what_the_image_is_in_one_second():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        text = screen_text(app)
    for expected in (
        "go-app:single",
        "in this",
        "the program",
        "FROM scratch",
        "toolchain",
        "7.4 MB kept",
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


async def test_a_component_leads_to_its_files():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        screen.query_one(Components).focus()
        rows = screen.query_one(Components)
        rows.cursor = next(at for at, line in enumerate(lines(rows)) if "Go toolchain" in line)
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
        assert "/app/server" in screen_text(app)
        await press(pilot, "escape")
        assert app.screen is screen


async def test_brackets_go_through_the_views():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        for expected in (screen.query_one(Plan), screen.query_one(Findings), screen.file_tree):
            await press(pilot, "right_square_bracket")
            assert screen.focused is expected
            assert expected.region.area > 0


async def test_names_from_the_image_are_shown_escaped_and_never_act():
    app = app_for(go_image())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await main_screen(pilot)
        tree = screen.file_tree
        for path in HOSTILE:
            assert tree.reveal(path)
            screen.action_why()
            await settled(pilot)
            picture = screen_text(app)
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
        screen.query_one(Findings).cursor = 2
        await settled(pilot)
        assert "x[/foo].txt" in screen_text(app)
        await pilot.click(screen.query_one(Findings), offset=(36, 3))
        await settled(pilot)
        assert app.is_running


async def test_a_terminal_of_forty_columns_still_shows_the_tree():
    app = app_for(go_image())
    async with app.run_test(size=(40, 12)) as pilot:
        screen = await main_screen(pilot)
        screen.file_tree.action_open_all()
        await settled(pilot)
        assert any("usr/" in line for line in screen_text(app).splitlines())


@pytest.mark.parametrize(("size", "panes"), [((80, 24), 1), ((120, 36), 3), ((200, 60), 3)])
async def test_panes_fit_the_terminal(size, panes):
    app = app_for(go_image())
    async with app.run_test(size=size) as pilot:
        screen = await main_screen(pilot)
        visible = [pane for pane in (screen.layer_rows, screen.query_one(Components), screen.file_tree) if pane.region.area]
        assert len(visible) == panes
        assert all(pane.region.right <= size[0] and pane.region.bottom < size[1] for pane in visible)
        assert screen.file_tree.region.height >= 8


async def test_on_a_narrow_terminal_layers_and_components_are_views():
    app = app_for(go_image())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await main_screen(pilot)
        await press(pilot, "left_square_bracket")
        assert screen.query_one(Components).region.width >= 78
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


async def test_without_a_size_of_the_base_every_number_on_screen_is_a_bound():
    sound = go_image()
    plan = replace(sound.recommendation, base=Base("registry.example/base:7", None, "asked for"), lower_bound=True)
    for size, expected in (
        ((120, 36), ("at least,", "and a base", "at most", "at least 7.4 MB kept")),
        ((80, 24), ("189 MB image → at least 7.4 MB the program needs · 96.1 % dropped at most",)),
    ):
        app = app_for(replace(sound, recommendation=plan))
        async with app.run_test(size=size) as pilot:
            await main_screen(pilot)
            text = screen_text(app)
            for words in expected:
                assert words in text
            await press(pilot, "d")
            text = screen_text(app)
            assert "189 MB → at least 7.4 MB, and the base" in text
            assert "FROM registry.example/base:7 (unknown size)" in text
