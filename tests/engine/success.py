"""What the advice is worth on real programs: ``python -m tests.engine.success [DIR…]`` builds each program's fat image and what
is recommended for it, asks both, and prints how many answer as before, by ecosystem and by rung.

``--keep`` writes the rows into ``measured.json`` beside the programs, where the first verdict on a program is never forgotten;
the README's table is made of it.

A program is a folder as ``tests/engine/programs/README.md`` describes it. Nothing runs in parallel: ports are fixed.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec
from msgspec import Struct

from layerscope.core import units
from layerscope.core.grouping import grouped
from layerscope.core.vocabulary import Rung
from layerscope.report.escaping import row, table
from tests.engine.conftest import DOCKER

PROGRAMS = Path(__file__).parent / "programs"
KEPT = PROGRAMS / "measured.json"
"""The rows that the README's table is made from."""

_SECONDS_TO_START = 1.5
_TOLERANCE = 1.05
_SLACK = 50_000


class Verdict(StrEnum):
    """What became of the recommendation for a program."""

    RIGHT = "RIGHT"
    FAT = "FAT"
    """It answers, and is larger than an expert's image."""
    LEAN = "LEAN"
    """There was nothing to remove."""
    BROKEN = "BROKEN"
    NOT_BUILT = "NO BUILD"
    REFUSED = "REFUSED"
    ERROR = "ERROR"

    @property
    def works(self) -> bool:
        """Whether whoever takes the advice has an image that answers as before."""
        return self in (Verdict.RIGHT, Verdict.FAT, Verdict.LEAN)


class Measured(Struct, frozen=True, kw_only=True):
    """One program, measured: sizes in bytes, ``expert`` 0 where no expert made an image; ``why`` is the end of what failed.
    ``first`` is the verdict when it was measured for the first time, before anything was mended for it."""

    name: str
    verdict: Verdict
    first: Verdict | None = None
    ecosystem: str = ""
    rung: str = ""
    fat: int = 0
    lean: int = 0
    predicted: int = 0
    expert: int = 0
    why: str = ""


class Part(Struct, frozen=True):
    """A part of a plan."""

    rung: Rung


class Named(Struct, frozen=True):
    """A base image."""

    reference: str


class Recommended(Struct, frozen=True):
    """What of ``recommend --format json`` is measured."""

    ecosystem: str = ""
    rungs: tuple[Part, ...] = ()
    base: Named | None = None
    """The new base, or the present one of an image that is lean already; None where no plan is made."""
    dockerfile: str = ""
    predicted_size: int = 0
    risks: tuple[str, ...] = ()

    @property
    def rung(self) -> str:
        """The highest rung that a part stands on, "" where there is no plan."""
        return max((part.rung for part in self.rungs), key=list(Rung).index, default="") if self.dockerfile else ""


def run(words: Sequence[str | Path], seconds: int = 900, stdin: str | None = None, **variables: str) -> tuple[int, str, str]:
    """A command's exit code, output and errors; 124 where it does not end in time."""
    try:
        done = subprocess.run(
            [str(word) for word in words],
            capture_output=True,
            text=True,
            errors="replace",
            input=stdin,
            timeout=seconds,
            env={**os.environ, "DOCKER_BUILDKIT": "1", **variables},
        )
    except subprocess.TimeoutExpired:
        return 124, "", f"no end within {seconds} s"
    return done.returncode, done.stdout, done.stderr


