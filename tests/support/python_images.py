"""Images of a Python interpreter and what is installed beside it, made by hand."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from layerscope.attribution.attribute import attribute
from layerscope.filesystem.stacking import stack
from layerscope.history.history import read_history
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.needs.model import Runtime
from layerscope.needs.needs import find_needs
from layerscope.sources import open_image
from tests.support.archives import config_json, docker_archive, link
from tests.support.programs import GLIBC_LOADER, Row, elf, layer

SITE = "usr/local/lib/python3.11/site-packages"
STANDARD = "usr/local/lib/python3.11"
LIBRARIES = "usr/lib/x86_64-linux-gnu"
SUFFIX = "cpython-311-x86_64-linux-gnu.so"

INTERPRETER: list[Row] = [
    ("usr/local/bin/python3.11", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
    link("usr/local/bin/python3", "python3.11"),
    link("usr/local/bin/python", "python3"),
    ("lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
    (f"{LIBRARIES}/libc.so.6", elf(soname="libc.so.6")),
    (f"{STANDARD}/os.py", b"import abc\n"),
    (f"{STANDARD}/site.py", b""),
    (f"{STANDARD}/ssl.py", b"import _ssl\n"),
    (f"{STANDARD}/encodings/__init__.py", b""),
    (f"{STANDARD}/encodings/__pycache__/__init__.cpython-311.pyc", b"code"),
    (f"{STANDARD}/zoneinfo/__init__.py", b""),
    (f"{STANDARD}/tkinter/__init__.py", b""),
    (f"{STANDARD}/test/test_os.py", b""),
    (f"{STANDARD}/lib-dynload/_ssl.{SUFFIX}", elf(needed=["libssl.so.3"], soname="_ssl")),
    (f"{STANDARD}/lib-dynload/_tkinter.{SUFFIX}", elf(needed=["libtk8.6.so"], soname="_tkinter")),
    (f"{LIBRARIES}/libssl.so.3", elf(soname="libssl.so.3")),
    (f"{LIBRARIES}/libtk8.6.so", elf(soname="libtk8.6.so")),
]
ENVIRONMENT = ["PATH=/usr/local/bin:/usr/bin:/bin"]


def distribution(
    name: str,
    files: dict[str, bytes],
    requires: Sequence[str] = (),
    entry_points: str = "",
    version: str = "1.0",
    site: str = SITE,
) -> list[Row]:
    """An installed wheel: its files below ``site`` and its ``dist-info`` with a RECORD of them."""
    information = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {line}\n" for line in requires)
    everything = files | {f"{information}/METADATA": metadata.encode() + b"\nRequires-Dist: not-a-header\n"}
    if entry_points:
        everything[f"{information}/entry_points.txt"] = entry_points.encode()
    listed = [*everything, f"{information}/RECORD"]
    record = "".join(f"{path},sha256=x,1\n" for path in listed)
    return [
        *((f"{site}/{path}", content) for path, content in everything.items()),
        (f"{site}/{information}/RECORD", record.encode()),
    ]


def runtime_of(
    directory: Path, rows: Sequence[Row], *, compress: bool = False, made_by: str = "COPY . /", **config: Any
) -> Runtime:
    """What the image of the interpreter and these files needs, which an instruction put there."""
    config.setdefault("Env", ENVIRONMENT)
    tars = [layer(INTERPRETER), layer(rows)]
    document = config_json(tars, [{"created_by": "ADD rootfs /"}, {"created_by": made_by}], **config)
    stored = [gzip.compress(tar) for tar in tars] if compress else tars
    image = open_image(f"docker-archive:{docker_archive(directory / 'image.tar', stored, document)}")
    indexes = index_layers(image.layers, Picks.of_commands(image.config.entrypoint, image.config.cmd))
    filesystem = stack(indexes)
    history = read_history(image.config, len(tars), {})
    attribution = attribute(filesystem, image.config, history)
    return find_needs(filesystem, Contents(image.layers, indexes), image.config, attribution, history)


def needed(runtime: Runtime) -> set[str]:
    """The paths that the program needs, without those that are only kept because they lie beside it."""
    return {need.path.decode() for need in runtime.needs if need.role != "data" or len(need.because) > 1}


def distributions(runtime: Runtime) -> set[str]:
    """The distributions that are kept, by their dist-info."""
    parts = (path.split("/") for path in needed(runtime))
    return {part.split("-")[0] for path in parts for part in path if part.endswith(".dist-info")}


def unresolved(runtime: Runtime) -> str:
    return "\n".join(item.what for item in runtime.unresolved)


def script(interpreter: str, module: str, function: str = "main") -> bytes:
    """A console script as pip writes it."""
    text = f"#!{interpreter}\nimport re\nimport sys\nfrom {module} import {function}\nif __name__ == '__main__':\n"
    return (text + f"    sys.exit({function}())\n").encode()


CLICK = distribution(
    "click", {"click/__init__.py": b"from . import core\n", "click/core.py": b"", "click/__pycache__/core.cpython-311.pyc": b""}
)
PIP = distribution("pip", {"pip/__init__.py": b"", "pip/__main__.py": b""})
RICH = distribution("rich", {"rich/__init__.py": b""})


def gunicorn(site: str = SITE) -> list[Row]:
    """A server that loads an application and a worker class by their names."""
    files = {
        "gunicorn/__init__.py": b"",
        "gunicorn/app/wsgiapp.py": b"from gunicorn import util\n",
        "gunicorn/util.py": b"import importlib\ndef load(uri):\n    return importlib.import_module(uri)\n",
        "gunicorn/__main__.py": b"from gunicorn.app.wsgiapp import run\n",
    }
    return distribution("gunicorn", files, site=site)
