"""Makes the descriptions of the demo from two saved images.

    python -m tests.support.make_demo fat  docker-archive:single.tar  --program app/server  --engine-size 879000000
    python -m tests.support.make_demo lean docker-archive:multi.tar   --program app/server

The images are built from the published Dockerfiles of the guide's Go API (``go-app:single``, ``go-app:multistage``) and saved
with ``docker save``. Equal archives give equal descriptions, byte for byte: nothing else goes in.

What is kept of a file's content is what layerscope itself picks up while it indexes a layer, and of each ``--program`` (an ELF
file) the headers, tables and names that :mod:`layerscope.layers.elf` reads. Layers get diff IDs of their own, because their
contents are not those of the real ones.
"""

import argparse
import hashlib
import json
from pathlib import Path

import msgspec
from elftools.elf.elffile import ELFFile
from msgspec import Raw

import layerscope.demo
from layerscope.core.names import printable
from layerscope.demo.description import DESCRIPTIONS, Description, LayerDescription
from layerscope.layers.contents import Contents
from layerscope.layers.elf import GO_FUNCTIONS
from layerscope.layers.index import LayerIndex
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources import open_image
from layerscope.sources.image import Config, Image

try:
    from compression import zstd
except ImportError:
    from backports import zstd


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=sorted(DESCRIPTIONS))
    parser.add_argument("reference")
    parser.add_argument("--program", action="append", default=[], help="an ELF file whose headers are kept, without leading /")
    parser.add_argument("--engine-size", type=int, help="what the engine reports for the image")
    options = parser.parse_args()
    image = open_image(options.reference)
    description = describe(image, [program.encode() for program in options.program], options.engine_size)
    settings = {zstd.CompressionParameter.compression_level: 22, zstd.CompressionParameter.window_log: 23}
    target = Path(layerscope.demo.__file__).with_name(DESCRIPTIONS[options.which])
    target.write_bytes(zstd.compress(msgspec.json.encode(description), options=settings))
    print(f"{target}: {target.stat().st_size:,} bytes")


def describe(image: Image, programs: list[bytes], engine_size: int | None) -> Description:
    """The description of an opened image."""
    healthcheck = image.config.healthcheck.test if image.config.healthcheck else ()
    indexes = index_layers(image.layers, Picks.of_commands(image.config.entrypoint, image.config.cmd, healthcheck))
    contents = Contents(image.layers, indexes)
    layers = []
    for number, index in enumerate(indexes):
        patches = {
            row: elf_patches(contents.read(number, row))
            for row, path in enumerate(index.paths)
            if path in programs and index.sizes[row]
        }
        layers.append(describe_layer(image.layers[number].diff_id, index, patches))
    config = config_document(image.config, [layer.diff_id for layer in layers])
    return Description(image.repository_tags[0], engine_size, Raw(json.dumps(config).encode()), layers)


def describe_layer(diff_id: str, index: LayerIndex, patches: dict[int, list[tuple[int, bytes]]]) -> LayerDescription:
    """One layer's description."""
    return LayerDescription(
        diff_id="sha256:" + hashlib.sha256(b"layerscope demo " + diff_id.encode()).hexdigest(),
        tar_size=index.tar_size,
        paths=[printable(path) for path in index.paths],
        attributes=list(zip(index.kinds, index.modes, index.uids, index.gids, strict=True)),
        sizes=list(index.sizes),
        mtimes=list(index.mtimes),
        links={row: target.decode() for row, target in index.links.items()},
        contents={row: content.decode() for row, content in sorted(index.contents.items())},
        patches=patches,
    )


def elf_patches(content: bytes) -> list[tuple[int, bytes]]:
    """What :mod:`layerscope.layers.elf` reads of a program, as stretches: no code, no data."""
    import io

    elf = ELFFile(io.BytesIO(content))
    header = elf.header
    stretches = {
        (0, header["e_ehsize"]),
        (header["e_phoff"], header["e_phentsize"] * header["e_phnum"]),
        (header["e_shoff"], header["e_shentsize"] * header["e_shnum"]),
    }
    for section in elf.iter_sections():
        if section.name in (".shstrtab", ".go.buildinfo", ".interp", ".dynamic", ".dynstr", ".gnu.version_r"):
            stretches.add((section["sh_offset"], section["sh_size"]))
    table = elf.get_section_by_name(".gopclntab")
    for needle in GO_FUNCTIONS.values() if table else ():
        place = content.find(needle, table["sh_offset"], table["sh_offset"] + table["sh_size"])
        if place >= 0:
            stretches.add((place, len(needle)))
    return [(offset, content[offset : offset + size]) for offset, size in sorted(stretches) if size]


def config_document(config: Config, diff_ids: list[str]) -> dict[str, object]:
    """The configuration as the image specification writes it."""
    inner = {
        "Entrypoint": list(config.entrypoint),
        "Cmd": list(config.cmd),
        "Env": list(config.env),
        "WorkingDir": config.working_dir,
        "User": config.user,
        "ExposedPorts": {port: {} for port in config.exposed_ports},
        "Labels": config.labels,
    }
    history = [
        {"created_by": entry.created_by, "comment": entry.comment, "created": entry.created, "empty_layer": entry.empty_layer}
        for entry in config.history
    ]
    return {
        "os": config.platform.os,
        "architecture": config.platform.architecture,
        "variant": config.platform.variant,
        "created": config.created,
        "config": {key: value for key, value in inner.items() if value},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": history,
    }


if __name__ == "__main__":
    main()
