"""A recommended Dockerfile built by the engine itself, for what only building can show; nothing of it stays there.

It is built by the engine's classic builder, without a network, a context, secrets, the user's proxies or the cache of other
builds. Its RUN instructions have the capabilities that the engine gives to any build.
"""

import re
import threading
from contextlib import suppress
from io import BytesIO

from layerscope.core.errors import LayerscopeError
from layerscope.core.names import printable
from layerscope.proof.asking import explanation
from layerscope.sources.engine.cleaning import LABEL, remove_containers
from layerscope.sources.engine.client import Engine, connect, engine_errors

_FROM = re.compile(r"^(FROM [^\n]*)$", re.MULTILINE)
_LAST_WORDS = 300
_MEMORY = 4 * 1024**3
_SECONDS = 1800.0
"""How long it may take to build."""


class Unbuildable(Exception):
    """The Dockerfile does not build, with the engine's last words."""


def build(engine: Engine, dockerfile: str, run: str, arguments: dict[str, str]) -> str:
    """The name of the image that the Dockerfile builds; ``arguments`` are for its ARG instructions.

    Each step's image carries the label of the run, so that the run's end removes them all, and so that none is the image of
    another build. :class:`Unbuildable` when it does not build.
    """
    name = f"layerscope-proof/{run}:built"
    labelled = _FROM.sub(rf"\1\nLABEL {LABEL}={run}", dockerfile)
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
