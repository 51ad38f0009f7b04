"""What the user's Dockerfile defines, by variables or without, and what each definition is made of."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct

from layerscope.dockerfile.expansion import BadSubstitution, expand
from layerscope.dockerfile.model import Dockerfile, Instruction, Word
from layerscope.dockerfile.stages import global_arguments

_MOST_DEFINITIONS = 200
"""Of how many definitions a value may be made; one of more stays as the image has it."""

OF_ONE_WORD = ("WORKDIR", "USER", "STOPSIGNAL")
OF_WORDS = ("EXPOSE", "VOLUME")


class Definition(Struct, frozen=True, eq=False, kw_only=True):
    """What a word of ARG, ENV, LABEL, EXPOSE or VOLUME says of ``name``, or WORKDIR, USER or STOPSIGNAL of the stage.

    ``text`` is the instruction for this word alone, ``raw`` its value as it is written, None for an ARG without one, which may
    have ``inherited`` one. ``needs`` has, for each variable in it, what defines that one; None where nothing in the file does,
    or it is not known which; ``weight`` counts it and all that it is made of. ``over`` is the ENV that has the name of an ARG
    where that stands.
    """

    keyword: str
    name: str
    text: str
    raw: str | None
    needs: dict[str, "Definition | None"]
    weight: int
    inherited: str | None = None
    over: "Definition | None" = None

    def value(self, escape: str) -> str | None:
        """Its value in a build without ``--build-arg``; None where it has none, or cannot be read."""
        if self.raw is None and self.over is not None:
            return self.inherited if self.inherited is not None else self.over.value(escape)
        return self.value_with(self._values(escape), escape)

    def _values(self, escape: str) -> dict[str, str]:
        """The values of what it is made of."""
        values = ((name, need.value(escape)) for name, need in _known(self.needs))
        return {name: value for name, value in values if value is not None}

    def value_with(self, values: Mapping[str, str], escape: str) -> str | None:
        """Its value where variables have some values."""
        if self.raw is None:
            return self.inherited
        with suppress(BadSubstitution):
            return expand(self.raw, values, escape)
        return None

    def is_said_by(self, variable: "Definition") -> bool:
        """Whether an ENV gives its name the very value of this build argument."""
        written = (variable.raw or "").removeprefix('"').removesuffix('"')
        return variable.needs.get(self.name) is self and written in (f"${self.name}", f"${{{self.name}}}")


def _known(needs: Mapping[str, Definition | None]) -> Iterator[tuple[str, Definition]]:
    """The variables of which it is known what defines them."""
    return ((name, need) for name, need in needs.items() if need is not None)


def arguments_of(wanted: Definition) -> Iterator[Definition]:
    """The build arguments that something is made of, directly or by another one; each behind its own."""
    for need in own_arguments(wanted):
        yield from arguments_of(need)
        yield need


def own_arguments(wanted: Definition) -> Iterator[Definition]:
    """The build arguments that stand in something itself."""
    return (need for _, need in _known(wanted.needs) if need.keyword == "ARG")


def arguments_behind(wanted: Definition) -> Iterator[str]:
    """The names of all build arguments that have a part in something, by whatever it is made of."""
    for _, need in _known(wanted.needs):
        yield from (need.name,) if need.keyword == "ARG" else ()
        yield from arguments_behind(need)


def plain_name(written: str, escape: str) -> str:
    """The name of an ENV or a LABEL without its quotes."""
    with suppress(BadSubstitution):
        return expand(written, {}, escape, keep_unset=True)
    return written


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


class Definitions:
    """What the instructions of a file's stages define, the last of each name.

    ``named`` are those of ENV and LABEL, by keyword and name, ``listed`` those of EXPOSE and VOLUME, ``words`` the others, and
    ``declared`` all of ARG.
    """

    def __init__(self, file: Dockerfile) -> None:
        self._escape = file.escape
        self._global = global_arguments(file)
        self._arguments: dict[str, Definition] = {}
        self.named: dict[tuple[str, str], Definition] = {}
        self.listed: list[Definition] = []
        self.words: dict[str, Definition] = {}
        self.declared: list[Definition] = []

    @property
    def settings(self) -> Iterator[tuple[tuple[str, str], Definition]]:
        """What a stage keeps of all this: by keyword, and the name of ENV and LABEL."""
        yield from self.named.items()
        yield from (((each.keyword, ""), each) for each in (*self.listed, *self.words.values()))

    def enter(self, instructions: Iterable[Instruction]) -> None:
        """Takes in what makes a stage, which knows no build arguments of the one below it."""
        self._arguments = {}
        takers = {"ARG": self._take_arguments, "ENV": self._name, "LABEL": self._name}
        takers |= dict.fromkeys(OF_WORDS, self._take_words) | dict.fromkeys(OF_ONE_WORD, self._take_word)
        for item in instructions:
            if item.keyword in takers:
                takers[item.keyword](item)

    def _take_word(self, item: Instruction) -> None:
        self.words[item.keyword] = self._definition(item.keyword, "", item.arguments.text, item.arguments.text)

    def _take_words(self, item: Instruction) -> None:
        if item.exec_form is not None:
            written = [(json.dumps([word], ensure_ascii=False), word) for word in item.exec_form]
        else:
            written = [(word.text, word.text) for word in item.words]
        self.listed += [self._definition(item.keyword, "", text, raw) for text, raw in written]

    def _take_arguments(self, item: Instruction) -> None:
        # all of them know what was set in front of the instruction, and nothing of each other
        found = dict(list(map(self._argument, item.words)))
        self._arguments |= found
        self.declared += found.values()

    def _argument(self, word: Word) -> tuple[str, Definition]:
        """What a word of ARG defines: one without a value nothing, where the argument has one already."""
        name, has_value, raw = word.text.partition("=")
        known = self._arguments.get(name) if not has_value and name not in self._global else None
        return name, known or self._definition("ARG", name, word.text, raw if has_value else None)

    def _name(self, item: Instruction) -> None:
        """Takes in ENV, which hides build arguments of its names, or LABEL."""
        found = self._assigned(item)
        self.named |= {(item.keyword, name): definition for name, definition in found.items()}
        if item.keyword == "ENV":
            self._arguments = {name: each for name, each in self._arguments.items() if name not in found}

    def _assigned(self, item: Instruction) -> dict[str, Definition]:
        """What ENV or LABEL defines, by name; all of it knows nothing of each other."""
        sign = "=" if any("=" in word.text for word in item.words[:1]) else " "
        return {
            plain_name(name, self._escape): self._definition(item.keyword, name, f"{name}{sign}{raw}", raw)
            for name, raw in item.assignments
        }

    def _definition(self, keyword: str, name: str, written: str, raw: str | None) -> Definition:
        needs = {asked: self._defining(asked) for asked in _asked(raw or "", self._escape)}
        over = self.named.get(("ENV", name)) if keyword == "ARG" else None
        weight = 1 + sum(need.weight for _, need in _known({**needs, name: over} if over else needs))
        if weight > _MOST_DEFINITIONS:
            weight, needs, over = 1, {"": None}, None
        return Definition(
            keyword=keyword,
            name=name,
            text=f"{keyword} {written}",
            raw=raw,
            needs=needs,
            weight=weight,
            inherited=self._global.get(name),
            over=over,
        )

    def _defining(self, name: str) -> Definition | None:
        return self._arguments.get(name) or self.named.get(("ENV", name))


def _asked(raw: str, escape: str) -> Sequence[str]:
    """The variables in a value; one without a name, which nothing defines, where it cannot be read."""
    names = _Names()
    try:
        expand(raw, names, escape)
    except BadSubstitution:
        return [*names.asked, ""]
    return list(names.asked)
