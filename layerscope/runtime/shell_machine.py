"""A script gone through without running anything: which programs it could start, with which words.

Conditions that the image and its configuration decide are decided; of the others both ways are gone. What a loop does is gone
through once, for every value of a ``for``.
"""

import fnmatch
from collections.abc import Callable
from typing import NamedTuple

from layerscope.runtime.shell_knowledge import knowledge
from layerscope.runtime.shell_output import printed, tidy
from layerscope.runtime.shell_syntax import Commands, Compound, Simple, Step, parse
from layerscope.runtime.shell_tests import FileTest, evaluate
from layerscope.runtime.shell_tokens import Unreadable, Word
from layerscope.runtime.shell_words import State, Surroundings, Value, fields, single

_MOST_STATES = 16
_MOST_STEPS = 20_000
_DEEPEST = 24
_MOST_VALUES = 64


class Image(NamedTuple):
    """What a script asks of the image: a program by a word (directory, PATH), a script's text, files, patterns."""

    locate: Callable[[str, State], str | None]
    source: Callable[[str, State], str | None]
    about: Callable[[str, str, State], bool | None]
    matching: Callable[[str, str], list[str]]
    inside: Callable[[str, State], list[str]]


class Called(NamedTuple):
    """A program that a script could start. ``replaces`` the shell (``exec``); ``background`` does not wait for it; ``port`` is
    PORT in its environment."""

    words: tuple[Value, ...]
    directory: str
    line: int
    path: str | None
    replaces: bool = False
    background: bool = False
    port: str | None = None


