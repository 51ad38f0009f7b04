"""Text that is no Unicode: JSON can write half of a surrogate pair, and any string of an image may hold one."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.__main__ import main
from layerscope.core.names import path_bytes, path_text, printable
from tests.support.archives import (
    LAYER_TYPE,
    MANIFEST_TYPE,
    config_json,
    descriptor,
    docker_archive,
    oci_index,
    oci_layout,
    oci_manifest,
    write_folder,
)
from tests.support.programs import elf, go_program, layer

BAD = "\ud800"
LAYERS = [
    layer([("bin/sh", elf(sections={".text": b"shell"})), ("etc/passwd", b"app:x:1:1::/:/bin/sh\n")]),
    layer([("app/server", go_program(sizes={"main.main": 64})), ("app/entry.sh", b'#!/bin/sh\nexec "$@"\n')]),
    layer([("root/.cache/pip/wheel", b"w" * 9000), ("root/.cache/go-build/00/a", b"g" * 9000)]),
]
Change = Callable[[dict[str, Any]], None]


def document() -> dict[str, Any]:
    """The configuration of an image whose entrypoint is a script."""
    config = {
        "Entrypoint": ["/app/entry.sh"],
        "Cmd": ["/app/server"],
        "Env": ["PATH=/usr/bin:/bin", "MODE=x"],
        "WorkingDir": "/app",
        "User": "app",
        "Labels": {"a": "b"},
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/data": {}},
        "StopSignal": "SIGTERM",
        "Shell": ["/bin/sh", "-c"],
        "Healthcheck": {"Test": ["CMD", "/app/server", "check"]},
    }
    history = [
        {"created_by": f"{line} # buildkit"} for line in ("ADD rootfs.tar /", "COPY . /app", "RUN /bin/sh -c pip install x")
    ]
    found: dict[str, Any] = json.loads(config_json(LAYERS, history, **config))
    return found


def inner(name: str, value: Any) -> Change:
    """Sets a member of the inner object."""
    return lambda found: found["config"].update({name: value})


def entry(name: str, value: str) -> Change:
    """Sets a member of every entry of the history."""
    return lambda found: [one.update({name: value}) for one in found["history"]] and None


FIELDS: dict[str, Change] = {
    "Entrypoint": inner("Entrypoint", [f"/app/{BAD}", BAD]),
    "a word behind Entrypoint": inner("Entrypoint", ["/app/entry.sh", "/app/server", BAD]),
    "Cmd": inner("Cmd", [f"/app/{BAD}"]),
    "Cmd of one word": inner("Cmd", [BAD]),
    "Cmd of a shell": inner("Cmd", ["/bin/sh", "-c", f"exec /app/server {BAD}; /{BAD}"]),
    "Env's value": inner("Env", [f"X=/{BAD}", f"HOME={BAD}", f"LD_LIBRARY_PATH={BAD}", f"TZ={BAD}", f"SSL_CERT_FILE=/{BAD}"]),
    "Env's name": inner("Env", [f"{BAD}=x", BAD]),
    "PATH": inner("Env", [f"PATH=/{BAD}:/bin"]),
    "WorkingDir": inner("WorkingDir", f"/a{BAD}"),
    "User": inner("User", f"{BAD}:{BAD}"),
    "Labels": inner("Labels", {BAD: "x", "org.opencontainers.image.base.name": BAD, "org.opencontainers.image.source": BAD}),
    "ExposedPorts": inner("ExposedPorts", {f"80/{BAD}": {}}),
    "Volumes": inner("Volumes", {f"/{BAD}": {}}),
    "StopSignal": inner("StopSignal", BAD),
    "Shell": inner("Shell", [f"/bin/{BAD}", BAD]),
    "Healthcheck": inner("Healthcheck", {"Test": ["CMD", f"/app/{BAD}"]}),
    "Healthcheck of a shell": inner("Healthcheck", {"Test": ["CMD-SHELL", f"/app/server {BAD}"]}),
    "created_by of RUN": entry("created_by", f"RUN /bin/sh -c echo {BAD} # buildkit"),
    "created_by of COPY": entry("created_by", f"COPY {BAD} /{BAD} # buildkit"),
    "created_by of WORKDIR": entry("created_by", f"WORKDIR /{BAD}"),
    "created_by of the classic builder": entry("created_by", f'/bin/sh -c #(nop)  CMD ["{BAD}"]'),
    "comment": entry("comment", BAD),
    "author": entry("author", BAD),
    "an entry's date": entry("created", BAD),
    "the date": lambda found: found.update(created=BAD),
    "os": lambda found: found.update(os=BAD),
    "architecture": lambda found: found.update(architecture=BAD),
    "variant": lambda found: found.update(variant=BAD),
}
COMMANDS = ("report {}", "recommend {}", "check {} --max-size 1", "compare {} {}", "why {} /app/server")
FORMATS = (
    *(f"report {{}} --format {name}" for name in ("json", "html", "sarif", "csv")),
    "report {} --against {}",
    "report {} --against {} --format json",
    *(f"recommend {{}} --format {name}" for name in ("json", "dockerfile")),
    *(f"check {{}} --max-size 1 --format {name}" for name in ("json", "sarif", "junit", "github", "gitlab")),
    *(f"compare {{}} {{}} --format {name}" for name in ("json", "markdown", "html")),
)


STARTING = {"Entrypoint", "a word behind Entrypoint", "Cmd", "Cmd of one word", "Cmd of a shell", "PATH", "Env's name"}
"""Fields without which nothing starts, and so no image is recommended."""


def defects(commands: tuple[str, ...], image: str, capfd: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What the commands say that end in a defect of layerscope."""
    found: dict[str, str] = {}
    for command in commands:
        code = main(command.format(*[image] * command.count("{}")).split())
        told = capfd.readouterr().err
        if code not in (0, 1, 2) or "defect" in told:
            found[command] = told
    return found


