"""How long attribution takes: of a real image, and of synthetic ones of 10 k, 100 k and 1 M files. Prints; asserts nothing.

    python -m tests.benchmarks.attribution [ARCHIVE] [--files N ...] [--profile]

Timed is all of ``attribute``: package databases, libraries, rules, owners, places and sums (the best of three, after a run that
warms up; the processor's time is what it takes on a machine that does nothing else). The synthetic image has three layers: a
Debian with its packages, Python and Node with what pip and npm installed, and an application with its caches and sources;
nine files a directory (an image on golang:1.22 has eight and a half).
"""

import argparse
import cProfile
import gc
import pstats
import time
from collections.abc import Iterator
from pathlib import Path

from layerscope.attribution.attribute import attribute
from layerscope.filesystem.merged import Filesystem
from layerscope.filesystem.stacking import stack
from layerscope.history.history import History, read_history
from layerscope.layers.columns import Columns, Entry
from layerscope.layers.index import Kind, LayerIndex
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.sources import open_image
from layerscope.sources.image import Config, Platform
from tests.support.attributions import history_of

File = tuple[str, bytes | None, int]
"""Path, the content when it is one that is picked, size."""


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", nargs="?", type=Path, help="a saved image or a layout")
    parser.add_argument("--files", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    options = parser.parse_args()
    if options.archive:
        image = open_image(str(options.archive))
        indexes = index_layers(image.layers, Picks.of_commands(image.config.entrypoint, image.config.cmd))
        history = read_history(image.config, len(image.layers), image.annotations)
        report(options.archive.name, stack(indexes), image.config, history, options.profile)
    for count in options.files:
        config = Config(
            platform=Platform("linux", "amd64"), cmd=("node", "server.js"), working_dir="/app", env=("NODE_VERSION=20",)
        )
        history = history_of("ADD rootfs /", "RUN pip install", "COPY . /app", base_layers=1)
        report("synthetic", stack(synthetic(count)), config, history, options.profile)


def report(name: str, filesystem: Filesystem, config: Config, history: History, profile: bool) -> None:
    """Prints one line, and with ``profile`` the functions that took the most time."""
    gc.disable()  # as the commands do
    attribute(filesystem, config, history)
    seconds, processor = [], []
    for _ in range(3):
        gc.collect()
        started, used = time.perf_counter(), time.process_time()
        attribution = attribute(filesystem, config, history)
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    files = sum(kind != Kind.DIRECTORY for kind in filesystem.kinds)
    print(
        f"{name:<12} {files:>9,} files {len(filesystem) - files:>8,} directories  {min(seconds):7.3f} s  "
        f"(processor {min(processor):7.3f} s, {min(processor) / files * 1e6:5.2f} µs a file)  "
        f"{len(attribution.components):>6,} components",
        flush=True,
    )
    if profile:
        profiler = cProfile.Profile()
        profiler.runcall(attribute, filesystem, config, history)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(18)


def synthetic(count: int) -> list[LayerIndex]:
    """Three layers with about ``count`` files."""
    return [
        index_of(debian(count * 30 // 100)),
        index_of([*site_packages(count * 25 // 100), *node_modules(count * 35 // 100)]),
        index_of(application(count * 10 // 100)),
    ]


def index_of(files: list[File]) -> LayerIndex:
    """The index of a layer of these files and their directories in the order of a walk, without a tar around them."""
    columns = Columns()
    made: set[str] = set()

    def add(path: str, kind: int, size: int) -> int:
        return columns.append(Entry(path.encode(), kind, b"", (size, 0, 0o644, 0, 0, 1_610_612_736)))

    def directory(path: str) -> None:
        if path and path not in made:
            made.add(path)
            directory(path.rpartition("/")[0])
            add(path, 1, 0)

    for path, content, size in sorted(files, key=lambda file: file[0].split("/")):
        directory(path.rpartition("/")[0])
        row = add(path, 0, size)
        if content is not None:
            columns.index.contents[row] = content
    return columns.done(0)


def debian(count: int) -> list[File]:
    """Packages of 100 files each, with their database."""
    files: list[File] = [("etc/os-release", b"ID=debian\n", 10)]
    status = []
    for number in range(max(count // 100, 1)):
        name = f"lib{number}" if number % 5 else f"lib{number}-dev"
        paths = [f"usr/share/{name}/{part // 10}/file{part}" for part in range(40)]
        paths += [f"usr/lib/x86_64-linux-gnu/{name}.so.{part}" for part in range(30)]
        paths += [f"usr/include/{name}/part{part}.h" for part in range(20)]
        paths += [f"usr/share/doc/{name}/text{part}" for part in range(8)]
        status.append(f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.{number}\n")
        listing = "".join(f"/{path}\n" for path in paths)
        files += [(path, None, 1000) for path in paths]
        files.append((f"var/lib/dpkg/info/{name}.list", listing.encode(), len(listing)))
    files.append(("var/lib/dpkg/status", "\n".join(status).encode(), 1000))
    return files


def site_packages(count: int) -> Iterator[File]:
    """Distributions of 50 files each, with their bytecode listed or not."""
    site = "usr/local/lib/python3.11/site-packages"
    for number in range(max(count // 50, 1)):
        name = f"dist{number}"
        modules = [f"{name}/part{part // 12}/module{part}.py" for part in range(24)]
        bytecode = [f"{name}/part{part // 12}/__pycache__/module{part}.cpython-311.pyc" for part in range(24)]
        information = f"{name}-1.{number}.dist-info"
        listed = [f"{name}/__init__.py", *modules, *(bytecode if number % 2 else []), f"{information}/METADATA"]
        record = "".join(f"{path},sha256=x,100\n" for path in listed)
        for path in (*modules, *bytecode, f"{name}/__init__.py", f"{information}/METADATA"):
            yield f"{site}/{path}", None, 3000
        yield f"{site}/{information}/RECORD", record.encode(), len(record)


def node_modules(count: int) -> Iterator[File]:
    """Packages of 20 files each, every tenth with packages of its own."""
    for number in range(max(count // 20, 1)):
        scope = "@scope/" if number % 7 == 0 else ""
        above = f"node_modules/{scope}package{number}"
        if number % 10 == 0:
            above = f"node_modules/package{number + 1}/{above}"
        description = b'{"name": "%spackage%d", "version": "1.2.%d", "main": "lib/index.js"}' % (scope.encode(), number, number)
        yield f"app/{above}/package.json", description, len(description)
        for name in ("README.md", "LICENSE", "index.js", "index.d.ts", "lib/index.js.map", "dist/index.min.js"):
            yield f"app/{above}/{name}", None, 2000
        for part in range(13):
            yield f"app/{above}/lib/file{part}.js", None, 1500


def application(count: int) -> list[File]:
    """The application's own files, its sources, caches, and what nobody knows."""
    files: list[File] = [("app/server.js", None, 5000), ("app/package.json", b'{"name": "app"}', 15)]
    for number in range(count):
        place = (
            f"app/src/part{number % 50}/module{number}.ts",
            f"app/public/img/{number % 20}/{number}.png",
            f"root/.npm/_cacache/content-v2/sha512/{number % 256:02x}/{number}",
            f"opt/data/{number % 100}/{number}.bin",
            f"app/.git/objects/{number % 256:02x}/{number}",
        )[number % 5]
        files.append((place, None, 4000))
    return files


if __name__ == "__main__":
    main()
