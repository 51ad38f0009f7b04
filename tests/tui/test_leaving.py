"""How the app ends: the exit code and the lines after it are those of what was on screen last, as if that had been printed."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest
from msgspec.structs import replace

from layerscope.commands.problems import tell_ended
from layerscope.tui.app import Ended
from layerscope.tui.screens.images import AskImage
from layerscope.tui.tasks import Chooser
from tests.support.analyses import go_image, lean_image
from tests.support.archives import config_json, docker_archive, layer_tar
from tests.support.comparisons import demo_pair
from tests.support.patience import PATIENCE
from tests.support.pilots import app_for, compare_screen, main_screen, pair_app, press, until

SOUND = go_image()
DAMAGED = replace(lean_image(), problems=("layer 3: its gzip stream is cut off",))


def damaged_file(path):
    layers = [layer_tar([("a", b"1" * 2000)])]
    return docker_archive(path, [layers[0][:700]], config_json(layers))


async def test_quitting_leaves_the_image_that_was_on_screen():
    app = app_for(DAMAGED)
    async with app.run_test() as pilot:
        await main_screen(pilot)
        await press(pilot, "q")
    assert app.left == (DAMAGED,)


async def test_quitting_leaves_both_images_of_a_pair():
    comparison = demo_pair()
    app = pair_app(comparison)
    async with app.run_test() as pilot:
        await compare_screen(pilot)
        await press(pilot, "q")
    assert app.left == (comparison.fat, comparison.lean)


@pytest.mark.parametrize("goes_back", [False, True], ids=["from the pair", "back from it"])
async def test_an_image_that_was_compared_and_left_again_no_longer_counts(goes_back):
    app = app_for(SOUND, Chooser(lambda: (), lambda name, progress, pull: DAMAGED))
    async with app.run_test(size=(120, 36)) as pilot:
        main = await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and bool(app.screen.query("#reference")))
        app.screen.entry.value = "damaged.tar"
        await press(pilot, "enter")
        await compare_screen(pilot)
        if goes_back:
            await press(pilot, "escape")
            await until(pilot, lambda: app.screen is main)
        await press(pilot, "q")
    assert (DAMAGED in app.left) is not goes_back
    assert SOUND in app.left


async def test_while_a_second_image_is_asked_for_the_first_is_what_is_left():
    app = app_for(DAMAGED, Chooser(lambda: (), lambda name, progress, pull: SOUND))
    async with app.run_test(size=(120, 36)) as pilot:
        await main_screen(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: isinstance(app.screen, AskImage) and bool(app.screen.query("#reference")))
        await press(pilot, "ctrl+q")
    assert app.left == (DAMAGED,)


@pytest.mark.parametrize(
    ("ended", "code", "lines"),
    [
        (Ended(0, (SOUND,)), 0, ""),
        (Ended(0, (DAMAGED,)), 2, "layerscope: layer 3: its gzip stream is cut off\n"),
        (Ended(0, (SOUND, DAMAGED)), 2, "layerscope: lean: layer 3: its gzip stream is cut off\n"),
        (Ended(0, (DAMAGED, SOUND)), 2, "layerscope: fat: layer 3: its gzip stream is cut off\n"),
        (Ended(0, ()), 0, ""),
        (Ended(1, (SOUND,)), 1, ""),
    ],
    ids=["sound", "damaged", "damaged lean", "damaged fat", "nothing was shown", "the app failed"],
)
def test_unreadable_parts_are_told_as_where_the_image_is_printed(ended, code, lines, capsys):
    assert tell_ended(ended) == code
    assert capsys.readouterr().err == lines


@pytest.mark.parametrize(
    ("arguments", "on_screen", "told"),
    [
        (["damaged.tar"], b"What it is", b"layerscope: layer 0: "),
        (["compare", "damaged.tar", "demo:lean"], b"Still carried", b"layerscope: fat: layer 0: "),
    ],
    ids=["image", "pair"],
)
def test_on_a_real_terminal_the_lines_come_after_the_screen_was_left(arguments, on_screen, told, tmp_path):
    damaged_file(tmp_path / "damaged.tar")
    code, written = run_until(arguments, on_screen, tmp_path, lambda inside, process: os.write(inside, b"q"))
    screen, left, after = written.rpartition(b"\x1b[?1049l")
    assert left
    assert code == 2
    assert told in after
    assert told not in screen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(number, tmp_path):
    code, written = run_until(["demo:lean"], b"/app/server", tmp_path, lambda inside, process: process.send_signal(number))
    assert code == 128 + number
    assert b"\x1b[?1049l" in written
    assert b"Traceback" not in written


def run_until(arguments, on_screen, directory, leave):
    """Runs the app on a terminal of its own and leaves it once a text is on screen: its exit code and all it wrote."""
    inside, outside = pty.openpty()
    fcntl.ioctl(outside, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "layerscope", *arguments],
        stdin=outside,
        stdout=outside,
        stderr=outside,
        cwd=directory,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "LINES": "36", "COLUMNS": "120"},
    )
    os.close(outside)
    written, pressed, deadline = b"", False, time.monotonic() + PATIENCE
    try:
        while time.monotonic() < deadline:
            if not select.select([inside], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(inside, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not piece:
                break
            written += piece
            if not pressed and on_screen in written:
                pressed = True
                leave(inside, process)
        return process.wait(PATIENCE), written
    finally:
        process.kill()
        process.wait()
        os.close(inside)
