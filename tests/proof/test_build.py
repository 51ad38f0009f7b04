"""What the engine is given to build a recommended Dockerfile: no network, no proxies, no cache, and a label on every step."""

from typing import Any

import pytest
from docker.errors import ImageNotFound

from layerscope.core.errors import SourceError
from layerscope.proof.build import Unbuildable, build
from layerscope.sources.engine.client import Engine

DOCKERFILE = "ARG IMAGE\nFROM ${IMAGE} AS builder\nRUN go build\n\nFROM scratch\nCOPY --from=builder /a /a\n"


class Api:
    """A builder that notes what it is asked, and answers with the given events."""

    def __init__(self, *events: dict[str, str]) -> None:
        self._events = events
        self.asked: dict[str, Any] = {}

    def inspect_image(self, name: str) -> dict[str, str]:
        if name == "lost:1":
            raise ImageNotFound("no such image")
        return {"Id": name}

    def build(self, fileobj: Any, **asked: Any) -> Any:
        self.asked = {**asked, "dockerfile": fileobj.read().decode()}
        return iter(self._events)


def engine(api: Api) -> Engine:
    return Engine("docker-daemon", "unix:///run/docker.sock", api)


def test_every_stage_is_labelled_first_so_that_no_step_is_another_builds() -> None:
    api = Api({"stream": "Step 1/4"})
    assert build(engine(api), DOCKERFILE, "12ab", "sha256:1") == "layerscope-proof/12ab:built"
    lines = api.asked["dockerfile"].splitlines()
    stages = [number for number, line in enumerate(lines) if line.startswith("FROM ")]
    assert [lines[number + 1] for number in stages] == ["LABEL layerscope.proof=12ab"] * 2
    assert [line for line in lines if not line.startswith("LABEL ")] == DOCKERFILE.splitlines()


def test_a_build_has_no_network_none_of_the_users_proxies_and_bounded_memory() -> None:
    api = Api()
    build(engine(api), DOCKERFILE, "12ab", "sha256:1")
    assert api.asked["network_mode"] == "none"
    assert api.asked["use_config_proxy"] is False
    assert api.asked["container_limits"]["memory"] > 0
    assert api.asked["buildargs"] == {"IMAGE": "sha256:1"}
    assert not api.asked.get("pull")


def test_a_build_that_fails_says_the_engines_words() -> None:
    with pytest.raises(Unbuildable, match="go: no such flag"):
        build(engine(Api({"stream": "x"}, {"error": "go: no such flag"})), DOCKERFILE, "12ab", "sha256:1")


def test_an_image_that_the_engine_lacks_is_not_pulled() -> None:
    """What it starts from is looked up first: a build would fetch it from wherever its name leads."""
    api = Api()
    with pytest.raises(SourceError, match="no image lost:1, from which the recommended Dockerfile starts"):
        build(engine(api), "FROM app:1 AS prepared\n\nFROM lost:1\nCOPY --from=prepared /a /a\n", "12ab", "sha256:1")
    assert api.asked == {}
