"""The lean image without an engine: its layers, its configuration, its archive, and what a failure names."""

import json
import tarfile
from pathlib import Path

import pytest

from layerscope.advice.recommend import RecommendOptions
from layerscope.analysis import Analysis, analyze
from layerscope.core.errors import ImageError
from layerscope.filesystem.merged import Filesystem
from layerscope.proof.archives import config_json, write_for_engine, write_oci
from layerscope.proof.config import config_after
from layerscope.proof.containers import Probe
from layerscope.proof.materialise import Fat, LeanImage, materialise
from layerscope.proof.missing import missing_paths
from layerscope.proof.prove import prove
from layerscope.sources import open_image
from layerscope.sources.image import Config, Platform
from tests.support.archives import layer_tar, link
from tests.support.comparisons import demo
from tests.support.layers import stacked
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, elf, go_program, program

TOOLCHAIN: Row = ("usr/local/go/pkg/tool/compile", bytes(20_000_000))
BUNDLE: Row = ("etc/ssl/certs/ca-certificates.crt", b"bundle")
DATA: list[Row] = [("app/templates/a.html", b"<a>"), ("app/templates/b.html", b"<b>"), link("app/templates/c.html", "a.html")]
HISTORY = ["COPY go /usr/local/go", "RUN go build -o /app/server ."]


def fat_image(tmp_path: Path, **config: object) -> Analysis:
    server = go_program("crypto/x509.loadSystemRoots")
    config = {"Cmd": ["/app/server"], "WorkingDir": "/app", "Env": ["PORT=8080", 'GREETING=a "b" $c']} | config
    rows: list[Row] = [program("app/server", server), BUNDLE, *DATA]
    return analysis_of(tmp_path, [[TOOLCHAIN], rows], HISTORY, RecommendOptions(strip=False), **config)


def lean_of(analysis: Analysis) -> LeanImage:
    fat = Fat(analysis.filesystem, analysis.contents, analysis.image.config.platform)
    return materialise(fat, analysis.recommendation, None)


def test_the_lean_image_has_exactly_the_predicted_bytes_and_a_layer_for_each_copy(tmp_path: Path) -> None:
    analysis = fat_image(tmp_path)
    lean = lean_of(analysis)
    assert lean.stored == analysis.recommendation.predicted_size
    assert len(lean.layers) == len(analysis.recommendation.copies)
    names: set[str] = set()
    for layer in lean.layers:
        layer.content.seek(0)
        with tarfile.open(fileobj=layer.content) as tar:
            names.update(tar.getnames())
    assert {"app/server", "app/templates/a.html", "app/templates/c.html", "etc/ssl/certs/ca-certificates.crt"} <= names
    assert not [name for name in names if name.startswith("usr/local/go")]


def test_the_archive_opens_again_with_the_same_program_needs_and_configuration(tmp_path: Path) -> None:
    analysis = fat_image(tmp_path, ExposedPorts={"8080/tcp": {}}, User="65532", Labels={"a": "b c"})
    path = tmp_path / "lean.tar"
    compressed = write_oci(lean_of(analysis), path, "lean")
    again = analyze(open_image(f"oci-archive:{path}"))
    assert again.problems == ()
    assert again.sizes.compressed == compressed
    assert [item.path for item in again.runtime.programs] == [b"app/server"]
    assert again.runtime.unresolved == analysis.runtime.unresolved
    config, before = again.image.config, analysis.image.config
    assert (config.cmd, config.working_dir, config.user) == (before.cmd, before.working_dir, before.user)
    assert (config.environment(), config.labels, config.exposed_ports) == (
        before.environment(),
        before.labels,
        before.exposed_ports,
    )
    assert again.filesystem.link(again.filesystem.visible[b"app/templates/c.html"]) == b"a.html"


def test_what_an_engine_loads_has_the_name_the_layers_and_the_config(tmp_path: Path) -> None:
    lean = lean_of(fat_image(tmp_path))
    path = tmp_path / "load.tar"
    with path.open("wb") as stream:
        write_for_engine(lean, stream, "lean:1")
    image = open_image(f"docker-archive:{path}")
    assert image.repository_tags == ("lean:1",)
    assert image.config.diff_ids == tuple(layer.diff_id for layer in lean.layers)
    assert json.loads(config_json(lean))["rootfs"]["diff_ids"] == list(image.config.diff_ids)


