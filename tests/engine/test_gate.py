"""Lines of a Dockerfile found again in what both of a real engine's builders record, and the gate at these lines."""

import json
import os
from pathlib import Path

import pytest

from layerscope.advice.dockerfile.lines import Span, lines_of
from layerscope.advice.dockerfile.matches_image import misfit
from layerscope.commands import run as layerscope
from layerscope.history.history import read_history
from layerscope.sources import open_image
from tests.engine.conftest import Engine

pytestmark = pytest.mark.engine

DOCKERFILE = """\
# the base of all
ARG TAG=3.19
FROM alpine:${TAG} AS base
RUN echo one > /one

FROM base
ARG NAME=shop
ENV PORT=8080 \\
    NAME=$NAME
WORKDIR /srv/app
COPY --chown=1000:1000 data same* ./
# a cache that nobody deletes
RUN mkdir -p /root/.cache/go-build/aa && \\
    head -c 400000 /dev/zero > /root/.cache/go-build/aa/object
RUN chmod 600 data
LABEL org.example=x
EXPOSE 8080
USER 1000
CMD ["sleep", "1000"]
"""
LINES = [(4, 4), (7, 7), (8, 9), (10, 10), (11, 11), (13, 14), (15, 15), (16, 16), (17, 17), (18, 18), (19, 19)]
"""The lines of each instruction that a builder records, FROM left out."""


@pytest.fixture(scope="module", params=[True, False], ids=["buildkit", "classic"])
def place(engine: Engine, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the Dockerfile, and the image that was built from it, saved beside it."""
    place = tmp_path_factory.mktemp("place")
    (place / ".git").mkdir()
    (place / "Dockerfile").write_text(DOCKERFILE)
    for name in ("data", "same"):
        (place / name).write_bytes(os.urandom(300_000))
    name = engine.build(f"gate:{'buildkit' if request.param else 'classic'}", place, "Dockerfile", buildkit=request.param)
    return engine.save(place / "image.tar", name).parent


def test_every_instruction_has_the_lines_that_it_was_written_on(place: Path) -> None:
    image = open_image(f"docker-archive:{place / 'image.tar'}")
    history = read_history(image.config, len(image.layers))
    lines = lines_of(history, DOCKERFILE)
    own = [lines.of_instruction(item.index) for item in history.instructions][-len(LINES) :]
    assert own == [Span(*span) for span in LINES]
    below = {lines.of_instruction(item.index) for item in history.instructions[: -len(LINES)]}
    assert below == {Span(3, 3)}


def test_the_dockerfile_fits_its_own_image_and_that_of_another_program_does_not(place: Path) -> None:
    image = open_image(f"docker-archive:{place / 'image.tar'}")
    history = read_history(image.config, len(image.layers))
    assert misfit(history, DOCKERFILE) is None
    other = misfit(history, 'FROM python:3.11\nCOPY requirements.txt ./\nRUN pip install x\nCMD ["gunicorn", "app:app"]\n')
    assert other is not None
    assert other.certain


def test_the_gate_names_them(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(place)
    arguments = ["image.tar", "-f", "Dockerfile", "--forbid", "LS201,LS402", "--secrets", "off", "--format", "gitlab"]
    assert layerscope(["check", *arguments]) == 1
    found = {issue["description"].split(":")[1].strip(): issue["location"] for issue in json.loads(capsys.readouterr().out)}
    assert found == {
        "LS201": {"path": "Dockerfile", "lines": {"begin": 13}},
        "LS402": {"path": "Dockerfile", "lines": {"begin": 11}},
    }
