"""What a stranger's image can reach and do while it is proved, on each engine, and what is left when a proof is ended."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from layerscope.proof import containers, reach
from layerscope.proof.confinement import Confinement
from layerscope.proof.containers import Bench, Outcome, Probe
from layerscope.proof.reach import Reach, make_bridge
from layerscope.sources.engine.trial import trial
from layerscope.sources.image import Config, Platform
from tests.engine.conftest import CONTEXTS, DOCKER, REGISTRY, Engine, absent, made, registry_answers, run

pytestmark = pytest.mark.engine

ENGINES = ["", *os.environ.get("LAYERSCOPE_ENGINES", "").split()]
"""Docker's default one, and the sockets of others."""

MOMENTS = 10
STEPPING_DOWN = 0x4EB
"""CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID and NET_BIND_SERVICE, as the kernel counts them."""
LOW_PORTS = 0x400


@pytest.fixture(scope="module")
def image(engine: Engine) -> str:
    """A program that tells what it can reach and do, and waste for the proof to leave behind."""
    return engine.build("inquisitive", CONTEXTS / "inquisitive", "Dockerfile")


@pytest.fixture(params=range(2), ids=["the first engine", "a newer engine"])
def anywhere(request: pytest.FixtureRequest, image: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The image's name, in each engine; DOCKER_HOST leads there."""
    if request.param >= len(ENGINES):
        absent("LAYERSCOPE_ENGINES names no second engine")
    endpoint = ENGINES[request.param]
    if endpoint:
        if subprocess.run([DOCKER, "-H", endpoint, "version"], capture_output=True, timeout=60).returncode:
            absent(f"no engine answers at {endpoint}")
        with tempfile.TemporaryDirectory() as directory:
            run(DOCKER, "-H", endpoint, "load", "-i", Engine().save(Path(directory, "image.tar"), image))
        monkeypatch.setenv("DOCKER_HOST", endpoint)
    return image


def outcome(image: str, probe: Probe, way: Reach = Reach.NONE, user: str = "") -> Outcome:
    """What a container of the image does when it is run as the fat image of a proof."""
    with trial("docker-daemon") as place:
        assert place.engine is not None
        if way is Reach.BRIDGE:
            make_bridge(place.engine, place.run)
        config = Config(platform=Platform("linux", "amd64"), user=user)
        bench = Bench(place.engine, place.run, probe, way, config)
        with containers.container(bench, image) as identity:
            return containers.run(bench, identity)


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """A port of this machine's loopback, and who connected to it."""
    callers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                callers.append(str(address))
                connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1]), callers
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("way", [Reach.NONE, Reach.NAMESPACE, Reach.BRIDGE])
def test_a_container_does_not_reach_the_loopback_of_this_machine(anywhere: str, way: Reach) -> None:
    with listening() as (port, callers):
        targets = f"127.0.0.1:{port} [::1]:{port}" + (f" {REGISTRY}" if registry_answers() else "")
        found = outcome(anywhere, Probe(environment=(f"LOOK=reach {targets}",)), way)
    assert (found.exit_code, found.said, callers) == (1, b"", [])


@pytest.mark.parametrize("way", [Reach.NAMESPACE, Reach.BRIDGE])
def test_a_question_reaches_a_container_that_is_not_on_this_machines_network(anywhere: str, way: Reach) -> None:
    found = outcome(anywhere, Probe(http=((8080, "/"), (8080, "/missing"))), way)
    assert [(answer.status, answer.failure) for answer in found.answers] == [(200, ""), (404, "")]
    assert found.answers[0].body == b"here\n"


@pytest.mark.parametrize(("user", "bounding", "effective"), [("", STEPPING_DOWN, STEPPING_DOWN), ("1000", LOW_PORTS, 0)])
def test_a_container_has_the_allowed_capabilities_and_gets_no_others(
    anywhere: str, user: str, bounding: int, effective: int
) -> None:
    image = anywhere
    if user:
        image = Engine().build_text("inquisitive:user", f"FROM {anywhere}\nUSER {user}\n", buildkit=False)
    found = outcome(image, Probe(environment=("LOOK=status",)), user=user)
    assert privileges(found.said) == (bounding, effective, 1)


def test_a_command_in_a_container_has_no_more_rights_than_its_program(image: str) -> None:
    found = outcome(image, Probe(commands=("/look status",)))
    assert privileges(found.answers[0].body) == (STEPPING_DOWN, STEPPING_DOWN, 1)