def test_proof_without_an_engine_checks_what_the_lean_image_loads_and_says_that_nothing_ran(tmp_path: Path) -> None:
    analysis = fat_image(tmp_path)
    output = tmp_path / "proof.tar"
    proof = prove(analysis, RecommendOptions(), Probe(), output=output)
    assert proof.holds
    assert not proof.ran
    assert "load it into an engine" in proof.why_not_run
    assert proof.sizes.exact == proof.sizes.predicted
    assert open_image(f"oci-archive:{output}").config.cmd == ("/app/server",)
    assert sorted(path.name for path in tmp_path.iterdir() if "partial" in path.name) == []


def test_a_needed_library_that_the_base_does_not_have_is_found_without_running(tmp_path: Path) -> None:
    """The image lacks a library itself, so no plan can bring it: that is no fault of the plan, and it is not reported twice."""
    rows: list[Row] = [
        program("app/server", elf(interpreter=GLIBC_LOADER, needed=["libgone.so"])),
        ("lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
    ]
    analysis = analysis_of(tmp_path, [[TOOLCHAIN], rows], HISTORY, Cmd=["/app/server"])
    proof = prove(analysis, RecommendOptions(base="scratch"), Probe())
    assert proof.holds
    assert any("libgone.so" in item.what for item in analysis.runtime.unresolved)


def test_nothing_to_prove_is_one_clear_line(tmp_path: Path) -> None:
    analysis = analysis_of(tmp_path, [[TOOLCHAIN]], ["COPY go /usr/local/go"], Cmd=["/app/missing"])
    with pytest.raises(ImageError, match="there is nothing to prove"):
        prove(analysis, RecommendOptions(), Probe())


def test_the_demo_proves_nothing() -> None:
    with pytest.raises(ImageError, match="no file contents"):
        prove(demo("fat"), RecommendOptions(), Probe())


def test_a_failure_names_the_files_that_the_image_has() -> None:
    paths = [
        b"etc/app/config.yml",
        b"usr/lib/libextra.so.3",
        b"usr/lib/python3/site-packages/yaml/__init__.py",
        b"app/node_modules/express/package.json",
        b"usr/bin/convert",
    ]
    filesystem = analysis_files(paths)
    said = {
        b"FileNotFoundError: [Errno 2] No such file or directory: '/etc/app/config.yml'": paths[0],
        b"open /etc/app/config.yml: no such file or directory": paths[0],
        b"server: error while loading shared libraries: libextra.so.3: cannot open shared object file": paths[1],
        b"ModuleNotFoundError: No module named 'yaml'": b"usr/lib/python3/site-packages/yaml",
        b"Error: Cannot find module 'express'\\nRequire stack:": b"app/node_modules/express",
        b'exec: "/usr/bin/convert": stat /usr/bin/convert: no such file or directory': paths[4],
    }
    for line, path in said.items():
        assert missing_paths(line, filesystem, frozenset()) == (path,), line
    kept = frozenset((filesystem.visible[paths[0]],))
    assert missing_paths(b"open /etc/app/config.yml: no such file", filesystem, kept) == ()
    assert missing_paths(b"open /etc/unknown: no such file or directory", filesystem, frozenset()) == ()


def analysis_files(paths: list[bytes]) -> Filesystem:

    return stacked(layer_tar([(path.decode(), b"x") for path in paths]))


def test_the_configuration_is_what_the_instructions_say() -> None:
    base = Config(
        platform=Platform("linux", "amd64"), env=("PATH=/opt/bin:/bin", "LANG=C"), cmd=("sh",), entrypoint=("/start",)
    )
    config = config_after(
        base,
        (
            r'ENV A="b \"c\" \$d"',
            "ENV PATH=/venv/bin:$PATH",
            "WORKDIR /app",
            "USER 1000:1000",
            "EXPOSE 80/tcp",
            'HEALTHCHECK --interval=30s --timeout=1500ms --retries=3 CMD ["/check", "-q"]',
            'ENTRYPOINT ["/app/x"]',
            'CMD ["-a", "b c"]',
        ),
    )
    assert config.environment() == {"PATH": "/venv/bin:/opt/bin:/bin", "LANG": "C", "A": 'b "c" $d'}
    assert (config.working_dir, config.user, config.exposed_ports) == ("/app", "1000:1000", ("80/tcp",))
    assert (config.entrypoint, config.cmd) == (("/app/x",), ("-a", "b c"))
    assert config.healthcheck is not None
    assert (config.healthcheck.test, config.healthcheck.interval) == (("CMD", "/check", "-q"), 30_000_000_000)
    assert (config.healthcheck.timeout, config.healthcheck.retries) == (1_500_000_000, 3)
    assert config_after(base, ("ENTRYPOINT []",)).cmd == ()
