"""References are those of containers-transports(5); without a transport, a path that exists comes before an engine's name."""

from pathlib import Path

import pytest

from layerscope.core.errors import ImageError, UsageError
from layerscope.sources.reference import Reference, parse_reference


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("save.tar").touch()
    Path("layout").mkdir()
    Path("odd:name.tar").touch()
    Path("image").mkdir()
    Path("image/index.json").touch()


@pytest.mark.parametrize(
    ("text", "transport", "location", "name", "index"),
    [
        ("docker-daemon:alpine:3.19", "docker-daemon", "alpine:3.19", "", None),
        ("docker-daemon:host:5000/a@sha256:00", "docker-daemon", "host:5000/a@sha256:00", "", None),
        ("podman:localhost/app", "podman", "localhost/app", "", None),
        ("docker-archive:save.tar", "docker-archive", "save.tar", "", None),
        ("docker-archive:save.tar:repo/app:1.2", "docker-archive", "save.tar", "repo/app:1.2", None),
        ("docker-archive:save.tar:@1", "docker-archive", "save.tar", "", 1),
        ("docker-archive:odd:name.tar", "docker-archive", "odd:name.tar", "", None),
        ("oci:layout:v1", "oci", "layout", "v1", None),
        ("oci:layout:@0", "oci", "layout", "", 0),
        ("oci-archive:save.tar:v1", "oci-archive", "save.tar", "v1", None),
        ("dir:layout", "dir", "layout", "", None),
        ("save.tar", "path", "save.tar", "", None),
        ("./layout", "path", "./layout", "", None),
        ("save.tar:repo/app:1.2", "path", "save.tar", "repo/app:1.2", None),
        ("./layout:v1", "path", "./layout", "v1", None),
        ("layout/", "path", "layout/", "", None),
        ("image", "path", "image", "", None),
        ("image:v1", "path", "image", "v1", None),
        ("image:linux-arm64", "path", "image", "linux-arm64", None),
        ("image:@1", "path", "image", "", 1),
        ("save.tar:@1", "path", "save.tar", "", 1),
        ("layout", "local", "layout", "", None),
        ("alpine", "local", "alpine", "", None),
        ("alpine:3.19", "local", "alpine:3.19", "", None),
        ("docker:cli", "local", "docker:cli", "", None),
        ("docker://ghcr.io/org/app:1.2", "docker", "ghcr.io/org/app:1.2", "", None),
        ("layout:v1", "local", "layout:v1", "", None),
        ("./image:v1", "path", "./image", "v1", None),
    ],
)
def test_every_form_of_a_reference(text: str, transport: str, location: str, name: str, index: int | None) -> None:
    expected = Reference(transport=transport, location=location, text=text, name=name, index=index)
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an image reference is needed"),
        ("docker-daemon:", "needs the name"),
        ("oci:", "needs a path"),
        ("docker-archive:save.tar:@one", "must be followed by the number"),
        ("docker-archive:save.tar:@99999999999", "must be followed by the number"),
        ("docker://", "needs the name of an image in a registry"),
        ("containers-storage:app", "podman:app"),
    ],
)
def test_what_cannot_be_meant_is_wrong_use_and_says_what_to_write_instead(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_reference(text)
    assert said in error.value.line()


@pytest.mark.parametrize(
    "text", ["docker-archive:nowhere.tar", "./nowhere", "/nowhere", "nowhere.tar", "nowhere.tar.gz", "nowhere/"]
)
def test_a_path_that_does_not_exist_is_said_to_be_one(text: str) -> None:
    with pytest.raises(ImageError, match="no such file"):
        parse_reference(text)


def test_a_hostile_reference_is_shown_escaped() -> None:
    with pytest.raises(ImageError, match=r"\\x1b"):
        parse_reference("./\x1b[31mred")
