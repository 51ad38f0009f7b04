"""Containers of the fat and the lean image, run one after the other in the same way, and what they answered.

A stranger's image runs in them, so they get little (:mod:`layerscope.proof.confinement`) and no network of this
machine unless the user says so (:mod:`layerscope.proof.reach`). What is left behind carries the run's label.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct

from layerscope.core.errors import LayerscopeError, SourceError
from layerscope.proof.confinement import HOST_NAME, Confinement, limits
from layerscope.proof.lifecycle import check_words, health, is_running, stop
from layerscope.proof.questions.answers import Answer
from layerscope.proof.questions.asking import execute, explanation, get
from layerscope.proof.questions.settling import Settling
from layerscope.proof.reach import Reach, door, network_mode
from layerscope.sources.engine.cleaning import labels
from layerscope.sources.engine.client import Engine, engine_errors
from layerscope.sources.image import Config

_PAUSE = 0.02
_MOST_OUTPUT = 64 * 1024
_LAST_LINES = 400
_STOP_SECONDS = 3
_EXPECTED_STOP_SECONDS = 15
"""How long a container may take to stop by its signal, and one that is to stop as another one did before it."""


class Probe(Struct, frozen=True, kw_only=True):
    """How a container is asked. ``http`` are (port, path) pairs, ``commands`` lines to execute in it. ``seconds`` is how long
    an answer may take, ``environment`` NAME=VALUE pairs that both containers get, ``confinement`` what both may do. ``trace``
    watches which files the fat one opens."""

    http: tuple[tuple[int, str], ...] = ()
    commands: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    seconds: float = 30.0
    confinement: Confinement = Confinement()
    trace: bool = False


class Ending(StrEnum):
    """How a container stood when everything was asked."""

    NOT_RUN = "not-run"
    RUNNING = "running"
    ENDED = "ended"
    NOT_STARTED = "not-started"
    OUT_OF_MEMORY = "out-of-memory"


class Outcome(Struct, frozen=True, kw_only=True):
    """What one container did. ``exit_code`` is None while it runs; ``seconds`` until its first HTTP answer; ``said`` its
    output, or the engine's words when it could not be started. ``health`` is the exit code of its HEALTHCHECK, ``stopped`` the
    one with which it ended by its stop signal, each None where there is none. Without anything, it is one that was not run."""

    exit_code: int | None = None
    answers: tuple[Answer, ...] = ()
    seconds: float | None = None
    said: bytes = b""
    ending: Ending = Ending.NOT_RUN
    health: int | None = None
    stopped: int | None = None


class Expected(Struct, frozen=True, eq=False):
    """What a container is to do as others did before it: whether an answer is theirs, whether they are healthy, whether they
    stop by their signal."""

    answers: Callable[[Answer], bool]
    healthy: bool = False
    stops: bool = False


class Bench(Struct, frozen=True, eq=False):
    """Where containers run: their engine, the run whose label they carry, what is asked, how they are reached, and the fat
    image's configuration, after which both are confined."""

    engine: Engine
    run: str
    probe: Probe
    reach: Reach
    config: Config


@contextmanager
def container(bench: Bench, image: str) -> Iterator[str]:
    """A container of the image that is removed in the end, whatever happens. Its id; it is not started yet."""
    api = bench.engine.client
    confinement = limits(bench.config, bench.probe.confinement)
    ports = [port for port, _ in bench.probe.http] if bench.reach is Reach.BRIDGE else []
    with bench.engine.asked("make a container"):
        made = api.create_container(
            image,
            environment=list(bench.probe.environment),
            hostname=None if bench.reach is Reach.HOST else HOST_NAME,
            ports=ports or None,
            labels=labels(bench.run),
            host_config=api.create_host_config(
                network_mode=network_mode(bench.reach, bench.run),
                port_bindings=dict.fromkeys(ports, ("127.0.0.1",)),
                **confinement,
            ),
            use_config_proxy=False,
            detach=True,
        )
    identity = str(made["Id"])
    try:
        yield identity
    finally:
        with suppress(LayerscopeError), bench.engine.asked("remove a container"):
            api.remove_container(identity, force=True, v=True)


