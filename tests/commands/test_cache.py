"""Whatever is done to the cache, a command says what it says without one; and no credential is ever in it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from layerscope.__main__ import main
from layerscope.layers import cache
from tests.support.archives import config_json, docker_archive, layer_tar
from tests.support.layouts import compressed_image
from tests.support.patience import PATIENCE
from tests.support.programs import go_program

ENTRY = b"#!/bin/sh\nexec /app/server\n"
CLEAN = [("app/server", go_program()), ("app/start", ENTRY), *((f"app/data/{number}", b"y" * number) for number in range(1200))]
FAT = [*CLEAN, ("usr/local/go/bin/go", b"\x7fELF go" * 500), ("usr/local/go/VERSION", b"go1.22.1\n")]

COMMAND = """
import sys
from layerscope.layers import cache
cache._SETTLED_NS = -10**18
from layerscope.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""A command that takes every file for one that did not change for long."""

KILLED_WRITERS = """
import os, random, signal, sys, time
from pathlib import Path
from layerscope.core.cache import entries

def write():
    names = ["%064x" % number for number in range(8)]
    while True:
        for number, name in enumerate(names):
            entries.write(os.urandom(1_000_000), name, names[number - 1])
        entries.prune()

directory, chance = Path(sys.argv[1]), random.Random(11)
for number in range(30):
    writer = os.fork()
    if not writer:
        write()
    while number == 0 and not (directory.exists() and any(directory.iterdir())):
        assert os.waitpid(writer, os.WNOHANG) == (0, 0)
    time.sleep(chance.random() / 50)  # the moment is the attack
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
"""


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the entries lie."""
    monkeypatch.setattr(cache, "_SETTLED_NS", -(10**18))
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "cache" / f"layerscope-3-{os.geteuid()}"


def image(path: Path, rows: list[tuple[str, bytes]]) -> Path:
    tar = layer_tar(rows)
    return docker_archive(path, [tar], config_json([tar], Entrypoint=["/app/start"], WorkingDir="/app"))


@pytest.fixture(scope="module")
def fat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return image(tmp_path_factory.mktemp("image") / "fat.tar", FAT)


