"""Makes every picture in ``screenshots/`` anew from the embedded demo, or checks that they are as the app draws now.

    python -m tests.screenshots            writes screenshots/*.svg
    python -m tests.screenshots --html     also writes screenshots/*.png, the HTML reports in Chromium
    python -m tests.screenshots --check    fails, naming them, when any picture differs
    python -m tests.screenshots --png DIR  also writes PNGs to DIR, with Fira Code from --fonts

The SVGs are compared byte for byte: nothing in them depends on the time, the machine or the run. Of the PNGs it is checked
that they were made from the pages as they are now.
"""

import argparse
import asyncio
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from textual import constants
from textual.pilot import Pilot

from layerscope.analysis import Analysis
from layerscope.tui.app import LayerscopeApp
from layerscope.tui.screens.dialogs import Page
from layerscope.tui.screens.loading import LoadingScreen
from layerscope.tui.tasks import image_task
from layerscope.tui.widgets.details import Details
from tests.support import html_pictures
from tests.support.comparisons import demo, demo_pair
from tests.support.patience import PATIENCE
from tests.support.pilots import compare_screen, main_screen, pair_app, press, settled, until
from tests.support.snapshots import normalised

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
Prepare = Callable[["Pilot[None]"], Awaitable[None]]


@dataclass(frozen=True)
class Picture:
    """One file: the size of the terminal, and what is done before the picture is taken."""

    name: str
    size: tuple[int, int]
    prepare: Prepare
    loading: bool = False
    pair: bool = False


async def told(pilot: "Pilot[None]", details: Details, what: str) -> None:
    """Waits until a pane tells what had to be read first, and is laid out for it."""
    await until(pilot, lambda: what in str(details.render()))
    details.refresh(layout=True)
    await settled(pilot)


async def first_screen(pilot: "Pilot[None]") -> None:
    """Nothing pressed at all."""
    await main_screen(pilot)


async def files_of_a_layer(pilot: "Pilot[None]") -> None:
    """The layer of the build, its directories open."""
    screen = await main_screen(pilot)
    screen.layer_rows.action_go(-1)
    await settled(pilot)
    screen.file_tree.focus()
    screen.file_tree.reveal(b"app/server")
    await told(pilot, screen.query_one("#details", Details), "inside:")


async def recommendation(pilot: "Pilot[None]") -> None:
    """The plan and its Dockerfile."""
    await main_screen(pilot)
    await press(pilot, "d")


async def filtered(pilot: "Pilot[None]") -> None:
    """A filter, typed but not yet left."""
    screen = await main_screen(pilot)
    await press(pilot, "slash", *"libc.so")
    screen.filter_input.cursor_blink = False
    await until(pilot, lambda: "match" in str(screen.filter_input.border_subtitle))
    await settled(pilot)


async def findings(pilot: "Pilot[None]") -> None:
    """The list of findings."""
    screen = await main_screen(pilot)
    screen.action_view("findings")
    await settled(pilot)


async def why(pilot: "Pilot[None]") -> None:
    """Why the program is kept, and what was read inside it; the pane behind the page has told its line too."""
    screen = await main_screen(pilot)
    screen.file_tree.reveal(b"app/server")
    screen.file_tree.focus()
    await told(pilot, screen.query_one("#details", Details), "inside:")
    await press(pilot, "w")
    await until(pilot, lambda: isinstance(pilot.app.screen, Page) and bool(pilot.app.screen.query(Details)))
    await told(pilot, pilot.app.screen.query_one(Details), "Inside")


async def both(pilot: "Pilot[None]") -> None:
    """Both demo images, the cursor on the second largest difference."""
    await compare_screen(pilot)
    await press(pilot, "n", "n")


async def loading(pilot: "Pilot[None]") -> None:
    """Half of a layer read."""
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, LoadingScreen) and bool(app.screen.query("#what")))
    screen = app.screen
    assert isinstance(screen, LoadingScreen)
    await until(pilot, lambda: screen.bar.percentage is not None)
    await settled(pilot)


