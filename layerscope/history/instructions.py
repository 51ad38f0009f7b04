"""History lines read back as Dockerfile instructions: the classic builder's, BuildKit's, buildah's, kaniko's and others'.

No builder records what was written: quotes, ``COPY --from`` and continuation lines are lost, and build arguments stand before
the command of a RUN with nothing that separates them. The friendly text is the likely instruction, on one line.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.sources.image import HistoryEntry

METADATA = frozenset(
    ("CMD", "ENTRYPOINT", "ENV", "LABEL", "EXPOSE", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "SHELL", "ARG", "ONBUILD")
) | {"MAINTAINER"}
"""Instructions that change the configuration and no file."""

KEYWORDS = METADATA | {"RUN", "COPY", "ADD", "WORKDIR"}
DEFAULT_SHELL = ("/bin/sh", "-c")

_BUILDKIT_SUFFIX = "# buildkit"
_LONGEST_LINE = 64 * 1024
_NOP = expression(r"(?P<shell>.{1,200}?) #\(nop\)\s*(?P<rest>[A-Z].*)", re.DOTALL)
_SHELL = expression(
    r"(?:(?:/\S{0,200}/)?(?:sh|bash|ash|dash|zsh|ksh)(?: -\w+| pipefail)*? -\w*c|(?:/\S{0,200}/)?busybox sh -c"
    r"|cmd(?:\.exe)? /S /C|(?:powershell|pwsh)(?:\.exe)?(?: -\w+)* -Command(?: \$ErrorActionPreference = 'Stop';"
    r"(?: \$ProgressPreference = 'SilentlyContinue';)?)?)(?=\s)",
    re.IGNORECASE,
)
_ASSIGNMENT = expression(r"(?:\A|(?<=\s))[^\s='\"]+=")
_SOURCE = expression(r"(?P<flags>(?:--\S+?)?)\s*(?P<kind>file|multi|dir):(?P<digest>[0-9a-f]{64}) in (?P<target>.*)", re.DOTALL)
_CLASSIC_CHECK = expression(r"&?\{\[(?P<test>.*)\] (?P<times>(?:\"[^\"]*\" ?){3,4})'(?P<retries>.*)'\}", re.DOTALL)
_BUILDKIT_CHECK = expression(r"&?\{Test:\[(?P<test>.*)\] (?P<rest>Interval:.*)\}", re.DOTALL)
_DEBIAN = expression(r"# debian\.sh [^\n]{0,200}? out/ '?(?P<suite>[a-z-]+)'? ")
_MERGED = expression(r"merge sha256:(?P<top>[0-9a-f]+)(?: to sha256:(?P<base>[0-9a-f]+))?")
_BUILDERS = (
    ("buildkit", "comment", expression("buildkit")),
    ("buildkit", "line", expression(r"# buildkit\Z")),
    ("buildah", "comment", expression(r"\AFROM ")),
    ("kaniko", "author", expression(r"\Akaniko\Z")),
    ("kaniko", "comment", expression("kaniko")),
    ("debuerreotype", "line", expression(r"\A# debian\.sh")),
    ("debuerreotype", "comment", expression(r"\Adebuerreotype")),
    ("buildpacks", "line", expression(r"Created by buildpack|\ABuildpacks")),
    ("classic", "comment", expression(rf"\A{_MERGED.pattern}")),
    ("classic", "line", expression(rf"\A(?:{_NOP.pattern}|\||(?i:{_SHELL.pattern}))", re.DOTALL)),
    ("ko", "line", expression(r"\Ako build ")),
    ("apko", "line", expression(r"\Aapko")),
    ("bazel", "line", expression(r"\Abazel build ")),
    ("umoci", "line", expression(r"\Aumoci ")),
    ("jib", "line", expression(r"\Ajib-")),
)
"""Builders by what an entry says of them in a field, the first that fits."""


class Instruction(Struct, frozen=True, kw_only=True):
    """One history entry as a Dockerfile instruction.

    ``index`` counts history entries from 0. ``keyword`` is ``RUN``, ``COPY`` … or "" when the line is no Dockerfile
    instruction. ``text`` is the friendly one-line form ("RUN go build -o /app/server", "COPY main.go ./"), printable.
    ``raw`` is ``created_by`` as found. ``builder`` is ``classic``, ``buildkit``, ``buildah``, ``kaniko``, … or "".
    ``layer`` is the layer that it made, None when it made none or the counts disagree.
    """

    index: int
    keyword: str
    text: str
    raw: str
    builder: str = ""
    layer: int | None = None


class Reading(NamedTuple):
    """What a history line was taken for: see :class:`Instruction`."""

    keyword: str
    text: str
    builder: str


def read_instruction(entry: HistoryEntry, shells: Iterable[tuple[str, ...]] = (), *, first: bool = False) -> Reading:
    """The instruction of a history entry. ``shells`` are the commands that a SHELL instruction may have set; ``first`` says
    that no layer lies below."""
    builder = _builder(entry)
    line = entry.created_by.strip()[:_LONGEST_LINE]
    if not line:
        return Reading("", _without_line(entry), builder)
    keyword, rest = _split(line, tuple(" ".join(shell) for shell in (*shells, DEFAULT_SHELL) if shell))
    if not keyword:
        return Reading("", _one_line(_debian(line)), builder)
    return Reading(keyword, _one_line(f"{keyword} {_friendly(keyword, rest, first=first)}"), builder)


def merged_image(entry: HistoryEntry) -> str:
    """The image that ``docker build --squash`` merged into this entry's layer, "" when it did not."""
    match = _MERGED.match(entry.comment)
    return match["top"][:12] if match else ""


