"""Zip archives that Python runs: zipapps, and those of shiv and pex."""

import io
import zipfile
from pathlib import Path

from layerscope.needs.languages.python.archives import is_archive, sources_in
from tests.support.needs import roles
from tests.support.programs import Row, analysis_of, elf, program


def archive(*members: tuple[str, bytes]) -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as written:
        for name, content in members:
            written.writestr(name, content)
    return b"#!/usr/bin/python3\n" + stored.getvalue()


def image(content: bytes) -> list[Row]:
    return [
        program("usr/local/bin/tool", content),
        ("usr/bin/python3", elf(sections={".text": b"python"})),
        *((f"usr/lib/python3.11/{name}.py", b"") for name in ("os", "shlex", "wave", "zipimport")),
    ]


def test_what_sources_in_an_archive_import_is_needed(tmp_path: Path) -> None:
    content = archive(
        ("__main__.py", b"import site_packages_tool\n"), ("site-packages/site_packages_tool.py", b"import shlex\n")
    )
    runtime = analysis_of(tmp_path, [image(content)], Cmd=["/usr/local/bin/tool"]).runtime
    assert runtime.programs[0].followed
    assert "/usr/lib/python3.11/shlex.py" in roles(runtime)


def test_an_archive_with_native_code_is_not_followed(tmp_path: Path) -> None:
    content = archive(("__main__.py", b""), ("x/_native.cpython-311-x86_64-linux-gnu.so", b"\x7fELF"))
    runtime = analysis_of(tmp_path, [image(content)], Cmd=["/usr/local/bin/tool"]).runtime
    assert not runtime.programs[0].followed
    assert any("zip archive with native code" in item.what for item in runtime.unresolved)


def test_a_broken_archive_has_no_sources() -> None:
    assert is_archive(b"PK\x03\x04broken")
    assert sources_in(b"PK\x03\x04broken") is None
    assert sources_in(archive(("a.py", b"1"), ("b.txt", b"2"))) == [b"1"]


def test_a_damaged_source_is_no_error():
    with zipfile.ZipFile(buffer := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("__main__.py", "".join(map(str, range(2000))))
    whole = buffer.getvalue()
    assert sources_in(whole[:60] + b"\xff" * 20 + whole[80:]) is None
