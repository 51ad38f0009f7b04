"""What a command of a script reads from its input: the lines of a pipeline in front of it, or of its here-document."""

from collections.abc import Callable
from typing import NamedTuple

from layerscope.start.options import read_options
from layerscope.start.programs import base_name
from layerscope.start.shell.expansion import Surroundings, fields, single
from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.knowledge import knowledge
from layerscope.start.shell.output import lines_of, output_of
from layerscope.start.shell.states import State, Value, are_known
from layerscope.start.shell.tree import Command, Commands, Output, Process, Redirection, Simple, Step, Text, Word, first_word

_MOST_LINES = 64
_PLACE = "{}"


class Pipes(NamedTuple):
    """Answers by what a script's image and the words of its commands tell; ``found`` is what ``command -v`` gives."""

    image: ShellImage
    around: Surroundings
    found: Callable[[str, State], str]

    def values(self, word: Word, state: State) -> list[Value]:
        """What ``for`` goes through for one of its words."""
        values = fields((word,), state, self.around)
        if len(word) == 1 and isinstance(word[0], Output) and not are_known(values):
            lines = self.lines(word[0].commands, state)
            return values if lines is None else [Value(line, False) for line in lines]
        return values

    def input(self, commands: Commands, number: int, state: State) -> list[str] | None:
        """The lines that a command of a list reads: of a pipeline in front of it, of ``< <(…)``, or of its here-document."""
        for redirection in reversed(commands[number].redirections):
            match redirection:
                case Redirection(operator="<", word=(Process(commands=inner), *_)):
                    return self.lines(inner, state)
                case Redirection(operator="<<" | "<<<", word=word):
                    return _split_lines(single(word, state, self.around).text)
        first = number
        while commands[first].operator == "|":
            first -= 1
        return self.lines(commands[first:number], state)

    def lines(self, commands: Commands, state: State) -> list[str] | None:
        """The lines that a pipeline prints, or more of them; None when they are not known."""
        if not commands or any(step.operator != "|" for step in commands[1:]):
            return None
        values = self.known_fields(commands[0].command, state)
        if not values:
            return None
        found = lines_of([value.known for value in values], lambda place: self.image.inside(place, state))
        if found is None and len(commands) == 1:
            return _split_lines(output_of(values, state, self.found))
        return found

    def known_fields(self, command: Command, state: State) -> list[Value]:
        """The words of a simple command; none where not all of them are known."""
        values = fields(command.words, state, self.around) if isinstance(command, Simple) else []
        return values if are_known(values) else []

    def names_read(self, condition: Commands, state: State) -> list[str]:
        """The variables that ``while read -r name …`` fills."""
        for step in condition:
            if isinstance(step.command, Simple) and first_word(step) == "read":
                texts = [value.known for value in fields(step.command.words, state, self.around)]
                return list(read_options(texts[1:], knowledge().options["read"]).arguments)
        return []


def reads_words(step: Step) -> bool:
    """Whether a command takes words from the lines of its input."""
    return base_name(first_word(step)) == "xargs"


def with_words(command: Simple, lines: list[str]) -> list[Simple]:
    """``xargs`` as if the lines of its input stood behind its words, or in their place."""
    known = lines[:_MOST_LINES]
    if (Text(_PLACE),) not in command.words:
        return [command._replace(words=(*command.words, *((Text(line),) for line in known)))]
    return [command._replace(words=tuple(_filled(word, line) for word in command.words)) for line in known]


def _filled(word: Word, line: str) -> Word:
    return (Text(line),) if word == (Text(_PLACE),) else word


def _split_lines(text: str | None) -> list[str] | None:
    return None if text is None else text.splitlines()
