"""Every file that an image's layers store, as a table."""

from operator import itemgetter

from layerscope.analysis import Analysis
from layerscope.layers.index import Kind
from layerscope.names import absolute, printable
from layerscope.report.html.table import Column, Table
from layerscope.report.units import size

FILES_EMBEDDED = 60_000
"""Of an image with more files, the largest of them; a page with all would be slow to open."""

_FILE = bytes(kind not in (Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE) for kind in range(256))


def files_table(analysis: Analysis) -> Table:
    """One row for each name that is not a directory, in whatever layer: path, size, category, component, layer, state."""
    filesystem, attribution = analysis.filesystem, analysis.attribution
    entries = [entry for entry, kind in enumerate(filesystem.kinds) if _FILE[kind]]
    entries, note = _largest(analysis, entries)
    rows = sorted(((absolute(filesystem.paths[entry]), entry) for entry in entries), key=itemgetter(0))
    entries = [entry for _, entry in rows]
    names = [printable(f"{item.name} {item.version}".strip()) for item in attribution.components]
    owners = [attribution.owner[entry] for entry in entries]
    columns = (
        Column("path", "path", "code", [path for path, _ in rows]),
        Column("size", "size", "bytes", [filesystem.sizes[entry] for entry in entries]),
        Column("category", "category", "category", [attribution.components[owner].category for owner in owners], filters=True),
        Column("component", "component", "text", [names[owner] for owner in owners]),
        Column("layer", "layer", "count", [filesystem.layers[entry] for entry in entries]),
        Column(
            "state",
            "state",
            "text",
            ["live" if filesystem.stored_live[entry] else "shadowed" for entry in entries],
            filters=True,
        ),
    )
    return Table("files", "Every file that the layers store", columns, "size", note)


def _largest(analysis: Analysis, entries: list[int]) -> tuple[list[int], str]:
    """As many files as are embedded, the largest, and a sentence on the others."""
    if len(entries) <= FILES_EMBEDDED:
        return entries, ""
    sizes = analysis.filesystem.sizes
    entries = sorted(entries, key=lambda entry: -sizes[entry])
    rest = entries[FILES_EMBEDDED:]
    bytes_left_out = size(sum(sizes[entry] for entry in rest))
    return entries[:FILES_EMBEDDED], f"The {len(rest):,} smallest files, {bytes_left_out} together, are left out."
