"""The files that a Python program needs: of its standard library, of distributions, of the system."""

from pathlib import Path

from tests.support.programs import Row, elf
from tests.support.python_images import (
    LIBRARIES,
    SITE,
    STANDARD,
    SUFFIX,
    distribution,
    needed,
    runtime_of,
)


def test_a_script_needs_the_standard_library_but_not_its_tests_and_graphical_parts(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [("app/main.py", b"import os\n")], Cmd=["python", "/app/main.py"])
    roles = {need.path.decode(): need.role for need in runtime.needs if need.path.decode() in needed(runtime)}
    assert roles[f"{STANDARD}/encodings/__init__.py"] == "runtime"
    assert roles[f"{STANDARD}/encodings/__pycache__/__init__.cpython-311.pyc"] == "runtime"
    assert roles["app/main.py"] == "data"
    assert roles["usr/local/bin/python"] == "link"
    assert not {path for path in roles if "/test/" in path or "tkinter" in path}
    assert "library" not in {role for path, role in roles.items() if "libtk" in path}
    assert [(item.ecosystem, item.version, item.followed) for item in runtime.programs] == [("python", "3.11", True)]


def test_a_graphical_program_keeps_tkinter_and_its_libraries(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [("app/main.py", b"import tkinter\n")], Cmd=["python", "/app/main.py"])
    assert {f"{STANDARD}/tkinter/__init__.py", f"{LIBRARIES}/libtk8.6.so"} <= needed(runtime)


def test_extension_modules_of_the_standard_library_bring_their_libraries(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [("app/main.py", b"")], Cmd=["python", "/app/main.py"])
    proof = next(need.because for need in runtime.needs if need.path.endswith(b"libssl.so.3"))
    assert [step.path.rpartition(b"/")[2] for step in proof] == [f"_ssl.{SUFFIX}".encode(), b"python3.11", b""]


def test_commands_tests_and_compiled_sources_of_a_distribution_are_left_behind(tmp_path: Path) -> None:
    files = {
        "fast/__init__.py": b"", "fast/core.pyx": b"", "fast/tests/__init__.py": b"", "fast/tests/test_core.py": b"",
        "fast/data.json": b"{}", "../../../bin/fast": b"#!/usr/local/bin/python\n", "../../../share/fast/model.bin": b"m",
    }  # fmt: skip
    rows = [row for row in distribution("fast", files) if ".." not in str(row[0])]
    rows += [("usr/local/bin/fast", b"#!/usr/local/bin/python\n"), ("usr/local/share/fast/model.bin", b"m")]
    runtime = runtime_of(tmp_path, [*rows, ("app/main.py", b"import fast\n")], Cmd=["python", "/app/main.py"])
    assert {f"{SITE}/fast/data.json", "usr/local/share/fast/model.bin"} <= needed(runtime)
    assert not {"usr/local/bin/fast", f"{SITE}/fast/core.pyx", f"{SITE}/fast/tests/test_core.py"} & needed(runtime)


def test_extension_modules_bring_libraries_of_the_system_and_of_their_wheel(tmp_path: Path) -> None:
    rows = [
        *distribution("pq", {"pq/__init__.py": b"", f"pq/_pq.{SUFFIX}": elf(needed=["libpq.so.5"], soname="_pq")}),
        *distribution("num", {
            "num/__init__.py": b"",
            f"num/core.{SUFFIX}": elf(needed=["libblas-1.so"], soname="core", rpath="$ORIGIN/../num.libs"),
            "num.libs/libblas-1.so": elf(soname="libblas-1.so", needed=["libgfortran.so.5"]),
        }),
        (f"{LIBRARIES}/libpq.so.5", elf(soname="libpq.so.5", needed=["libldap.so.2"])),
        (f"{LIBRARIES}/libldap.so.2", elf(soname="libldap.so.2")),
        (f"{LIBRARIES}/libgfortran.so.5", elf(soname="libgfortran.so.5")),
        (f"{LIBRARIES}/libother.so.1", elf(soname="libother.so.1")),
        (f"{LIBRARIES}/libmagic.so.1", elf(soname="libmagic.so.1")),
        ("app/main.py", b"import pq, num\nfrom ctypes import CDLL\nCDLL('libmagic.so.1')\n"),
    ]  # fmt: skip
    libraries = {
        need.path.decode()
        for need in runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"]).needs
        if need.role in ("library", "dependency")
    }
    expected = ("libpq.so.5", "libldap.so.2", "libgfortran.so.5", "libmagic.so.1")
    assert {f"{LIBRARIES}/{name}" for name in expected} | {f"{SITE}/num.libs/libblas-1.so"} <= libraries
    assert f"{LIBRARIES}/libother.so.1" not in libraries


