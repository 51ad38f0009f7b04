"""An analysis made by hand: what the terminal app shows, without reading an image."""

from array import array
from collections.abc import Sequence

from layerscope.advice.model import Alternative, Base, Boundary, Copy, Finding, Recommendation
from layerscope.analysis import Analysis, LayerSize, Sizes
from layerscope.attribution.model import Attribution, Component, ComponentSize
from layerscope.filesystem.dive import DiveScore
from layerscope.filesystem.merged import Filesystem
from layerscope.filesystem.stacking import stack
from layerscope.history.history import History
from layerscope.history.instructions import Instruction
from layerscope.layers.contents import Contents
from layerscope.layers.index import Kind, LayerIndex
from layerscope.needs.model import Because, Need, Program, Runtime
from layerscope.sources.image import Config, Image, Layer, Platform

MARKUP, ESCAPE, NEWLINE = b"app/x[/foo].txt", b"app/esc\x1b[31mred", b"app/new\nline"
HOSTILE = (MARKUP, ESCAPE, NEWLINE, b"app/[@click=app.quit]click[/]", b"app/rtl\xe2\x80\xaegpj.exe", b"app/\xff\xfe")

Row = tuple[bytes, int] | tuple[bytes, int, Kind] | tuple[bytes, int, Kind, bytes]


def layer_index(rows: Sequence[Row]) -> LayerIndex:
    """The index of a layer with ``(path, size, kind, link target)`` rows; a path that ends in a slash is a directory."""
    paths, kinds, sizes, links = [], bytearray(), array("Q"), {}
    directories: dict[bytes, int] = {}
    parents = array("I")
    for number, row in enumerate(rows):
        path, size = row[0].rstrip(b"/"), row[1]
        kind = row[2] if len(row) > 2 else Kind.DIRECTORY if row[0].endswith(b"/") else Kind.REGULAR
        paths.append(path)
        kinds.append(kind)
        sizes.append(size)
        parents.append(directories.setdefault(path.rpartition(b"/")[0], len(directories)))
        if len(row) > 3:
            links[number] = row[3]
    zeros = array("Q", bytes(8 * len(paths)))
    modes = array("H", [0o755] * len(paths))
    contents = {number: b"x" * size for number, size in enumerate(sizes) if size <= 4096}
    return LayerIndex(
        paths,
        kinds,
        sizes,
        zeros,
        modes,
        zeros,
        zeros,
        zeros,
        parents,
        list(directories),
        links,
        contents,
        {},
        sum(sizes) + 10240,
    )


_LAYERS: tuple[tuple[str, str, tuple[Row, ...]], ...] = (
    (
        "ADD",
        "ADD rootfs.tar.xz /",
        (
            (b"bin", 0, Kind.SYMLINK, b"usr/bin"),
            (b"etc/", 0),
            (b"etc/os-release", 267),
            (b"etc/passwd", 839),
            (b"usr/", 0),
            (b"usr/bin/", 0),
            (b"usr/bin/bash", 1_265_648),
            (b"usr/lib/x86_64-linux-gnu/libc.so.6", 1_922_136),
            (b"usr/lib/x86_64-linux-gnu/libcrypto.so.3", 4_709_000),
            (b"usr/share/doc/bash/README", 81_000),
            (b"var/lib/dpkg/status", 160_000),
        ),
    ),
    (
        "RUN",
        "RUN apt-get update && apt-get install -y gcc git && rm -rf /var/lib/apt/lists/*",
        (
            (b"usr/bin/gcc-12", 1_150_000),
            (b"usr/lib/gcc/x86_64-linux-gnu/12/cc1", 31_400_000),
            (b"usr/bin/git", 3_600_000),
            (b"usr/lib/git-core/git", 0, Kind.HARDLINK, b"usr/bin/git"),
            (b"var/lib/dpkg/status", 190_000),
            (b"var/cache/apt/pkgcache.bin", 42_000_000),
        ),
    ),
    (
        "COPY",
        "COPY go /usr/local/go",
        (
            (b"usr/local/go/", 0),
            (b"usr/local/go/VERSION", 35),
            (b"usr/local/go/bin/go", 12_900_000),
            (b"usr/local/go/pkg/tool/linux_amd64/compile", 24_500_000),
            (b"usr/local/go/src/net/http/server.go", 120_000),
        ),
    ),
    ("COPY", "COPY . .", ((b"app/", 0), (b"app/go.mod", 31), (b"app/main.go", 738), *((name, 64) for name in HOSTILE))),
    (
        "RUN",
        "RUN CGO_ENABLED=0 go build -o /app/server",
        (
            (b"app/server", 7_400_000),
            (b"root/.cache/go-build/00/object-a", 36_000_000),
            (b"root/.cache/go-build/01/object-b", 22_000_000),
            (b"var/cache/apt/pkgcache.bin", 0, Kind.WHITEOUT),
            (b"app/go.mod", 40),
        ),
    ),
)

