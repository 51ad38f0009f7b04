"""What a proof found, and what it comes to."""

from enum import StrEnum

from msgspec import Struct

from layerscope.advice.model import Recommendation
from layerscope.proof.containers import Ending, Outcome


class Verdict(StrEnum):
    """What a proof comes to."""

    PROVED = "proved"
    """Both images ran and did the same."""
    RUNS = "runs"
    """Both kept running, and nothing was asked."""
    CHECKED = "checked"
    """Nothing ran, and nothing that the lean image loads is missing."""
    REFUTED = "refuted"
    """The lean image does something else."""
    NOT_PROVED = "not-proved"
    """The fat image answered nothing that the lean one could be compared with."""


class Sizes(Struct, frozen=True):
    """Bytes: what was predicted, what the files of the built image have, its layers' tars, and their compressed blobs."""

    predicted: int
    exact: int
    uncompressed: int
    compressed: int


class Traced(Struct, frozen=True):
    """What the fat container opened while it was asked: ``paths``, as they lie in the image, the number of the image's files
    among them, those that the plan lacked, and the bytes kept that it did not open."""

    paths: tuple[bytes, ...]
    opened: int
    missed: tuple[bytes, ...]
    kept_unopened: int


class Proof(Struct, frozen=True, eq=False, kw_only=True):
    """What was found. ``fat`` and ``lean`` are what the two containers did, if an engine ran them; ``silence`` why the fat
    one's answers prove nothing, ``varying`` the questions that it answers otherwise each time. ``differences`` is what the
    lean one did otherwise (empty when they are alike). ``added`` are paths that a failed run named and that were added;
    ``unresolved`` what the lean image lacks or has set otherwise, found without running it; ``capabilities`` those of both
    containers. Where the recommended Dockerfile builds the program again, ``built_again`` is its path, and ``built_size``
    what the engine says of the image that it built (None where there was no engine to build it: then the program crossed as
    it is)."""

    plan: Recommendation
    sizes: Sizes
    fat: Outcome = Outcome()
    lean: Outcome = Outcome()
    silence: tuple[str, ...] = ()
    varying: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    added: tuple[bytes, ...] = ()
    unresolved: tuple[str, ...] = ()
    trace: Traced | None = None
    capabilities: tuple[str, ...] = ()
    why_not_run: str = ""
    built_again: bytes = b""
    built_size: int | None = None

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        if self.silence:
            return Verdict.NOT_PROVED
        if self.differences or self.unresolved:
            return Verdict.REFUTED
        if self.lean.ending is Ending.NOT_RUN:
            return Verdict.CHECKED
        idle = not self.fat.answers and self.fat.exit_code is None
        return Verdict.RUNS if idle else Verdict.PROVED

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the plan."""
        return self.verdict not in (Verdict.REFUTED, Verdict.NOT_PROVED)

    @property
    def answers(self) -> tuple[str, ...]:
        """The fat image's answers, in words."""
        return tuple(f"{answer.question}: {answer.failure or answer.status}" for answer in self.fat.answers)
