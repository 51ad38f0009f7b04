"""ELF programs made by hand, as small as the dynamic loader and layerscope's reader take them, and images that start them."""

import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from struct import pack
from typing import Any

from layerscope.advice.ground import RecommendOptions
from layerscope.analysis import Analysis, analyze
from layerscope.sources import open_image
from tests.support.archives import Entry, config_json, docker_archive, layer_tar

GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2"
MUSL_LOADER = "/lib/ld-musl-x86_64.so.1"

_HEADER, _SEGMENT, _SECTION = 64, 56, 64
_EXECUTABLE, _AMD64, _AARCH64 = 2, 62, 183
_ALIGNMENT = 16
_SECTION_FLAGS = {".text": 6, ".rodata": 2, ".gopclntab": 2, ".go.buildinfo": 3, ".data": 3}
"""SHF_WRITE 1, SHF_ALLOC 2, SHF_EXECINSTR 4; other sections are not loaded."""

GO_FORMATS = {"1.2": 0xFFFFFFFB, "1.16": 0xFFFFFFFA, "1.18": 0xFFFFFFF0, "1.20": 0xFFFFFFF1}
"""The magic numbers of Go's line tables, by the version of Go that brought them."""


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
    section_table: bool = True,
) -> bytes:
    """A 64-bit ELF file that asks for libraries: ``versions`` are symbol versions by library, ``sections`` further contents.

    ``section_table`` False leaves the table of sections out, as ``sstrip`` does.
    """
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
    named = {}
    for name, content in (sections or {}).items():
        body.extend(bytes(-len(body) % _ALIGNMENT))
        named[name] = place(content)
    names_at, names = len(body), b"\0" + b"".join(name.encode() + b"\0" for name in (*named, ".shstrtab"))
    body.extend(names)
    table = len(body)
    body.extend(bytes(_SECTION))
    for name, (start, size) in (*named.items(), (".shstrtab", (names_at, len(names)))):
        at, flags = names.index(b"\0" + name.encode() + b"\0") + 1, _SECTION_FLAGS.get(name, 0)
        body.extend(
            pack("<IIQQQQIIQQ", at, 3 if name == ".shstrtab" else 1, flags, start if flags else 0, start, size, 0, 0, 1, 0)
        )
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
        table if section_table else 0,
        0,
        _HEADER,
        _SEGMENT,
        len(segments),
        _SECTION,
        len(named) + 2 if section_table else 0,
        len(named) + 1 if section_table else 0,
    )
    body[:_HEADER] = header
    for number, (kind, start, address, size) in enumerate(segments):
        at = _HEADER + number * _SEGMENT
        body[at : at + _SEGMENT] = pack("<IIQQQQQQ", kind, 5, start, address, address, size, size, 4)
    return bytes(body)


def line_table(functions: Mapping[str, int], go: str = "1.20", order: str = "<", pointer: int = 8) -> bytes:
    """Go's table of functions, of these sizes in bytes, one behind the other: its header, names, entries and records.

    ``go`` is a key of :data:`GO_FORMATS`, ``order`` and ``pointer`` are those of the machine.
    """
    word = order + ("Q" if pointer == 8 else "I")
    field = order + "I" if go in ("1.18", "1.20") else word
    width = 4 if field == order + "I" else pointer
    start = 0 if go in ("1.18", "1.20") else 0x401000
    words = {"1.2": 1, "1.16": 7, "1.18": 8, "1.20": 8}[go]
    names_at = 8 + words * pointer
    names, offsets = bytearray(), []
    for name in functions:
        offsets.append(len(names))
        names += name.encode() + b"\0"
    entries_at = names_at if go == "1.2" else names_at + len(names) + -len(names) % 4
    entries_size, record_size = (2 * len(functions) + 1) * width, width + 40
    # records behind the entries; in the oldest format the names come last, and everything counts from the table's beginning
    base = 0 if go == "1.2" else entries_at
    names_base = entries_at + entries_size + len(functions) * record_size if go == "1.2" else 0
    entries, records, address = b"", b"", start
    for number, (offset, size) in enumerate(zip(offsets, functions.values(), strict=True)):
        record = entries_at + entries_size + number * record_size - base
        entries += pack(field, address) + pack(field, record)
        records += (pack(field, address) + pack(order + "i", names_base + offset)).ljust(record_size, b"\0")
        address += size
    entries += pack(field, address)
    header = pack(order + "IHBB", GO_FORMATS[go], 0, 1, pointer) + pack(word, len(functions))
    if go == "1.2":
        return header + entries + records + bytes(names)
    places = (0, names_at, 0, 0, 0, entries_at) if go == "1.16" else (0, 0x401000, names_at, 0, 0, 0, entries_at)
    return (header + b"".join(pack(word, place) for place in places) + names).ljust(entries_at, b"\0") + entries + records


def build_information(version: str = "go1.22.10", lines: str = "", address: int | None = None) -> bytes:
    """The content of ``.go.buildinfo``: inline as since Go 1.18, or with pointers as before, for a section at ``address``."""
    framed = (b"0" * 16 + lines.encode() + b"1" * 16) if lines else b""
    magic = b"\xff Go buildinf:"
    if address is None:
        return magic + bytes((8, 2)) + bytes(16) + b"".join(_varint(len(text)) + text for text in (version.encode(), framed))
    strings = address + 32
    headers = pack("<QQQQ", strings + 32, len(version), strings + 32 + len(version), len(framed))
    return magic + bytes((8, 0)) + pack("<QQ", strings, strings + 16) + headers + version.encode() + framed


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*encoded, number))


def go_program(
    *functions: str,
    symbols: int = 0,
    sizes: Mapping[str, int] | None = None,
    lines: str = "",
    version: str = "go1.22.10",
    go: str = "1.20",
    pointers: bool = False,
    **rest: Any,
) -> bytes:
    """A Go program whose line table names ``functions`` (and those of ``sizes``, by their bytes of code).

    ``symbols`` are bytes of symbol table that could be stripped, ``lines`` the module lines of the build information, ``go``
    the format of the line table; ``pointers`` writes the build information as Go did before 1.18.
    """
    code = {"runtime.main": 64, **dict.fromkeys(functions, 32), **(sizes or {})}
    sections = {
        ".text": bytes(sum(code.values())),
        ".go.buildinfo": build_information(version, lines, 0 if pointers else None),
        ".gopclntab": line_table(code, go),
    }
    sections |= {".symtab": bytes(symbols)} if symbols else {}
    if pointers:  # where the section lies is known once the file is made
        sections[".go.buildinfo"] = build_information(
            version, lines, elf(sections=sections, **rest).index(sections[".go.buildinfo"])
        )
    return elf(sections=sections, **rest)


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
