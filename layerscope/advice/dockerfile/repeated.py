"""Values that the user's Dockerfile makes of build arguments, written in a new last stage as the user writes them.

The image has the values that one build gave them; repeated with their ARG lines, they follow ``--build-arg`` again. What is
repeated has the image's value where no ``--build-arg`` is given: the new stage is carried out line by line, as a builder does.
"""

from collections.abc import Iterator, Sequence, Set
from functools import partial
from itertools import chain
from typing import NamedTuple

from layerscope.advice.dockerfile.definitions import (
    OF_ONE_WORD,
    OF_WORDS,
    Definition,
    Definitions,
    arguments_behind,
    arguments_of,
    own_arguments,
    plain_name,
)
from layerscope.credentials import spans_of
from layerscope.dockerfile.edit import Edit, with_edits
from layerscope.dockerfile.model import Dockerfile, Instruction
from layerscope.dockerfile.read import read
from layerscope.dockerfile.stages import Stage, carried_out, stages

_NAMED = ("ENV", "LABEL")


class Repeated(NamedTuple):
    """``text`` are the stages; ``frozen`` has what is not repeated though build arguments have a part in it (``ENV NAME``),
    with their names."""

    text: str
    frozen: dict[str, tuple[str, ...]]


def repeated(addition: str, file: Dockerfile, built: Sequence[Stage]) -> Repeated:
    """The text of one or more stages, with what the last of them says of its configuration in the words of ``file``.

    ``built`` are the stages of the file that the image was made by, the lowest first. A value is only repeated where all its
    variables come from build arguments, or from ENV that the new stage has in front of it.
    """
    head = f"# escape={file.escape}\n"
    new = read(head + addition)
    known = Definitions(file)
    for instructions in carried_out(built):
        known.enter(instructions)
    items = stages(new)[-1].instructions
    stage = _NewStage(known, file.escape, items)
    edits = list(filter(None, map(stage.edit, items)))
    return Repeated(with_edits(head + addition, edits)[len(head) :], stage.frozen())


def _same(keyword: str, value: str) -> str:
    """A value of an instruction as all that mean the same have it."""
    if keyword == "WORKDIR":
        return value.rstrip("/")
    return value.removesuffix("/tcp") if keyword == "EXPOSE" else value


