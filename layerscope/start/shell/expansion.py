"""Words of a script as the shell expands them, as far as the image and its configuration tell (POSIX XCU 2.6)."""

import fnmatch
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from layerscope.core.expressions import expression
from layerscope.start.shell.states import HOLE, MOST_FIELDS, UNKNOWN, State, Value, are_known
from layerscope.start.shell.tree import (
    Assignment,
    Commands,
    Output,
    Part,
    Process,
    Text,
    Unknown,
    Variable,
    Wildcard,
    Word,
    split_fields,
    split_key,
    written,
)

_LONGEST = 65536
_QUOTES = "\"'"
_RANGE = expression(r"\s*(\d{1,6})\s*(?::\s*(\d{1,6})\s*)?")


_NUMBER = expression(r"-1|[0-9]{1,9}")
Array = dict[str, Value]


class Surroundings(NamedTuple):
    """What expansion asks others: what commands print (``output``), that others are run (``run``), and the paths that match a
    pattern in a directory."""

    output: Callable[[Output, State], str | None]
    run: Callable[[Commands, State], None]
    matching: Callable[[str, str], list[str]]


def fields(words: tuple[Word, ...], state: State, around: Surroundings) -> list[Value]:
    """The fields that words expand to."""
    found: list[Value] = []
    for word in words:
        found += _fields(word, state, around)
        if len(found) > MOST_FIELDS:
            break
    return found[:MOST_FIELDS]


def single(word: Word, state: State, around: Surroundings) -> Value:
    """The one value of a word where nothing is split: in assignments, tests and patterns."""
    return _join([_value(part, state, around) for part in word])


def assign(assignment: Assignment, state: State, around: Surroundings) -> State:
    """The state behind ``name=value``, ``name+=value`` or ``name=(…)``."""
    name = assignment.name
    if assignment.key is not None or assignment.array is not None:
        return _assign_array(assignment, state, around)
    value = single(assignment.value, state, around)
    return state.having(name, _join([state.variables.get(name, Value("")), value]) if assignment.appends else value)


def _assign_array(assignment: Assignment, state: State, around: Surroundings) -> State:
    """The state behind ``name=(…)``, ``name+=(…)`` or ``name[key]=value``."""
    former = _former(assignment, state)
    if former is None:
        return state.having(assignment.name, UNKNOWN)
    add = _with_element if assignment.array is None else _with_elements
    return state.having_array(assignment.name, add(assignment, former, state, around))


def _former(assignment: Assignment, state: State) -> Array | None:
    """The array that an assignment changes, None where its values are not known."""
    if assignment.array is not None and not assignment.appends:
        return {}
    return state.arrays.get(assignment.name, None if assignment.name in state.variables else {})


def _with_element(assignment: Assignment, former: Array, state: State, around: Surroundings) -> Array:
    key = _key_text(assignment.key or (), state, around).shown
    value = single(assignment.value, state, around)
    return {**former, key: _join([former.get(key, Value("")), value]) if assignment.appends else value}


def _with_elements(assignment: Assignment, former: Array, state: State, around: Surroundings) -> Array:
    """An array with what words between ``(`` and ``)`` add: by the keys in ``[key]=value``, else by number."""
    found = dict(former)
    for word in assignment.array or ():
        if keyed := split_key(word):
            found[_key_text(keyed[0], state, around).shown] = single(keyed[1], state, around)
            continue
        for value in fields((word,), state, around) if len(found) <= MOST_FIELDS else ():
            found[_next_key(found)] = value
    return found


def _next_key(array: Array) -> str:
    last = next(reversed(array), "-1")
    return str(int(last) + 1) if _NUMBER.fullmatch(last) else str(len(array))


def _key_text(index: Word, state: State, around: Surroundings) -> Value:
    """The key of an element, without quotes."""
    value = single(index, state, around)
    return value if value.text is None else Value(value.text.strip(_QUOTES), value.certain)


def undecided(words: Iterable[Word], state: State, around: Surroundings) -> Variable | None:
    """The first part of words that takes one of several elements of an array, where nothing decides which."""
    arrays = {name for name, array in state.arrays.items() if len(array) > 1}
    chosen = (part for part in chain.from_iterable(words) if isinstance(part, Variable) and part.name in arrays)
    return next((part for part in chosen if _may_be_any(part, state, around)), None)


def _may_be_any(part: Variable, state: State, around: Surroundings) -> bool:
    return bool(part.subscript) and not part.is_whole and _key(part, state, around) is None


