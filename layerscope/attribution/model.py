"""The result of attribution: one owner for every byte."""

from array import array

from msgspec import Struct

from layerscope.core.vocabulary import Category, Ecosystem


class Component(Struct, frozen=True, kw_only=True):
    """What a person would call a group of files: "Go toolchain" 1.22.12, "Go build cache", "gcc-12" 12.2.0-14.

    ``rule`` is the catalogue rule that named it (``LS101``), "" when a package database did and no rule refined it.
    ``why`` says in one sentence why a program does not need it at run time ("" when nothing says so).
    ``package`` is the package's name when a package database owns the files.
    """

    category: Category
    name: str
    version: str = ""
    ecosystem: Ecosystem = Ecosystem.NONE
    rule: str = ""
    why: str = ""
    package: str = ""

    @property
    def title(self) -> str:
        """Name and version, as the image has them."""
        return f"{self.name} {self.version}".strip()

    @property
    def purpose(self) -> tuple[Category, str, Ecosystem]:
        """What makes it the same component in another image: category, name and ecosystem, whatever the version."""
        return self.category, self.name, self.ecosystem


class ComponentSize(Struct, frozen=True, kw_only=True):
    """A component's bytes: ``live`` and ``shadowed``, ``files`` live names; ``layers`` that store any of it (ascending).

    ``paths`` are the fewest directories or files that say where it lies, largest first, at most eight.
    """

    component: int
    live: int
    shadowed: int
    files: int
    layers: tuple[int, ...]
    paths: tuple[bytes, ...]

    @property
    def stored(self) -> int:
        """What all layers store of it."""
        return self.live + self.shadowed


class Attribution(Struct, frozen=True, eq=False):
    """``owner[entry]`` is the position in ``components`` of the entry's one owner (also for entries that store nothing).

    ``sizes`` has one row per component that owns at least one file, the most bytes first.
    ``by_layer[layer]`` maps a category to the bytes that the layer stores of it, live or shadowed.
    """

    components: tuple[Component, ...]
    owner: "array[int]"
    sizes: tuple[ComponentSize, ...]
    by_layer: tuple[dict[Category, int], ...]

    def component_of(self, entry: int) -> Component:
        """The owner of an entry."""
        return self.components[self.owner[entry]]
