"""Which packages the sources of an application ask for."""

from pathlib import Path

from tests.support.node_images import SERVER, packages, runtime_of


def test_a_package_for_developing_that_the_program_asks_for_is_kept(tmp_path: Path) -> None:
    rows = [*SERVER, ("app/dist/health.js", b"const ts = await import('typescript/lib/x.js');")]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "dist/server.js"])
    assert "typescript" in packages(runtime)


def test_workers_and_forked_files_are_followed(tmp_path: Path) -> None:
    rows = [
        *SERVER,
        ("app/dist/health.js", b"new Worker('./jobs/worker.js')"),
        ("app/dist/jobs/worker.js", b"require('typescript')"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "dist/server.js"])
    assert "typescript" in packages(runtime)
