"""What a proof makes is found by its label and removed, and nothing else is, even when the proof is killed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from layerscope.core.errors import SourceError
from layerscope.sources.engine import guardian
from layerscope.sources.engine.cleaning import LABEL, labels, sweep
from layerscope.sources.engine.client import Engine
from layerscope.sources.engine.trial import trial

RUN = "12ab"


class Api:
    """An engine with images (each with its parent), containers and networks, all labelled, which refuses parents."""

    def __init__(self, images: dict[str, str]) -> None:
        self._images = dict(images)
        self._things = {"container": ["c1", "c2"], "network": ["n1"]}
        self.removed: list[str] = []

    def images(self, all: bool, filters: dict[str, list[str]]) -> list[dict[str, str]]:
        assert filters == {"label": [f"{LABEL}={RUN}"]}
        return [{"Id": name} for name in self._images]

    def containers(self, all: bool, filters: dict[str, list[str]]) -> list[dict[str, str]]:
        assert filters == {"label": [f"{LABEL}={RUN}"]}
        return [{"Id": name} for name in self._things["container"]]

    def networks(self, filters: dict[str, list[str]]) -> list[dict[str, str]]:
        assert filters == {"label": [f"{LABEL}={RUN}"]}
        return [{"Id": name} for name in self._things["network"]]

    def remove_container(self, name: str, **options: Any) -> None:
        assert options == {"force": True, "v": True}
        self._things["container"].remove(name)
        self.removed.append(name)

    def remove_network(self, name: str) -> None:
        self._things["network"].remove(name)
        self.removed.append(name)

    def remove_image(self, name: str, force: bool, noprune: bool) -> None:
        from docker.errors import APIError

        assert noprune, "an untagged parent that is the user's would go too"
        if name in self._images.values() or name == "stuck":
            raise APIError("image has dependent child images")
        del self._images[name]
        self.removed.append(name)


def engine(api: Api) -> Engine:
    return Engine("docker-daemon", "unix:///run/docker.sock", api)


def test_containers_go_before_networks_and_images_before_their_parents() -> None:
    api = Api({"parent": "", "child": "parent", "grandchild": "child"})
    assert sweep(engine(api), RUN) > 0
    assert api.removed == ["c1", "c2", "n1", "grandchild", "child", "parent"]


def test_what_an_engine_does_not_let_go_does_not_keep_the_proof() -> None:
    api = Api({"stuck": "", "other": ""})
    sweep(engine(api), RUN)
    assert "other" in api.removed
    assert "stuck" not in api.removed


def test_each_run_has_a_label_and_a_directory_of_its_own_that_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with trial("") as one, trial("") as other:
        assert one.engine is None
        assert labels(one.run) != labels(other.run)
        assert sorted(tmp_path.iterdir()) == sorted([one.directory, other.directory])
        assert one.directory.stat().st_mode & 0o777 == 0o700
        (one.directory / "lean.tar").write_bytes(b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_proof_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fail() -> None:
        with trial("") as place:
            (place.directory / "lean.tar").write_bytes(b"x")
            raise SourceError("no")

    with pytest.raises(SourceError):
        fail()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("said", "stays"), [(b"", False), (guardian.DONE, True)])
def test_the_guardian_removes_the_directory_of_a_proof_that_died_and_only_of_one(
    tmp_path: Path, said: bytes, stays: bool
) -> None:
    directory = tmp_path / "layerscope-proof-12ab"
    directory.mkdir()
    command = [sys.executable, "-P", guardian.__file__, "", RUN, str(directory)]
    subprocess.run(command, input=said, check=True, timeout=60, env={**os.environ})
    assert directory.exists() is stays
