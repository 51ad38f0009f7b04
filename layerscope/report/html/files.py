"""Every file that an image's layers store, as a table."""

from operator import itemgetter

from layerscope.analysis import Analysis
from layerscope.core.names import absolute, printable
from layerscope.layers.index import Kind
from layerscope.report.html.table import Column, Table, largest

_FILE = bytes(kind not in (Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE) for kind in range(256))


def files_table(analysis: Analysis) -> Table:
    """One row for each name that is not a directory, in whatever layer: path, size, category, component, layer, state."""
    filesystem, attribution = analysis.filesystem, analysis.attribution
    entries = [entry for entry, kind in enumerate(filesystem.kinds) if _FILE[kind]]
    entries, note = largest(entries, filesystem.sizes.__getitem__)
    rows = sorted(((absolute(filesystem.paths[entry]), entry) for entry in entries), key=itemgetter(0))
    entries = [entry for _, entry in rows]
    names = [printable(item.title) for item in attribution.components]
    owners = [attribution.owner[entry] for entry in entries]
    columns = (
        Column(key="path", label="path", kind="code", values=[path for path, _ in rows]),
        Column(key="size", label="size", kind="bytes", values=[filesystem.sizes[entry] for entry in entries]),
        Column(
            key="category",
            label="category",
            kind="category",
            values=[attribution.components[owner].category for owner in owners],
            filters=True,
        ),
        Column(key="component", label="component", kind="text", values=[names[owner] for owner in owners]),
        Column(key="layer", label="layer", kind="count", values=[filesystem.layers[entry] for entry in entries]),
        Column(
            key="state",
            label="state",
            kind="text",
            values=["live" if filesystem.stored_live[entry] else "shadowed" for entry in entries],
            filters=True,
        ),
    )
    return Table("files", "Every file that the layers store", columns, "size", note)