_COMPONENTS = (
    (
        b"usr/local/go",
        Component("toolchain", "Go toolchain", "1.22.12", "go", "LS101", "A Go program holds all that it needs."),
    ),
    (b"root/.cache/go-build", Component("cache", "Go build cache", "", "go", "LS102", "Only the compiler reads it.")),
    (b"var/cache/apt", Component("cache", "apt package cache", "", "deb", "LS110", "Only apt reads it.")),
    (b"usr/lib/gcc", Component("toolchain", "gcc-12", "12.2.0-14", "deb", "", "", "gcc-12")),
    (b"usr/bin/gcc-12", Component("toolchain", "gcc-12", "12.2.0-14", "deb", "", "", "gcc-12")),
    (b"usr/bin/git", Component("toolchain", "git", "1:2.39.5", "deb", "", "", "git")),
    (b"usr/lib/git-core", Component("toolchain", "git", "1:2.39.5", "deb", "", "", "git")),
    (b"usr/share/doc", Component("docs", "documentation", "", "", "LS130")),
    (b"app/server", Component("application", "server", "", "go")),
    (b"app", Component("source", "application source", "", "go", "LS120", "The program was built from it.")),
    (b"usr/bin/bash", Component("os", "bash", "5.2.15-2", "deb", "", "", "bash")),
    (b"usr/lib/x86_64-linux-gnu/libcrypto.so.3", Component("os", "libssl3", "3.0.17", "deb", "", "", "libssl3")),
    (b"usr/lib/x86_64-linux-gnu", Component("os", "libc6", "2.36-9", "deb", "", "", "libc6")),
    (b"", Component("os", "base files", "", "deb")),
)


def go_image(extra: Sequence[Row] = ()) -> Analysis:
    """A single-stage Go image in miniature, with hostile names in /app; ``extra`` rows are one layer more."""
    described = [*_LAYERS, *([("RUN", "RUN extra", tuple(extra))] if extra else [])]
    indexes = [layer_index(rows) for _, _, rows in described]
    return analysis_of(stack(indexes), tuple((keyword, text) for keyword, text, _ in described))


def lean_image() -> Analysis:
    """The Go image without the largest file of its toolchain, and with a file of its own."""
    return go_image([(b"usr/local/go/bin/go", 0, Kind.WHITEOUT), (b"etc/only-lean", 12_345), (b"etc/passwd", 100)])


def analysis_of(filesystem: Filesystem, instructions: tuple[tuple[str, str], ...]) -> Analysis:
    """All that belongs to a filesystem whose files are those of :func:`go_image`."""
    indexes = filesystem.indexes
    layers = tuple(Layer(f"sha256:{number:064x}", None) for number in range(len(indexes)))
    config = Config(Platform("linux", "amd64"), cmd=("/app/server",), working_dir="/app", exposed_ports=("8080/tcp",))
    history = History(
        tuple(Instruction(number, word, text, text, "buildkit", number) for number, (word, text) in enumerate(instructions)),
        True,
        base_reference="golang:1.22",
        base_layers=3,
        base_instructions=3,
        base_known="ENV GOLANG_VERSION and history",
    )
    attribution = _attribute(filesystem)
    layer_sizes = tuple(_layer_size(filesystem, number) for number in range(len(indexes)))
    stored, shadowed = sum(layer.stored for layer in layer_sizes), sum(layer.shadowed for layer in layer_sizes)
    sizes = Sizes(sum(layer.files for layer in layer_sizes), stored - shadowed, shadowed, stored, None, stored, None)
    server = filesystem.visible[b"app/server"]
    needs = (Need(b"app/server", server, "program", (Because("CMD"),)),)
    runtime = Runtime(("/app/server",), "/app", "", (Program(b"app/server", server, "go", "static", "1.22.12"),), needs, ())
    image = Image("go-app:single", "docker-archive", config, layers, repository_tags=("go-app:single",))
    return Analysis(
        image,
        history,
        filesystem,
        Contents(layers, indexes),
        layer_sizes,
        sizes,
        attribution,
        runtime,
        _findings(),
        _recommendation(server, stored),
        DiveScore(0.9731, 42_160_071, 0.2337, stored),
        (),
    )


