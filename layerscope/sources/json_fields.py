"""JSON from an image, read so that no wrong type, depth or size can do more than become a problem."""

import json
from typing import Any

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.core.names import printable
from layerscope.sources.bytes.blobs import Blob

_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "a truth value", int: "a number", float: "a number"}


def load(blob: Blob, where: str = "") -> object:
    """The JSON in ``blob``; :class:`ImageError` when it is too large, cut off, empty or no JSON. ``where`` names what it is
    part of."""
    content = blob.read(limits.MANIFEST_BYTES)
    name = f"{where}: {blob.name}" if where else blob.name
    if not content:
        raise ImageError(f"{name} is empty", "the image is damaged: fetch or save it again")
    try:
        return json.loads(content)
    except RecursionError:
        raise ImageError(f"{name} is nested too deeply to be read") from None
    except ValueError as error:
        reason = printable(str(error))
        raise ImageError(f"{name} is not valid JSON: {reason}", "the image is damaged: fetch or save it again") from None


def kind(value: object) -> str:
    """What JSON calls the type of ``value``, with its article."""
    return _KINDS.get(type(value), "null")


class Fields:
    """A JSON object whose members may be of any type. What is absent or null is empty; what is of the wrong type is empty too,
    and said in ``problems``. ``where`` names the document."""

    __slots__ = ("_members", "problems", "where")

    def __init__(self, value: object, where: str, problems: list[str]) -> None:
        self.where = where
        self.problems = problems
        self._members: dict[str, Any] = value if isinstance(value, dict) else {}
        if value is not None and not isinstance(value, dict):
            problems.append(f"{where} is {kind(value)} where an object belongs")

    def __contains__(self, key: str) -> bool:
        return key in self._members

    def __bool__(self) -> bool:
        return bool(self._members)

    def _wrong(self, key: str, value: object, wanted: str) -> None:
        self.problems.append(f"{self.where}: {printable(key)} is {kind(value)} where {wanted} belongs")

    def text(self, key: str) -> str:
        """A string."""
        value = self._members.get(key)
        if isinstance(value, str):
            return value
        if value is not None:
            self._wrong(key, value, "a string")
        return ""

    def number(self, key: str) -> int:
        """A whole number that is not negative; 0 when there is none."""
        value = self._members.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        if value is not None:
            wanted = "a size of 0 or more" if isinstance(value, int) else "a number"
            self._wrong(key, value, wanted)
        return 0

    def flag(self, key: str) -> bool:
        """A truth value."""
        value = self._members.get(key)
        if value is not None and not isinstance(value, bool):
            self._wrong(key, value, "a truth value")
        return value is True

    def items(self, key: str) -> list[object]:
        """A list of anything."""
        value = self._members.get(key)
        if isinstance(value, list):
            return value
        if value is not None:
            self._wrong(key, value, "a list")
        return []

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; others in it are left out."""
        found = self.items(key)
        texts = tuple(item for item in found if isinstance(item, str))
        if len(texts) != len(found):
            self.problems.append(f"{self.where}: {printable(key)} holds something other than strings")
        return texts

    def fields(self, key: str) -> "Fields":
        """An object."""
        return Fields(self._members.get(key), f"{self.where}: {printable(key)}", self.problems)

    def many(self, key: str) -> "list[Fields]":
        """A list of objects; others in it are empty objects, and problems."""
        return [
            Fields(item, f"{self.where}: {printable(key)}[{number}]", self.problems)
            for number, item in enumerate(self.items(key))
        ]

    def keys(self, key: str) -> tuple[str, ...]:
        """The names in an object, as in ``ExposedPorts``."""
        return tuple(self.fields(key)._members)

    def mapping(self, key: str) -> dict[str, str]:
        """An object of strings, as labels and annotations are; other values become empty."""
        found = self.fields(key)
        return {name: found.text(name) for name in found._members}
