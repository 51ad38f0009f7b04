"""A strict reader of Dockerfiles, made to distrust: where two builders could read a text differently, it refuses the text.

It shares no code with layerscope. What it gives is what BuildKit and the classic builder do with the text, and tests compare
that with what was planned.
"""

import json
import re
from typing import NamedTuple

KEYWORDS = frozenset(("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL")) | frozenset(
    ("MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*\Z")
_DIRECTIVE = re.compile(r"[ \t]*(?:#|//|#!)[ \t]*[A-Za-z][A-Za-z0-9]*[ \t]*=")
_FLAG = re.compile(r"--[a-z][a-z-]*(?:=[^\s]*)?(?:\s+|\Z)")
_REFERENCE = re.compile(
    r"(?:[a-z0-9.-]+(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\w][\w.-]*)?(?:@sha256:[0-9a-f]{64})?\Z", re.ASCII
)


class Refused(AssertionError):
    """Some builder could read something else than what seems to stand here."""


class Step(NamedTuple):
    """One instruction: its flags (``--from=app:fat``) in their order, and the rest of its text."""

    keyword: str
    flags: tuple[str, ...]
    text: str


def read_dockerfile(text: str) -> list[Step]:
    """The instructions of a Dockerfile; :class:`Refused` for what no generated Dockerfile should have."""
    lines = text.split("\n")
    _refuse(not lines[0].startswith("# "), "does not begin with a comment", lines[0])
    _refuse(bool(_DIRECTIVE.match(lines[0])) or text.lstrip()[:1] in "{[", "begins with a directive", lines[0])
    found: list[Step] = []
    pending: list[str] = []
    for line in lines:
        values = line.startswith(("ENV ", "LABEL ")) and line.endswith('"')
        _refuse(not _LINE.match(line.replace("\t", " ") if values else line), "has a character that no line should have", line)
        if line.lstrip().startswith("#"):
            _refuse(bool(pending), "has a comment in an instruction", line)
            _refuse(line.rstrip().endswith("\\"), "has a comment that goes on", line)
        elif line.rstrip().endswith("\\"):  # older builders go on behind two backslashes, too
            _refuse(line != line.rstrip() or line.endswith("\\\\"), "goes on for some builders", line)
            pending.append(line[:-1])
        elif line.strip() or pending:
            _refuse(not line.strip(), "has an empty line in an instruction", "".join(pending))
            found.append(_step("".join([*pending, line])))
            pending = []
    _refuse(bool(pending), "ends in the middle of an instruction", "".join(pending))
    return found


def _step(line: str) -> Step:
    keyword, _, rest = line.partition(" ")
    _refuse(keyword not in KEYWORDS, "has no instruction", line)
    flags = []
    while match := _FLAG.match(rest):
        flags.append(match[0].strip())
        rest = rest[match.end() :]
    _refuse(rest.startswith("--"), "has a flag that is none", line)
    if rest.startswith("["):
        words = json.loads(rest)
        _refuse(not isinstance(words, list) or not all(isinstance(word, str) for word in words), "is no list", line)
    elif keyword in ("RUN", "COPY", "ADD"):
        _refuse("<<" in re.sub(r"'[^']*'", "''", rest), "opens a heredoc", line)
    if keyword == "COPY" and not rest.startswith("["):
        _refuse(len(rest.split()) != 2, "has other than two paths", line)
    if keyword in ("ENV", "LABEL"):
        _refuse(len(pairs(rest)) != 1, "sets other than one value", line)
    if keyword == "FROM":
        _from(rest)
    return Step(keyword, tuple(flags), rest)


def _from(text: str) -> None:
    match = re.fullmatch(r"(\S+)(?: AS ([a-z][a-z0-9_.-]*))?", text)
    _refuse(match is None, "is no FROM", text)
    assert match is not None
    _refuse(match[1] != "${IMAGE}" and not _REFERENCE.match(match[1]), "starts from what is no image", text)


def pairs(text: str) -> dict[str, str]:
    """The ``name=value`` pairs of ENV or LABEL as a builder reads them; a variable that it would expand is refused, but for
    PATH at the end of PATH."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = re.compile(r'((?:"(?:[^"\\]|\\.)*"|[^\s"=\\])+)=((?:"(?:[^"\\]|\\.)*"|[^\s"\\])*)(?:\s+|\Z)').match(text, at)
        _refuse(match is None, "has no pair", text[at:])
        assert match is not None
        found[_literal(match[1])] = _literal(match[2], own_path=match[1] == "PATH")
        at = match.end()
    return found


def _literal(text: str, own_path: bool = False) -> str:
    plain = re.sub(r"\\.", "", text)
    plain = re.sub(r':\$PATH("?)\Z', r"\1", plain) if own_path else plain
    _refuse("$" in plain or "'" in re.sub(r'"[^"]*"', "", plain), "would be expanded", text)
    return re.sub(r"\\(.)", r"\1", text.replace('\\"', "\0").replace('"', "").replace("\0", '\\"'))


def _refuse(wrong: bool, what: str, line: str) -> None:
    if wrong:
        raise Refused(f"{what}: {line!r}")
