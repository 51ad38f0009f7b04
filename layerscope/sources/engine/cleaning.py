"""What one proof makes in an engine carries the label of its run, by which it is found and removed."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from layerscope.core.errors import LayerscopeError
from layerscope.sources.engine.client import Engine

LABEL = "layerscope.proof"
"""The label of containers, images and networks; its value is the proof's run."""


def labels(run: str) -> dict[str, str]:
    """The label of one run."""
    return {LABEL: run}


def sweep(engine: Engine, run: str) -> int:
    """Removes whatever carries the run's label: containers with their anonymous volumes, networks, then images. Nothing else
    goes, not even an untagged parent of an image. How much was found; what the engine refuses to remove stays."""
    api = engine.client
    asked = {"filters": {"label": [f"{LABEL}={run}"]}}
    found = remove_containers(engine, run)
    found += _remove(engine, api.networks(**asked), api.remove_network)
    while images := api.images(all=True, **asked):
        _remove(engine, images, lambda name: api.remove_image(name, force=True, noprune=True))
        found += len(images)
        if len(api.images(all=True, **asked)) == len(images):
            break  # each pass frees the parents of what it removed; this one removed nothing
    return found


def remove_containers(engine: Engine, run: str) -> int:
    """Removes the run's containers, which ends what they do. How many there were."""
    api = engine.client
    found = api.containers(all=True, filters={"label": [f"{LABEL}={run}"]})
    return _remove(engine, found, lambda name: api.remove_container(name, force=True, v=True))


def _remove(engine: Engine, items: Iterable[dict[str, Any]], remove: Callable[[str], object]) -> int:
    found = 0
    for item in items:
        found += 1
        with suppress(LayerscopeError), engine.asked("remove what a proof made"):
            remove(str(item["Id"]))
    return found
