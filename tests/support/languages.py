"""Images of a language's interpreter and an application in /app, made by hand."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from layerscope.needs.model import Runtime
from tests.support.programs import Row, analysis_of, elf

LIBRARIES = "usr/lib/x86_64-linux-gnu"
C_LIBRARY: list[Row] = [
    ("lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
    (f"{LIBRARIES}/libc.so.6", elf(soname="libc.so.6")),
]


def library(name: str, *needed: str) -> Row:
    """A shared library in the system's directory."""
    return f"{LIBRARIES}/{name}", elf(soname=name, needed=needed)


def runtime_of(directory: Path, installed: Sequence[Row], application: Sequence[Row], **config: Any) -> Runtime:
    """The needs of an image on which a RUN installed some files, and to which COPY brought an application into /app."""
    history = ["RUN install", "COPY . /app"]
    config = {"WorkingDir": "/app", "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"]} | config
    return analysis_of(directory, [[*C_LIBRARY, *installed], application], history, **config).runtime


def needed(runtime: Runtime, below: str = "") -> set[str]:
    """The paths that are needed, below a directory."""
    return {path for need in runtime.needs if (path := need.path.decode("utf-8", "replace")).startswith(below)}


def names(runtime: Runtime, role: str) -> set[str]:
    """The last components of what is needed in a role."""
    return {need.path.decode().rpartition("/")[2] for need in runtime.needs if need.role == role}


def unresolved(runtime: Runtime) -> str:
    """What could not be found out, as one text."""
    return "\n".join(item.what for item in runtime.unresolved)


def told(runtime: Runtime) -> list[tuple[str, str, bool]]:
    """Language, version, and whether it was followed, of each program."""
    return [(program.ecosystem, program.version, program.followed) for program in runtime.programs]


def jar(class_path: str = "", **entries: bytes) -> bytes:
    """A jar with a manifest, whose lines are folded at 72 bytes as the specification asks."""
    lines = ["Manifest-Version: 1.0", "Main-Class: app.Main", *([f"Class-Path: {class_path}"] if class_path else [])]
    folded = []
    for line in lines:
        folded.append(line[:72])
        folded += [" " + line[at : at + 71] for at in range(72, len(line), 71)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/MANIFEST.MF", "\r\n".join((*folded, "", "")))
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()
