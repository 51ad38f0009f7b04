"""Bases that recommendations start from and that the machine does not have: built here under the public names.

They are stand-ins. What counts is what a recommendation relies on: the runtime's place and version, the variables that the
public image sets, and a size of its order.
"""

import subprocess

from tests.engine.conftest import DOCKER, Engine, run

_DISTRIBUTION = "debian:bookworm-slim"

TEMURIN = f"""
FROM {_DISTRIBUTION}
RUN mkdir -p /usr/share/man/man1 /opt/java && apt-get update \\
    && apt-get install -y --no-install-recommends openjdk-17-jre-headless ca-certificates locales tzdata fontconfig \\
    && rm -rf /var/lib/apt/lists/* && ln -s /usr/lib/jvm/java-17-openjdk-amd64 /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV JAVA_VERSION=jdk-17
"""
"""Debian's OpenJDK where eclipse-temurin has its own."""

OTHER_NAMES = {
    "mcr.microsoft.com/dotnet/aspnet:3.1": "mcr.microsoft.com/dotnet/aspnet:8.0",
    "python:3.11-slim-bookworm": "python:3.11-slim",
    "node:20-bookworm-slim": "node:20-slim",
}
"""Names that stand for the same image. The machine's .NET 8.0 is 3.1 in truth, and a recommendation names what it finds."""


def has(name: str) -> bool:
    """Whether the engine has an image of this name."""
    return subprocess.run([DOCKER, "image", "inspect", name], capture_output=True).returncode == 0


def provide(engine: Engine, names: tuple[str, ...]) -> None:
    """Sees to it that the engine has these bases; fails with the names of those that it has not."""
    for name in names:
        if has(name):
            continue
        if name == "eclipse-temurin:17-jre":
            run(
                DOCKER,
                "build",
                "-q",
                "--network",
                "host",
                "-t",
                name,
                "-",
                stdin=TEMURIN.encode(),
                env={"DOCKER_BUILDKIT": "1"},
            )
        elif name in OTHER_NAMES and has(OTHER_NAMES[name]):
            run(DOCKER, "tag", OTHER_NAMES[name], name)
    missing = [name for name in names if not has(name)]
    assert not missing, f"the engine does not have {', '.join(missing)}"
