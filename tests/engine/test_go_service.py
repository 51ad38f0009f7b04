"""The guide's Go service on a real engine: looked into, explained, and made lean by a Dockerfile that builds and runs."""

import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import DOCKER, REGISTRY, Engine, registry_answers, run
from tests.support.oracle import count

pytestmark = pytest.mark.engine


def layerscope(*arguments: str | Path) -> str:
    return run(sys.executable, "-m", "layerscope", *arguments)


def document(reference: str) -> dict[str, Any]:
    """The JSON report of an image."""
    found: dict[str, Any] = json.loads(layerscope("report", reference, "--format", "json"))
    return found


@pytest.fixture(scope="module")
def report(go_single: str) -> dict[str, Any]:
    return document(f"docker-daemon:{go_single}")


def live(report: dict[str, Any], component: str) -> int:
    return sum(row["live"] for row in report["attribution"] if row["component"].startswith(component))


def test_everything_in_it_is_named_with_its_bytes(report: dict[str, Any]) -> None:
    sizes = {component: live(report, component) for component in ("Go toolchain", "gcc-12", "git", "Go build cache")}
    assert sizes["Go toolchain"] > 150_000_000
    assert sizes["gcc-12"] > 20_000_000
    assert sizes["git"] > 10_000_000
    assert sizes["Go build cache"] > 30_000_000
    categories = {row["category"] for row in report["attribution"] if row["live"]}
    assert {"application", "os", "toolchain", "cache", "source", "docs"} <= categories
    source = sum(row["live"] for row in report["attribution"] if row["category"] == "source" and "/app" in str(row["paths"]))
    assert source == sum(
        (Path(__file__).parent / "contexts" / "go-app" / name).stat().st_size for name in ("main.go", "go.mod")
    )


def test_less_than_one_percent_is_unknown(report: dict[str, Any]) -> None:
    unknown = sum(row["live"] for row in report["attribution"] if row["category"] == "unknown")
    assert unknown < 0.01 * report["sizes"]["live"]


def test_the_go_toolchain_is_all_of_usr_local_go_and_nothing_else(report: dict[str, Any], go_archive: Path) -> None:
    final = count(go_archive).final
    assert live(report, "Go toolchain") == sum(size for path, size in final.items() if path.startswith("/usr/local/go/"))


def as_saved(archive: Path, directory: Path) -> str:
    return f"docker-archive:{archive}"


def as_oci_gzip(archive: Path, directory: Path) -> str:
    run("skopeo", "copy", "-q", f"docker-archive:{archive}", f"oci:{directory / 'gzip'}:single")
    return f"oci:{directory / 'gzip'}:single"


def as_oci_zstd(archive: Path, directory: Path) -> str:
    target = f"oci:{directory / 'zstd'}:single"
    run("skopeo", "copy", "-q", "--dest-compress-format", "zstd", f"docker-archive:{archive}", target)
    return target


def as_directory(archive: Path, directory: Path) -> str:
    run("skopeo", "copy", "-q", f"docker-archive:{archive}", f"dir:{directory / 'dir'}")
    return f"dir:{directory / 'dir'}"


def as_a_registry_has_it(archive: Path, directory: Path) -> str:
    if not registry_answers():
        pytest.skip(f"no registry answers at {REGISTRY}")
    target = f"docker://{REGISTRY}/layerscope-test/go-app:single"
    run("skopeo", "copy", "-q", "--dest-tls-verify=false", f"docker-archive:{archive}", target)
    return target


def as_podman_saves_it(archive: Path, directory: Path) -> str:
    target = directory / "podman.tar"
    with tempfile.TemporaryDirectory(prefix="ls") as state:  # podman takes no runroot of more than 50 characters
        podman = ("podman", "--storage-driver", "vfs", "--root", directory / "storage", "--runroot", state)
        loaded = run(*podman, "load", "-q", "-i", archive).strip().rpartition(" ")[2]
        run(*podman, "save", "-q", "--format", "docker-archive", "-o", target, loaded)
    return f"docker-archive:{target}"


SOURCE_OWN = {"compressed", "engine", "digest", "media_type", "compressed_size"}
"""What only some sources know, or what differs with the compression."""


def content(report: dict[str, Any]) -> dict[str, Any]:
    """Sizes, layers and attribution, without what belongs to the way in which they are stored."""
    return {
        "sizes": {key: value for key, value in report["sizes"].items() if key not in SOURCE_OWN},
        "layers": [{key: value for key, value in row.items() if key not in SOURCE_OWN} for row in report["layers"]],
        "attribution": report["attribution"],
    }


@pytest.mark.parametrize(
    "transport",
    [as_saved, as_oci_gzip, as_oci_zstd, as_directory, as_a_registry_has_it, as_podman_saves_it],
    ids=["docker save", "oci gzip", "oci zstd", "dir", "registry", "podman save"],
)
def test_every_way_of_storing_it_gives_the_same_numbers(
    report: dict[str, Any], go_archive: Path, tmp_path: Path, transport: Callable[[Path, Path], str]
) -> None:
    stored = document(transport(go_archive, tmp_path))
    assert content(stored) == content(report)
    assert stored["problems"] == []


