"""A recommended Dockerfile built by the engine itself, as whoever takes it builds it; nothing of it stays there.

It is built by the engine's classic builder, without a network, a context, secrets, the user's proxies or the cache of other
builds. Its RUN instructions have the capabilities that the engine gives to any build.
"""

import threading
from contextlib import suppress
from io import BytesIO
from itertools import chain, filterfalse
from operator import attrgetter

from layerscope.core.errors import ImageNotFound, LayerscopeError, SourceError
from layerscope.core.grouping import grouped
from layerscope.core.names import printable
from layerscope.dockerfile.read import read
from layerscope.proof.questions.asking import explanation
from layerscope.sources.engine.cleaning import LABEL, remove_containers
from layerscope.sources.engine.client import Engine, connect, engine_errors

_LAST_WORDS = 300
_MEMORY = 4 * 1024**3
_SECONDS = 1800.0
"""How long it may take to build."""


class Unbuildable(Exception):
    """The Dockerfile does not build, with the engine's last words."""


def build(engine: Engine, dockerfile: str, run: str, image: str) -> str:
    """The name of the image that the Dockerfile builds; ``image`` is the id of the one that it copies from, for a Dockerfile
    that asks for it.

    Each step's image carries the label of the run, so that the run's end removes them all, and so that none is the image of
    another build. Nothing is pulled: :class:`SourceError` where the engine lacks an image that it starts from.
    :class:`Unbuildable` when it does not build.
    """
    name = f"layerscope-proof/{run}:built"
    arguments = {"IMAGE": image} if _asks_for_image(dockerfile) else {}
    _check_images(engine, dockerfile, arguments)
    labelled = _labelled(dockerfile, run)
    late = threading.Timer(_SECONDS, _stop, (engine.transport, run))
    late.daemon = True
    late.start()
    try:
        failure = _build(engine, labelled, name, arguments)
    finally:
        late.cancel()
    if failure:
        raise Unbuildable(printable(failure.strip()[-_LAST_WORDS:]))
    return name


def _labelled(dockerfile: str, run: str) -> str:
    """The Dockerfile with the label of the run in front of all that a stage does."""
    text = dockerfile
    for item in reversed(read(dockerfile).instructions):
        if item.keyword == "FROM":
            text = f"{text[: item.end].rstrip()}\nLABEL {LABEL}={run}\n{text[item.end :]}"
    return text


def _asks_for_image(dockerfile: str) -> bool:
    """Whether the Dockerfile leaves it to the build which image it starts from."""
    arguments = (item for item in read(dockerfile).instructions if item.keyword == "ARG")
    return any(("IMAGE", "") in item.assignments for item in arguments)


def _check_images(engine: Engine, dockerfile: str, arguments: dict[str, str]) -> None:
    """Raises :class:`SourceError` for an image that the Dockerfile names and the engine does not have."""
    for name in _images(dockerfile, arguments):
        try:
            engine.inspect(name)
        except ImageNotFound as error:
            raise SourceError(
                f"{error}, from which the recommended Dockerfile starts", "pull it there, or choose with --base"
            ) from None


def _images(dockerfile: str, arguments: dict[str, str]) -> list[str]:
    """The images that a Dockerfile's stages start from, or copy out of, each once."""
    instructions = grouped(read(dockerfile).instructions, attrgetter("keyword"))
    starts = [item.arguments.text.split() for item in instructions.get("FROM", ())]
    stages = {"scratch", *chain.from_iterable(words[2:] for words in starts)}
    named = (*chain.from_iterable(words[:1] for words in starts), *(item.flag("from") for item in instructions.get("COPY", ())))
    given = (arguments.get(name[2:-1], name) for name in named)
    return list(dict.fromkeys(filterfalse(stages.__contains__, filter(None, given))))


def _build(engine: Engine, dockerfile: str, name: str, arguments: dict[str, str]) -> str:
    """Builds. What the engine says when that fails, "" when it does not."""
    with engine.asked("build the recommended Dockerfile"):
        try:
            events = engine.client.build(
                fileobj=BytesIO(dockerfile.encode()),
                tag=name,
                buildargs=arguments,
                network_mode="none",
                container_limits={"memory": _MEMORY, "memswap": _MEMORY},
                use_config_proxy=False,
                rm=True,
                forcerm=True,
                decode=True,
            )
            failures = [str(event["error"]) for event in events if event.get("error")]
        except engine_errors() as error:
            failures = [explanation(error)]
    return failures[-1] if failures else ""


def _stop(transport: str, run: str) -> None:
    """Ends a build that takes too long: its instruction fails when its container is gone."""
    with suppress(LayerscopeError):
        engine = connect(transport)
        with engine.asked("stop a build"):
            remove_containers(engine, run)
        engine.close()
