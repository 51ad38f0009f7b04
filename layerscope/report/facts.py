"""Facts for JSON documents: structs of plain, printable values, filled from the models of the same field names."""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta, Struct

from layerscope.core.names import absolute, printable

Facts = TypeVar("Facts", bound=Struct)
Value = TypeVar("Value")

Bytes = Annotated[int, Meta(ge=0, description="bytes")]
Count = Annotated[int, Meta(ge=0)]


class Pair(Struct, Generic[Value], frozen=True, kw_only=True):
    """The same fact of two images. The fields that a subclass adds without ``kw_only`` come first in JSON."""

    fat: Value
    lean: Value


class Change(Pair[Bytes], frozen=True, kw_only=True):
    """A number of bytes on both sides; ``delta`` is fat - lean."""

    delta: int


def facts_of(kind: type[Facts], source: object, text: Callable[[str], str] = printable, /, **given: Any) -> Facts:
    """The struct whose fields are ``given``, or else the source's attributes of the same names.

    ``text`` makes strings printable, but for the words of enumerations, which are our own; bytes are paths and become absolute;
    sequences become lists.
    """
    names = (name for name in kind.__struct_fields__ if name not in given)
    return kind(**{name: _plain(getattr(source, name), text) for name in names}, **given)


def _plain(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return str(value) if isinstance(value, Enum) else text(value)
    if isinstance(value, bytes):
        return absolute(value)
    if isinstance(value, (tuple, list)):
        return [_plain(item, text) for item in value]
    return value
