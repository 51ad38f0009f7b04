"""What a language's package manager installed: the seam between its readers and ownership."""

from typing import NamedTuple


class Library(NamedTuple):
    """One package of a language's package manager, as one of its own files (``path``) tells it.

    ``system`` is the package manager's kind: ``pip``, ``conda``, ``npm``, ``gem``, ``composer``, ``nuget``, ``jar``. ``paths``
    are files that belong to it, ``trees`` directories that belong to it whole, but for the trees of other libraries below
    them; all without a leading slash. ``development`` is True when a lock file says that only developing needs it. ``own`` is
    True when it was installed from a directory of the user's own sources: then it is the application, or a part of it.
    """

    system: str
    name: str
    version: str
    paths: tuple[bytes, ...] = ()
    trees: tuple[bytes, ...] = ()
    development: bool = False
    own: bool = False
