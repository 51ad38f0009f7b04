"""Choosing one of an engine's images, to open or to compare with."""

from layerscope.sources.engine.images import EngineImage
from layerscope.tui.app import LayerscopeApp
from layerscope.tui.screens.images import AskImage, ChooserScreen
from layerscope.tui.tasks import Chooser
from tests.support.analyses import go_image
from tests.support.comparisons import demo
from tests.support.pilots import app_for, compare_screen, main_screen, press, until


async def test_an_image_is_chosen_by_typing_a_part_of_its_name():
    images = [
        EngineImage("sha256:11", ("golang:1.22",), 804_000_000, 1_735_787_045, "docker-daemon:golang:1.22"),
        EngineImage("sha256:22", ("go-app:single", "go-app:latest"), 879_000_000, 0, "podman:go-app:single"),
        EngineImage("sha256:33", (), 5, 0, "podman:sha256:33"),
    ]
    opened = []

    def load_named(name, progress, pull):
        opened.append((name, pull))
        return go_image()

    app = LayerscopeApp(None, Chooser(lambda: images, load_named))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen))
        assert app.screen.rows.row_count() == 4
        await press(pilot, *"app")
        await until(pilot, lambda: app.screen.rows.row_count() == 2)
        await press(pilot, "down", "enter")
        await main_screen(pilot)
    assert opened == [("podman:go-app:latest", False)]


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