@pytest.fixture(autouse=True)
def _without_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERSCOPE_CACHE", "off")


def archive(directory: Path, fields: Iterable[str]) -> str:
    """An image with half a surrogate pair in each of these fields."""
    config = document()
    for field in fields:
        FIELDS[field](config)
    return str(docker_archive(directory / "image.tar", LAYERS, json.dumps(config).encode(), (f"{BAD}:{BAD}", "x:y")))


@pytest.mark.parametrize("field", FIELDS)
def test_half_a_surrogate_pair_in_one_field_ends_no_command(
    field: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert defects(COMMANDS, archive(tmp_path, [field]), capfd) == {}


def test_half_surrogate_pairs_in_all_fields_end_no_format(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    image = archive(tmp_path, [field for field in FIELDS if field not in STARTING])
    assert defects((*COMMANDS, *FORMATS), image, capfd) == {}


def test_half_surrogate_pairs_of_a_layout_end_no_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    notes = {"annotations": {BAD: BAD, "org.opencontainers.image.ref.name": BAD, "org.opencontainers.image.base.name": BAD}}
    config = json.dumps(document()).encode()
    manifest = oci_manifest(config, LAYERS, LAYER_TYPE, artifactType=BAD, **notes)
    platform = {"os": "linux", "architecture": "amd64", "os.version": BAD, "variant": BAD}
    index = oci_index(descriptor(manifest, MANIFEST_TYPE, platform=platform, **notes))
    layout = write_folder(tmp_path / "layout", oci_layout(index, [config, manifest, *LAYERS]))
    assert defects(COMMANDS, str(layout), capfd) == {}


def test_it_is_shown_escaped(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["report", archive(tmp_path, ["Cmd"])]) == 0
    assert f"/app/{printable(BAD)}" in capfd.readouterr().out.replace("\\\\", "\\")


@given(st.text(max_size=20) | st.text(alphabet="a\ud800\udc80\udcff\udfffé", max_size=9))
def test_every_text_has_bytes_that_come_back(text: str) -> None:
    assert path_bytes(path_text(path_bytes(text))) == path_bytes(text)


@given(st.binary(max_size=20))
def test_every_path_has_a_text_that_gives_its_bytes(path: bytes) -> None:
    assert path_bytes(path_text(path)) == path
