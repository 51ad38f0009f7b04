"""A comparison as JSON: its published schema, the identities of its numbers, and hostile names."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from layerscope.comparison.compare import compare
from layerscope.comparison.model import Comparison
from layerscope.report.comparison.document import render
from layerscope.report.schema import COMPARISON
from tests.support.analyses import HOSTILE, go_image
from tests.support.comparisons import compared, compared_layouts, demo, demo_pair
from tests.support.programs import Row, program

CONTRACT = {
    "": "schema_version layerscope fat lean gap by_category by_component paths config layers impact notes remaining notices "
    "problems",
    "fat": "image sizes stored",
    "fat.image": "reference source platform manifest_digest config_digest created base",
    "lean.sizes": "files live shadowed uncompressed compressed engine shared_with_base",
    "by_category": "category fat lean delta",
    "by_component": "category component ecosystem fat_version lean_version fat lean delta",
    "paths": "only_fat only_lean moved changed permissions same unverified shadowed",
    "paths.only_fat": "path bytes delta",
    "paths.only_lean": "path bytes delta",
    "paths.moved": "from to fat lean delta",
    "paths.changed": "path fat_kind lean_kind fat lean delta",
    "paths.permissions": "path fat lean",
    "paths.same": "files bytes delta",
    "paths.unverified": "files bytes",
    "paths.shadowed": "fat lean delta",
    "config": "key fat lean",
    "layers": "shared fat lean",
    "layers.shared": "count bytes compressed",
    "layers.fat": "index diff_id instruction size compressed_size shared",
    "impact": "pods nodes bandwidth basis fat lean saved shared together",
    "impact.fat": "pull stored transfer seconds storage",
    "notes": "title text",
    "remaining": "rule title category bytes confidence layers instructions paths evidence remedy",
}
"""Every key that scripts may rely on."""

FAT: list[list[Row]] = [
    [("base/", None), ("base/lib", b"shared" * 99)],
    [
        ("app/server", b"ELF" * 50),
        ("app/main.go", b"package main"),
        ("var/cache/x", b"x" * 70),
        program("app/run", b"#!", 0o755),
    ],
    [("var/cache/x", b"x")],
]
LEAN: list[list[Row]] = [FAT[0], [("usr/bin/server", b"ELF" * 50), program("app/run", b"#?", 0o700, uid=7), ("app/new", b"+")]]


def loaded(comparison: Comparison) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(comparison))
    return document


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The demo, a hand-made pair with all that can be between two images, and the same from layouts."""
    pair, layouts = tmp_path_factory.mktemp("pair"), tmp_path_factory.mktemp("layouts")
    made = demo_pair(), compared(pair, FAT, LEAN), compared_layouts(layouts, FAT, LEAN)
    return [loaded(comparison) for comparison in made]


def test_documents_validate_against_the_schema(documents: list[dict[str, Any]]) -> None:
    schema = json.loads(COMPARISON.read_bytes())
    for document in [*documents, loaded(compare(demo("lean"), demo("fat"))), loaded(compare(go_image(), go_image()))]:
        jsonschema.validate(document, schema)


@pytest.mark.parametrize("path", CONTRACT)
def test_the_keys_are_those_of_the_contract(documents: list[dict[str, Any]], path: str) -> None:
    found = 0
    for document in documents:
        value: Any = document
        for key in filter(None, path.split(".")):
            value = value[key]
        for item in value if isinstance(value, list) else [value]:
            assert list(item) == CONTRACT[path].split()
            found += 1
    assert found


def test_all_deltas_are_the_gap(documents: list[dict[str, Any]]) -> None:
    for document in documents:
        gap, paths = document["gap"], document["paths"]
        assert gap == document["fat"]["stored"] - document["lean"]["stored"]
        assert sum(row["delta"] for row in document["by_category"]) == gap
        assert sum(row["delta"] for row in document["by_component"]) == gap
        listed = sum(row["delta"] for key in ("only_fat", "only_lean", "moved", "changed") for row in paths[key])
        assert listed + paths["same"]["delta"] + paths["shadowed"]["delta"] == gap
        for side in ("fat", "lean"):
            assert sum(layer["size"] for layer in document["layers"][side]) == document[side]["stored"]


def test_each_fact_has_its_place(documents: list[dict[str, Any]]) -> None:
    document = documents[1]
    paths = document["paths"]
    assert [row["path"] for row in paths["only_fat"]] == ["/app/main.go", "/var", "/var/cache", "/var/cache/x"]
    assert [row["path"] for row in paths["only_lean"]] == ["/app/new", "/usr", "/usr/bin"]
    assert paths["moved"] == [{"from": "/app/server", "to": "/usr/bin/server", "fat": 150, "lean": 150, "delta": 0}]
    assert paths["changed"] == [{"path": "/app/run", "fat_kind": "file", "lean_kind": "file", "fat": 2, "lean": 2, "delta": 0}]
    owners = ({"mode": "0755", "uid": 0, "gid": 0}, {"mode": "0700", "uid": 7, "gid": 0})
    assert paths["permissions"] == [{"path": "/app/run", "fat": owners[0], "lean": owners[1]}]
    assert paths["same"] == {"files": 1, "bytes": 594, "delta": 0}
    assert paths["shadowed"] == {"fat": 70, "lean": 0, "delta": 70}
    assert document["layers"]["shared"] == {"count": 1, "bytes": 594, "compressed": None}
    assert [layer["shared"] for layer in document["layers"]["fat"]] == [True, False, False]


def test_names_are_printable(tmp_path: Path) -> None:
    fat: list[Row] = [(f"srv/{name.decode('utf-8', 'surrogateescape')}", b"1") for name in HOSTILE]
    comparison = compared(tmp_path, [fat], [[("srv/x", b"2")]], Env=["A\x1b=\u202e"], User="\x1b[2J")
    told = render(comparison).decode()
    assert all(character.isprintable() or character == "\n" for character in told)
    assert "/srv/app/esc\\\\x1b[31mred" in told
    assert json.loads(told)["config"] == [
        {"key": "ENV A\\x1b", "fat": "\\u{202e}", "lean": "\\u{202e}"},
        {"key": "USER", "fat": "\\x1b[2J", "lean": "\\x1b[2J"},
    ]


def test_equal_images_give_equal_documents(tmp_path: Path) -> None:
    assert render(compare(demo("fat"), demo("lean"))) == render(demo_pair())
