"""The compact description of an image: everything about its files but most of their contents, in one small file."""

from msgspec import Raw, Struct, json

from layerscope.core.names import parse, printable
from layerscope.sources.bytes.compression import inflate

_MOST_SHARED = 200
_FIRST_DIGIT = 33


class LayerDescription(Struct, frozen=True, kw_only=True):
    """One layer, a row an entry in its tar's order.

    ``paths`` are front-coded lines (:func:`front_coded`) of printable paths. ``shapes`` are distinct (kind, mode, uid, gid),
    and ``shape_of`` says which each row has. ``contents`` are whole files by row, ``patches`` stretches of one by their offset.
    """

    diff_id: str
    tar_size: int
    paths: str
    shapes: list[tuple[int, int, int, int]]
    shape_of: list[int]
    sizes: list[int]
    mtimes: list[int]
    links: dict[int, str]
    contents: dict[int, str]
    patches: dict[int, list[tuple[int, bytes]]]


class Description(Struct, frozen=True):
    """One image: ``name`` is what it was called, ``config`` its configuration as JSON, lowest layer first."""

    name: str
    engine_size: int | None
    config: Raw
    layers: list[LayerDescription]


def read_description(compressed: bytes) -> Description:
    """The description in a zstd frame (RFC 8878) of JSON, as :func:`description_text` writes it."""
    return json.decode(b"".join(map(bytes, inflate(memoryview(compressed), "zstd"))), type=Description)


def description_text(description: Description) -> bytes:
    """The description as JSON, to be compressed with zstd."""
    return json.encode(description)


def front_coded(paths: list[bytes]) -> str:
    """Lines of printable paths, each without the beginning that it shares with the line before; the first character says how
    long that is (``!`` for 0)."""
    lines = []
    before = ""
    for path in map(printable, paths):
        most = min(len(path), len(before), _MOST_SHARED)
        shared = next((position for position in range(most) if path[position] != before[position]), most)
        lines.append(chr(_FIRST_DIGIT + shared) + path[shared:])
        before = path
    return "\n".join(lines)


def front_decoded(text: str) -> list[bytes]:
    """The paths of :func:`front_coded`."""
    paths = []
    before = ""
    for line in text.split("\n") if text else ():
        before = before[: ord(line[0]) - _FIRST_DIGIT] + line[1:]
        paths.append(before.encode() if "\\" not in before else parse(before))
    return paths