def test_every_byte_is_counted_once_by_an_independent_count_too(report: dict[str, Any], go_archive: Path) -> None:
    oracle = count(go_archive)
    assert [layer["size"] for layer in report["layers"]] == oracle.layers
    assert report["sizes"]["live"] == oracle.live
    assert report["sizes"]["files"] == len(oracle.final)
    assert report["sizes"]["live"] + report["sizes"]["shadowed"] == sum(oracle.layers)
    assert sum(row["live"] for row in report["attribution"]) == oracle.live
    assert sum(row["live"] + row["shadowed"] for row in report["attribution"]) == sum(oracle.layers)
    for layer in report["layers"]:
        assert sum(layer["categories"].values()) == layer["size"]


def test_the_final_filesystem_is_what_the_engine_exports(go_single: str, go_archive: Path, tmp_path: Path) -> None:
    container = run(DOCKER, "create", go_single).strip()
    try:
        exported = subprocess.run([DOCKER, "export", container], capture_output=True, check=True).stdout
    finally:
        run(DOCKER, "rm", container)
    with tarfile.open(fileobj=io.BytesIO(exported)) as tar:
        names = {"/" + member.name for member in tar if not member.isdir()}
    of_the_container = {"/.dockerenv", "/dev/console", "/etc/hostname", "/etc/hosts", "/etc/mtab", "/etc/resolv.conf"}
    assert names - of_the_container == count(go_archive).final.keys() - of_the_container


@pytest.mark.parametrize("buildkit", [True, False], ids=["BuildKit", "classic builder"])
def test_the_recommended_dockerfile_builds_at_once_runs_and_is_lean(
    engine: Engine, go_single: str, go_archive: Path, go_multistage: str, buildkit: bool
) -> None:
    dockerfile = layerscope("recommend", f"docker-archive:{go_archive}", "--format", "dockerfile")
    lean = engine.build_text("go-app:recommended", dockerfile, buildkit=buildkit)
    assert engine.answer(lean, "/health") == engine.answer(go_single, "/health")
    assert engine.size(lean) <= 1.05 * engine.size(go_multistage)
    plan = json.loads(layerscope("recommend", f"docker-archive:{go_archive}", "--format", "json"))
    assert plan["predicted_size"] == pytest.approx(engine.size(lean), rel=0.05)


def test_the_users_own_dockerfile_gets_a_last_stage_that_builds_and_runs(
    engine: Engine, go_single: str, go_archive: Path, go_multistage: str, tmp_path: Path
) -> None:
    context = Path(__file__).parent / "contexts" / "go-app"
    own = context / "single.Dockerfile"
    arguments = ("recommend", f"docker-archive:{go_archive}", "-f", own)
    staged = tmp_path / "Dockerfile"
    staged.write_text(layerscope(*arguments, "--format", "dockerfile"))
    for file in ("go.mod", "main.go"):
        (tmp_path / file).write_bytes((context / file).read_bytes())
    lean = engine.build("go-app:staged", tmp_path, "Dockerfile")
    assert engine.answer(lean, "/health") == engine.answer(go_single, "/health")
    assert engine.size(lean) <= 1.05 * engine.size(go_multistage)
    plan = json.loads(layerscope(*arguments, "--format", "json"))
    assert plan["predicted_size"] == pytest.approx(engine.size(lean), rel=0.05)
    changes = layerscope(*arguments, "--format", "diff")
    assert "+FROM scratch" in changes
    assert any(line.startswith("-FROM golang:1.22") for line in changes.splitlines())


def test_an_image_that_is_lean_already_is_left_alone(go_multistage: str) -> None:
    plan = json.loads(layerscope("recommend", f"docker-daemon:{go_multistage}", "--format", "json"))
    assert plan["removed"] < 10_000_000


def test_why_gives_the_proof_of_what_is_kept_and_the_reason_of_what_is_dropped(go_archive: Path) -> None:
    kept = layerscope("why", f"docker-archive:{go_archive}", "/app/server")
    assert "kept" in kept
    assert "CMD" in kept
    dropped = layerscope("why", f"docker-archive:{go_archive}", "/usr/local/go/bin/go")
    assert "dropped by the recommendation" in dropped
    assert "Go toolchain" in dropped


def test_extract_gives_the_file_that_the_container_has(go_single: str, go_archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "server"
    layerscope("extract", f"docker-archive:{go_archive}", "/app/server", "-o", target)
    container = run(DOCKER, "create", go_single).strip()
    try:
        copied = subprocess.run([DOCKER, "cp", f"{container}:/app/server", "-"], capture_output=True, check=True).stdout
    finally:
        run(DOCKER, "rm", container)
    with tarfile.open(fileobj=io.BytesIO(copied)) as tar:
        assert target.read_bytes() == tar.extractfile("server").read()  # type: ignore[union-attr]
