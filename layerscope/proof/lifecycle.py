"""What an engine does with a container while it lives: it asks its HEALTHCHECK, and stops it by its stop signal."""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from layerscope.proof.questions.asking import execute_words
from layerscope.sources.engine.client import engine_errors
from layerscope.sources.image import Config

_PAUSE = 0.2
_MOST_CHECK = 15.0
"""Seconds that a container has to become healthy, once it answered everything else."""
_SHELL = ("/bin/sh", "-c")
_KILLED = 137


def check_words(config: Config) -> tuple[str, ...]:
    """The command of an image's HEALTHCHECK as the engine executes it; nothing where there is none."""
    test = config.healthcheck.test if config.healthcheck else ()
    if test[:1] == ("CMD",):
        return test[1:]
    return (*(config.shell or _SHELL), *test[1:]) if test[:1] == ("CMD-SHELL",) else ()


def health(api: Any, identity: str, words: Sequence[str], seconds: float) -> int | None:
    """The exit code of a container's HEALTHCHECK, repeated until it is 0 or its time is up; None where there is none."""
    if not words:
        return None
    deadline = time.monotonic() + min(seconds, _MOST_CHECK)
    while True:
        answer = execute_words(api, identity, words, max(deadline - time.monotonic(), 1.0))
        code = answer.status if not answer.failure else -1
        if code == 0 or time.monotonic() > deadline or not is_running(api, identity):
            return code
        time.sleep(_PAUSE)


def stop(api: Any, identity: str, seconds: int) -> int | None:
    """Stops a container by its stop signal. Its exit code; None where it had to be killed."""
    with suppress(*engine_errors()):  # it may just have ended
        if not seconds:
            api.kill(identity)
            return None
        api.stop(identity, timeout=seconds)
    code = int(api.inspect_container(identity)["State"].get("ExitCode", -1))
    return None if code == _KILLED else code


def is_running(api: Any, identity: str) -> bool:
    """Whether a container runs."""
    return bool(api.inspect_container(identity)["State"].get("Running"))
