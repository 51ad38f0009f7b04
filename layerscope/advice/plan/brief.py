"""What every plan for one image starts from: what its needs ask, and what may be done to its programs on their way."""

from msgspec import Struct

from layerscope.advice.golang.build import NotAgain, Rebuild
from layerscope.advice.ground import Ground
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.base_choice import Demand
from layerscope.core.vocabulary import Ecosystem


class Brief(Struct, frozen=True, eq=False, kw_only=True):
    """``languages`` are the bases that bring the runtime of the program's language, ``own`` is the alpine that the image stands
    on. ``rebuild`` is the program that is built again without the C library, with no path where none is; ``not_again`` why."""

    ground: Ground
    demand: Demand
    languages: tuple[Candidate, ...] = ()
    own: Candidate | None = None
    rebuild: Rebuild = Rebuild(b"")
    not_again: NotAgain | None = None

    def rebuilds(self, path: bytes) -> bool:
        """Whether the image builds the program at that path again, without its symbols."""
        return bool(self.rebuild.commands) and self.rebuild.path == path

    @property
    def stripped(self) -> tuple[Ecosystem, ...]:
        """The ecosystems whose programs lose their symbol tables on their way; a Dockerfile's own linker leaves out Go's."""
        options = self.ground.options
        if not options.strip:
            return ()
        return (Ecosystem.GO, Ecosystem.C) if options.dockerfile is None else (Ecosystem.C,)
