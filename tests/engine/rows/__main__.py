"""Prints the table of the rows, or of those that are named: ``python -m tests.engine.rows [NAME…]``; ``--bases`` prints the
images that they start from."""

import sys

from tests.engine.rows import BASES, ROWS
from tests.engine.rows.measuring import Lean, Measured, measure
from tests.engine.rows.table import render


def _told(measured: Measured) -> str:
    lines = [f"fat: {measured.fat_seen.problem}" if measured.fat_seen.problem else ""]
    for way, lean in (("from the image", measured.image), ("with -f", measured.file)):
        lines += _wrong(measured, way, lean)
    if measured.opened.lost:
        lines.append(f"opened and lost: {' '.join(measured.opened.lost[:20])}")
    return "".join(f"{measured.row.name}: {line}\n" for line in lines if line)


def _wrong(measured: Measured, way: str, lean: Lean) -> list[str]:
    found = [f"{way}: {problem}" for problem in (lean.problem, lean.seen.problem) if problem]
    if not found:
        pairs = zip(measured.row.asks, lean.seen.answers, measured.fat_seen.answers, strict=False)
        found += [f"{way}: {ask.path}: {_short(ours)} instead of {_short(fat)}" for ask, ours, fat in pairs if ours != fat]
    return found


def _short(answer: tuple[int, bytes]) -> str:
    status, body = answer
    return f"{status} {body[:100]!r}"


def main() -> None:
    names = sys.argv[1:]
    if names == ["--bases"]:
        print("\n".join(BASES))
        return
    rows = []
    for row in ROWS:
        if not names or row.key in names:
            rows.append(measure(row))
            print(_told(rows[-1]), end="", file=sys.stderr, flush=True)
    print(render(rows), end="")


main()
