"""JSON from strangers, read so that no wrong type, depth or size can do more than become a problem."""

import json
from pathlib import Path
from typing import Any, TypeVar

from layerscope.core import limits
from layerscope.core.errors import ImageError
from layerscope.core.names import printable
from layerscope.sources.bytes.blobs import Blob

Kind = TypeVar("Kind")

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
    and added to ``problems``. ``where`` names the document."""

    __slots__ = ("_members", "problems", "where")

    def __init__(self, value: object, where: str, problems: list[str]) -> None:
        self.where = where
        self.problems = problems
        self._members: dict[str, Any] = value if isinstance(value, dict) else {}
        if value is not None and not isinstance(value, dict):
            problems.append(f"{where} is {kind(value)} where an object belongs")

    @classmethod
    def of_text(cls, text: bytes | str) -> "Fields":
        """The JSON object in ``text``; an empty one, with a problem, where there is none."""
        try:
            return cls(json.loads(text), "the text", [])
        except (ValueError, RecursionError):
            return cls(None, "", ["the text is not JSON"])

    @classmethod
    def of_file(cls, path: Path) -> "Fields":
        """The JSON object in a file of settings; an empty one where there is none that can be read."""
        try:
            with path.open("rb") as file:
                return cls.of_text(file.read(limits.SETTINGS_BYTES))
        except OSError:
            return cls(None, "", [])

    def __contains__(self, key: str) -> bool:
        return key in self._members

    def __bool__(self) -> bool:
        return bool(self._members)

    def _member(self, key: str, wanted: type[Kind], name: str) -> Kind | None:
        """A member of exactly the ``wanted`` type: a truth value is no number."""
        value = self._members.get(key)
        if type(value) is wanted:
            return value
        if value is not None:
            self.problems.append(f"{self._of(key)} is {kind(value)} where {name} belongs")
        return None

    def _of(self, key: str) -> str:
        return f"{self.where}: {printable(key)}"

    def text(self, key: str) -> str:
        """A string."""
        return self._member(key, str, "a string") or ""

    def count(self, key: str) -> int | None:
        """A whole number that is not negative; None when there is none."""
        value = self._member(key, int, "a number")
        if value is None or value >= 0:
            return value
        self.problems.append(f"{self._of(key)} is a number where a size of 0 or more belongs")
        return None

    def number(self, key: str) -> int:
        """A whole number that is not negative; 0 when there is none."""
        return self.count(key) or 0

    def flag(self, key: str) -> bool:
        """A truth value."""
        return self._member(key, bool, "a truth value") or False

    def items(self, key: str) -> list[object]:
        """A list of anything."""
        return self._member(key, list, "a list") or []

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; others in it are left out."""
        found = self.items(key)
        texts = tuple(item for item in found if isinstance(item, str))
        if len(texts) != len(found):
            self.problems.append(f"{self._of(key)} holds something other than strings")
        return texts

    def fields(self, key: str) -> "Fields":
        """An object."""
        return Fields(self._members.get(key), self._of(key), self.problems)

    def many(self, key: str) -> "list[Fields]":
        """A list of objects; others in it are empty objects, and problems."""
        items = enumerate(self.items(key))
        return [Fields(item, f"{self._of(key)}[{number}]", self.problems) for number, item in items]

    def keys(self, key: str) -> tuple[str, ...]:
        """The names in an object, as in ``ExposedPorts``."""
        return tuple(self.fields(key)._members)

    def mapping(self, key: str) -> dict[str, str]:
        """An object of strings, as labels and annotations are; other values become empty."""
        found = self.fields(key)
        return {name: found.text(name) for name in found._members}
