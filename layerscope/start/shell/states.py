"""What a script knows at one place."""

from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

MOST_FIELDS = 4096
_MOST_STATES = 16


SKIPS = {("&&", False), ("||", True)}
"""An operator in front of a command, and the status behind which the command does not run."""

HOLE = "…"
"""Stands in a word for what is made while a script runs."""


class Value(NamedTuple):
    """A field. ``text`` is None when it cannot be known; ``certain`` is False when a container may be started with another.

    ``shape`` is what is known of a text that cannot be known as a whole, with holes."""

    text: str | None
    certain: bool = True
    shape: str = HOLE

    @property
    def known(self) -> str:
        """The text, "" when it cannot be known."""
        return self.text or ""

    @property
    def name(self) -> str | None:
        """The text as the name of a program, None when something of it is made while the script runs."""
        return None if HOLE in self.known else self.text

    @property
    def shown(self) -> str:
        """The text, with holes where it cannot be known."""
        return self.shape if self.text is None else self.text


UNKNOWN = Value(None, False)


def is_made(name: str) -> bool:
    """Whether nothing tells which program a name means: a variable in it is set where the container is started, or later."""
    return not name or HOLE in name


def are_known(values: Iterable[Value]) -> bool:
    """Whether the text of each is known."""
    return all(value.text is not None for value in values)


class State(Struct, frozen=True, kw_only=True):
    """What a script knows at one place.

    Variables that are absent are unset, unless they are set where the container is started. ``arrays`` are those whose values
    are known one by one, by their keys. ``status`` is that of the last command, None when it is not known.
    """

    variables: dict[str, Value]
    arguments: tuple[str, ...]
    name: str
    directory: str
    status: bool | None = True
    arrays: dict[str, dict[str, Value]] = {}

    @staticmethod
    def at(directory: str) -> "State":
        """A state of which nothing but the directory is known."""
        return State(variables={}, arguments=(), name="", directory=directory)

    def text(self, name: str) -> str | None:
        """The text of a variable, None when it is unset or cannot be known."""
        return self.variables.get(name, UNKNOWN).text

    def having(self, name: str, value: Value) -> "State":
        """The same with a variable set."""
        return self.having_all({name: value})

    def having_all(self, values: Mapping[str, Value]) -> "State":
        """The same with variables set."""
        arrays = {name: array for name, array in self.arrays.items() if name not in values}
        return replace(self, variables={**self.variables, **values}, arrays=arrays)

    def having_array(self, name: str, values: Mapping[str, Value]) -> "State":
        """The same with an array set."""
        state = self.having(name, UNKNOWN)
        return replace(state, arrays={**state.arrays, name: dict(islice(values.items(), MOST_FIELDS))})

    def without(self, names: set[str]) -> "State":
        """The same with variables unset."""
        return replace(
            self,
            variables={name: value for name, value in self.variables.items() if name not in names},
            arrays={name: values for name, values in self.arrays.items() if name not in names},
        )

    def with_former(self, names: Collection[str], former: "State") -> "State":
        """The same with variables as they were in a former state, set or unset."""
        return self.without(set(names)).having_all({name: former.variables[name] for name in names if name in former.variables})

    def with_line(self, names: list[str], line: str) -> "State":
        """The state behind ``read`` of a line: the last name takes the rest of it."""
        texts = line.split(None, len(names) - 1) if len(names) > 1 else [line]
        return self.having_all(dict(zip(names, map(Value, (*texts, *[""] * len(names))), strict=False)))


def different(states: list[State]) -> list[State]:
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
        merged[key] = _merge(merged.get(key, state), state)
    return list(merged.values())[:_MOST_STATES]


def _merge(one: State, other: State) -> State:
    names = {**one.variables, **other.variables}
    variables = {
        name: value if one.variables.get(name) == other.variables.get(name) else UNKNOWN for name, value in names.items()
    }
    arrays = {name: values for name, values in one.arrays.items() if other.arrays.get(name) == values}
    return replace(one, variables=variables, arrays=arrays)


def common(states: list[State]) -> bool | None:
    """The status of all states, None where it differs."""
    statuses = {state.status for state in states}
    return statuses.pop() if len(statuses) == 1 else None
