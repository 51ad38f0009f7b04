"""Findings and the recommendation, as data."""

from msgspec import Struct, field

from layerscope.advice.delivery.model import Copy
from layerscope.advice.delivery.tree import Tree
from layerscope.advice.remarks import Remark
from layerscope.core.vocabulary import Category, Confidence, Rung


class Finding(Struct, frozen=True, kw_only=True):
    """``size`` bytes that the program does not need, by one rule.

    ``layers`` store the bytes, and the layer that hides them comes last; ``instructions`` made these layers. A finding about
    the configuration or the history has no bytes. ``entries`` are the filesystem entries whose stored bytes it counts, all of
    them but for a program's symbols; no entry is in two findings.
    """

    rule: str
    title: str
    category: Category
    size: int
    confidence: Confidence
    layers: tuple[int, ...]
    instructions: tuple[str, ...]
    paths: tuple[bytes, ...]
    evidence: tuple[str, ...]
    remedy: str
    entries: tuple[int, ...] = ()


class Boundary(Struct, frozen=True):
    """The last instruction that only builds. ``instruction_index`` counts the history's entries from 0."""

    instruction_index: int
    instruction: str
    stage: str = "builder"


class Base(Struct, frozen=True):
    """A base image for the last stage: ``size`` in bytes, as an engine reports it, None where it is not known; ``why`` in one
    sentence."""

    reference: str
    size: int | None
    why: str


class Footing(Struct, frozen=True):
    """A part of a plan: on which rung it stands, what it is, and the bytes that it brings."""

    rung: Rung
    what: str
    size: int


class Alternative(Struct, frozen=True):
    """Another base, with what it gains and loses against the recommended one."""

    base: str
    predicted_size: int
    gains: tuple[str, ...]
    loses: tuple[str, ...]


class Recommendation(Struct, frozen=True, kw_only=True):
    """The plan. ``config`` are the Dockerfile instructions that carry the configuration over (``ENV PORT=8080``).
    ``dockerfile`` is "" when no image can honestly be recommended; ``risks`` then says why. Sizes are bytes.
    ``kept`` are the filesystem entries whose content the copies bring. ``cut`` are paths that are removed from directories
    before they are copied whole, ``stripped`` those of programs that lose their symbols on the way, ``files`` what the last
    stage writes itself, by path. ``base_content`` are the paths of the base with their sizes, None when it was not opened.
    ``improvements`` are about the builder itself. ``rebuilt`` is the path of the program that the Dockerfile builds again
    without the C library, b"" when there is none. ``lower_bound`` is whether ``predicted_size`` lacks the base's size, which is
    unknown: the image is larger, ``removed`` less. ``doubts`` are risks about what was asked for (--keep, the Dockerfile).
    ``tree`` is the file system of the new image, None where none is planned. ``rungs`` say how each part is known to be needed.
    ``estimated`` is whether the base is what the catalogue remembers, and was not opened.
    """

    ecosystem: str
    predicted_size: int
    removed: int = 0
    dockerfile: str = ""
    boundary: Boundary | None = None
    base: Base | None = None
    copies: tuple[Copy, ...] = ()
    packages: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    risks: tuple[Remark, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    kept: frozenset[int] = frozenset()
    cut: tuple[bytes, ...] = ()
    stripped: tuple[bytes, ...] = ()
    files: dict[bytes, bytes] = field(default_factory=dict)
    base_content: dict[bytes, int] | None = None
    improvements: tuple[Remark, ...] = ()
    rebuilt: bytes = b""
    lower_bound: bool = False
    estimated: bool = False
    doubts: tuple[Remark, ...] = ()
    tree: Tree | None = None
    rungs: tuple[Footing, ...] = ()

    @property
    def rung(self) -> Rung:
        """The rung of the least firm part."""
        return max((part.rung for part in self.rungs), key=list(Rung).index, default=Rung.FOLLOWED)