class Program(Struct, frozen=True):
    """A folder with a program."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name, which its images carry too."""
        return self.folder.name

    def image(self, tag: str) -> str:
        """The name of one of the program's images."""
        return f"corpus/{self.name}:{tag}"

    def build(self, tag: str, dockerfile: Path) -> str:
        """Builds one of the program's images; what went wrong, "" for nothing."""
        words = (DOCKER, "build", "-q", "--network", "host", "-t", self.image(tag), "-f", dockerfile, self.folder)
        code, _, errors = run(words, 1800)
        return errors[-300:] or f"exit code {code}" if code else ""

    def size(self, tag: str) -> int:
        """The bytes that the engine reports of an image, 0 where it has none of that name."""
        code, said, _ = run((DOCKER, "image", "inspect", "-f", "{{.Size}}", self.image(tag)))
        return 0 if code else int(said)

    def remove_images(self) -> None:
        """Takes the program's images out of the engine: all of them together would fill a disk."""
        run((DOCKER, "rmi", "-f", *map(self.image, ("fat", "lean", "expert"))))

    def answer(self, tag: str) -> str:
        """What an image says when it is asked by the program's probe."""
        if (self.folder / "run-to-end").exists():
            return self._probe(IMAGE=self.image(tag))
        code, said, errors = run((DOCKER, "run", "-d", "--network", "host", self.image(tag)))
        if code:
            return f"does not start: {errors[-300:]}"
        container = said.strip()
        try:
            time.sleep(_SECONDS_TO_START)
            return self._probe(IMAGE=self.image(tag), CONTAINER=container)
        finally:
            run((DOCKER, "rm", "-f", container))

    def _probe(self, **variables: str) -> str:
        script = f'docker() {{ {DOCKER} "$@"; }}; export -f docker; cd {self.folder}; bash ./probe 2>&1'
        _, said, errors = run(("bash", "-c", script), 120, **variables)
        return said + errors


def stable(first: str, second: str) -> list[str | None]:
    """The lines of two answers of one image; None for those that change from one asking to the next."""
    one, two = first.splitlines(), second.splitlines()
    return [a if a == b else None for a, b in zip(one, two, strict=True)] if len(one) == len(two) else list(one)


def alike(wanted: Sequence[str | None], answer: str) -> bool:
    """Whether an answer is the wanted one in all lines that never change."""
    lines = answer.splitlines()
    return len(lines) == len(wanted) and all(line in (None, said) for line, said in zip(wanted, lines, strict=True))


def recommended(program: Program, arguments: Iterable[str] = ()) -> Recommended | str:
    """What layerscope recommends for a program's fat image; the error where it fails."""
    image = f"docker-daemon:{program.image('fat')}"
    code, said, errors = run((sys.executable, "-m", "layerscope", "recommend", image, "--format", "json", *arguments))
    return errors.strip()[-300:] if code else msgspec.json.decode(said, type=Recommended)


def judge(program: Program, wanted: Sequence[str | None], expert: int) -> Measured:
    """Builds and asks what is recommended for a program."""
    found = recommended(program)
    if isinstance(found, str):
        return Measured(name=program.name, verdict=Verdict.ERROR, why=found)
    seen = Measured(name=program.name, verdict=Verdict.REFUSED, ecosystem=found.ecosystem, rung=found.rung, expert=expert)
    if not found.dockerfile:
        verdict = Verdict.LEAN if found.base is not None else Verdict.REFUSED
        return msgspec.structs.replace(seen, verdict=verdict, why="; ".join(found.risks)[:300])
    with NamedTemporaryFile("w", suffix=".Dockerfile") as recipe:
        recipe.write(found.dockerfile)
        recipe.flush()
        problem = program.build("lean", Path(recipe.name))
    if problem:
        return msgspec.structs.replace(seen, verdict=Verdict.NOT_BUILT, why=problem)
    said, size = program.answer("lean"), program.size("lean")
    verdict = _verdict(alike(wanted, said), size, expert)
    why = "" if verdict.works else said[-300:]
    return msgspec.structs.replace(seen, verdict=verdict, lean=size, predicted=found.predicted_size, why=why)


def _verdict(answers: bool, size: int, expert: int) -> Verdict:
    if not answers:
        return Verdict.BROKEN
    return Verdict.FAT if expert and size > expert * _TOLERANCE + _SLACK else Verdict.RIGHT


def measure(program: Program) -> Measured:
    """One program: its fat image and an expert's, if there is one, and what is recommended."""
    if not program.size("fat") and (problem := program.build("fat", program.folder / "Dockerfile.fat")):
        return Measured(name=program.name, verdict=Verdict.ERROR, why=f"the fat image is not built: {problem}")
    wanted = stable(program.answer("fat"), program.answer("fat"))
    expert = _expert(program, wanted)
    return msgspec.structs.replace(judge(program, wanted, expert), fat=program.size("fat"))


