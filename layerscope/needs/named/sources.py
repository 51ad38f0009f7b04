"""What the sources of an application name, in languages whose strings and calls look alike (Ruby, PHP): programs and paths."""

from collections.abc import Iterable

from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.needs.follower import Start
from layerscope.needs.model import Because, Proof
from layerscope.needs.named.home import home_directory
from layerscope.needs.named.knowledge import is_ambiguous, is_installed
from layerscope.needs.named.paths import take_named_paths
from layerscope.needs.named.programs import take_named_programs, words_of_line

_STARTED = expression(
    rb"(?:`|%x[({\[|]|\b(?:system|exec|spawn|popen2?e?|popen3|capture2e?|capture3|pipeline|shell_exec|passthru|proc_open|which"
    rb"|find_executable|fromShellCommandline|Process)\s*\(?\s*(?:array\s*\(|\[|\{[^}\n]{0,80}\}\s*,)?\s*[\"'])([\w./+-][^\"'`\\]{0,500})"
)
_STRING = expression(rb"'([^'\\\n]{1,500})'|\"([^\"\\\n]{1,500})\"")
_WORD = expression(rb"[\w+-][\w.+-]{1,60}\Z")
_INTERPOLATED = expression(rb"#\{|\$\{?|\{\$")
_LARGEST_SOURCE = 1024 * 1024
_MOST_SOURCES = 3000


def take_named(start: Start, entries: Iterable[int], endings: tuple[bytes, ...]) -> None:
    """Takes the programs and paths that sources with these endings name, of those that no package manager brought."""
    ledger, paths = start.ledger, start.ledger.filesystem.paths
    own = [entry for entry in dict.fromkeys(entries) if _is_source(paths[entry], endings)]
    programs: dict[str, Proof] = {}
    named: dict[str, Proof] = {}
    for entry in own[:_MOST_SOURCES]:
        source, proof = ledger.content(entry, _LARGEST_SOURCE), ledger.proof(entry, "named in")
        because = (Because("a program by this name may be started by", paths[entry]), *proof[1:])
        programs |= {word: because for word in _programs(source) if word not in programs}
        named |= {path: proof for path in _absolute(source) if path not in named}
    take_named_programs(start, programs)
    take_named_paths(start, named, home_directory(ledger, start.config))


def _is_source(path: bytes, endings: tuple[bytes, ...]) -> bool:
    return path.endswith(endings) and b"/vendor/" not in path and not is_installed(path)


def _programs(source: bytes) -> list[str]:
    """The words of a source that stand where programs are named."""
    lines = [_INTERPOLATED.split(line, maxsplit=1)[0] for line in _STARTED.findall(source)]
    started = [word for line in lines for word in words_of_line(path_text(line))]
    others = map(path_text, filter(_WORD.match, _strings(source))) if started else ()
    return [*started, *(word for word in others if not is_ambiguous(word))]


def _absolute(source: bytes) -> list[str]:
    """The absolute paths with which strings begin, as far as they are known."""
    found = (_INTERPOLATED.split(text, maxsplit=1) for text in _strings(source) if text.startswith((b"/", b"~/")))
    return [path_text(parts[0]) + ("{" if parts[1:] else "") for parts in found]


def _strings(source: bytes) -> list[bytes]:
    return [single or double for single, double in _STRING.findall(source)]
