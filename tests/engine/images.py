"""The images that the tests build on a real engine: one directory of ``contexts`` each, fat as the guides write them."""

import subprocess
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.attribution.labelled import images as labelled_images
from tests.engine.conftest import CONTEXTS, DOCKER, Engine, run


class Context(NamedTuple):
    """What an image is built from; ``health`` is what it answers on once it runs, "" when it only starts below others."""

    directory: str
    dockerfile: str = "Dockerfile"
    health: str = "/health"


BUILT = {
    "layerscope-test/go-app:single": Context("go-app", "single.Dockerfile"),
    "layerscope-test/go-calculator": Context("go-calculator"),
    "layerscope-test/python-app": Context("python-app"),
    "layerscope-test/python-app:multistage": Context("python-app", "multistage.Dockerfile"),
    "layerscope-test/python-dev": Context("python-dev"),
    "layerscope-test/uv-app": Context("uv-app"),
    "layerscope-test/debian-python": Context("debian-python"),
    "layerscope-test/conda-app": Context("conda-app"),
    "layerscope-test/react-app": Context("react-app", health="/health.json"),
    "layerscope-test/react-app:multistage": Context("react-app", "multistage.Dockerfile", health=""),  # listens on port 80
    "layerscope-test/node-api": Context("node-api"),
    "layerscope-test/pnpm-workspace": Context("pnpm-workspace"),
    "layerscope-test/yarn-app": Context("yarn-app"),
    "layerscope-test/dotnet-app": Context("dotnet-app"),
    "layerscope-test/dotnet-app:multistage": Context("dotnet-app", "multistage.Dockerfile"),
    "layerscope-test/rust-app": Context("rust-app"),
    "layerscope-test/rust-app:multistage": Context("rust-app", "multistage.Dockerfile"),
    "layerscope-test/cpp-app": Context("cpp-app"),
    "layerscope-test/java-app": Context("java-app"),
    "layerscope-test/java-fat": Context("java-fat"),
    "layerscope-test/ruby-app": Context("ruby-app"),
    "layerscope-test/php-app": Context("php-app"),
    "layerscope-test/monorepo": Context("monorepo"),
    "layerscope-test/nginx-static": Context("nginx-static"),
    "layerscope-test/leaky": Context("leaky"),
    "layerscope-test/rpm-app": Context("rpm-app"),
}
"""The images by their names."""

BASES = tuple(dict.fromkeys(name for image in labelled_images().values() if (name := image.fact("real")) and name not in BUILT))
"""The base images that labels are of."""

_AT_ONCE = 3


def build(engine: Engine, names: Iterable[str]) -> None:
    """Builds images; those of one directory one after the other, so that the later takes over what the first built."""
    by_directory: dict[str, list[str]] = {}
    for name in names:
        if name in BUILT:
            by_directory.setdefault(BUILT[name].directory, []).append(name)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda names: [_built(engine, name) for name in names], by_directory.values()))


def _built(engine: Engine, name: str) -> str:
    context = BUILT[name]
    return engine.build(name.removeprefix("layerscope-test/"), CONTEXTS / context.directory, context.dockerfile)


class Archive(NamedTuple):
    """One ``docker save`` of several images; layers that they share are in it once."""

    path: Path

    def reference(self, name: str) -> str:
        """How layerscope is asked for one of the images."""
        return f"docker-archive:{self.path}:{tagged(name)}"


def tagged(name: str) -> str:
    """A name with its tag."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def save(names: Collection[str], directory: Path) -> Archive:
    """Saves images that the engine has."""
    path = directory / "images.tar"
    run(DOCKER, "save", "-o", path, *map(tagged, names))
    return Archive(path)


def has(name: str) -> bool:
    """Whether the engine has an image."""
    return subprocess.run([DOCKER, "image", "inspect", name], capture_output=True).returncode == 0


def inside(name: str, *command: str) -> str:
    """What a command prints in a container of an image."""
    return run(DOCKER, "run", "--rm", "--network", "host", "--entrypoint", command[0], name, *command[1:])
