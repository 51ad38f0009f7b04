"""A recommended Dockerfile built by the engine itself, for what only building can show; nothing of it stays there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any

from layerscope.names import printable
from layerscope.sources.engine_api import Engine, engine_errors

_STEP = re.compile(r"(?:--->|Successfully built) (?:sha256:)?([0-9a-f]{12,64})")
_MOST_TOLD = 300


class Unbuildable(Exception):
    """The Dockerfile does not build; says the engine's last words."""


@contextmanager
def built(engine: Engine, dockerfile: str, name: str, arguments: dict[str, str]) -> Iterator[str]:
    """The image that the Dockerfile builds without a network, under ``name``, removed in the end with all that building left.

    ``arguments`` are for its ARG instructions. :class:`Unbuildable` when it does not build.
    """
    api = engine.client
    before = {str(image["Id"]) for image in api.images(all=True)}
    steps: list[str] = []
    try:
        _build(api, dockerfile, name, arguments, steps)
        yield name
    finally:
        refused = engine_errors()
        with suppress(*refused):
            api.remove_image(name, force=True)
        for step in reversed(dict.fromkeys(steps)):
            with suppress(*refused):
                identity = str(api.inspect_image(step)["Id"])
                if identity not in before:
                    api.remove_image(identity, force=True)


def _build(api: Any, dockerfile: str, name: str, arguments: dict[str, str], steps: list[str]) -> None:
    """Builds, and notes the image of each step as soon as it is told."""
    failure = ""
    try:
        events = api.build(
            fileobj=BytesIO(dockerfile.encode()),
            tag=name,
            buildargs=arguments,
            network_mode="none",
            rm=True,
            forcerm=True,
            decode=True,
        )
        for event in events:
            steps += _STEP.findall(str(event.get("stream", "")))
            failure = str(event.get("error", "")) or failure
    except engine_errors() as error:
        failure = str(getattr(error, "explanation", None) or error)
    if failure:
        raise Unbuildable(printable(failure.strip()[-_MOST_TOLD:]))