def test_packages_that_no_record_owns_are_kept_with_their_directory(tmp_path: Path) -> None:
    rows = [(f"{SITE}/own/__init__.py", b""), (f"{SITE}/own/data.txt", b""), ("app/main.py", b"import own\n")]
    assert f"{SITE}/own/data.txt" in needed(runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"]))


def test_certificates_and_time_zones_are_kept_for_what_reads_them(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("etc/ssl/certs/ca-certificates.crt", b"bundle"),
        ("etc/ssl/openssl.cnf", b"settings"),
        ("usr/share/zoneinfo/Europe/Berlin", b"TZif"),
    ]
    both = runtime_of(tmp_path, [*rows, ("app/main.py", b"import ssl, zoneinfo\n")], Cmd=["python", "/app/main.py"])
    assert {str(row[0]) for row in rows} <= needed(both)
    packaged = [*rows, *distribution("tzdata", {"tzdata/__init__.py": b""}), ("app/main.py", b"import zoneinfo, tzdata\n")]
    assert "usr/share/zoneinfo/Europe/Berlin" not in needed(runtime_of(tmp_path, packaged, Cmd=["python", "/app/main.py"]))


def test_models_that_a_distribution_downloaded_are_kept(tmp_path: Path) -> None:
    rows = [
        *distribution("huggingface_hub", {"huggingface_hub/__init__.py": b""}),
        ("home/app/.cache/huggingface/hub/model.bin", b"weights"),
        ("etc/passwd", b"root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"),
        ("app/main.py", b"import huggingface_hub\n"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"], User="1000")
    assert "home/app/.cache/huggingface/hub/model.bin" in needed(runtime)


def test_what_pip_was_asked_for_is_kept_with_its_commands_but_not_tools(tmp_path: Path) -> None:
    def asked(name: str, **files: bytes) -> list[Row]:
        rows = distribution(
            name, {f"{name}/__init__.py": b"", **files}, entry_points=f"[console_scripts]\n{name} = {name}:main\n"
        )
        information = f"{SITE}/{name}-1.0.dist-info"
        record = f"{name}/__init__.py,,\n../../../bin/{name},,\n{name}-1.0.dist-info/METADATA,,\n".encode()
        kept = [row for row in rows if row[0] != f"{information}/RECORD"]  # type: ignore[index]
        return [
            *kept,
            (f"{information}/RECORD", record),
            (f"{information}/REQUESTED", b""),
            (f"usr/local/bin/{name}", b"#!x\n"),
        ]

    rows = [
        ("app/main.py", b"import pickle\n"),
        *asked("models", **{"models/net.py": b"import weights\n"}),
        *distribution("weights", {"weights.py": b""}),
        *distribution("stray", {"stray.py": b""}),
        *asked("pytest"),
        *asked("setuptools"),
    ]
    found = needed(runtime_of(tmp_path, rows, made_by="RUN pip install", Cmd=["python", "/app/main.py"]))
    assert {f"{SITE}/models/__init__.py", "usr/local/bin/models"} <= found
    assert not {f"{SITE}/stray.py", "usr/local/bin/pytest", f"{SITE}/setuptools/__init__.py"} & found


def test_a_distribution_brings_the_programs_and_libraries_that_it_is_made_for(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("app/main.py", b"import pytesseract, magic, soundfile\n"),
        *distribution("pytesseract", {"pytesseract/__init__.py": b""}),
        *distribution("python_magic", {"magic/__init__.py": b""}),
        *distribution("soundfile", {"soundfile.py": b"_snd = _ffi.dlopen(find('sndfile'))\ntry: _libname = 'libother.so.3'\n"}),
        ("usr/bin/tesseract", elf(interpreter="/lib64/ld-linux-x86-64.so.2", soname="tesseract")),
        *(
            (f"{LIBRARIES}/{name}", elf(soname=name))
            for name in ("libmagic.so.1", "libsndfile.so.1", "libother.so.3", "libz.so.1")
        ),
    ]
    found = needed(runtime_of(tmp_path, rows, made_by="RUN pip install", Cmd=["python", "/app/main.py"]))
    assert {
        "usr/bin/tesseract",
        *(f"{LIBRARIES}/{name}" for name in ("libmagic.so.1", "libsndfile.so.1", "libother.so.3")),
    } <= found
    assert f"{LIBRARIES}/libz.so.1" not in found
