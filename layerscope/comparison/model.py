"""What a comparison says. ``fat`` is the first image, ``lean`` the second, whichever is the larger.

All sizes are bytes of content as in design.md §4. A *gap* is fat - lean: positive where the lean image has less. The gap of the
images is that of what their layers store (live + shadowed), and it is explained twice, each time to the last byte: by category
and component, and by path (live bytes) together with what is shadowed.
"""

from array import array
from enum import IntEnum
from operator import sub
from typing import Literal

from msgspec import Struct
from msgspec.structs import astuple

from layerscope.advice.model import Finding
from layerscope.analysis import Analysis
from layerscope.core.vocabulary import Category, Ecosystem


class PathState(IntEnum):
    """How a path of either final filesystem compares. A file that moved is two rows, one on each side, and one fact.

    The last two are for rows of a tree only: INSIDE is a directory of both sides in which something differs, PERMISSIONS the
    same content with another mode, user or group.
    """

    SAME = 0
    CHANGED = 1
    ONLY_FAT = 2
    ONLY_LEAN = 3
    MOVED_FROM = 4
    MOVED_TO = 5
    INSIDE = 6
    PERMISSIONS = 7


class Paths(Struct, frozen=True, eq=False, kw_only=True):
    """Every path of both final filesystems, one row each, in byte order of their components (a directory before its content).

    Row 0 is the root (b""), and every other row's directory is a row before it, also where no layer lists that directory.
    ``fat`` and ``lean`` are the entries of each side's filesystem, -1 where that side has no such path, or has it as a
    directory that none of its layers lists: ``states`` says which. They are :class:`PathState`; rows are SAME when kind,
    content and link target are, a hard link being what it links to. ``fat_sizes`` and ``lean_sizes`` are the live bytes that
    the row stores on each side, a hard link's at the first of its live names: they add up to ``sizes.live``.

    ``moved`` maps each MOVED_FROM row to its MOVED_TO row. ``permissions`` are the rows, SAME or CHANGED, whose mode, user or
    group differ. ``unverified`` are SAME rows of equal size whose content could not be read to know it.
    """

    paths: list[bytes]
    fat: "array[int]"
    lean: "array[int]"
    states: bytearray
    fat_sizes: "array[int]"
    lean_sizes: "array[int]"
    moved: dict[int, int]
    permissions: tuple[int, ...]
    unverified: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.paths)


class CategoryGap(Struct, frozen=True):
    """One category: what each side's layers store of it."""

    category: str
    fat: int
    lean: int

    @property
    def gap(self) -> int:
        return self.fat - self.lean


class ComponentGap(Struct, frozen=True, kw_only=True):
    """One component on both sides, by category, name and ecosystem; versions are "" where it is absent or has none.

    Several versions on one side are one row, its versions joined by ", ".
    """

    category: Category
    name: str
    ecosystem: Ecosystem
    fat_version: str
    lean_version: str
    fat: int
    lean: int

    @property
    def gap(self) -> int:
        return self.fat - self.lean


class ConfigPair(Struct, frozen=True):
    """One key of the configuration: ``ENV PATH``, ``USER``, ``LABEL x``…, in a Dockerfile's words; None where a side has none.

    Texts and key are the image's own, credentials masked; they pass :func:`layerscope.core.names.printable` on their way out.
    """

    key: str
    fat: str | None
    lean: str | None


class LayerPair(Struct, frozen=True):
    """The lowest layers that both images share, by diff ID: how many, the bytes they store, and compressed where known."""

    count: int
    stored: int
    compressed: int | None


class Note(Struct, frozen=True):
    """Something that a change of base brings: another libc, a library's other ABI, another version of an interpreter."""

    title: str
    text: str


class Pull(Struct, frozen=True):
    """What one image costs a cluster. ``pull`` is what a node transfers, ``stored`` what it keeps; ``seconds`` its pull."""

    pull: int
    stored: int
    transfer: int
    seconds: float
    storage: int


class Cluster(Struct, frozen=True):
    """``pods`` run an image on ``nodes`` nodes, each of which pulls with ``bandwidth`` bits a second."""

    pods: int
    nodes: int
    bandwidth: int


GUIDES_CLUSTER = Cluster(pods=100, nodes=100, bandwidth=1_000_000_000)
"""The cluster of the guides: a node for each pod, at 1 Gbit/s."""


class Impact(Struct, frozen=True, kw_only=True):
    """Both images on a cluster. A layer is pulled and kept once per node, however many pods run there.

    ``basis`` is "compressed" where both sides' sizes in a registry are known. ``shared`` is what a node that has the fat image
    need not pull for the lean one, ``together`` what both keep on all nodes while one replaces the other.
    """

    cluster: Cluster
    basis: Literal["compressed", "uncompressed"]
    fat: Pull
    lean: Pull
    shared: int
    together: int

    @property
    def saved(self) -> Pull:
        """fat - lean, in each column."""
        return Pull(*map(sub, astuple(self.fat), astuple(self.lean)))


class Comparison(Struct, frozen=True, eq=False, kw_only=True):
    """Everything that is known of two images together.

    ``gap`` = Σ ``categories`` = Σ ``components`` = Σ ``paths`` (fat - lean) + the shadowed bytes' difference.
    ``categories`` and ``components`` have the largest gap (either way) first. ``config`` has every key of either side.
    ``remaining`` are the findings in the lean image: what it still carries in vain. ``notices`` are what a reader must know
    first, one line each: images in the wrong order, the same image twice, different platforms, parts that could not be read.
    """

    fat: Analysis
    lean: Analysis
    gap: int
    categories: tuple[CategoryGap, ...]
    components: tuple[ComponentGap, ...]
    paths: Paths
    config: tuple[ConfigPair, ...]
    shared_layers: LayerPair
    notes: tuple[Note, ...]
    remaining: tuple[Finding, ...]
    impact: Impact
    notices: tuple[str, ...]