def run(bench: Bench, identity: str, expected: Expected | None = None) -> Outcome:
    """Starts a container and asks it everything; it is stopped when the last answer came. What it does ``expected`` is waited
    for. Raises :class:`~layerscope.proof.reach.OutOfSight` where it cannot be reached in the way of the bench."""
    if bench.reach is Reach.HOST:
        _check_ports(bench.probe)
    began = time.monotonic()
    with bench.engine.asked("run a container"):
        try:
            bench.engine.client.start(identity)
        except engine_errors() as error:
            return Outcome(said=explanation(error).encode(), ending=Ending.NOT_STARTED)
        answers, seconds = _answers(bench, identity, expected)
        code = None if answers else _exit_code(bench, identity, began + bench.probe.seconds)
        healthy = _health(bench, identity, expected)
        state = _state(bench, identity)
        if code is None and not state.get("Running"):
            code = int(state.get("ExitCode", -1))
        stopped = _stop(bench, identity, expected) if state.get("Running") else None
        return Outcome(
            exit_code=code,
            answers=answers,
            seconds=seconds - began if seconds else None,
            said=_output(bench, identity),
            ending=_ending(state),
            health=healthy,
            stopped=stopped,
        )


def _health(bench: Bench, identity: str, expected: Expected | None) -> int | None:
    """What the fat image's HEALTHCHECK says of a container that runs; it is not asked where the others were not healthy."""
    api = bench.engine.client
    words = check_words(bench.config) if expected is None or expected.healthy else ()
    return health(api, identity, words, bench.probe.seconds) if words and is_running(api, identity) else None


def _stop(bench: Bench, identity: str, expected: Expected | None) -> int | None:
    """Stops a container, at once where there is nothing to be seen of it."""
    seconds = _STOP_SECONDS
    if expected is not None:
        seconds = _EXPECTED_STOP_SECONDS if expected.stops else 0
    return stop(bench.engine.client, identity, seconds)


def root_directory(engine: Engine, identity: str) -> Path | None:
    """Where the engine mounts a container's filesystem when it starts it (overlay2); None where it does not say."""
    driver = engine.client.inspect_container(identity).get("GraphDriver") or {}
    directory = str((driver.get("Data") or {}).get("MergedDir", ""))
    return Path(directory) if directory else None


def _check_ports(probe: Probe) -> None:
    """On this machine's own network, something else may listen on a port that is asked."""
    for port, _ in probe.http:
        with socket.socket() as found:
            found.settimeout(0.5)
            if found.connect_ex(("127.0.0.1", port)) == 0:
                raise SourceError(f"port {port} of this machine is taken", "stop what listens there, or ask for another port")


def _answers(bench: Bench, identity: str, expected: Expected | None) -> tuple[tuple[Answer, ...], float | None]:
    """All answers, and when the first one came over HTTP."""
    probe, api = bench.probe, bench.engine.client
    answers: list[Answer] = []
    first = None
    if probe.http:
        with door(bench.engine, bench.reach, identity) as connect:
            for where in probe.http:
                settling = Settling(probe.seconds, expected.answers if expected else None)
                answers.append(get(connect, where, settling, lambda: is_running(api, identity)))
                first = first or settling.first
    answers += [execute(api, identity, command, probe.seconds) for command in probe.commands]
    return tuple(answers), first


def _state(bench: Bench, identity: str) -> dict[str, Any]:
    state: dict[str, Any] = bench.engine.client.inspect_container(identity)["State"]
    return state


def _exit_code(bench: Bench, identity: str, deadline: float) -> int | None:
    """The exit code of a container that ends by itself; None for one that is still running when time is up."""
    while time.monotonic() < deadline:
        state = _state(bench, identity)
        if not state.get("Running"):
            return int(state.get("ExitCode", -1))
        time.sleep(_PAUSE)
    return None


def _output(bench: Bench, identity: str) -> bytes:
    """The end of what the container wrote, a piece at a time: the engine does not keep all, but a line may be long."""
    output = b""
    pieces = bench.engine.client.logs(identity, stdout=True, stderr=True, tail=_LAST_LINES, stream=True, follow=False)
    for piece in pieces:
        output = (output + bytes(piece))[-_MOST_OUTPUT:]
    return output


def _ending(state: dict[str, Any]) -> Ending:
    if state.get("OOMKilled"):
        return Ending.OUT_OF_MEMORY
    return Ending.RUNNING if state.get("Running") else Ending.ENDED
