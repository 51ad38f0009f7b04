"""What a language's package manager installed: the seam between its readers and ownership."""

from msgspec import Struct


class Library(Struct, frozen=True, kw_only=True):
    """One package of a language's package manager, as one of its own files says.

    ``system`` is the package manager's kind: ``pip``, ``conda``, ``npm``, ``gem``, ``composer``, ``nuget``, ``jar``. ``paths``
    are files that belong to it, ``trees`` directories that belong to it whole, but for the trees of other libraries below
    them; all without a leading slash. ``development`` is True when a lock file says that only developing needs it.
    """

    system: str
    name: str
    version: str
    paths: tuple[bytes, ...] = ()
    trees: tuple[bytes, ...] = ()
    development: bool = False

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes it the same library in another record."""
        return self.system, self.name, self.version
