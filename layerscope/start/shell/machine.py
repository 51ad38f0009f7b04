"""A script gone through without running anything: which programs it could start, with which words.

A condition that the image and its configuration decide is decided; of any other both branches are taken. The body of a loop is
gone through once, or once for every value where the values are known.
"""

import fnmatch
from collections.abc import Callable
from functools import reduce
from typing import Any

from msgspec.structs import replace

from layerscope.start.shell.builtins import BUILTINS, STATUS, Call, Called, is_argument, nameless, quoting
from layerscope.start.shell.expansion import Surroundings, assign, fields, single, undecided, with_defaults
from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.knowledge import knowledge
from layerscope.start.shell.output import Printed
from layerscope.start.shell.pipes import Pipes, reads_words, with_words
from layerscope.start.shell.states import HOLE, SKIPS, UNKNOWN, State, Value, are_known, common, different
from layerscope.start.shell.syntax import parse
from layerscope.start.shell.tree import (
    Case,
    Command,
    Commands,
    For,
    Function,
    Gap,
    Group,
    If,
    Loop,
    Output,
    Redirection,
    Simple,
    Step,
    Variable,
    Word,
    words_of,
)

_MOST_STEPS = 20_000
_DEEPEST = 24
_MOST_VALUES = 64
_PARTS_PER_STEP = 8