def _builder(entry: HistoryEntry) -> str:
    fields = {"line": entry.created_by.strip(), "comment": entry.comment, "author": entry.author}
    return next((name for name, where, pattern in _BUILDERS if pattern.search(fields[where])), "")


def _split(line: str, shells: tuple[str, ...]) -> tuple[str, str]:
    """The keyword and what follows it; "" when the line is no instruction."""
    line = line.removesuffix(_BUILDKIT_SUFFIX).rstrip()
    setting = _setting(line, shells)
    keyword, _, rest = (line if setting is None else setting).partition(" ")
    if keyword in KEYWORDS:
        return keyword, _command(rest, shells) if keyword == "RUN" and setting is None else rest
    is_command = setting is None and (line.startswith("|") or _after_shell(line, shells) is not None)
    return ("RUN", _command(line, shells)) if is_command else ("", line)


def _setting(line: str, shells: tuple[str, ...]) -> str | None:
    """What the classic builder recorded as a comment of a shell, because no command ran: ``/bin/sh -c #(nop) CMD …``."""
    nop = _NOP.fullmatch(line)
    return nop["rest"] if nop is not None and (nop["shell"] in shells or _is_shell(nop["shell"])) else None


def _is_shell(text: str) -> bool:
    match = _SHELL.match(f"{text} ")
    return match is not None and match.end() == len(text)


def _command(line: str, shells: tuple[str, ...]) -> str:
    """A command without its build arguments and its shell."""
    line = _without_arguments(line.strip(), shells)
    command = _after_shell(line, shells)
    command = line if command is None else command
    return "<<EOF (a script that the history does not record)" if re.fullmatch(r"/dev/pipes/\S+", command) else command


def _after_shell(line: str, shells: tuple[str, ...]) -> str | None:
    """What follows the shell at the beginning of the line; None when none is there."""
    for shell in shells:
        if line.startswith(shell + " "):
            return line[len(shell) :].strip()
    match = _SHELL.match(line)
    return line[match.end() :].strip() if match else None


def _without_arguments(line: str, shells: tuple[str, ...]) -> str:
    """``|2 A=b C= /bin/sh -c make`` without its arguments.

    Values may hold spaces, so where they end is a guess: at the first shell after so many names.
    """
    match = re.match(r"\|(\d{1,4})(?=\s)\s*", line)
    if not match:
        return line
    rest = line[match.end() :]
    names = [0, *(name.end() for name in _ASSIGNMENT.finditer(rest))]
    wanted = int(match[1])
    if wanted >= len(names):
        return rest
    start = names[wanted]
    found = min(_shells_in(rest, start, shells), default=None)
    return rest[found:] if found is not None else re.sub(r"\A\S*\s*", "", rest[start:])


