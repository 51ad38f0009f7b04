"""Facts of an ELF file that the later rooms ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ElfFacts:
    """An ELF executable or shared library, as the dynamic loader sees it.

    ``interpreter`` is PT_INTERP ("" when there is none: static), ``needed`` DT_NEEDED in order, ``rpath`` and ``runpath`` as
    written. ``sections`` maps section names to bytes in the file; ``strippable`` is what ``strip`` would save: symbol tables
    and debug sections. ``versions`` are the symbol versions asked of each library (``GLIBC_2.34``). ``go_version`` is set for
    Go programs (``go1.22.12``). ``mentions`` are the names of :data:`GO_NEEDLES` that were found in a Go program's bytes.
    """

    machine: str
    bits: int
    kind: str
    interpreter: str = ""
    needed: tuple[str, ...] = ()
    soname: str = ""
    rpath: str = ""
    runpath: str = ""
    versions: tuple[str, ...] = ()
    sections: tuple[tuple[str, int], ...] = ()
    strippable: int = 0
    go_version: str = ""
    mentions: tuple[str, ...] = ()

    @property
    def static(self) -> bool:
        """Whether it runs without a dynamic loader."""
        return not self.interpreter and not self.needed