class _NewStage:
    """What the new stage has so far: its ENV, the ARG lines in force, and the values of both in a build without
    ``--build-arg``. ``items`` are all that it is to have."""

    def __init__(self, known: Definitions, escape: str, items: Sequence[Instruction]) -> None:
        self._known = known
        self._escape = escape
        self._variables: dict[str, Definition | None] = {}
        self._arguments: dict[str, Definition] = {}
        self._values: dict[str, str] = {}
        self._repeated: set[Definition] = set()
        self._settings: set[tuple[str, str]] = set()
        self._asked = tuple(dict.fromkeys(chain.from_iterable(map(arguments_of, filter(None, map(self._wanted, items))))))

    def edit(self, item: Instruction) -> Edit | None:
        """The user's words for an instruction of the new stage; None where it stays."""
        wanted = self._wanted(item)
        self._settings.add((item.keyword, self._name(item)))
        names = {self._name(item)} if item.keyword == "ENV" else frozenset()
        lines = list(self._before_hidden(names))
        said = self._said(wanted, item) if wanted is not None and wanted.needs else []
        for name in names:
            self._set(name, wanted, self._plain(item), bool(said))
        return self._edit(item, lines, said) if lines or said else None

    def frozen(self) -> dict[str, tuple[str, ...]]:
        """What build arguments had a part in, and the new stage has as the image has it."""
        found: dict[str, tuple[str, ...]] = {}
        for (keyword, name), definition in self._known.settings:
            names = tuple(dict.fromkeys(arguments_behind(definition)))
            if names and definition not in self._repeated and (keyword, name) in self._settings:
                found[f"{keyword} {name}".rstrip()] = names
        return found

    def _name(self, item: Instruction) -> str:
        """The name of an ENV or a LABEL of the new stage, "" for others."""
        return plain_name(item.assignments[0][0], self._escape) if item.keyword in _NAMED and item.assignments else ""

    def _edit(self, item: Instruction, lines: Sequence[str], said: Sequence[str]) -> Edit:
        """Lines in front of an instruction, and the user's words in its place if there are any."""
        text = "\n".join((*lines, *said)) + "\n" * (not said)
        return Edit(item.start, item.start if not said else item.arguments.end, text)

    def _set(self, name: str, wanted: Definition | None, value: str, is_said: bool) -> None:
        """Takes in an ENV of the new stage: it hides a build argument of its name that has another value."""
        argument = self._arguments.get(name)
        if argument is not None and not (is_said and wanted is not None and argument.is_said_by(wanted)):
            del self._arguments[name]
        self._variables[name] = wanted
        self._values[name] = value

    def _plain(self, item: Instruction) -> str:
        """The value of an instruction of the new stage, without quotes."""
        written = item.assignments[0][1] if item.keyword in _NAMED and item.assignments else item.arguments.text
        return plain_name(" ".join(item.exec_form or (written,)), self._escape)

    def _said(self, wanted: Definition, item: Instruction) -> list[str]:
        """The user's words and the ARG lines that they need; none where they would not give the image's value."""
        if not self._can_say(wanted):
            return []
        before = dict(self._arguments), dict(self._values)
        lines = [*self._arguments_for(wanted), wanted.text]
        if self._gives(wanted, self._plain(item)):
            self._repeated.add(wanted)
            return lines
        self._arguments, self._values = before
        return []

    def _gives(self, wanted: Definition, value: str) -> bool:
        found = wanted.value_with(self._values, self._escape)
        return found is not None and _same(wanted.keyword, found) == _same(wanted.keyword, value)

    def _before_hidden(self, names: Set[str]) -> Iterator[str]:
        """The ARG lines that have to stand in front of an ENV of some names, as they are made of arguments of these names."""
        for argument in self._asked:
            hidden = not names.isdisjoint(need.name for need in arguments_of(argument))
            if hidden and self._can_use(argument.name, argument):
                yield from self._line_of(argument)

    def _wanted(self, item: Instruction) -> Definition | None:
        if item.keyword in _NAMED:
            return self._known.named.get((item.keyword, self._name(item)))
        if item.keyword in OF_WORDS:
            return next(filter(partial(self._is_of_list, item), self._known.listed), None)
        return self._wanted_word(item) if item.keyword in OF_ONE_WORD else None

    def _is_of_list(self, item: Instruction, wanted: Definition) -> bool:
        return wanted.keyword == item.keyword and self._has_value(wanted, item)

    def _has_value(self, wanted: Definition, item: Instruction) -> bool:
        """Whether the file gives something the value that the new stage is to have."""
        return _same(item.keyword, wanted.value(self._escape) or "") == _same(item.keyword, self._plain(item))

    def _wanted_word(self, item: Instruction) -> Definition | None:
        """What the user's file says in the place of an instruction; nothing where that is a directory below another one."""
        wanted = self._known.words.get(item.keyword)
        if wanted is None or item.keyword != "WORKDIR":
            return wanted
        return wanted if self._has_value(wanted, item) else None

    def _can_say(self, wanted: Definition) -> bool:
        return not spans_of(wanted.text) and all(self._can_use(name, need) for name, need in wanted.needs.items())

    def _can_use(self, name: str, need: Definition | None) -> bool:
        """Whether a variable stands for the same in the new stage, or would behind ARG lines."""
        if need is None or need.keyword == "ENV":
            return need is not None and self._is_in_force(name, need)
        return self._arguments.get(name) is need or (self._is_seen(name, need) and self._can_say(need))

    def _is_in_force(self, name: str, variable: Definition) -> bool:
        """Whether the new stage has an ENV, and no ARG line behind it that hides it."""
        argument = self._arguments.get(name)
        return self._variables.get(name) is variable and (argument is None or argument.is_said_by(variable))

    def _is_seen(self, name: str, argument: Definition) -> bool:
        """Whether an ARG line means what it means in the user's file: it stands behind the same ENV of its name, or behind one
        that has its very value."""
        if name not in self._variables:
            return argument.over is None
        variable = self._variables[name]
        return variable is not None and (variable is argument.over or argument.is_said_by(variable))

    def _arguments_for(self, wanted: Definition) -> Iterator[str]:
        """The ARG lines that are not in force yet, each behind those that it needs itself."""
        return chain.from_iterable(map(self._line_of, own_arguments(wanted)))

    def _line_of(self, argument: Definition) -> Iterator[str]:
        if self._arguments.get(argument.name) is not argument:
            yield from self._arguments_for(argument)
            self._arguments[argument.name] = argument
            value = argument.value_with(self._values, self._escape)
            self._values |= {argument.name: value} if value is not None else {}
            yield argument.text
