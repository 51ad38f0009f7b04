"""Attributions of images made by hand: packages, files, instructions."""

import tarfile
from collections.abc import Mapping, Sequence

from layerscope.attribution.attribute import attribute
from layerscope.attribution.catalogue import Rule
from layerscope.attribution.model import Attribution, Component, ComponentSize
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.history.instructions import Instruction
from layerscope.layers.keep import Picks
from layerscope.sources.image import Config, Platform
from tests.support.archives import Entry, layer_tar
from tests.support.layers import stacked

Packages = Mapping[str, tuple[str, Sequence[str]]]
"""``{"gcc-12": ("12.2.0-14", ["/usr/lib/gcc/…", …])}``: version and paths by name."""


def dpkg_database(packages: Packages, diversions: str = "") -> list[Entry]:
    """The files of dpkg's database for these packages."""
    status = "\n".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n"
        f"Description: short\n Package: not a field\n"
        for name, (version, _) in packages.items()
    )
    entries: list[Entry] = [("var/lib/dpkg/status", status.encode())]
    if diversions:
        entries.append(("var/lib/dpkg/diversions", diversions.encode()))
    for name, (_, paths) in packages.items():
        entries.append((f"var/lib/dpkg/info/{name}.list", "\n".join(["/.", *paths, ""]).encode()))
    return entries


def apk_database(packages: Packages) -> bytes:
    """The content of lib/apk/db/installed for these packages."""
    records = []
    for name, (version, paths) in packages.items():
        lines = [f"C:Q1x=\nP:{name}\nV:{version}\nA:x86_64\nI:1\no:{name}\nF:"]
        for path in paths:
            directory, _, last = path.lstrip("/").rpartition("/")
            lines.append(f"F:{directory}\nM:0:0:755\nR:{last}\na:0:0:755\nZ:Q1y=")
        records.append("\n".join(lines) + "\n")
    return "\n".join(records).encode() + b"\n"


def files(paths: Sequence[str], size: int = 10) -> list[Entry]:
    """Regular files of ``size`` bytes at absolute paths."""
    return [(path.lstrip("/"), b"x" * size) for path in paths]


def executables(paths: Sequence[str]) -> list[Entry]:
    """Empty files that may be executed, at absolute paths."""
    found = [tarfile.TarInfo(path.lstrip("/")) for path in paths]
    for info in found:
        info.mode = 0o755
    return list(found)


def image_config(**fields: object) -> Config:
    return Config(platform=Platform("linux", "amd64"), **fields)  # type: ignore[arg-type]


def history_of(*lines: str, base_layers: int = 0) -> History:
    """A history of ``COPY …``, ``RUN …`` lines, each of which made one layer, and ``WORKDIR …`` lines, which made none."""
    instructions = []
    layer = 0
    for index, line in enumerate(lines):
        keyword = line.split(" ", 1)[0]
        empty = keyword in ("WORKDIR", "ENV", "CMD", "ENTRYPOINT")
        instructions.append(
            Instruction(index=index, keyword=keyword, text=line, raw=line, builder="buildkit", layer=None if empty else layer)
        )
        layer += not empty
    return History(
        instructions=tuple(instructions),
        attributed=True,
        base_layers=base_layers,
        base_instructions=base_layers,
        base_known="told" if base_layers else "",
    )


def attributed(
    layers: Sequence[Sequence[Entry]],
    config: Config | None = None,
    history: History | None = None,
    catalogue: tuple[Rule, ...] | None = None,
) -> tuple[Filesystem, Attribution]:
    """The filesystem of layers given as lists of entries, and who owns what in it by the rules of ``catalogue``."""
    config = config or image_config()
    healthcheck = config.healthcheck.test if config.healthcheck else ()
    picks = Picks.of_commands(config.entrypoint, config.cmd, healthcheck)
    filesystem = stacked(*(layer_tar(layer) for layer in layers), picks=picks)
    return filesystem, attribute(filesystem, config, history or History(instructions=(), attributed=False), catalogue)


def owner_of(filesystem: Filesystem, attribution: Attribution, path: str) -> Component:
    """The component of a path of the final filesystem."""
    return attribution.component_of(filesystem.visible[path.lstrip("/").encode()])


def row_of(attribution: Attribution, name: str) -> ComponentSize:
    """The one row of the component called ``name``."""
    rows = [row for row in attribution.sizes if attribution.components[row.component].name == name]
    assert len(rows) == 1, f"{len(rows)} rows are called {name}"
    return rows[0]
