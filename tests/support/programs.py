"""ELF programs made by hand, as small as the dynamic loader and layerscope's reader take them, and images that start them."""

import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from struct import pack
from typing import Any

from layerscope.advice.recommend import RecommendOptions
from layerscope.analysis import Analysis, analyze
from layerscope.sources import open_image
from tests.support.archives import Entry, config_json, docker_archive, layer_tar

GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2"
MUSL_LOADER = "/lib/ld-musl-x86_64.so.1"

_HEADER, _SEGMENT, _SECTION = 64, 56, 64
_EXECUTABLE, _AMD64, _AARCH64 = 2, 62, 183


def elf(
    *,
    interpreter: str = "",
    needed: Sequence[str] = (),
    rpath: str = "",
    runpath: str = "",
    soname: str = "",
    versions: Mapping[str, Sequence[str]] | None = None,
    sections: Mapping[str, bytes] | None = None,
    machine: int = _AMD64,
) -> bytes:
    """A 64-bit ELF file that asks for libraries: ``versions`` are symbol versions by library, ``sections`` further contents."""
    strings = bytearray(b"\0")

    def string(text: str) -> int:
        strings.extend(text.encode() + b"\0")
        return len(strings) - len(text) - 1

    tags = [(1, string(name)) for name in needed]
    tags += [(tag, string(text)) for tag, text in ((14, soname), (15, rpath), (29, runpath)) if text]
    verneed = b""
    for library, names in (versions or {}).items():
        verneed += pack("<HHIII", 1, len(names), string(library), 16, 0)
        for number, name in enumerate(names):
            verneed += pack("<IHHII", 0, 0, 2, string(name), 16 if number + 1 < len(names) else 0)
    body = bytearray(bytes(_HEADER + 3 * _SEGMENT))

    def place(content: bytes) -> tuple[int, int]:
        start = len(body)
        body.extend(content)
        return start, len(content)

    interp = place(interpreter.encode() + b"\0") if interpreter else (0, 0)
    tags.append((5, place(bytes(strings))[0]))
    if verneed:
        tags += [(0x6FFFFFFE, place(verneed)[0]), (0x6FFFFFFF, len(versions or {}))]
    dynamic = place(b"".join(pack("<qQ", *tag) for tag in (*tags, (0, 0)))) if needed or soname else (0, 0)
    named = {name: place(content) for name, content in (sections or {}).items()}
    names_at, names = len(body), b"\0" + b"".join(name.encode() + b"\0" for name in (*named, ".shstrtab"))
    body.extend(names)
    table = len(body)
    body.extend(bytes(_SECTION))
    for name, (start, size) in (*named.items(), (".shstrtab", (names_at, len(names)))):
        body.extend(pack("<IIQQQQIIQQ", names.index(b"\0" + name.encode() + b"\0") + 1, 1, 0, 0, start, size, 0, 0, 1, 0))
    segments = [(1, 0, 0, len(body))]
    segments += [(kind, start, start, size) for kind, (start, size) in ((3, interp), (2, dynamic)) if size]
    header = pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01",
        _EXECUTABLE,
        machine,
        1,
        0,
        _HEADER,
        table,
        0,
        _HEADER,
        _SEGMENT,
        len(segments),
        _SECTION,
        len(named) + 2,
        len(named) + 1,
    )
    body[:_HEADER] = header
    for number, (kind, start, address, size) in enumerate(segments):
        at = _HEADER + number * _SEGMENT
        body[at : at + _SEGMENT] = pack("<IIQQQQQQ", kind, 5, start, address, address, size, size, 4)
    return bytes(body)


def go_program(*functions: str, symbols: int = 0, **rest: Any) -> bytes:
    """A Go program whose line table names ``functions``; ``symbols`` are bytes of symbol table that could be stripped."""
    version = b"go1.22.10"
    information = b"\xff Go buildinf:" + bytes((8, 2)) + bytes(16) + bytes((len(version),)) + version + b"\0"
    names = b"\0" + b"".join(name.encode() + b"\0" for name in ("runtime.main", *functions))
    sections = {".go.buildinfo": information, ".gopclntab": names}
    return elf(sections=sections | ({".symtab": bytes(symbols)} if symbols else {}), **rest)


def program(name: str, content: bytes, mode: int = 0o755, uid: int = 0, gid: int = 0) -> tuple[tarfile.TarInfo, bytes]:
    """A file with a mode and an owner, for :func:`image`."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.uid, info.gid = len(content), mode, uid, gid
    return info, content


def directory(name: str, uid: int = 0, gid: int = 0) -> tarfile.TarInfo:
    """A directory with an owner."""
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.uid, info.gid = tarfile.DIRTYPE, 0o755, uid, gid
    return info


Row = Entry | tuple[tarfile.TarInfo, bytes]
"""A file as bytes (mode 0755 when it is an ELF program or a script), a directory, a link, or what :func:`program` makes."""


def layer(rows: Sequence[Row]) -> bytes:
    """A layer's tar."""
    import io

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for row in rows:
            if isinstance(row, tarfile.TarInfo):
                tar.addfile(row)
            elif isinstance(row[0], tarfile.TarInfo):
                tar.addfile(row[0], io.BytesIO(row[1] or b""))
            elif row[1] is None:
                tar.addfile(directory(str(row[0]).rstrip("/")))
            else:
                mode = 0o755 if row[1][:4] == b"\x7fELF" or row[1][:2] == b"#!" else 0o644
                info, content = program(str(row[0]), row[1], mode)
                tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def analysis_of(
    directory: Path,
    layers: Sequence[Sequence[Row]],
    history: Sequence[str] | None = None,
    options: RecommendOptions | None = None,
    tags: Sequence[str] = ("app:fat",),
    **config: Any,
) -> Analysis:
    """The whole analysis of an image with these layers; ``history`` are Dockerfile instructions as BuildKit records them, and
    ``config`` is its configuration (Entrypoint, Cmd, Env …)."""
    tars = [layer(rows) for rows in layers]
    lines = history if history is not None else [f"COPY layer{number} /" for number in range(len(tars))]
    entries = [{"created_by": f"{line} # buildkit", "empty_layer": not _stores(line)} for line in lines]
    document = json.loads(config_json(tars, entries, **config))
    archive = docker_archive(directory / "image.tar", tars, json.dumps(document).encode(), tags)
    return analyze(open_image(f"docker-archive:{archive}"), wanted=options)


def _stores(line: str) -> bool:
    return line.split(" ", 1)[0] in ("RUN", "COPY", "ADD", "WORKDIR")


__all__ = ["analysis_of", "directory", "elf", "go_program", "layer", "layer_tar", "program"]