PICTURES = (
    Picture("main", (120, 36), first_screen),
    Picture("main-narrow", (80, 24), first_screen),
    Picture("main-wide", (200, 60), files_of_a_layer),
    Picture("recommendation", (120, 36), recommendation),
    Picture("findings", (120, 36), findings),
    Picture("filter", (120, 36), filtered),
    Picture("why", (120, 36), why),
    Picture("loading", (80, 24), loading, loading=True),
    Picture("compare", (120, 40), both, pair=True),
    Picture("compare-narrow", (80, 24), both, pair=True),
    Picture("compare-wide", (200, 60), both, pair=True),
)


async def draw(picture: Picture, analysis: Analysis) -> str:
    """The picture as SVG, normalised."""
    release = threading.Event()

    def load(progress: Callable[[str, int, int | None], None], pull: bool) -> Analysis:
        if picture.loading:
            progress("Reading layer 2 of 9", 412_000_000, 879_000_000)
            release.wait(PATIENCE)
        return analysis

    title = "docker-daemon:go-app:single" if picture.loading else analysis.image.reference
    app = pair_app(demo_pair()) if picture.pair else LayerscopeApp(image_task(load, title))
    app.animation_level = "none"
    async with app.run_test(size=picture.size) as pilot:
        await picture.prepare(pilot)
        svg = app.export_screenshot(title="layerscope")
        release.set()
    return normalised(svg)


def draw_all(analysis: Analysis) -> dict[str, str]:
    """Every picture of the app by its file name."""
    os.environ.pop("NO_COLOR", None)
    os.environ.pop("TEXTUAL_THEME", None)
    constants.TEXTUAL_ANIMATIONS = "none"  # type: ignore[misc]
    return {f"{picture.name}.svg": asyncio.run(draw(picture, analysis)) for picture in PICTURES}


def differing(pictures: dict[str, str]) -> list[str]:
    """The names whose kept picture is missing, another one, or no longer drawn."""
    kept = {path.name for path in FOLDER.glob("*.svg")}
    changed = [name for name, svg in pictures.items() if name not in kept or (FOLDER / name).read_text("utf-8") != svg]
    return sorted({*changed, *(kept - set(pictures))})


def write_png(pictures: dict[str, str], folder: Path, fonts: list[str]) -> None:
    """PNGs, for people; without fonts they would have no text."""
    import resvg_py

    folder.mkdir(parents=True, exist_ok=True)
    for name, svg in pictures.items():
        png = resvg_py.svg_to_bytes(
            svg_string=svg, font_files=fonts, skip_system_fonts=True, font_family="Fira Code", monospace_family="Fira Code"
        )
        (folder / name).with_suffix(".png").write_bytes(bytes(png))


def main() -> int:
    parser = argparse.ArgumentParser(description="Make or check the pictures in screenshots/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a picture differs")
    parser.add_argument("--html", action="store_true", help="also draw the HTML reports that changed, in Chromium")
    parser.add_argument("--png", type=Path, metavar="DIR", help="also write PNGs there")
    parser.add_argument("--fonts", type=Path, default=Path("/usr/share/fonts/truetype/firacode"), help="folder with Fira Code")
    options = parser.parse_args()
    analysis = demo("fat")
    pictures, pages = draw_all(analysis), html_pictures.pages(analysis)
    if options.png is not None:
        write_png(pictures, options.png, [str(path) for path in sorted(options.fonts.glob("*.ttf"))])
    changed = differing(pictures)
    if options.check:
        for name in changed:
            sys.stderr.write(f"screenshots/{name} is not what the app draws: run python -m tests.screenshots\n")
        stale = html_pictures.stale(pages, FOLDER)
        for name in stale:
            sys.stderr.write(f"screenshots/{name} shows an older report: run python -m tests.screenshots --html\n")
        return 1 if changed or stale else 0
    FOLDER.mkdir(exist_ok=True)
    for name in changed:
        if name in pictures:
            (FOLDER / name).write_text(pictures[name], "utf-8")
        else:
            (FOLDER / name).unlink()
        sys.stdout.write(f"screenshots/{name}\n")
    for name in html_pictures.draw(pages, FOLDER) if options.html else ():
        sys.stdout.write(f"screenshots/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