def _key(part: Variable, state: State, around: Surroundings) -> str | None:
    """The key of the element that ``${array[…]}`` means, None where it may be any."""
    array, value = state.arrays[part.name], _key_text(part.subscript, state, around)
    if value.known not in array:
        value = state.variables.get(value.known, value)  # in numbers a variable needs no $
    return value.text if value.certain and HOLE not in array and not value.known.startswith("-") else None


def with_defaults(words: tuple[Word, ...], state: State, around: Surroundings) -> State:
    """The state behind words that set variables by ``${name:=value}``."""
    for part in chain.from_iterable(words):
        if isinstance(part, Variable) and part.operator in ("=", ":=") and not part.subscript:
            state = state.having(part.name, _parameter(part, state, around))
    return state


def _fields(word: Word, state: State, around: Surroundings) -> list[Value]:
    if len(word) == 1 and isinstance(word[0], Text):  # most are
        return [Value(word[0].text[:_LONGEST])]
    groups: list[list[Value]] = []
    for pieces in filter(None, (_pieces(part, state, around) for part in word)):
        if groups:
            groups[-1].append(pieces.pop(0))
        groups += [[piece] for piece in pieces]
    return _matching(word, [_join(group) for group in groups], state, around)


def _matching(word: Word, found: list[Value], state: State, around: Surroundings) -> list[Value]:
    """The paths that a field with wildcards means; the fields where there are none."""
    if len(found) != 1 or not found[0].text or not any(isinstance(part, Wildcard) for part in word):
        return found
    paths = around.matching(found[0].text, state.directory)
    return [Value(path, found[0].certain) for path in paths] or found


def _pieces(part: Part, state: State, around: Surroundings) -> list[Value]:
    """The fields that a part of a word is split into."""
    if isinstance(part, Variable) and (listed := _list(part, state)) is not None:
        return listed
    value = _value(part, state, around)
    if not isinstance(part, Variable | Output) or part.quoted:
        return [value]
    if value.text is None:
        return [Value(None, False, shape) for shape in split_fields(value.shape)]
    return [Value(text, value.certain) for text in split_fields(value.text)]


def _list(part: Variable, state: State) -> list[Value] | None:
    """The values of ``$@`` and ``${array[@]}``; None for what is one value."""
    values = _elements(part, state) if _may_be_list(part) else None
    if values is None:
        return None
    if part.operator:
        return _slice(values, part.word)
    return list(values if part.subscript else values[1:])


def _may_be_list(part: Variable) -> bool:
    kind = written(part.subscript) or part.name
    is_list = kind == "@" or (kind == "*" and not part.quoted)
    is_plain = not part.mark or (part.mark == "!" and part.is_whole)
    return is_list and is_plain and part.operator in ("", ":")


def _elements(part: Variable, state: State) -> tuple[Value, ...] | None:
    """The values of an array, None when they are not known; of the arguments with ``$0`` in front."""
    if not part.subscript:
        return tuple(map(Value, (state.name, *state.arguments)))
    array = state.arrays.get(part.name, None if part.name in state.variables else {})
    return None if array is None else tuple(map(Value, array) if part.mark else array.values())


def _slice(values: tuple[Value, ...], word: Word) -> list[Value] | None:
    """``${@:start:count}``."""
    taken = _range("".join(part.text for part in word if isinstance(part, Text)))
    return None if taken is None else list(values[taken])


def _range(text: str) -> slice | None:
    """``start:count``, None for what is no such numbers."""
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    start = int(match[1])
    return slice(start, start + int(match[2]) if match[2] else None)


def _join(values: Sequence[Value], between: str = "") -> Value:
    if not are_known(values):
        return Value(None, False, between.join(value.shown for value in values)[:_LONGEST])
    return Value(between.join(value.known for value in values)[:_LONGEST], all(value.certain for value in values))


def _value(part: Part, state: State, around: Surroundings) -> Value:
    if isinstance(part, Text | Wildcard):
        return Value(part.text)
    if isinstance(part, Variable):
        return _parameter(part, state, around)
    if isinstance(part, Output):
        text = around.output(part, state)
        return Value(text, text is not None)
    if isinstance(part, Process):
        around.run(part.commands, state)
    if isinstance(part, Unknown):
        single(part.inside, state, around)
    return UNKNOWN


