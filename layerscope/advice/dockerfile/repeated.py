"""Values that the user's Dockerfile makes of build arguments, written in a new last stage as the user writes them.

The image has the values that one build gave them; repeated with their ARG lines, they follow ``--build-arg`` again.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from itertools import chain

from msgspec import Struct

from layerscope.credentials import spans_of
from layerscope.dockerfile.edit import Edit, with_edits
from layerscope.dockerfile.expansion import BadSubstitution, expand
from layerscope.dockerfile.model import Dockerfile, Instruction
from layerscope.dockerfile.read import read
from layerscope.dockerfile.stages import Stage, carried_out, global_arguments, stages

_NAMED = ("ENV", "LABEL")
_MOST_DEFINITIONS = 200
"""Of how many definitions a value may be made; one of more stays as the image has it."""

_OF_ONE_WORD = ("WORKDIR", "USER", "STOPSIGNAL")


class _Definition(Struct, frozen=True, eq=False, kw_only=True):
    """What a word of ARG, ENV, LABEL or EXPOSE says of ``name``, or WORKDIR, USER or STOPSIGNAL of the stage.

    ``text`` is the instruction for this word alone, ``raw`` its value as it is written, None for an ARG without one. ``needs``
    has, for each variable in it, what defines that one; None where nothing in the file does, or it is not known which;
    ``weight`` counts it and all that it is made of.
    """

    keyword: str
    name: str
    text: str
    raw: str | None
    needs: dict[str, "_Definition | None"]
    weight: int
    inherited: str | None = None

    def value(self, escape: str) -> str | None:
        """Its value in a build without ``--build-arg``; None where it has none, or cannot be read."""
        if self.raw is None:
            return self.inherited
        values = ((name, need.value(escape)) for name, need in self.needs.items() if need is not None)
        with suppress(BadSubstitution):
            return expand(self.raw, {name: value for name, value in values if value is not None}, escape)
        return None


def repeated(addition: str, file: Dockerfile, built: Sequence[Stage]) -> str:
    """The text of one or more stages, with what the last of them says of its configuration in the words of ``file``.

    ``built`` are the stages of the file that the image was made by, the lowest first. A value is only repeated where all its
    variables come from build arguments, or from ENV that the new stage has in front of it.
    """
    head = f"# escape={file.escape}\n"
    new = read(head + addition)
    known = _Definitions(file)
    for instructions in carried_out(built):
        known.enter(instructions)
    items = stages(new)[-1].instructions
    edits = map(_NewStage(known, file.escape, items).edit, items)
    return with_edits(head + addition, [edit for edit in edits if edit is not None])[len(head) :]


class _Names(Mapping[str, str]):
    """Values of nothing, which remember what was asked for."""

    def __init__(self) -> None:
        self.asked: dict[str, None] = {}

    def __getitem__(self, name: str) -> str:
        self.asked[name] = None
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class _Definitions:
    """What the instructions of a file's stages define, the last of each name."""

    def __init__(self, file: Dockerfile) -> None:
        self._escape = file.escape
        self._global = global_arguments(file)
        self._arguments: dict[str, _Definition] = {}
        self.named: dict[tuple[str, str], _Definition] = {}
        self.ports: list[_Definition] = []
        self.words: dict[str, _Definition] = {}

    def enter(self, instructions: Sequence[Instruction]) -> None:
        """Takes in what makes a stage, which knows no build arguments of the one below it."""
        self._arguments = {}
        takers = {"ARG": self._take_arguments, "ENV": self._name, "LABEL": self._name, "EXPOSE": self._take_ports}
        takers |= dict.fromkeys(_OF_ONE_WORD, self._take_word)
        for item in instructions:
            if item.keyword in takers:
                takers[item.keyword](item)

    def _take_word(self, item: Instruction) -> None:
        self.words[item.keyword] = self._definition(item.keyword, "", item.arguments.text, item.arguments.text)

    def _take_arguments(self, item: Instruction) -> None:
        for word in item.words:
            name, has_value, raw = word.text.partition("=")
            self._arguments[name] = self._definition("ARG", name, word.text, raw if has_value else None)

    def _take_ports(self, item: Instruction) -> None:
        self.ports += [self._definition("EXPOSE", "", word.text, word.text) for word in item.words]

    def _name(self, item: Instruction) -> None:
        """Takes in ENV, which hides build arguments of its names, or LABEL."""
        sign = "=" if any("=" in word.text for word in item.words[:1]) else " "
        # all of them know what was set in front of the instruction, and nothing of each other
        self.named |= {
            (item.keyword, plain_name(name, self._escape)): self._definition(item.keyword, name, f"{name}{sign}{raw}", raw)
            for name, raw in item.assignments
        }
        if item.keyword == "ENV":
            self._arguments = {name: each for name, each in self._arguments.items() if ("ENV", name) not in self.named}

    def _definition(self, keyword: str, name: str, written: str, raw: str | None) -> _Definition:
        names = _Names()
        try:
            expand(raw or "", names, self._escape)
        except BadSubstitution:
            names.asked[""] = None  # nothing defines what could not be read
        needs = {asked: self._defining(asked) for asked in names.asked}
        weight = 1 + sum(need.weight for need in needs.values() if need is not None)
        if weight > _MOST_DEFINITIONS:
            weight, needs = 1, {"": None}
        return _Definition(
            keyword=keyword,
            name=name,
            text=f"{keyword} {written}",
            raw=raw,
            needs=needs,
            weight=weight,
            inherited=self._global.get(name),
        )

    def _defining(self, name: str) -> _Definition | None:
        found = {self._arguments.get(name), self.named.get(("ENV", name))} - {None}
        return found.pop() if len(found) == 1 else None


