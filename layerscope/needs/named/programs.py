"""Words of the program's own code that may be names of programs: those that the image has on PATH are needed."""

from collections import deque
from collections.abc import Mapping

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes
from layerscope.core.paths import normal_path
from layerscope.core.vocabulary import Role
from layerscope.needs.follower import Start
from layerscope.needs.linker import Loader, linkage
from layerscope.needs.model import Proof
from layerscope.start.programs import base_name, knowledge
from layerscope.start.search import ENGINE_PATH, is_executable, places, shebang

_WORD = expression(r"\w[\w.+-]{0,63}\Z|/[\w./+-]{1,200}\Z")
_BETWEEN = expression(r"\|\|?|&&?|;|\n|\$\(|`|\b(?:then|do|else)\b")
_ASSIGNMENT = expression(r"\w+=\S*\Z")
_SHEBANG_BYTES = 512
_MOST_NAMED = 2000


def words_of_line(line: str) -> list[str]:
    """The words of a shell's command line that stand where programs are named, behind assignments and wrappers."""
    found: list[str] = []
    for part in _BETWEEN.split(line):
        words = deque(word.strip("\"'()") for word in part.split())
        while words and _goes_on(words[0]):
            found.append(words.popleft())
        found += list(words)[:1]
    return [word for word in found if _WORD.match(word)]


def _goes_on(word: str) -> bool:
    """Whether the program that a command is for comes behind a word: an assignment, a wrapper, an option of one."""
    return word in ("exec", "command") or word.startswith("-") or knowledge().hands_over(word) or bool(_ASSIGNMENT.match(word))


def take_named_programs(start: Start, named: Mapping[str, Proof]) -> None:
    """Takes the programs among the words that code names, where the image has them on PATH."""
    for word, proof in list(named.items())[:_MOST_NAMED]:
        if not _WORD.match(word) or base_name(word) == base_name(start.words[0]):
            continue
        for place in _places(start, word):
            entry = start.ledger.file(normal_path(path_bytes(place)))
            if entry is not None and take_program(start, place, entry, proof):
                break


def take_program(start: Start, path: str, entry: int, proof: Proof) -> bool:
    """Takes a program with what it needs; of an interpreter, and of a script, the libraries alone. Whether the file is one."""
    ledger = start.ledger
    if not is_executable(ledger.filesystem, entry) or ledger.filesystem.paths[entry].endswith(b".so"):
        return False
    if ledger.facts(entry) is None:
        return _take_script(start, path, entry, proof)
    if knowledge().ecosystem_of(path):
        _take_interpreter(start, path, proof)
    else:
        start.run((path,), start.directory, proof)
    return True


def _take_script(start: Start, path: str, entry: int, proof: Proof) -> bool:
    """Takes a script and what interprets it. Whether the file is a script."""
    ledger = start.ledger
    words = shebang(ledger.content(entry, _SHEBANG_BYTES))
    if not words:
        return False
    ledger.ask(normal_path(path_bytes(path)), Role.PROGRAM, proof)
    because = ledger.proof(entry, "interpreter of")
    _take_interpreter(start, words[0], because)
    if base_name(words[0]) == "env":
        found = (place for word in words[1:2] for place in _places(start, word) if ledger.file(path_bytes(place)) is not None)
        _take_interpreter(start, next(found, ""), because)
    return True


def _take_interpreter(start: Start, path: str, proof: Proof) -> None:
    """Takes an interpreter with its libraries; what it runs is not known."""
    ledger = start.ledger
    entry = ledger.file(path_bytes(path)) if path else None
    facts = ledger.facts(entry) if entry is not None else None
    if entry is not None and facts is not None and entry != start.program.entry:
        ledger.ask(path_bytes(path), Role.INTERPRETER, proof)
        Loader(ledger, linkage(facts), facts.machine, start.environment).load(entry)


def _places(start: Start, word: str) -> list[str]:
    return places(word, "/", start.environment.get("PATH", ENGINE_PATH))
