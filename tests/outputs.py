"""Everything that the analysis says of known images, kept in files and compared byte for byte: nothing may change by accident.

``python -m tests.outputs keep DIRECTORY [IMAGE…]`` writes what the product in this checkout says of the demo, the fixtures and
the images that are named; ``python -m tests.outputs check DIRECTORY [IMAGE…]`` compares it with what was kept.
"""

import difflib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT.parent / "shared" / "fixtures"
SHOWN = 12
"""Lines of a difference that are printed."""


def images(named: list[str]) -> list[str]:
    """The demo's two images, the fixtures that lie beside the checkout, and those that are named."""
    return ["demo:fat", "demo:lean", *(str(path) for path in sorted(FIXTURES.glob("*.tar"))), *named]


def questions(named: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The name of each output and the command that gives it."""
    for image in images(named):
        name = Path(image).name.replace("/", "_").replace(":", "_")
        yield f"{name}.report.json", ["report", image, "--format", "json"]
        yield f"{name}.report.md", ["report", image, "--format", "markdown"]
        yield f"{name}.recommend.json", ["recommend", image, "--format", "json"]
        yield f"{name}.Dockerfile", ["recommend", image, "--format", "dockerfile"]
        yield f"{name}.check.json", ["check", image, "--format", "json"]
    yield "demo.compare.json", ["compare", "demo:fat", "demo:lean", "--format", "json"]
    yield "demo.compare.md", ["compare", "demo:fat", "demo:lean", "--format", "markdown"]


def answer(command: list[str]) -> bytes:
    """What the command prints, and its exit code on a last line."""
    env = {**os.environ, "LAYERSCOPE_CACHE": "off"}
    done = subprocess.run([sys.executable, "-m", "layerscope", *command], capture_output=True, cwd=ROOT, env=env)
    return done.stdout + b"-- " + done.stderr + b"\n-- exit %d\n" % done.returncode


def differences(directory: Path, named: list[str]) -> Iterator[str]:
    """A line for each output that is not as it was kept, and the first lines that differ."""
    for name, command in questions(named):
        kept, now = (directory / name).read_bytes(), answer(command)
        if kept != now:
            lines = difflib.unified_diff(
                *(text.decode("utf-8", "replace").splitlines() for text in (kept, now)), lineterm="", n=0
            )
            yield f"{name} differs\n" + "\n".join(f"    {line[:300]}" for line in list(lines)[2 : 2 + SHOWN])


def main(action: str, directory: Path, named: list[str]) -> int:
    if action == "keep":
        directory.mkdir(parents=True, exist_ok=True)
        for name, command in questions(named):
            (directory / name).write_bytes(answer(command))
        return 0
    found = list(differences(directory, named))
    sys.stdout.writelines(f"{line}\n" for line in found)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
