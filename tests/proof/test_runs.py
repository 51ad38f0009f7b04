"""The runs of one proof: the fat image twice, and once more where the lean one is different."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from layerscope.core.errors import SourceError
from layerscope.proof import containers
from layerscope.proof.containers import Ending, Expected, Outcome, Probe
from layerscope.proof.questions.answers import Answer
from layerscope.proof.runs import FatRuns, run_fat, run_lean
from layerscope.sources.engine.client import Engine
from tests.support.proofs import fat_image

FAT = "sha256:"


def said(text: bytes) -> Outcome:
    return Outcome(answers=(Answer(question="GET /", status=200, body=text),), ending=Ending.RUNNING)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Outcome]]:
    """What containers of the fat and the lean image will do, one after the other."""
    coming: dict[str, list[Outcome]] = {"fat": [], "lean": []}

    @contextmanager
    def container(_: Any, image: str) -> Iterator[str]:
        yield "fat" if image.startswith(FAT) else "lean"

    def run(_: Any, identity: str, expected: Expected | None = None) -> Outcome:
        return coming[identity].pop(0)

    monkeypatch.setattr(containers, "container", container)
    monkeypatch.setattr(containers, "run", run)
    return coming


def fat_runs(directory: Path) -> FatRuns:
    place = SimpleNamespace(engine=Engine("docker-daemon", "unix:///run/docker.sock", None), run="12ab")
    found = run_fat(place, fat_image(directory), Probe())  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_fat_image_is_asked_twice(runs: dict[str, list[Outcome]], tmp_path: Path) -> None:
    runs["fat"] = [said(b"a"), said(b"b"), said(b"c")]
    assert fat_runs(tmp_path).outcomes == (said(b"a"), said(b"b"))


def test_one_that_does_not_answer_is_asked_once(runs: dict[str, list[Outcome]], tmp_path: Path) -> None:
    runs["fat"] = [Outcome(exit_code=1, ending=Ending.ENDED), said(b"b")]
    found = fat_runs(tmp_path)
    assert len(found.outcomes) == 1
    assert found.silence


def test_one_that_the_engine_cannot_run_is_an_error_of_its_place(runs: dict[str, list[Outcome]], tmp_path: Path) -> None:
    runs["fat"] = [Outcome(said=b"no space left on device", ending=Ending.NOT_STARTED)]
    with pytest.raises(SourceError, match="cannot run the image: no space left on device") as caught:
        fat_runs(tmp_path)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(("third", "differences"), [(b"at 12:01", 0), (b"at 12:00", 1)], ids=["time goes on", "another answer"])
def test_before_an_image_is_refuted_the_fat_one_is_asked_again(
    runs: dict[str, list[Outcome]], tmp_path: Path, third: bytes, differences: int
) -> None:
    runs["fat"] = [said(b"at 12:00"), said(b"at 12:00"), said(third)]
    runs["lean"] = [said(b"at 12:01")]
    fat, _, found = run_lean(fat_runs(tmp_path), "lean", checks=True)
    assert (len(fat.outcomes), len(found)) == (3, differences)