def plain_name(written: str, escape: str) -> str:
    """The name of an ENV or a LABEL without its quotes."""
    with suppress(BadSubstitution):
        return expand(written, {}, escape, keep_unset=True)
    return written


class _NewStage:
    """What the new stage has so far: its ENV, and the ARG lines in force. ``items`` are all that it is to have."""

    def __init__(self, known: _Definitions, escape: str, items: Sequence[Instruction]) -> None:
        self._known = known
        self._escape = escape
        self._variables: dict[str, _Definition | None] = {}
        self._arguments: dict[str, _Definition] = {}
        self._asked = tuple(dict.fromkeys(chain.from_iterable(map(_arguments_of, filter(None, map(self._wanted, items))))))

    def edit(self, item: Instruction) -> Edit | None:
        """The user's words for an instruction of the new stage; None where it stays."""
        wanted = self._wanted(item)
        names = {plain_name(name, self._escape) for name, _ in item.assignments} if item.keyword == "ENV" else frozenset()
        lines = list(self._before_hidden(names))
        repeats = wanted is not None and wanted.needs and self._can_say(wanted)
        if wanted is not None and repeats:
            lines += (*self._arguments_for(wanted), wanted.text)
        self._variables |= dict.fromkeys(names, wanted)
        if not lines:
            return None
        return Edit(item.start, item.start if not repeats else item.arguments.end, "\n".join(lines) + "\n" * (not repeats))

    def _before_hidden(self, names: Set[str]) -> Iterator[str]:
        """The ARG lines that have to stand in front of an ENV of some names, as they are made of arguments of these names."""
        for argument in self._asked:
            if not names.isdisjoint(need.name for need in _arguments_of(argument)) and self._can_say(argument):
                yield from self._line_of(argument)

    def _wanted(self, item: Instruction) -> _Definition | None:
        if item.keyword in _NAMED and item.assignments:
            return self._known.named.get((item.keyword, plain_name(item.assignments[0][0], self._escape)))
        if item.keyword == "EXPOSE":
            wanted = {item.arguments.text, item.arguments.text.removesuffix("/tcp")}
            return next((port for port in self._known.ports if port.value(self._escape) in wanted), None)
        return self._wanted_word(item) if item.keyword in _OF_ONE_WORD else None

    def _wanted_word(self, item: Instruction) -> _Definition | None:
        """What the user's file says in the place of an instruction; nothing where that is a directory below another one."""
        wanted = self._known.words.get(item.keyword)
        if wanted is None or item.keyword != "WORKDIR":
            return wanted
        return (
            wanted if (wanted.value(self._escape) or "").rstrip("/") == plain_name(item.arguments.text, self._escape) else None
        )

    def _can_say(self, wanted: _Definition) -> bool:
        return not spans_of(wanted.text) and all(self._can_use(name, need) for name, need in wanted.needs.items())

    def _can_use(self, name: str, need: _Definition | None) -> bool:
        """Whether a variable stands for the same in the new stage."""
        if need is None or need.keyword == "ENV":
            return need is not None and self._variables.get(name) is need
        in_force = self._arguments.get(name) is need and name not in self._variables
        return in_force or (self._is_seen(name, need) and self._can_say(need))

    def _is_seen(self, name: str, argument: _Definition) -> bool:
        """Whether a build argument is not hidden by an ENV of its name, but for one that has its very value."""
        if name not in self._variables:
            return True
        variable = self._variables[name]
        if variable is None or variable.needs.get(name) is not argument:
            return False
        return variable.raw in (f"${name}", f"${{{name}}}")

    def _arguments_for(self, wanted: _Definition) -> Iterator[str]:
        """The ARG lines that are not in force yet, each behind those that it needs itself."""
        for need in wanted.needs.values():
            if need is not None and need.keyword == "ARG":
                yield from self._line_of(need)

    def _line_of(self, argument: _Definition) -> Iterator[str]:
        if self._arguments.get(argument.name) is not argument:
            yield from self._arguments_for(argument)
            self._arguments[argument.name] = argument
            yield argument.text


def _arguments_of(wanted: _Definition) -> Iterator[_Definition]:
    """The build arguments that something is made of, directly or by another one; each behind its own."""
    for need in wanted.needs.values():
        if need is not None and need.keyword == "ARG":
            yield from _arguments_of(need)
            yield need
