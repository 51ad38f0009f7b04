"""Containers of the fat and the lean image, run one after the other in the same way, and what they answered."""

import http.client
import json
import re
import shlex
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from layerscope.errors import SourceError
from layerscope.names import printable
from layerscope.sources.engine_api import Engine, engine_errors

_PAUSE = 0.02
_MOST_SAID = 64 * 1024
_MOST_BODY = 8 * 1024 * 1024


class Probe(Struct, frozen=True):
    """What is asked of a container: ``http`` are (port, path) pairs, ``commands`` lines to execute in it. ``seconds`` is how
    long it may take until it answers, ``environment`` NAME=VALUE pairs that both containers get."""

    http: tuple[tuple[int, str], ...] = ()
    commands: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    seconds: float = 30.0


class Answer(Struct, frozen=True):
    """One question with its answer: an HTTP status with the body, or an exit code with the output; ``failure`` when none
    came."""

    question: str
    status: int
    body: bytes
    failure: str = ""


class Outcome(Struct, frozen=True):
    """What one container did. ``exit_code`` is None while it runs; ``seconds`` until its first HTTP answer; ``said`` its
    output, or the engine's words when it could not be started."""

    exit_code: int | None
    answers: tuple[Answer, ...]
    seconds: float | None
    said: bytes
    failure: str = ""


@contextmanager
def container(engine: Engine, image: str, probe: Probe) -> Iterator[str]:
    """A container of the image that is removed in the end, whatever happens. Its id; it is not started yet."""
    api = engine.client
    made = api.create_container(
        image, environment=list(probe.environment), host_config=api.create_host_config(network_mode="host"), detach=True
    )
    identity = str(made["Id"])
    try:
        yield identity
    finally:
        api.remove_container(identity, force=True, v=True)


def run(engine: Engine, identity: str, probe: Probe) -> Outcome:
    """Starts a container and asks it everything; it is stopped when the last answer came."""
    api = engine.client
    for port, _ in probe.http:
        if _listens(port):
            raise SourceError(f"port {port} of this machine is taken", "stop what listens there, or ask for another port")
    began = time.monotonic()
    try:
        api.start(identity)
    except engine_errors() as error:
        return Outcome(
            None, (), None, str(getattr(error, "explanation", None) or error).encode(), "the container could not be started"
        )
    answers: list[Answer] = []
    seconds = None
    for port, path in probe.http:
        answers.append(_asked(engine, identity, port, path, began + probe.seconds))
        seconds = seconds if seconds is not None or answers[-1].failure else time.monotonic() - began
    answers += [_executed(api, identity, command) for command in probe.commands]
    code = None
    if not answers:
        code = _ended(api, identity, began + probe.seconds)
    state = api.inspect_container(identity)["State"]
    if not state.get("Running") and code is None:
        code = int(state.get("ExitCode", -1))
    if state.get("Running"):
        api.kill(identity)
    said = bytes(api.logs(identity, stdout=True, stderr=True, tail=400))[-_MOST_SAID:]
    return Outcome(code, tuple(answers), seconds, said)


def root_directory(engine: Engine, identity: str) -> Path | None:
    """Where the engine mounts a container's filesystem when it starts it (overlay2); None where it does not say."""
    driver = engine.client.inspect_container(identity).get("GraphDriver") or {}
    directory = str((driver.get("Data") or {}).get("MergedDir", ""))
    return Path(directory) if directory else None


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _asked(engine: Engine, identity: str, port: int, path: str, deadline: float) -> Answer:
    """A GET, repeated until the server answers, the container ends, or time is up."""
    question = f"GET http://127.0.0.1:{port}{path}"
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            response = connection.getresponse()
            return Answer(question, response.status, response.read(_MOST_BODY))
        except (OSError, http.client.HTTPException) as error:
            failure = str(error)
        finally:
            connection.close()
        running = engine.client.inspect_container(identity)["State"].get("Running")
        if not running or time.monotonic() > deadline:
            return Answer(
                question, 0, b"", "the container ended" if not running else f"no answer in time: {printable(failure)}"
            )
        time.sleep(_PAUSE)


def _executed(api: Any, identity: str, command: str) -> Answer:
    question = f"exec {command}"
    refused: tuple[type[Exception], ...] = (*engine_errors(), ValueError)
    try:
        made = api.exec_create(identity, shlex.split(command))
        output = bytes(api.exec_start(made["Id"]))
        code = int(api.exec_inspect(made["Id"]).get("ExitCode") or 0)
    except refused as error:
        return Answer(question, 0, b"", printable(str(getattr(error, "explanation", None) or error)))
    return Answer(question, code, output[:_MOST_BODY])


def _ended(api: Any, identity: str, deadline: float) -> int | None:
    """The exit code of a container that ends by itself; None for one that is still running when time is up."""
    while time.monotonic() < deadline:
        state = api.inspect_container(identity)["State"]
        if not state.get("Running"):
            return int(state.get("ExitCode", -1))
        time.sleep(_PAUSE)
    return None


def differences(fat: Outcome, lean: Outcome) -> tuple[str, ...]:
    """What the lean container did otherwise than the fat one, a line each; empty when they are alike."""
    if lean.failure:
        return (f"{lean.failure}: {printable(lean.said.strip()[-300:])}",)
    found = []
    if fat.exit_code != lean.exit_code:
        found.append(f"the fat image's program {_told(fat.exit_code)}, the lean one's {_told(lean.exit_code)}")
    for before, after in zip(fat.answers, lean.answers, strict=True):
        if before.failure != after.failure and after.failure:
            found.append(f"{before.question}: {after.failure}")
        elif before.status != after.status:
            found.append(f"{before.question}: {before.status} from the fat image, {after.status} from the lean one")
        elif not _alike(before.body, after.body):
            found.append(f"{before.question}: the bodies differ ({len(before.body):,} and {len(after.body):,} bytes)")
    if not fat.answers and not lean.answers and fat.exit_code is not None and fat.said != lean.said:
        found.append("the two wrote different output")
    return tuple(found)


def _told(code: int | None) -> str:
    return "keeps running" if code is None else f"ended with {code}"


def _alike(before: bytes, after: bytes) -> bool:
    """Whether two bodies are the same, or JSON documents of the same shape whose numbers and times alone differ (uptimes)."""
    if before == after:
        return True
    try:
        return _shape(json.loads(before)) == _shape(json.loads(after))
    except ValueError:
        return False


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return type(value).__name__ if isinstance(value, int | float) and not isinstance(value, bool) else _timeless(value)


def _timeless(value: object) -> object:
    return re.sub(r"\d+", "0", value) if isinstance(value, str) else value