class Machine:
    """``called`` are the programs in the order in which they come, ``problems`` lines that are not understood, with why."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._around = Surroundings(self._output, image.matching)
        self._functions: dict[str, Commands] = {}
        self._steps = 0
        self._depth = 0
        self._background = False
        self.called: dict[tuple[object, ...], Called] = {}
        self.problems: dict[tuple[int, str], None] = {}

    def run(self, script: str, state: State) -> list[State]:
        """Goes through a script. The states in which it can end, without those in which ``exec`` or ``exit`` ended it."""
        try:
            return self._list(parse(script), [state])
        except Unreadable as problem:
            self.problems[problem.line, "is not understood"] = None
            return [state]

    def _list(self, commands: Commands, states: list[State]) -> list[State]:
        self._depth += 1
        for number, step in enumerate(commands):
            piped = step.operator == "|" or (number + 1 < len(commands) and commands[number + 1].operator == "|")
            values = self._listed(commands, number, states) if step.operator == "|" else None
            following: list[State] = []
            for state in states:
                if (step.operator == "&&" and state.status is False) or (step.operator == "||" and state.status is True):
                    following.append(state)
                    continue
                if step.operator in ("&&", "||") and state.status is None:
                    following.append(state)
                following += self._step(step, state, piped, values)
            states = _different(following)
            if not states:
                break
        self._depth -= 1
        return states

    def _step(self, step: Step, state: State, piped: bool, values: list[str] | None) -> list[State]:
        self._steps += 1
        if self._steps > _MOST_STEPS or self._depth > _DEEPEST:
            self.problems[0, "takes too many steps to follow"] = None
            return []
        before, self._background = self._background, self._background or step.background
        ends = self._command(step.command, state, values)
        self._background = before
        if step.background or piped:
            statuses = {end.status for end in ends}
            known = statuses.pop() if len(statuses) == 1 and not step.background else None if piped else True
            return [state._replace(status=known)]
        if step.negated:
            return [end._replace(status=None if end.status is None else not end.status) for end in ends]
        return ends

    def _command(self, command: Simple | Compound, state: State, values: list[str] | None) -> list[State]:
        if isinstance(command, Simple):
            return self._simple(command, state)
        walks = {"if": self._if, "case": self._case, "for": self._for, "function": self._define}
        if command.kind in walks:
            return walks[command.kind](command, state)
        if command.kind == "loop":
            return self._loop(command, state, values)
        ends = self._list(command.branches[0][1], [state])
        return ends if command.kind == "group" else [state._replace(status=_common(ends))]

    def _if(self, command: Compound, state: State) -> list[State]:
        ends: list[State] = []
        pending = [state]
        for condition, body in command.branches:
            tested = self._list(condition, pending) if condition is not None else pending
            ends += self._list(body, [one for one in tested if condition is None or one.status is not False])
            pending = [] if condition is None else [one for one in tested if one.status is not True]
        return ends + [one._replace(status=True) for one in pending]

    def _case(self, command: Compound, state: State) -> list[State]:
        subject = single(command.words[0], state, self._around)
        ends: list[State] = []
        for (_, body), patterns in zip(command.branches, command.patterns, strict=False):
            matches = self._matches(subject, patterns, state)
            if matches is not False:
                ends += self._list(body, [state._replace(status=True)])
            if matches is True:
                return ends
        return [*ends, state._replace(status=True)]

    def _matches(self, subject: Value, patterns: tuple[Word, ...], state: State) -> bool | None:
        wanted = [single(pattern, state, self._around) for pattern in patterns]
        if any(pattern.text == "*" for pattern in wanted):
            return True
        if subject.text is None or not subject.certain or any(not pattern.certain for pattern in wanted):
            return None
        return any(fnmatch.fnmatchcase(subject.text, pattern.known) for pattern in wanted)

    def _for(self, command: Compound, state: State) -> list[State]:
        words = fields(command.words, state, self._around) if command.words else [Value(text) for text in state.arguments]
        states = [state]
        for value in words[:_MOST_VALUES]:
            states = self._list(command.branches[0][1], [one.having(command.name, value.text) for one in states])
        return states

    def _loop(self, command: Compound, state: State, values: list[str] | None) -> list[State]:
        condition, body = command.branches[0]
        name = _read_name(condition, state, self._around)
        if values is not None and name:
            states = [state]
            for value in values[:_MOST_VALUES]:
                states = self._list(body, [one.having(name, value) for one in states])
            return [*states, state]
        tested = self._list(condition or (), [state])
        return [*(one._replace(status=True) for one in tested), *self._list(body, tested)]

    def _listed(self, commands: Commands, number: int, states: list[State]) -> list[str] | None:
        """The files that the pipeline before a command lists (``find DIRECTORY … | sort | while read …``)."""
        first = number
        while first > 0 and commands[first].operator == "|":
            first -= 1
        command = commands[first].command
        if not isinstance(command, Simple) or not states:
            return None
        words = [value.known for value in fields(command.words, states[0], self._around)]
        if not words or words[0].rpartition("/")[2] not in ("find", "ls"):
            return None
        places = [word for word in words[1:] if not word.startswith("-")]
        return self._image.inside(places[0], states[0]) if places else None

    def _define(self, command: Compound, state: State) -> list[State]:
        self._functions[command.name] = command.branches[0][1]
        return [state._replace(status=True)]

    def _simple(self, command: Simple, state: State) -> list[State]:
        assigned = state
        for name, word in command.assignments:
            assigned = assigned.having(name, single(word, assigned, self._around).text)
        if not command.words:
            return [assigned._replace(status=True if command.assignments else state.status)]
        words = fields(command.words, state, self._around)
        if not words:
            return [assigned._replace(status=None)]
        return self._words(words, command.line, state, assigned, False)

    def _words(self, words: list[Value], line: int, state: State, assigned: State, replaces: bool) -> list[State]:
        name = words[0].text
        if name is None:
            self.problems[line, "starts a program whose name is made while it runs"] = None
            return [state._replace(status=None)]
        if name == "exec":
            rest = words[1:]
            while rest and rest[0].known.startswith("-"):
                rest = rest[2:] if rest[0].text == "-a" else rest[1:]
            if not rest:
                return [state]
            self._call(rest, line, assigned, True)
            return []
        if name in self._functions and not replaces:
            return self._function(name, words, state)
        special = getattr(self, f"_do_{_SPECIAL.get(name, '')}", None)
        if special is not None:
            found: list[State] = special(words, line, assigned if name in ("export", "readonly", "local") else state)
            return found
        if name in knowledge().builtins:
            return [state._replace(status=_BUILTIN_STATUS.get(name))]
        self._call(words, line, assigned, replaces)
        return [state._replace(status=None)]

    def _function(self, name: str, words: list[Value], state: State) -> list[State]:
        ends = self._list(self._functions[name], [state._replace(arguments=tuple(word.known for word in words[1:]))])
        return [end._replace(arguments=state.arguments) for end in ends]

    def _call(self, words: list[Value], line: int, state: State, replaces: bool) -> None:
        if words[0].text is None:
            self.problems[line, "starts a program whose name is made while it runs"] = None
            return
        path = self._image.locate(words[0].text, state)
        called = Called(tuple(words), state.directory, line, path, replaces, self._background, state.variables.get("PORT"))
        self.called.setdefault((called.words, called.directory), called)

    # what the shell does itself

    def _do_test(self, words: list[Value], _line: int, state: State) -> list[State]:
        if words[0].known in ("[", "[["):
            words = words[:-1]
        about: FileTest = lambda option, path: self._image.about(option, path, state)  # noqa: E731
        return [state._replace(status=evaluate(words, about))]

    def _do_cd(self, words: list[Value], _line: int, state: State) -> list[State]:
        place = next((word.text for word in words[1:] if not word.known.startswith("-")), "/root")
        if place is None:
            return [state._replace(status=None)]
        directory = place if place.startswith("/") else f"{state.directory.rstrip('/')}/{place}"
        return [state._replace(directory=directory, status=None if self._image.about("-d", place, state) is None else True)]

    def _do_set(self, words: list[Value], _line: int, state: State) -> list[State]:
        rest = words[1:]
        while rest and rest[0].text != "--" and rest[0].known[:1] in ("-", "+"):
            rest = rest[2:] if rest[0].known.endswith("o") else rest[1:]
        if not rest:
            return [state._replace(status=True)]
        values = rest[1:] if rest[0].text == "--" else rest
        return [state._replace(arguments=tuple(value.known for value in values), status=True)]

    def _do_shift(self, words: list[Value], _line: int, state: State) -> list[State]:
        count = int(words[1].known) if len(words) > 1 and words[1].known.isdecimal() and len(words[1].known) < 6 else 1
        return [state._replace(arguments=state.arguments[count:], status=True)]

    def _do_export(self, words: list[Value], _line: int, state: State) -> list[State]:
        for word in words[1:]:
            name, equals, value = word.known.partition("=")
            if equals:
                state = state.having(name, value if word.text is not None else None)
        return [state._replace(status=True)]

    def _do_unset(self, words: list[Value], _line: int, state: State) -> list[State]:
        gone = {word.known for word in words[1:]}
        return [state._replace(variables={name: text for name, text in state.variables.items() if name not in gone})]

    def _do_read(self, words: list[Value], _line: int, state: State) -> list[State]:
        for word in words[1:]:
            if word.known.isidentifier():
                state = state.having(word.known, None)
        return [state._replace(status=None)]

    def _do_exit(self, _words: list[Value], _line: int, _state: State) -> list[State]:
        return []

    def _do_return(self, words: list[Value], _line: int, state: State) -> list[State]:
        code = words[1].text if len(words) > 1 else None
        return [state._replace(status=None if code is None else code == "0")]

    def _do_eval(self, words: list[Value], line: int, state: State) -> list[State]:
        if any(word.text is None or not word.certain for word in words):
            self.problems[line, "evaluates text that is made while it runs"] = None
            return [state._replace(status=None)]
        return self.run(" ".join(word.known for word in words[1:]), state)

    def _do_source(self, words: list[Value], line: int, state: State) -> list[State]:
        path = words[1].text if len(words) > 1 else None
        if path is None:
            self.problems[line, "reads a script whose name is made while it runs"] = None
            return [state._replace(status=None)]
        script = self._image.source(path, state)
        return [state._replace(status=None)] if script is None else self.run(script, state)

    def _do_command(self, words: list[Value], line: int, state: State) -> list[State]:
        rest = words[1:]
        asks = False
        while rest and rest[0].known.startswith("-"):
            asks = asks or rest[0].text in ("-v", "-V")
            rest = rest[1:]
        if not rest:
            return [state]
        if asks or words[0].text in ("type", "hash"):
            return [state._replace(status=None if rest[0].text is None else self._found(rest[0].text, state) != "")]
        return self._words(rest, line, state, state, True)

    def _found(self, name: str, state: State) -> str:
        """What ``command -v`` prints."""
        if name in self._functions or name in _SPECIAL or name in knowledge().builtins:
            return name
        return self._image.locate(name, state) or ""

    # what commands print

    def _output(self, script: str, state: State) -> str | None:
        """What a command substitution gives, where that is known; the programs that it starts are noted."""
        try:
            commands = parse(script)
        except Unreadable as problem:
            self.problems[problem.line, "is not understood"] = None
            return None
        self._list(commands, [state])
        if len(commands) == 2 and commands[1].operator == "&&" and _first_word(commands[0]) == "cd":
            moved = self._list(commands[:1], [state])
            if _first_word(commands[1]) == "pwd" and moved:
                return tidy(moved[0].directory)
        if len(commands) == 2 and commands[1].operator == "|" and _first_word(commands[1]) == "sed" and '"$0"' in script:
            return state.name  # the scripts that npm and pnpm write turn backslashes of Windows
        command = commands[0].command if len(commands) == 1 else None
        values = fields(command.words, state, self._around) if isinstance(command, Simple) else []
        if not values or any(value.text is None for value in values):
            return None
        return printed(values, state, self._found)


_SPECIAL = {
    ".": "source",
    "source": "source",
    "[": "test",
    "[[": "test",
    "test": "test",
    "declare": "export",
    "typeset": "export",
    **{name: name for name in ("cd", "set", "shift", "export", "unset", "read", "exit", "return", "eval", "command")},
    "local": "export",
    "readonly": "export",
    "type": "command",
    "hash": "command",
    "builtin": "command",
}
_BUILTIN_STATUS = {
    ":": True,
    "true": True,
    "false": False,
    "echo": True,
    "printf": True,
    "trap": True,
    "umask": True,
    "ulimit": True,
}


def _different(states: list[State]) -> list[State]:
    """Each state once; of too many, the variables that differ are taken as unknown."""
    found: list[State] = []
    for state in states:
        if state not in found:
            found.append(state)
    if len(found) <= _MOST_STATES:
        return found
    merged: dict[tuple[tuple[str, ...], str, bool | None], State] = {}
    for state in found:
        key = state.arguments, state.directory, state.status
        known = merged.setdefault(key, state).variables
        same = {name: text if state.variables.get(name) == text else None for name, text in known.items()}
        merged[key] = state._replace(variables={**dict.fromkeys(state.variables), **same})
    return list(merged.values())[:_MOST_STATES]


def _common(states: list[State]) -> bool | None:
    statuses = {state.status for state in states}
    return statuses.pop() if len(statuses) == 1 else None


def _read_name(condition: Commands | None, state: State, around: Surroundings) -> str:
    """The variable that ``while read -r name`` fills."""
    for step in condition or ():
        if isinstance(step.command, Simple) and _first_word(step) == "read":
            names = [value.known for value in fields(step.command.words, state, around)[1:]]
            return next((name for name in names if name.isidentifier()), "")
    return ""


def _first_word(step: Step) -> str:
    command = step.command
    if not isinstance(command, Simple) or not command.words or len(command.words[0]) != 1:
        return ""
    return command.words[0][0].text