@pytest.fixture(scope="module")
def expected(fat: Path) -> str:
    """What is reported without a cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERSCOPE_CACHE", "off")
        return report(fat)


def told(*arguments: str) -> tuple[int, str, str]:
    """Exit code and streams of a command in a process of its own, which ends in a minute and takes at most 2 GB."""
    limited = f"import resource\nresource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n{COMMAND}"
    done = subprocess.run([sys.executable, "-c", limited, *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def report(path: Path) -> str:
    """What a process of its own says, for a cache in which anything may lie."""
    code, output, _ = told("report", f"docker-archive:{path}", "--format", "json")
    assert code == 0
    return output


def report_here(path: Path) -> str:
    """What this process says, for a cache in which lies what layerscope itself wrote."""
    with redirect_stdout(TextIOWrapper(BytesIO(), "utf-8")) as output:
        assert main(["report", f"docker-archive:{path}", "--format", "json"]) == 0
    return output.buffer.getvalue().decode()


@pytest.mark.parametrize("key", ["stranger", "state"], ids=["somebody's own key", "our own key"])
def test_the_index_of_a_clean_image_under_the_name_of_another_turns_no_fail_into_a_pass(
    key: str, fat: Path, tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = ["check", f"docker-archive:{fat}", "--forbid", "toolchain"]
    assert main(gate) == 1
    ours = {path.name for path in directory.iterdir()}
    clean = image(tmp_path / "clean.tar", CLEAN)
    with monkeypatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path / key))
        assert main(["check", f"docker-archive:{clean}", "--forbid", "toolchain"]) == 0
    index = max((path for path in directory.iterdir() if path.name not in ours), key=lambda path: path.stat().st_size)
    for name in ours:
        (directory / name).write_bytes(index.read_bytes())
    assert main(gate) == 1


def _fifos(directory: Path, _: Path) -> None:
    for path in list(directory.iterdir()):
        path.unlink()
        os.mkfifo(path)


def _endless(directory: Path, _: Path) -> None:
    for path in list(directory.iterdir()):
        path.unlink()
        path.symlink_to("/dev/zero")


def _linked_entries(directory: Path, victim: Path) -> None:
    for path in list(directory.iterdir()):
        path.unlink()
        path.symlink_to(victim / "thesis")


def _linked_directory(directory: Path, victim: Path) -> None:
    for path in list(directory.iterdir()):
        path.unlink()
    directory.rmdir()
    directory.symlink_to(victim)


def _cut(directory: Path, _: Path) -> None:
    for path in directory.iterdir():
        os.truncate(path, path.stat().st_size // 2)


def _open_to_all(directory: Path, _: Path) -> None:
    directory.chmod(0o777)


@pytest.mark.parametrize("attack", [_fifos, _endless, _linked_entries, _linked_directory, _cut, _open_to_all])
def test_a_report_is_the_same_after_an_attack_on_the_cache(
    attack: Callable[[Path, Path], None], fat: Path, expected: str, directory: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "thesis").write_text("three years")
    assert report_here(fat) == expected
    assert report_here(fat) == expected
    attack(directory, victim)
    assert report(fat) == expected
    assert report_here(fat) == expected
    assert [path.name for path in victim.iterdir()] == ["thesis"]
    assert (victim / "thesis").read_text() == "three years"


def test_a_refused_cache_is_said_in_one_line(fat: Path, directory: Path) -> None:
    report_here(fat)
    directory.chmod(0o777)
    code, output, errors = told("report", f"docker-archive:{fat}", "--format", "json")
    assert code == 0
    assert json.loads(output)
    assert errors == (
        f"layerscope: the cache is not used: other users can write into {directory}; "
        "LAYERSCOPE_CACHE names another place, or is off\n"
    )


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the administrator can mount")
def test_a_report_is_the_same_when_the_disk_is_full(
    fat: Path, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a disk cannot be mounted here")
    try:
        monkeypatch.setenv("LAYERSCOPE_CACHE", str(small))
        assert report(fat) == expected
        assert report_here(fat) == expected
        assert not [path for path in small.rglob("*") if path.is_file() and path.stat().st_size > 16_384]
        assert not list(small.rglob("*.partial"))
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_report_is_the_same_after_thirty_writers_were_killed(fat: Path, expected: str, directory: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED_WRITERS, str(directory)], check=True, timeout=PATIENCE)
    from layerscope.core.cache import entries

    for number in range(8):
        content = entries.read(f"{number:064x}")
        assert content is None or len(content) == 1_000_000
    assert report(fat) == expected
    assert report_here(fat) == expected


SECRETS = (
    "hunter2hunter2",
    "ghp_" + "a1B2" * 9,
    "npm_" + "c3D4" * 9,
    "glpat-" + "e5F6" * 6,
    "s3cr3t-of-the-lock",
    "Tr0ub4dor&3xyz",
)
LEAKY = [
    ("app/start", f"#!/bin/sh\nexport DB_PASSWORD={SECRETS[0]}\nexec node /app/server.js\n".encode()),
    ("app/server.js", b"require('http')\n"),
    ("app/package.json", json.dumps({"scripts": {"start": f"GITHUB_TOKEN={SECRETS[1]} node server.js"}}).encode()),
    ("app/.npmrc", f"//registry.npmjs.org/:_authToken={SECRETS[2]}\n".encode()),
    (
        "app/package-lock.json",
        json.dumps(
            {"name": "app", "lockfileVersion": 3, "packages": {"node_modules/a": {
                "version": "1.0.0", "resolved": f"https://user:{SECRETS[4]}@npm.example.com/a-1.0.0.tgz"}}}, indent=1
        ).encode(),
    ),
    ("app/poetry.lock", f'[package.source]\nurl = "https://oauth2:{SECRETS[3]}@gitlab.example.com/simple"\n'.encode()),
    ("etc/supervisor/conf.d/app.conf", f'[program:app]\nenvironment=API_SECRET="{SECRETS[5]}"\n'.encode()),
    *((f"app/data/{number}", b"y" * number) for number in range(1200)),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["uncompressed", "compressed"])
def test_no_credential_of_a_file_is_in_the_cache_and_every_look_finds_the_same(
    kind: str, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if kind == "compressed":
        settings = {"Entrypoint": ["/app/start"], "WorkingDir": "/app"}
        rows = [("usr/share/notes", b"n"), *((f"usr/share/{number}", b"z") for number in range(1200))]
        reference = f"oci:{compressed_image(tmp_path / 'image', [rows, LEAKY], **settings)}"
    else:
        reference = f"docker-archive:{image(tmp_path / 'image.tar', LEAKY)}"

    def look() -> str:
        assert main(["report", reference, "--format", "json"]) == 0
        return capsys.readouterr().out

    with monkeypatch.context() as patch:
        patch.setenv("LAYERSCOPE_CACHE", "off")
        expected = look()
    assert "LS803" in expected
    assert look() == expected
    assert look() == expected
    kept = [path.read_bytes() for path in directory.iterdir()]
    assert kept
    for content in kept:
        assert not [secret for secret in SECRETS if secret.encode() in content]