def _shells_in(line: str, start: int, shells: tuple[str, ...]) -> Iterator[int]:
    """Where the shells in a line begin, from a place on."""
    yield from filter(lambda place: place >= 0, (line.find(f"{shell} ", start) for shell in shells))
    if other := _SHELL.search(line, start):
        yield other.start()


def _friendly(keyword: str, rest: str, *, first: bool) -> str:
    rest = rest.strip()
    if keyword in ("ADD", "COPY"):
        return _copy_text(rest, first=first)
    reword = _REWORDED.get(keyword)
    return reword(rest) if reword else rest


def _ports(rest: str) -> str:
    """The ports of EXPOSE, as Go prints a map or a list of them."""
    return rest.removeprefix("map").strip("[]").replace(":{}", "") if rest.startswith(("map[", "[")) else rest


def _volumes(rest: str) -> str:
    return rest.strip("[]") if re.fullmatch(r"\[[^\"]*\]", rest) else rest


def _copy_text(rest: str, *, first: bool) -> str:
    """The classic builder names what was copied by a digest: ``file:…``, ``multi:…`` or ``dir:…``."""
    match = _SOURCE.fullmatch(rest)
    if not match:
        return rest
    target = match["target"].strip()
    source = "(several files)" if match["kind"] == "multi" else f"{match['kind']}:{match['digest'][:6]}…"
    if first and target == "/":
        source = "(base root filesystem)"
    return " ".join(filter(None, (match["flags"], source, target)))


def _healthcheck(rest: str) -> str:
    if match := _CLASSIC_CHECK.fullmatch(rest):
        return _classic_check(match)
    match = _BUILDKIT_CHECK.fullmatch(rest)
    return _buildkit_check(match) if match else rest


def _classic_check(match: re.Match[str]) -> str:
    test = map("".join, re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', match["test"]))
    return _healthcheck_text([*filter(None, test)], re.findall(r'"([^"]*)"', match["times"]), _rune(match["retries"]))


def _buildkit_check(match: re.Match[str]) -> str:
    values = dict(re.findall(r"(\w+):(\S+)", match["rest"]))
    retries = re.findall(r"\A\d{1,9}", values.get("Retries", ""), re.ASCII) or ["0"]
    times = [values.get(key, "") for key in _TIMES.values()]
    return _healthcheck_text(match["test"].split(), times, int(retries[0]))


_TIMES = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod", "start-interval": "StartInterval"}
"""The options of HEALTHCHECK that are times, in the order in which builders print them, with BuildKit's names."""


def _healthcheck_text(test: list[str], times: list[str], retries: int) -> str:
    if not test or test[0] == "NONE":
        return "NONE"
    options = [f"--{name}={value}" for name, value in zip(_TIMES, times, strict=False) if value not in ("", "0s")]
    options += [f"--retries={retries}"] * bool(retries)
    return " ".join([*options, "CMD", *test[test[0] in ("CMD", "CMD-SHELL") :]])


def _rune(text: str) -> int:
    r"""The number that Go printed as a character: ``\x03``, ``\n``, ``!``."""
    if match := re.fullmatch(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))", text):
        return int(match[1] or match[2], 16)
    return _RUNES.get(text) or (ord(text) if len(text) == 1 else 0)


_RUNES = {"\\a": 7, "\\b": 8, "\\t": 9, "\\n": 10, "\\v": 11, "\\f": 12, "\\r": 13, "\\'": 39, "\\\\": 92}
_REWORDED: dict[str, Callable[[str], str]] = {"EXPOSE": _ports, "VOLUME": _volumes, "HEALTHCHECK": _healthcheck}


def _debian(line: str) -> str:
    match = _DEBIAN.match(line)
    return f"Debian {match['suite']} root filesystem (debian.sh)" if match else line


def _without_line(entry: HistoryEntry) -> str:
    if merged := merged_image(entry):
        return f"(squashed: everything up to image {merged} in one layer)"
    if entry.comment:
        return _one_line(f"({entry.comment[:1].lower()}{entry.comment[1:]})")
    return "(no instruction recorded)"


def _one_line(text: str) -> str:
    return printable(re.sub(r"[ \t]+", " ", text).strip())
