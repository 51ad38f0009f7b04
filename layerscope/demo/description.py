"""The compact description of an image: everything about its files but most of their contents, in one small file."""

from importlib import resources

from msgspec import Raw, Struct, json

from layerscope.core.errors import UsageError
from layerscope.sources.bytes.compression import Form, inflate

DESCRIPTIONS = {"fat": "fat.json.zst", "lean": "lean.json.zst"}
"""The embedded images and the files that describe them, zstd frames (RFC 8878) of JSON."""


class LayerDescription(Struct, frozen=True, kw_only=True):
    """One layer, a row an entry in its tar's order.

    ``paths`` are printable, ``attributes`` are kind, mode, uid and gid. ``contents`` are whole files by row, ``patches``
    stretches of one by their offset.
    """

    diff_id: str
    tar_size: int
    paths: list[str]
    attributes: list[tuple[int, int, int, int]]
    sizes: list[int]
    mtimes: list[int]
    links: dict[int, str]
    contents: dict[int, str]
    patches: dict[int, list[tuple[int, bytes]]]


class Description(Struct, frozen=True):
    """One image: ``name`` is its tag, ``config`` its configuration as JSON; the lowest layer comes first."""

    name: str
    engine_size: int | None
    config: Raw
    layers: list[LayerDescription]


def describe(which: str) -> Description:
    """The description of an embedded image; UsageError when there is none of that name."""
    if which not in DESCRIPTIONS:
        known = " and ".join(f"demo:{name}" for name in DESCRIPTIONS)
        raise UsageError(f"there is no demo image of that name; they are {known}")
    stored = resources.files(__package__).joinpath(DESCRIPTIONS[which]).read_bytes()
    return json.decode(b"".join(map(bytes, inflate(memoryview(stored), Form.ZSTD))), type=Description)
