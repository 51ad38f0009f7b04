"""The scripts that distributions ship, read as tree-sitter and bash read them."""

import re
import subprocess
import tarfile
from collections.abc import Iterator

import pytest

from tests.engine.conftest import DOCKER
from tests.support.shell_oracle import gap, oracle_names, own_names

pytestmark = pytest.mark.engine

IMAGES = ("debian:bookworm", "buildpack-deps:bookworm", "alpine:3.21", "nginx:alpine", "node:20", "golang:1.23")
LARGEST = 1024 * 1024
SHEBANG = re.compile(rb"#![^\n]*[/ ](?:sh|bash|dash|ash)\b")
MISREAD = re.compile(r"if|then|else|elif|fi|for|while|until|do|done|case|esac|time|\}|\d+")
"""Names of commands that tree-sitter takes out of the middle of what it misreads."""
ALIKE = 0.96
"""The share of scripts in which both find the same commands; the rest is what tree-sitter misreads in silence."""


def scripts(image: str) -> Iterator[tuple[str, bytes]]:
    """The paths and contents of an image's shell scripts."""
    created = subprocess.run([DOCKER, "create", image, "true"], capture_output=True, text=True, check=True).stdout.strip()
    try:
        with (
            subprocess.Popen([DOCKER, "export", created], stdout=subprocess.PIPE) as process,
            tarfile.open(fileobj=process.stdout, mode="r|") as tar,
        ):
            for member in tar:
                content = tar.extractfile(member) if member.isfile() and member.size <= LARGEST else None
                if content is not None and SHEBANG.match(start := content.read(256)):
                    yield member.name, start + content.read()
    finally:
        subprocess.run([DOCKER, "rm", created], capture_output=True, check=True)


@pytest.mark.parametrize("image", IMAGES)
def test_every_script_of_an_image_is_read_with_the_commands_that_tree_sitter_finds(image: str) -> None:
    present = subprocess.run([DOCKER, "image", "inspect", image], capture_output=True, check=False).returncode == 0
    if not present:
        pytest.skip("the engine does not have the image")
    unread: list[str] = []
    different: list[str] = []
    compared = 0
    for path, content in scripts(image):
        text = content.decode("utf-8", "surrogateescape")
        if gap(text) is not None:
            accepted = subprocess.run(["bash", "-n"], input=content, capture_output=True, check=False).returncode == 0
            unread += [path] if accepted else []
            continue
        found = oracle_names(text)
        if found is None or any(MISREAD.fullmatch(name) for name in found):
            continue
        compared += 1
        different += [path] if own_names(text) != found else []
    assert unread == []
    assert compared
    assert len(different) <= (1 - ALIKE) * compared + 1, different
