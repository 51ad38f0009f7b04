"""Directories that many programs share, as ``directories.toml`` knows them: no one thing has them to itself."""

from layerscope.core.tables import read_table

_GROUPS = read_table(__file__, "directories.toml", dict[str, tuple[str, ...]])


def _directories(*groups: str) -> frozenset[bytes]:
    return frozenset(path.encode() for group in groups for path in _GROUPS[group])


DISTRIBUTION_DIRECTORIES = _directories("distribution", "written")
"""What the distribution and running programs fill: no application's modules are looked for there."""

SYSTEM_DIRECTORIES = _directories("distribution", "written", "administrator", "sources")
"""Never the root of an application."""

SHARED_DIRECTORIES = _directories("distribution", "administrator", "home")
"""Never kept or copied as a whole: what else lies there is not the program's."""

SYSTEM_TREES = frozenset(path for path in _directories("distribution") if path and b"/" not in path)
"""Top directories below which COPY puts single files among the system's own."""
