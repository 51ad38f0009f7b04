"""Every file that an image's layers store, as a table."""

from operator import itemgetter

from layerscope.analysis import Analysis
from layerscope.core.names import absolute, printable
from layerscope.layers.index import Kind
from layerscope.report.html.table import Table, column, largest

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
        column("path", "code", [path for path, _ in rows]),
        column("size", "bytes", [filesystem.sizes[entry] for entry in entries]),
        column("category", "category", [attribution.components[owner].category for owner in owners], filters=True),
        column("component", "text", [names[owner] for owner in owners]),
        column("layer", "count", [filesystem.layers[entry] for entry in entries]),
        column("state", "text", ["live" if filesystem.stored_live[entry] else "shadowed" for entry in entries], filters=True),
    )
    return Table("files", "Every file that the layers store", columns, "size", note)