def privileges(status: bytes) -> tuple[int, int, int]:
    """The capabilities that a process can ever have, those that it has, and whether it can get no new privileges."""
    values = dict(line.split(":\t") for line in status.decode().splitlines())
    return int(values["CapBnd"], 16), int(values["CapEff"], 16), int(values["NoNewPrivs"])


def test_memory_and_an_answer_without_end_are_bounded(anywhere: str) -> None:
    drip = outcome(anywhere, Probe(http=((8080, "/drip"),), seconds=3), Reach.NAMESPACE)
    assert "no answer in time" in drip.answers[0].failure
    eaten = outcome(anywhere, Probe(environment=("LOOK=eat",), seconds=60, confinement=Confinement(memory=32_000_000)))
    assert eaten.ending is containers.Ending.OUT_OF_MEMORY


def test_what_a_command_writes_without_end_and_a_command_without_end_are_bounded(image: str) -> None:
    found = outcome(image, Probe(commands=("/look flood", "/look wait"), seconds=10))
    assert "wrote more than" in found.answers[0].failure
    assert found.answers[1].failure == "no end in time"


def layerscope(*words: str, **env: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "layerscope", "prove", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **env}, start_new_session=True
    )


def test_a_proof_asks_in_the_containers_own_network_where_this_machines_port_is_taken(anywhere: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        proof = layerscope(anywhere, "--http", f"{port}/", "--env", f"PORT={port}")
        said, complaint = proof.communicate(timeout=300)
    assert proof.returncode == 0, complaint
    assert said.startswith("PROVED")


def test_an_image_that_reaches_this_machine_only_on_its_network_is_proved_there_alone(anywhere: str) -> None:
    with listening() as (port, callers):
        ask = (anywhere, "--env", f"LOOK=reach 127.0.0.1:{port}")
        proof = layerscope(*ask)
        said, _ = proof.communicate(timeout=300)
        assert proof.returncode == 1
        assert said.startswith("not proved: the fat image does not answer either\n")
        assert callers == []
        proof = layerscope(*ask, "--network", "host")
        said, _ = proof.communicate(timeout=300)
        assert said.startswith("PROVED")
        assert len(callers) == 3  # the fat image asks twice, the lean one once


@pytest.mark.parametrize(
    "ask",
    [
        ("--http", "9999/health"),
        ("--http", "8080/broken"),
        ("--http", "8080/missing"),
        ("--exec", "/nothing/here"),
        ("--exec", "/look reach"),
    ],
    ids=" ".join,
)
def test_what_fails_in_the_fat_image_is_not_proved(image: str, ask: tuple[str, ...]) -> None:
    proof = layerscope(image, *ask, "--timeout", "3")
    said, _ = proof.communicate(timeout=300)
    assert proof.returncode == 1
    assert said.startswith("not proved: the fat image does not answer either\n")


def test_proofs_at_the_same_time_do_not_disturb_each_other(image: str) -> None:
    before = made()
    proofs = [layerscope(image, "--http", "8080/") for _ in range(3)]
    for proof in proofs:
        said, complaint = proof.communicate(timeout=600)
        assert (proof.returncode, said[:6]) == (0, "PROVED"), complaint
    assert made() <= before


def test_an_engine_that_cannot_make_a_bridge_is_an_error_with_the_way_out(image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_DRIVER_OPTIONS", {"com.docker.network.bridge.enable_icc": "nonsense"})
    with pytest.raises(reach.SourceError, match="has no bridge network"):
        outcome(image, Probe(http=((8080, "/"),)), Reach.BRIDGE)


@pytest.fixture(scope="module")
def seconds(image: str) -> float:
    """How long a whole proof takes here."""
    began = time.monotonic()
    assert layerscope(image, "--http", "8080/").wait(300) == 0
    return time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_proof_that_is_ended_at_any_moment_leaves_nothing(
    image: str, seconds: float, number: signal.Signals, tmp_path: Path
) -> None:
    before = made()
    with ExitStack() as stack:
        for moment in range(MOMENTS):
            proof = stack.enter_context(layerscope(image, "--http", "8080/", TMPDIR=str(tmp_path)))
            time.sleep(seconds * (moment + 0.5) / MOMENTS)
            proof.send_signal(number)
            _, complaint = proof.communicate(timeout=120)
            assert proof.returncode in (-number, 128 + number, 0), complaint
            assert "Traceback" not in complaint
    deadline = time.monotonic() + 300
    while guardians(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert made() <= before
    assert list(tmp_path.iterdir()) == []


def guardians(directory: Path) -> list[str]:
    """The processes that still clean up after proofs with their files in this directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes()
        except OSError:
            continue
        if b"guardian.py" in words and os.fsencode(directory) in words:
            found.append(process.parent.name)
    return found
