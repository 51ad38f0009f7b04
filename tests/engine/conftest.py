"""A real engine, and images built on it. Without an engine these tests are skipped; in CI they must not be.

The base images come from wherever the engine has them; ``LAYERSCOPE_REQUIRE_ENGINE=1`` turns "no engine" into a failure.
"""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

CONTEXTS = Path(__file__).parent / "contexts"
collect_ignore = ["contexts", "programs"]
REGISTRY = "127.0.0.1:5555"
"""Where a registry of this machine listens, if one does."""
DOCKER = "/usr/bin/docker" if Path("/usr/bin/docker").exists() else "docker"


def run(*command: str | Path, stdin: bytes | None = None, env: dict[str, str] | None = None) -> str:
    """A command's standard output; the test fails with what it said when it fails."""
    done = subprocess.run(
        [str(part) for part in command], input=stdin, capture_output=True, env={**os.environ, **(env or {})}, timeout=600
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stderr.decode(errors='replace')[-3000:]}"
    return done.stdout.decode()


def registry_answers() -> bool:
    """Whether there is a registry to push to."""
    try:
        with urllib.request.urlopen(f"http://{REGISTRY}/v2/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass(frozen=True)
class Engine:
    """Builds, saves and runs; everything that it makes is named ``layerscope-test/…``."""

    def build(self, name: str, context: Path, dockerfile: str, *, buildkit: bool = True) -> str:
        """Builds ``context`` with one of its Dockerfiles; the image's name."""
        tag = f"layerscope-test/{name}"
        env = {"DOCKER_BUILDKIT": str(int(buildkit))}
        run(DOCKER, "build", "-q", "--network", "host", "-t", tag, "-f", context / dockerfile, context, env=env)
        return tag

    def build_text(self, name: str, dockerfile: str, *, buildkit: bool = True) -> str:
        """Builds a Dockerfile that needs no context."""
        tag = f"layerscope-test/{name}"
        env = {"DOCKER_BUILDKIT": str(int(buildkit))}
        run(DOCKER, "build", "-q", "--network", "host", "-t", tag, "-", stdin=dockerfile.encode(), env=env)
        return tag

    def size(self, image: str) -> int:
        """The bytes that the engine reports."""
        return int(run(DOCKER, "image", "inspect", "-f", "{{.Size}}", image))

    def save(self, path: Path, *images: str) -> Path:
        run(DOCKER, "save", "-o", path, *images)
        return path

    def answer(self, image: str, path: str) -> bytes:
        """What a container of the image answers to a GET of ``path``, once it listens."""
        port = free_port()
        container = run(DOCKER, "run", "-d", "--network", "host", "-e", f"PORT={port}", image).strip()
        try:
            return fetch(f"http://127.0.0.1:{port}{path}")
        finally:
            run(DOCKER, "rm", "-f", container)


def made() -> set[str]:
    """What carries a proof's label or name in the engine."""
    label = ("--filter", "label=layerscope.proof", "--quiet", "--no-trunc")
    lists = (
        run(DOCKER, "container", "ls", "--all", *label),
        run(DOCKER, "image", "ls", "--all", *label),
        run(DOCKER, "network", "ls", *label),
        run(DOCKER, "image", "ls", "--quiet", "--no-trunc", "layerscope-proof/*"),
    )
    return {name for listed in lists for name in listed.split()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str, seconds: float = 20) -> bytes:
    """A GET, repeated until the server answers; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return bytes(response.read())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="session")
def engine() -> Engine:
    problem = ""
    if shutil.which(DOCKER) is None:
        problem = "there is no docker command"
    else:
        answer = subprocess.run([DOCKER, "version"], capture_output=True, text=True, timeout=60)
        if answer.returncode:
            problem = f"no engine answers: {answer.stderr.strip()[-200:]}"
    if problem:
        absent(problem)
    return Engine()


def absent(what: str) -> NoReturn:
    """Skips a test for what this machine lacks; in CI, where all is there, that is a failure."""
    if os.environ.get("LAYERSCOPE_REQUIRE_ENGINE") == "1":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def go_single(engine: Engine) -> str:
    """The guide's Go service, built in one stage: the toolchain and all are still in it."""
    return engine.build("go-app:single", CONTEXTS / "go-app", "single.Dockerfile")


@pytest.fixture(scope="session")
def go_multistage(engine: Engine) -> str:
    """The guide's own answer: two stages, Alpine below."""
    return engine.build("go-app:multistage", CONTEXTS / "go-app", "multistage.Dockerfile")


@pytest.fixture(scope="session")
def go_archive(engine: Engine, go_single: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """``docker save`` of the fat Go image."""
    path = engine.save(tmp_path_factory.mktemp("save") / "single.tar", go_single)
    yield path
    path.unlink()
