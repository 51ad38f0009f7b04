"""An analysis made by hand: what the terminal app shows, without reading an image."""

from array import array
from collections.abc import Sequence

from layerscope.advice.delivery.model import Copy
from layerscope.advice.model import Alternative, Base, Boundary, Finding, Recommendation
from layerscope.advice.remarks import Code, Remark
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
        paths=paths,
        kinds=kinds,
        sizes=sizes,
        offsets=zeros,
        modes=modes,
        uids=zeros,
        gids=zeros,
        mtimes=zeros,
        parents=parents,
        directories=list(directories),
        links=links,
        contents=contents,
        elf={},
        tar_size=sum(sizes) + 10240,
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
        Component(
            category="toolchain",
            name="Go toolchain",
            version="1.22.12",
            ecosystem="go",
            rule="LS101",
            why="A Go program holds all that it needs.",
        ),
    ),
    (
        b"root/.cache/go-build",
        Component(
            category="cache", name="Go build cache", version="", ecosystem="go", rule="LS102", why="Only the compiler reads it."
        ),
    ),
    (
        b"var/cache/apt",
        Component(
            category="cache", name="apt package cache", version="", ecosystem="deb", rule="LS110", why="Only apt reads it."
        ),
    ),
    (
        b"usr/lib/gcc",
        Component(category="toolchain", name="gcc-12", version="12.2.0-14", ecosystem="deb", rule="", why="", package="gcc-12"),
    ),
    (
        b"usr/bin/gcc-12",
        Component(category="toolchain", name="gcc-12", version="12.2.0-14", ecosystem="deb", rule="", why="", package="gcc-12"),
    ),
    (
        b"usr/bin/git",
        Component(category="toolchain", name="git", version="1:2.39.5", ecosystem="deb", rule="", why="", package="git"),
    ),
    (
        b"usr/lib/git-core",
        Component(category="toolchain", name="git", version="1:2.39.5", ecosystem="deb", rule="", why="", package="git"),
    ),
    (b"usr/share/doc", Component(category="docs", name="documentation", version="", ecosystem="", rule="LS130")),
    (b"app/server", Component(category="application", name="server", version="", ecosystem="go")),
    (
        b"app",
        Component(
            category="source",
            name="application source",
            version="",
            ecosystem="go",
            rule="LS120",
            why="The program was built from it.",
        ),
    ),
    (
        b"usr/bin/bash",
        Component(category="os", name="bash", version="5.2.15-2", ecosystem="deb", rule="", why="", package="bash"),
    ),
    (
        b"usr/lib/x86_64-linux-gnu/libcrypto.so.3",
        Component(category="os", name="libssl3", version="3.0.17", ecosystem="deb", rule="", why="", package="libssl3"),
    ),
    (
        b"usr/lib/x86_64-linux-gnu",
        Component(category="os", name="libc6", version="2.36-9", ecosystem="deb", rule="", why="", package="libc6"),
    ),
    (b"", Component(category="os", name="base files", version="", ecosystem="deb")),
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
    layers = tuple(Layer(diff_id=f"sha256:{number:064x}", blob=None) for number in range(len(indexes)))
    config = Config(platform=Platform("linux", "amd64"), cmd=("/app/server",), working_dir="/app", exposed_ports=("8080/tcp",))
    history = History(
        instructions=tuple(
            Instruction(index=number, keyword=word, text=text, raw=text, builder="buildkit", layer=number)
            for number, (word, text) in enumerate(instructions)
        ),
        attributed=True,
        base_reference="golang:1.22",
        base_layers=3,
        base_instructions=3,
        base_known="ENV GOLANG_VERSION and history",
    )
    attribution = _attribute(filesystem)
    layer_sizes = tuple(_layer_size(filesystem, number) for number in range(len(indexes)))
    stored, shadowed = sum(layer.stored for layer in layer_sizes), sum(layer.shadowed for layer in layer_sizes)
    sizes = Sizes(
        files=sum(layer.files for layer in layer_sizes),
        live=stored - shadowed,
        shadowed=shadowed,
        uncompressed=stored,
        compressed=None,
        engine=stored,
        shared_with_base=None,
    )
    server = filesystem.visible[b"app/server"]
    needs = (Need(path=b"app/server", entry=server, role="program", because=(Because("CMD"),)),)
    runtime = Runtime(
        entrypoint=("/app/server",),
        working_dir="/app",
        user="",
        programs=(Program(path=b"app/server", entry=server, ecosystem="go", linkage="static", version="1.22.12"),),
        needs=needs,
        unresolved=(),
    )
    image = Image(
        reference="go-app:single", source="docker-archive", config=config, layers=layers, repository_tags=("go-app:single",)
    )
    return Analysis(
        image=image,
        history=history,
        filesystem=filesystem,
        contents=Contents(layers, indexes),
        layer_sizes=layer_sizes,
        sizes=sizes,
        attribution=attribution,
        runtime=runtime,
        findings=_findings(),
        recommendation=_recommendation(server, stored),
        dive=DiveScore(0.9731, 42_160_071, 0.2337, stored),
        problems=(),
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
        ComponentSize(
            component=number, live=live[number], shadowed=shadowed[number], files=files[number], layers=(0,), paths=(top,)
        )
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
            rule="LS102",
            title="Go build cache",
            category="cache",
            size=58_000_000,
            confidence="dead",
            layers=(4,),
            instructions=("RUN CGO_ENABLED=0 go build -o /app/server",),
            paths=(b"root/.cache/go-build",),
            evidence=("No program of the image opens it.",),
            remedy="RUN --mount=type=cache,target=…",
        ),
        Finding(
            rule="LS101",
            title="Go toolchain 1.22.12",
            category="toolchain",
            size=37_520_035,
            confidence="build-only",
            layers=(2,),
            instructions=("COPY go /usr/local/go",),
            paths=(b"usr/local/go",),
            evidence=("/app/server is statically linked.",),
            remedy="Build in a stage of its own.",
        ),
        Finding(
            rule="LS001",
            title="Deleted by a later layer: x[/foo].txt",
            category="cache",
            size=42_000_000,
            confidence="dead",
            layers=(1,),
            instructions=(),
            paths=(MARKUP,),
            evidence=(),
            remedy="",
        ),
    )


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
        ecosystem="go",
        boundary=Boundary(4, "RUN CGO_ENABLED=0 go build -o /app/server"),
        base=Base("scratch", 0, "the program is static and asks for nothing else"),
        copies=(Copy(b"/app/server", b"/app/server", 7_400_000, "CMD starts it"),),
        packages=(),
        config=("WORKDIR /app", "EXPOSE 8080", 'CMD ["/app/server"]'),
        predicted_size=7_400_000,
        removed=stored - 7_400_000,
        dockerfile=dockerfile,
        risks=(Remark(Code.UNRESOLVED, "There is no shell in scratch to look around with."),),
        alternatives=(
            Alternative("gcr.io/distroless/static-debian13", 9_200_000, ("CA certificates, time zones",), ()),
            Alternative("alpine:3.19", 14_800_000, ("a shell and apk",), ("another libc, which this program does not use",)),
        ),
        kept=frozenset((server,)),
    )