def _parameter(part: Variable, state: State, around: Surroundings) -> Value:
    word = single(part.word, state, around)
    value, is_set = _lookup(part, state, around)
    if part.mark == "#":
        return UNKNOWN if value.text is None else Value(str(len(value.text)), value.certain)
    if part.mark == "!":
        if value.text is None or part.operator in ("@", "*"):
            return UNKNOWN
        value, is_set = _lookup(Variable(name=value.text), state, around)
    if not part.operator:
        return value
    if part.operator[-1] in "-=?+":
        return _default(part.operator, value, is_set, word)
    return _change(part.operator, value, word)


def _change(operator: str, value: Value, word: Value) -> Value:
    """``${name#word}`` and all others that change a text."""
    change = _CHANGES.get(operator)
    if change is None or value.text is None or word.text is None:
        return UNKNOWN
    text = change(value.text, operator, word.text)
    return UNKNOWN if text is None else Value(text, value.certain and word.certain)


def _lookup(part: Variable, state: State, around: Surroundings) -> tuple[Value, bool]:
    """The value of a parameter, and whether it is set."""
    name = part.name
    if part.subscript:
        return _element(part, state, around)
    if name.isdigit():
        return _at(tuple(map(Value, (state.name, *state.arguments))), name)
    if name in _SPECIAL:
        return _SPECIAL[name](state)
    if name in state.arrays:
        return state.arrays[name].get("0", Value("")), "0" in state.arrays[name]
    return state.variables.get(name, Value("", False)), name in state.variables


def _at(values: tuple[Value, ...], number: str) -> tuple[Value, bool]:
    place = int(number[:9])
    return (values[place], True) if place < len(values) else (Value(""), False)


_SPECIAL: dict[str, Callable[[State], tuple[Value, bool]]] = {
    "#": lambda state: (Value(str(len(state.arguments))), True),
    **dict.fromkeys("@*", lambda state: (Value(" ".join(state.arguments)), bool(state.arguments))),
    **dict.fromkeys("?$!-", lambda _state: (UNKNOWN, True)),
}
"""The values of special parameters, and whether they are set."""


def _element(part: Variable, state: State, around: Surroundings) -> tuple[Value, bool]:
    """``${array[key]}``."""
    array = state.arrays.get(part.name)
    if array is None:
        return UNKNOWN, True
    if part.is_whole:
        return (UNKNOWN, True) if part.mark == "#" else (_join(list(array.values()), " "), bool(array))
    key = _key(part, state, around)
    if key is None:
        return (next(iter(array.values())) if len(array) == 1 else UNKNOWN), True
    return array.get(key, Value("")), key in array


def _default(operator: str, value: Value, there: bool, word: Value) -> Value:
    """``${name:-word}`` and its like; a container may always be started with the variable set."""
    empty = not there or (operator.startswith(":") and value.text == "")
    if operator.endswith("+"):
        return Value("", value.certain) if empty else word
    return Value(word.text, False) if empty and operator[-1] in "-=" else value


def _without(text: str, operator: str, pattern: str) -> str:
    """``${name#pattern}``: the text without the shortest or longest match at its beginning or end."""
    is_start, is_long = operator[0] == "#", len(operator) == 2
    places = range(len(text) + 1)
    for cut in reversed(places) if is_start == is_long else places:
        part, rest = (text[:cut], text[cut:]) if is_start else (text[cut:], text[:cut])
        if fnmatch.fnmatchcase(part, pattern):
            return rest
    return text


def _substring(text: str, _operator: str, rest: str) -> str | None:
    """``${name:start:count}``."""
    taken = _range(rest)
    return None if taken is None else text[taken]


def _replace_part(text: str, operator: str, rest: str) -> str | None:
    """``${name/old/new}``, None for patterns."""
    old, _, new = rest.partition("/")
    if not old or set(old) & set("*?[#%\\"):
        return None
    return text.replace(old, new, -1 if operator == "//" else 1)


def _in_case(text: str, operator: str, pattern: str) -> str | None:
    """``${name^^}`` and its like, None for those with a pattern."""
    if pattern:
        return None
    changed = text.upper() if operator[0] == "^" else text.lower()
    return changed if len(operator) == 2 else changed[:1] + text[1:]


_CHANGES: dict[str, Callable[[str, str, str], str | None]] = {
    **dict.fromkeys(("#", "##", "%", "%%"), _without),
    **dict.fromkeys(("/", "//"), _replace_part),
    **dict.fromkeys(("^", "^^", ",", ",,"), _in_case),
    ":": _substring,
}
