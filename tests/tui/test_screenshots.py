"""The pictures of the README are what the app draws."""

import asyncio

from tests.screenshots import FOLDER, PICTURES, draw
from tests.support.comparisons import demo
from tests.support.snapshots import assert_same_picture


def test_every_picture_is_kept_and_no_other():
    assert sorted(path.stem for path in FOLDER.glob("*.svg")) == sorted(picture.name for picture in PICTURES)


def test_the_first_pictures_of_either_screen_are_what_the_app_draws():
    """Continuous integration compares all of them: ``python -m tests.screenshots --check``."""
    analysis = demo("fat")
    for picture in (*PICTURES[:2], *(picture for picture in PICTURES if picture.pair)):
        assert_same_picture(asyncio.run(draw(picture, analysis)), FOLDER / f"{picture.name}.svg")
