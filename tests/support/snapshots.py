"""Comparing screens with pictures that are kept: SVG text, byte for byte, but for what Textual numbers by content."""

import re
from pathlib import Path

_NUMBERED = re.compile(r"terminal-\d+")


def normalised(svg: str) -> str:
    """The picture with a fixed ID in place of the one that is computed from its content."""
    return _NUMBERED.sub("terminal", svg) + ("" if svg.endswith("\n") else "\n")


def shown(svg: str) -> list[str]:
    """The lines of text in a picture, for a message that a person can read."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for left, top, text in re.findall(r'<text[^>]* x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        rows.setdefault(float(top), []).append((float(left), text.replace("&#160;", " ")))
    return ["".join(text for _, text in sorted(row)).rstrip() for _, row in sorted(rows.items())]


def assert_same_picture(svg: str, kept: Path) -> None:
    """Fails with the first line of text that differs; ``tests/screenshots.py`` makes the kept pictures anew."""
    expected, found = kept.read_text(encoding="utf-8"), normalised(svg)
    if expected == found:
        return
    for number, (before, now) in enumerate(zip(shown(expected), shown(found), strict=False)):
        assert now == before, f"{kept.name}, line {number}"
    raise AssertionError(f"{kept.name} differs in colour or position; python -m tests.screenshots makes the pictures anew")
