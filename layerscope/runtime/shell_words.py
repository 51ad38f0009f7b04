"""Words of a script as the shell expands them, as far as the image and its configuration tell (POSIX XCU 2.6)."""

import fnmatch
import re
from collections.abc import Callable
from typing import NamedTuple

from layerscope.runtime.shell_tokens import Part, Unreadable, Word, parse_word

_PARAMETER = re.compile(r"([A-Za-z_]\w*|[0-9]+|[@*#?$!-])(?:(:?[-=+?]|##?|%%?)(.*))?\Z", re.DOTALL)
_MOST_FIELDS = 4096
_LONGEST = 65536


class State(NamedTuple):
    """What a script knows at one place. ``variables`` that are None have a value that cannot be known; absent ones are unset,
    unless whoever starts the container sets them. ``status`` is that of the last command, None when it is not known."""

    variables: dict[str, str | None]
    arguments: tuple[str, ...]
    name: str
    directory: str
    status: bool | None = True

    def having(self, name: str, value: str | None) -> "State":
        """The same with a variable set."""
        return self._replace(variables={**self.variables, name: value})


class Value(NamedTuple):
    """A field. ``text`` is None when it cannot be known; ``certain`` is False when a container may be started with another."""

    text: str | None
    certain: bool = True

    @property
    def known(self) -> str:
        """The text, "" when it cannot be known."""
        return self.text or ""


class Surroundings(NamedTuple):
    """What expansion asks others: ``output`` of a command, ``matching`` paths of a pattern in a directory."""

    output: Callable[[str, State], str | None]
    matching: Callable[[str, str], list[str]]


def fields(words: tuple[Word, ...], state: State, around: Surroundings) -> list[Value]:
    """The fields that words expand to."""
    found: list[Value] = []
    for word in words:
        found += _fields(word, state, around)
        if len(found) > _MOST_FIELDS:
            break
    return found[:_MOST_FIELDS]


def single(word: Word, state: State, around: Surroundings) -> Value:
    """The one value of a word where nothing is split: in assignments, tests and patterns."""
    values = [_value(part, state, around) for part in word]
    if any(value.text is None for value in values):
        return Value(None, False)
    return Value("".join(value.known for value in values)[:_LONGEST], all(value.certain for value in values))


def _fields(word: Word, state: State, around: Surroundings) -> list[Value]:
    pattern = any(part.kind == "glob" for part in word)
    complete: list[Value] = []
    current: list[Value] | None = None
    for part in word:
        if part.kind == "variable" and part.text in ("@", "*") and (part.text == "@" or not part.quoted):
            pieces = [Value(argument) for argument in state.arguments]
        else:
            value = _value(part, state, around)
            splits = part.kind in ("variable", "command") and not part.quoted and value.text is not None
            pieces = [Value(text, value.certain) for text in value.known.split()] if splits else [value]
        if not pieces:
            continue
        current = [*(current or []), pieces[0]]
        for piece in pieces[1:]:
            complete.append(_joined(current))
            current = [piece]
    if current is not None:
        complete.append(_joined(current))
    if pattern and len(complete) == 1 and complete[0].text:
        paths = around.matching(complete[0].text, state.directory)
        return [Value(path, complete[0].certain) for path in paths] or complete
    return complete


def _joined(values: list[Value]) -> Value:
    if any(value.text is None for value in values):
        return Value(None, False)
    return Value("".join(value.known for value in values)[:_LONGEST], all(value.certain for value in values))


def _value(part: Part, state: State, around: Surroundings) -> Value:
    if part.kind in ("text", "glob"):
        return Value(part.text)
    if part.kind == "variable":
        return _parameter(part.text, state, around)
    if part.kind == "command":
        text = around.output(part.text, state)
        return Value(text, text is not None)
    return Value(None, False)


def _parameter(text: str, state: State, around: Surroundings) -> Value:
    found = _PARAMETER.match(text)
    if found is None:
        return Value(None, False)
    name, operator, rest = found[1], found[2] or "", found[3] or ""
    value, there = _lookup(name, state)
    if not operator:
        return value
    try:
        word = parse_word(rest)
    except Unreadable:
        return Value(None, False)
    if operator[-1] in "-=?+":
        return _default(operator, value, there, single(word, state, around))
    pattern = single(word, state, around)
    if value.text is None or pattern.text is None:
        return Value(None, False)
    return Value(_without(value.text, operator, pattern.text), value.certain and pattern.certain)


def _lookup(name: str, state: State) -> tuple[Value, bool]:
    """The value of a parameter, and whether it is set."""
    if name.isdigit():
        place = int(name)
        if place == 0:
            return Value(state.name), True
        there = place <= len(state.arguments)
        return Value(state.arguments[place - 1] if there else ""), there
    if name == "#":
        return Value(str(len(state.arguments))), True
    if name in ("@", "*"):
        return Value(" ".join(state.arguments)), bool(state.arguments)
    if name in ("?", "$", "!", "-"):
        return Value(None, False), True
    if name in state.variables:
        text = state.variables[name]
        return Value(text, text is not None), True
    return Value("", False), False


def _default(operator: str, value: Value, there: bool, word: Value) -> Value:
    """``${name:-word}`` and its like; a container may always be started with the variable set."""
    empty = not there or (operator.startswith(":") and value.text == "")
    if operator.endswith("+"):
        return Value("", value.certain) if empty else word
    if value.text is None and there:
        return value
    return Value(word.text, False) if empty and operator[-1] in "-=" else value


def _without(text: str, operator: str, pattern: str) -> str:
    """``${name#pattern}``: the text without the shortest or longest match at its beginning or end."""
    long = len(operator) == 2
    places = range(len(text) + 1)
    if operator[0] == "#":
        for cut in reversed(places) if long else places:
            if fnmatch.fnmatchcase(text[:cut], pattern):
                return text[cut:]
    else:
        for cut in places if long else reversed(places):
            if fnmatch.fnmatchcase(text[cut:], pattern):
                return text[:cut]
    return text