def _expert(program: Program, wanted: Sequence[str | None]) -> int:
    """The size of an expert's image; 0 where there is none that answers."""
    dockerfile = program.folder / "Dockerfile.lean"
    if not dockerfile.exists() or (not program.size("expert") and program.build("expert", dockerfile)):
        return 0
    return program.size("expert") if alike(wanted, program.answer("expert")) else 0


def programs(folders: Iterable[Path]) -> list[Program]:
    """The programs below some folders, by name."""
    found = (path.parent.resolve() for folder in folders for path in folder.glob("*/Dockerfile.fat"))
    return sorted(map(Program, found), key=lambda program: program.name)


def third(found: Sequence[Program], commit: str) -> list[Program]:
    """Every third program, from one on that a commit's hash chooses."""
    return list(found[int(commit, 16) % 3 :: 3])


def summary(rows: Sequence[Measured]) -> str:
    """How many programs answer as before, by ecosystem and by rung, beside how many did at the first try."""
    lines = [row(*cells) for key in (_ecosystem, _rung) for cells in _counted(key, rows)]
    return "\n".join(table("programs|>in all|>answer as before|>at the first try", [*lines, row(*_line("all", rows))]))


def _ecosystem(item: Measured) -> str:
    return f"start {item.ecosystem or 'nothing that is there'}"


def _rung(item: Measured) -> str:
    return f"rung *{item.rung}*" if item.rung else "no plan"


def _counted(key: Callable[[Measured], str], rows: Sequence[Measured]) -> list[list[str]]:
    groups = grouped(rows, key)
    return [_line(title, groups[title]) for title in sorted(groups)]


def _line(title: str, rows: Sequence[Measured]) -> list[str]:
    first = [item.first or item.verdict for item in rows]
    return [title, str(len(rows)), str(sum(item.verdict.works for item in rows)), str(sum(verdict.works for verdict in first))]


def kept() -> list[Measured]:
    """The rows of the last measurement that was kept."""
    return msgspec.json.decode(KEPT.read_bytes(), type=list[Measured]) if KEPT.exists() else []


def keep(rows: Iterable[Measured], before: Iterable[Measured]) -> list[Measured]:
    """Rows that were measured now beside those of ``before``, each with the verdict of its first time."""
    known = {item.name: item for item in before}
    for item in rows:
        first = known[item.name].first if item.name in known else item.verdict
        known[item.name] = msgspec.structs.replace(item, first=first)
    return sorted(known.values(), key=lambda item: item.name)


def _printed(item: Measured) -> str:
    sizes = f"{units.size(item.fat)} → {units.size(item.lean)}" if item.lean else units.size(item.fat)
    return "\t".join((f"{item.name:22}", item.verdict, item.rung, sizes, item.why.replace("\n", " ")[:160]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, default=[PROGRAMS])
    parser.add_argument("--third", metavar="COMMIT", help="only every third program, chosen by a commit's hash")
    parser.add_argument("--keep", action="store_true", help="write the rows to measured.json")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin with no further program after so many seconds")
    parser.add_argument("--leave-images", action="store_true", help="leave the programs' images in the engine")
    asked = parser.parse_args()
    found = programs(asked.folders)
    chosen = third(found, asked.third) if asked.third else found
    rows, end = [], time.monotonic() + asked.seconds
    for program in takewhile(lambda _: time.monotonic() < end, chosen):
        rows.append(measure(program))
        if not asked.leave_images:
            program.remove_images()
        print(_printed(rows[-1]), flush=True)
        if asked.keep:
            KEPT.write_text(json.dumps(msgspec.to_builtins(keep(rows[-1:], kept())), indent=1) + "\n")
    print(f"{len(rows)} of {len(chosen)} programs measured", summary(rows), sep="\n\n")
    return int(any(item.verdict in (Verdict.BROKEN, Verdict.NOT_BUILT, Verdict.ERROR) for item in rows))


if __name__ == "__main__":
    sys.exit(main())