def _attribute(filesystem: Filesystem) -> Attribution:
    owner = array("I")
    for path in filesystem.paths:
        owner.append(next(n for n, (top, _) in enumerate(_COMPONENTS) if not top or path == top or path.startswith(top + b"/")))
    by_layer: list[dict[str, int]] = [{} for _ in filesystem.indexes]
    live, shadowed, files = [0] * len(_COMPONENTS), [0] * len(_COMPONENTS), [0] * len(_COMPONENTS)
    for entry, component in enumerate(owner):
        shares, category = by_layer[filesystem.layers[entry]], _COMPONENTS[component][1].category
        shares[category] = shares.get(category, 0) + filesystem.sizes[entry]
        (live if filesystem.stored_live[entry] else shadowed)[component] += filesystem.sizes[entry]
        files[component] += filesystem.live[entry] and filesystem.kinds[entry] != Kind.DIRECTORY
    rows = [
        ComponentSize(number, live[number], shadowed[number], files[number], (0,), (top,))
        for number, (top, _) in enumerate(_COMPONENTS)
        if files[number] or shadowed[number]
    ]
    rows.sort(key=lambda row: -row.stored)
    return Attribution(tuple(component for _, component in _COMPONENTS), owner, tuple(rows), tuple(by_layer))


def _layer_size(filesystem: Filesystem, layer: int) -> LayerSize:
    start = filesystem.starts[layer]
    entries = range(start, start + len(filesystem.indexes[layer]))
    stored = sum(filesystem.sizes[entry] for entry in entries)
    hidden = sum(filesystem.sizes[entry] for entry in entries if not filesystem.stored_live[entry])
    files = sum(filesystem.kinds[entry] != Kind.DIRECTORY for entry in entries)
    return LayerSize(stored, hidden, files, filesystem.indexes[layer].tar_size)


def _findings() -> tuple[Finding, ...]:
    return (
        Finding(
            "LS102", "Go build cache", "cache", 58_000_000, "dead", (4,), ("RUN CGO_ENABLED=0 go build -o /app/server",),
            (b"root/.cache/go-build",), ("No program of the image opens it.",), "RUN --mount=type=cache,target=…",
        ),
        Finding(
            "LS101", "Go toolchain 1.22.12", "toolchain", 37_520_035, "build-only", (2,), ("COPY go /usr/local/go",),
            (b"usr/local/go",), ("/app/server is statically linked.",), "Build in a stage of its own.",
        ),
        Finding(
            "LS001", "Deleted by a later layer: x[/foo].txt", "cache", 42_000_000, "dead", (1,), (), (MARKUP,), (), "",
        ),
    )  # fmt: skip


def _recommendation(server: int, stored: int) -> Recommendation:
    dockerfile = (
        "# layerscope: 7.4 MB instead of all of it\n"
        "FROM scratch\n"
        "COPY --from=go-app:single /app/server /app/server\n"
        "WORKDIR /app\n"
        "EXPOSE 8080\n"
        'CMD ["/app/server"]\n'
    )
    return Recommendation(
        "go",
        Boundary(4, "RUN CGO_ENABLED=0 go build -o /app/server"),
        Base("scratch", 0, "the program is static and asks for nothing else"),
        (Copy(b"/app/server", b"/app/server", 7_400_000, "CMD starts it"),),
        (),
        ("WORKDIR /app", "EXPOSE 8080", 'CMD ["/app/server"]'),
        7_400_000,
        stored - 7_400_000,
        dockerfile,
        ("There is no shell in scratch to look around with.",),
        (
            Alternative("gcr.io/distroless/static-debian13", 9_200_000, ("CA certificates, time zones",), ()),
            Alternative("alpine:3.19", 14_800_000, ("a shell and apk",), ("another libc, which this program does not use",)),
        ),
        frozenset((server,)),
    )
