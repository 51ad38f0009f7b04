"""History lines, what instruction each was, and which layer it made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instruction:
    """One history entry as a Dockerfile instruction.

    ``index`` counts history entries from 0. ``keyword`` is ``RUN``, ``COPY`` … or "" when the line is no Dockerfile
    instruction. ``text`` is the friendly one-line form ("RUN go build -o /app/server", "COPY main.go ./"), printable.
    ``raw`` is ``created_by`` as found. ``builder`` is ``classic``, ``buildkit``, ``buildah``, ``kaniko``, … or "".
    ``layer`` is the layer that it made, None when it made none or the counts disagree.
    """

    index: int
    keyword: str
    text: str
    raw: str
    builder: str = ""
    layer: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All instructions, oldest first. ``attributed`` is False when history and layers do not fit together: every layer then
    says "unattributed", and ``note`` says why. ``base_layers`` is how many of the lowest layers are the base image's,
    ``base_instructions`` how many history entries; ``base_reference`` its name, where it can be told; ``base_known`` says how
    ("label", "ENV GOLANG_VERSION and history", …) and is "" when nothing is known."""

    instructions: tuple[Instruction, ...]
    attributed: bool
    note: str = ""
    base_reference: str = ""
    base_layers: int = 0
    base_instructions: int = 0
    base_known: str = ""

    def of_layer(self, layer: int) -> Instruction | None:
        """The instruction that made the layer, None when unattributed."""
        return next((item for item in self.instructions if item.layer == layer), None)