class Machine:
    """``called`` are the programs in the order in which they come, ``sourced`` the paths of scripts that were read by ``.``,
    ``problems`` lines that are not understood, with why."""

    def __init__(self, image: ShellImage) -> None:
        self._image = image
        self._around = Surroundings(self._output, self._run_inside, image.matching)
        self._pipes = Pipes(image, self._around, self._found)
        self._functions: dict[str, Commands] = {}
        self._dispatched: set[str] = set()
        self._steps = 0
        self._depth = 0
        self._background = False
        self._document: str | None = None
        self._given: frozenset[tuple[str, Value]] = frozenset()
        self.called: dict[tuple[object, ...], Called] = {}
        self.sourced: dict[str, None] = {}
        self.problems: dict[tuple[int, str], None] = {}

    def run(self, script: str, state: State) -> list[State]:
        """Goes through a script. The states in which it can end, without those in which ``exec`` or ``exit`` ended it."""
        return self._list(parse(script), [state])

    def _list(self, commands: Commands, states: list[State]) -> list[State]:
        """The states behind a list; none where none leads into it."""
        if not states:
            return []
        self._depth += 1
        for number, step in enumerate(commands):
            is_fed = states and (isinstance(step.command, Loop) or reads_words(step))
            lines = self._pipes.input(commands, number, states[0]) if is_fed else None
            piped = any(step.operator == "|" for step in commands[number : number + 2])
            states = different([end for state in states for end in self._ends(step, state, piped, lines)])
        self._depth -= 1
        return states

    def _ends(self, step: Step, state: State, piped: bool, lines: list[str] | None) -> list[State]:
        """The states behind a command that ``&&`` or ``||`` may skip."""
        skipped = [state] if (step.operator, state.status) in _MAY_SKIP else []
        return skipped if (step.operator, state.status) in SKIPS else skipped + self._step(step, state, piped, lines)

    def _step(self, step: Step, state: State, piped: bool, lines: list[str] | None) -> list[State]:
        self._steps += 1
        if self._steps > _MOST_STEPS or self._depth > _DEEPEST:
            self.problems[step.command.line, "takes too many steps to follow"] = None
            return []
        before = self._background, self._document
        self._background, self._document = self._background or step.background, None
        for redirection in step.redirections:
            self._redirect(redirection, state)
        ends = self._command(step.command, state, lines)
        self._background, self._document = before
        return self._behind(step, state, piped, ends)

    def _redirect(self, redirection: Redirection, state: State) -> None:
        """Looks at a file or text that a command gets as its input."""
        text = single(redirection.word, state, self._around).text
        if redirection.operator in ("<<", "<<-", "<<<"):
            self._document = text
        elif redirection.operator == "<" and text:
            self._image.note(text, state)

    def _behind(self, step: Step, state: State, piped: bool, ends: list[State]) -> list[State]:
        """The states in which the shell goes on: in its own where a command runs beside it."""
        if step.background:
            return [replace(state, status=True)]
        if piped:
            return [replace(state, status=common(ends))]
        return [replace(end, status=_NEGATED[end.status]) for end in ends] if step.negated else ends

    def _command(self, command: Command, state: State, lines: list[str] | None) -> list[State]:
        if isinstance(command, Loop):
            return self._loop(command, state, lines)
        if isinstance(command, Simple) and lines:
            return [end for fed in with_words(command, lines) for end in self._simple(fed, state)]
        return _RUNNERS[type(command)](self, command, state)

    def _gap(self, command: Gap, state: State) -> list[State]:
        self.problems[command.line, f"is not understood: {command.construct}"] = None
        return [replace(state, status=None)]

    def _group(self, command: Group, state: State) -> list[State]:
        ends = self._list(command.body, [state])
        return [replace(state, status=common(ends))] if command.subshell else ends

    def _if(self, command: If, state: State) -> list[State]:
        ends: list[State] = []
        pending = [state]
        for condition, body in command.branches:
            tested = self._list(condition, pending)
            ends += self._list(body, _without_status(tested, False))
            pending = _without_status(tested, True)
        if command.otherwise:
            return ends + self._list(command.otherwise, pending)
        return ends + [replace(one, status=True) for one in pending]

    def _case(self, command: Case, state: State) -> list[State]:
        subject = single(command.subject, state, self._around)
        ends: list[State] = []
        falling: list[State] = []
        entering = [replace(state, status=True)]
        for branch in command.branches:
            matches = self._matches(subject, branch.patterns, state) if entering else False
            states = falling + (entering if matches is not False else [])
            done = self._list(branch.body, states)
            falling, ended = (done, []) if branch.end == ";&" else ([], done)
            ends += ended
            if matches is True and branch.end != ";;&":
                entering = []
        return ends + falling + entering

    def _matches(self, subject: Value, patterns: tuple[Word, ...], state: State) -> bool | None:
        wanted = [single(pattern, state, self._around) for pattern in patterns]
        if any(pattern.text == "*" for pattern in wanted):
            return True
        if subject.text is None or not all(value.certain for value in (subject, *wanted)):
            return None
        return any(fnmatch.fnmatchcase(subject.text, pattern.known) for pattern in wanted)

    def _for(self, command: For, state: State) -> list[State]:
        states = [state]
        for value in self._all_values(command, state)[:_MOST_VALUES]:
            states = self._list(command.body, [one.having(command.name, value) for one in states])
        return states

    def _all_values(self, command: For, state: State) -> list[Value]:
        if command.words is None:
            return list(map(Value, state.arguments))
        return [value for word in command.words for value in self._pipes.values(word, state)]

    def _loop(self, command: Loop, state: State, lines: list[str] | None) -> list[State]:
        names = self._pipes.names_read(command.condition, state)
        if lines is not None and names:
            states = [state]
            for line in lines[:_MOST_VALUES]:
                states = self._list(command.body, [one.with_line(names, line) for one in states])
            return [*states, state]
        tested = self._list(command.condition, [state])
        return [*(replace(one, status=True) for one in tested), *self._list(command.body, tested)]

    def _define(self, command: Function, state: State) -> list[State]:
        self._functions[command.name] = command.body
        return [replace(state, status=True)]

    def _simple(self, command: Simple, state: State) -> list[State]:
        part = undecided(words_of(command), state, self._around)
        return self._with_each(command, part, state) if part else self._plain(command, state)

    def _with_each(self, command: Simple, part: Variable, state: State) -> list[State]:
        """Where nothing tells which element of an array is meant it may be any, or none where there is a default."""
        name, array = part.name, state.arrays[part.name]
        values = [*list(array.values())[:_MOST_VALUES], *([Value("")] if part.operator else [])]
        self._depth += 1
        chosen = [state.having_array(name, {HOLE: value._replace(certain=False)}) for value in values]
        ends = [end for one in chosen for end in self._step(Step(command), one, False, None)]
        self._depth -= 1
        return [end.having_array(name, array) for end in ends]

    def _plain(self, command: Simple, state: State) -> list[State]:
        self._steps += sum(map(len, command.words)) // _PARTS_PER_STEP
        assigned = reduce(lambda before, item: assign(item, before, self._around), command.assignments, state)
        if not command.words:
            return [replace(assigned, status=True if command.assignments else state.status)]
        words = fields(command.words, state, self._around)
        state, assigned = (with_defaults(command.words, one, self._around) for one in (state, assigned))
        if not words:
            return [replace(assigned, status=None)]
        return self._words(Call(words, command.words, command.line, state, assigned), False)

    def _words(self, call: Call, only_programs: bool) -> list[State]:
        name = call.words[0].name
        if name is None:
            return self._problem(call, nameless(call.written[:1]))
        if name in self._functions and not only_programs:
            if is_argument(call.written[0]):
                self._dispatch(call)
            return self._function(name, call)
        if special := _SPECIAL.get(name):
            return special(self, call)
        if builtin := BUILTINS.get(name):
            return builtin(call, self._image)
        if name not in knowledge().builtins:
            self._call(call, call.words, False)
        return [replace(call.state, status=STATUS.get(name))]

    def _problem(self, call: Call, what: str) -> list[State]:
        self.problems[call.line, what] = None
        return [replace(call.state, status=None)]

    def _function(self, name: str, call: Call) -> list[State]:
        arguments = tuple(word.known for word in call.words[1:])
        ends = self._within(call, lambda state: self._list(self._functions[name], [replace(state, arguments=arguments)]))
        return [replace(end, arguments=call.state.arguments) for end in ends]

    def _within(self, call: Call, run: Callable[[State], list[State]]) -> list[State]:
        """What runs in the shell itself: the assignments in front of it hold until it ends, as bash has it."""
        given = call.given()
        around, self._given = self._given, self._given | given
        ends = run(call.assigned)
        self._given = around
        names = [name for name, _ in given]
        return [end.with_former(names, call.state) for end in ends] if names else ends

    def _dispatch(self, call: Call) -> None:
        """A function that the container's arguments name may be any: all are followed, with arguments that are not known."""
        waiting = self._functions.keys() - self._dispatched
        self._dispatched |= waiting
        for name in sorted(waiting):
            self._function(name, call._replace(words=call.words[:1]))

    def _call(self, call: Call, words: list[Value], replaces: bool) -> None:
        name, state = words[0].name, call.assigned
        if name is None or (replaces and not name):
            self._problem(call, nameless(call.written))
            return
        called = Called(
            words=tuple(words),
            directory=state.directory,
            line=call.line,
            path=self._image.locate(name, state),
            replaces=replaces,
            background=self._background,
            variables=state.variables,
            document=self._document,
            written=call.written,
        )
        key = called.words, called.directory, called.document, self._given | call.given()
        self.called.setdefault(key, called)

    # builtins that run other commands

    def _exec(self, call: Call) -> list[State]:
        _, rest = call.read()
        if not rest:
            return [call.state]
        self._call(call, rest, True)
        return []

    def _eval(self, call: Call) -> list[State]:
        text = " ".join(word.known for word in call.words[1:])
        is_certain = all(word.certain for word in call.words)
        if not are_known(call.words) or not (text.strip() or is_certain):
            return self._problem(call, quoting("evaluates text that is made while it runs", call.written))
        return self._within(call, lambda state: self.run(text, state))

    def _trap(self, call: Call) -> list[State]:
        """What a signal or the end of the script runs, some time later."""
        action = (*call.words, UNKNOWN)[1].known
        if len(call.words) > 2 and action not in ("-", "--") and not action.startswith("-"):
            self.run(action, call.state)
        return [replace(call.state, status=True)]

    def _source(self, call: Call) -> list[State]:
        path = (*call.words, UNKNOWN)[1].text
        if path is None:
            return self._problem(call, quoting("reads a script whose name is made while it runs", call.written))
        found = self._image.source(path, call.state)
        if found is None:
            return [replace(call.state, status=None)]
        place, script = found
        self.sourced[place] = None
        return self._within(call, lambda state: self.run(script, state))

    def _other(self, call: Call) -> list[State]:
        """``command``, ``builtin``, ``type`` and ``hash``."""
        state = call.state
        line, rest = call.read()
        if not rest:
            return [state]
        if call.words[0].text in ("type", "hash") or line.has(("-v", "-V")):
            return [replace(state, status=None if rest[0].text is None else self._found(rest[0].text, state) != "")]
        return self._words(call._replace(words=rest), True)

    def _found(self, name: str, state: State) -> str:
        """What ``command -v`` prints."""
        if name in self._functions or name in _SPECIAL or name in BUILTINS or name in knowledge().builtins:
            return name
        return self._image.locate(name, state) or ""

    # commands inside of words

    def _run_inside(self, commands: Commands, state: State) -> None:
        self._list(commands, [state])

    def _output(self, part: Output, state: State) -> str | None:
        """What a command substitution gives, where that is known; the programs that it starts are noted."""
        self._list(part.commands, [state])
        return Printed(lambda step, before: self._list((step,), [before]), self._pipes.known_fields, self._found).of(
            part, state
        )


_SPECIAL: dict[str, Callable[[Machine, Call], list[State]]] = {
    **dict.fromkeys((".", "source"), Machine._source),
    **dict.fromkeys(("command", "builtin", "type", "hash"), Machine._other),
    "exec": Machine._exec,
    "eval": Machine._eval,
    "trap": Machine._trap,
}


_RUNNERS: dict[type[Command], Callable[[Machine, Any, State], list[State]]] = {
    Case: Machine._case,
    For: Machine._for,
    Function: Machine._define,
    Gap: Machine._gap,
    Group: Machine._group,
    If: Machine._if,
    Simple: Machine._simple,
}
_MAY_SKIP = {*SKIPS, ("&&", None), ("||", None)}
_NEGATED = {True: False, False: True, None: None}


def _without_status(states: list[State], status: bool) -> list[State]:
    return [state for state in states if state.status is not status]
