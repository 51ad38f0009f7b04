"""Every file that an image's layers store, as a table."""

from itertools import compress

from layerscope.analysis import Analysis
from layerscope.core.names import absolute, printable
from layerscope.layers.index import Kind
from layerscope.report.html.table import Table, column, largest

_FILE = bytes(kind not in (Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE) for kind in range(256))
_STATES = ("shadowed", "live")


def files_table(analysis: Analysis) -> Table:
    """One row for each name that is not a directory, in whatever layer: path, size, category, component, layer, state."""
    filesystem, attribution = analysis.filesystem, analysis.attribution
    entries = list(compress(range(len(filesystem)), filesystem.kinds.translate(_FILE)))
    entries, note = largest(entries, filesystem.sizes.__getitem__)
    paths = {entry: absolute(filesystem.paths[entry]) for entry in entries}
    entries.sort(key=paths.__getitem__)
    owners = [attribution.owner[entry] for entry in entries]
    titles = [printable(component.title) for component in attribution.components]
    columns = (
        column(entries, "path", "code", paths.__getitem__),
        column(entries, "size", "bytes", filesystem.sizes.__getitem__),
        column(owners, "category", "category", lambda owner: attribution.components[owner].category, filters=True),
        column(owners, "component", "text", titles.__getitem__),
        column(entries, "layer", "count", filesystem.layers.__getitem__),
        column(entries, "state", "text", lambda entry: _STATES[filesystem.stored_live[entry]], filters=True),
    )
    return Table("files", "Every file that the layers store", columns, "size", note)
