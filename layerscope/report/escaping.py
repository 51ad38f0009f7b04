"""Text from images inside markdown: it can neither break a table nor become a link, an image, HTML or emphasis.

The rules are those of GitHub Flavored Markdown (CommonMark 0.31 §2.4 backslash escapes, §6.1 code spans; GFM §4.10 tables).
"""

import re

from layerscope.core.expressions import expression
from layerscope.core.units import counted, cut

_SPECIAL = expression(r"[\\`*_{}\[\]<>#~!&@$^]")
_LEADING = expression(r"^(?:[-+=]|\d+(?=[.)]))")
_AUTOLINK = expression(r"(?i)(?<=:)//|(?<=www)\.|(?<=mailto):|(?<=xmpp):")
_BACKTICKS = expression(r"`+")


def prose(text: str, inside: bool = False) -> str:
    """A sentence or name as plain text: every character stands for itself. ``text`` is printable, on one line.

    ``inside`` says that something stands before it on its line, so that nothing at its beginning could start a list.
    """
    escaped = _SPECIAL.sub(lambda match: "\\" + match.group(), text.strip())
    escaped = escaped.replace("|", "&#124;")  # so that row() may escape every bar that it sees
    escaped = _AUTOLINK.sub(lambda match: "".join(f"&#{ord(character)};" for character in match.group()), escaped)
    return escaped if inside else _LEADING.sub(_leading, escaped)


def _leading(match: re.Match[str]) -> str:
    """What would begin a list, a heading or a rule at the start of a line."""
    text = match.group()
    return f"&#{ord(text[0])};{text[1:]}"


def code(text: str, longest: int = 0) -> str:
    """A name, path or command as a code span. ``text`` is printable, on one line.

    With ``longest`` a longer text is cut there, and ends in ``…``.
    """
    text = cut(text, longest or len(text))
    if not text.strip():
        return prose(f"({counted(len(text), 'space')})") if text else ""
    ticks = "`" * (_longest_run(text) + 1)
    padding = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{ticks}{padding}{text}{padding}{ticks}"


def fence(text: str, language: str = "") -> str:
    """Lines as a fenced block that nothing inside them can end."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def row(*cells: str) -> str:
    """One row of a table; the cells are :func:`prose` and :func:`code`, whose bars end no cell here."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(head: str, rows: list[str]) -> list[str]:
    """A table: ``head`` names the columns, separated by ``|``; one that begins with ``>`` is aligned to the right."""
    names = head.split("|")
    rule = "|" + "|".join("---:" if name.startswith(">") else "---" for name in names) + "|"
    return [row(*(name.lstrip(">") for name in names)), rule, *rows, ""]
