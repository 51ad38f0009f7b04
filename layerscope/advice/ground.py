"""What all advice stands on: one image, as the rooms before this one see it, and what is asked of its recommendation."""

from msgspec import Struct

from layerscope.advice.plan.base_content import Opener
from layerscope.attribution.model import Attribution
from layerscope.core.vocabulary import Ecosystem, Rung
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.needs.model import Program, Runtime
from layerscope.sources.image import Config, Image


class RecommendOptions(Struct, frozen=True, kw_only=True):
    """What the user asks of a recommendation.

    ``base`` is a reference that overrides the choice, ``keep`` are globs of absolute paths to keep as well, ``observed`` paths
    that a plan lacked when the image ran, ``opened`` all that it opened; ``tight`` keeps these and what is followed to them,
    and no more; ``rung`` is the highest of which anything is kept that no run missed. With ``dockerfile``, the text of the
    image's own Dockerfile, that text becomes the result; ``target`` is its stage that is built (the last one when empty),
    ``dockerfile_name`` what messages call it. ``open_base`` opens bases, so that they are counted and listed instead of
    guessed. Without ``strip``, programs cross as they are: with their symbol tables, linked to the C library where they are.
    """

    base: str | None = None
    keep: tuple[str, ...] = ()
    observed: tuple[bytes, ...] = ()
    opened: tuple[bytes, ...] = ()
    tight: bool = False
    rung: Rung | None = None
    dockerfile: str | None = None
    dockerfile_name: str = "Dockerfile"
    target: str = ""
    open_base: Opener | None = None
    strip: bool = True


class Ground(Struct, frozen=True, eq=False, kw_only=True):
    """One image, read, stacked, attributed and followed; ``options`` are about its recommendation alone."""

    image: Image
    history: History
    filesystem: Filesystem
    attribution: Attribution
    runtime: Runtime
    options: RecommendOptions = RecommendOptions()

    @property
    def config(self) -> Config:
        """The image's configuration."""
        return self.image.config

    @property
    def stored(self) -> int:
        """The bytes that all layers store."""
        return sum(self.filesystem.sizes)

    @property
    def damaged(self) -> bool:
        """Whether a part of the image could not be read."""
        return bool(self.image.problems) or any(index.problem for index in self.filesystem.indexes)

    @property
    def started(self) -> tuple[Program, ...]:
        """The programs that the command and HEALTHCHECK start, each once."""
        programs = {program.path for program in self.runtime.programs}
        return (*self.runtime.programs, *(check for check in self.runtime.checks if check.path not in programs))

    def with_symbols(self, *ecosystems: Ecosystem) -> list[Program]:
        """The started programs of some ecosystems that have symbols to lose."""
        return [program for program in self.started if program.ecosystem in ecosystems and program.strippable > 0]
