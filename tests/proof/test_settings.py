"""What two images have set otherwise, found without running them."""

import tarfile
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.proof.settings import differences_of_settings
from tests.support.programs import Row, analysis_of, elf, program

CHECK = {"Test": ["CMD", "/app/check"], "Retries": 3}


def image(directory: Path, name: str, *rows: Row, **config: Any) -> Analysis:
    place = directory / name
    place.mkdir()
    return analysis_of(place, [[program("app/server", elf()), *rows]], Cmd=["/app/server"], **config)


def found(directory: Path, fat: dict[str, Any], lean: dict[str, Any], *rows: Row) -> tuple[str, ...]:
    before = image(directory, "fat", *rows, **fat)
    return differences_of_settings(before, image(directory, "lean", **lean), before.recommendation)


@pytest.mark.parametrize(
    ("fat", "lean", "line"),
    [
        ({"User": "1000"}, {}, "USER: 1000 in the fat image, root in the lean one"),
        ({"Volumes": {"/data": {}, "/x/": {}}}, {"Volumes": {"/x": {}}}, "VOLUME /data: the lean image has no such volume"),
        ({"Healthcheck": CHECK}, {}, "HEALTHCHECK: CMD /app/check retries 3 in the fat image, none in the lean one"),
        ({"StopSignal": "SIGQUIT"}, {}, "STOPSIGNAL: SIGQUIT in the fat image, SIGTERM in the lean one"),
        ({}, {"StopSignal": "SIGINT"}, "STOPSIGNAL: SIGTERM in the fat image, SIGINT in the lean one"),
    ],
)
def test_what_an_engine_would_do_otherwise_is_told(
    tmp_path: Path, fat: dict[str, Any], lean: dict[str, Any], line: str
) -> None:
    assert found(tmp_path, fat, lean) == (line,)


@pytest.mark.parametrize(
    ("fat", "lean"),
    [
        ({"StopSignal": "SIGTERM"}, {}),
        ({"StopSignal": "QUIT"}, {"StopSignal": "SIGQUIT"}),
        ({"Healthcheck": {"Test": ["NONE"]}}, {}),
        ({}, {"Volumes": {"/of/the/base": {}}}),
    ],
)
def test_what_comes_to_the_same_is_no_difference(tmp_path: Path, fat: dict[str, Any], lean: dict[str, Any]) -> None:
    assert found(tmp_path, fat, lean) == ()


def test_a_user_of_that_name_must_have_the_same_number(tmp_path: Path) -> None:
    fat = image(tmp_path, "fat", ("etc/passwd", b"root:x:0:0\nweb:x:1000:1000::/:\n"), User="web")
    lean = image(tmp_path, "lean", ("etc/passwd", b"web:x:33:33::/:\n"), User="web")
    assert differences_of_settings(fat, lean, fat.recommendation) == ("USER web: 1000 in the fat image, 33 in the lean one",)
    assert differences_of_settings(fat, fat, fat.recommendation) == ()


def test_a_program_keeps_its_capabilities_and_its_user(tmp_path: Path) -> None:
    able, content = tarfile.TarInfo("app/able"), elf()
    able.size, able.mode, able.pax_headers = len(content), 0o755, {"SCHILY.xattr.security.capability": "\x01\x00\x00\x02"}
    fat = image(tmp_path, "fat", (able, content), program("app/sudo", content, 0o4755), program("app/other", content, 0o4755))
    lean = image(tmp_path, "lean", program("app/able", content), program("app/sudo", content))
    assert differences_of_settings(fat, lean, fat.recommendation) == (
        "/app/able: has capabilities in the fat image, none in the lean one",
        "/app/sudo: changes its user in the fat image, not in the lean one",
    )
    assert differences_of_settings(fat, fat, fat.recommendation) == ()


def test_a_server_that_takes_the_place_of_another_comes_with_its_own_settings(tmp_path: Path) -> None:
    fat = image(tmp_path, "fat", User="1000")
    plan = replace(fat.recommendation, files={b"etc/nginx/conf.d/default.conf": b""})
    assert differences_of_settings(fat, image(tmp_path, "lean"), plan) == ()
