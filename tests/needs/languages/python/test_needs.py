"""What a Python program needs: its interpreter's files, the application, the distributions that it imports, their libraries."""

from pathlib import Path

from tests.support.programs import GLIBC_LOADER, Row, elf
from tests.support.python_images import (
    LIBRARIES,
    SITE,
    STANDARD,
    SUFFIX,
    distribution,
    distributions,
    needed,
    runtime_of,
    unresolved,
)

# The interpreter and its standard library


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


def test_an_interpreter_without_its_standard_library_is_not_followed(tmp_path: Path) -> None:
    rows = [("opt/bin/python3.9", elf(interpreter=GLIBC_LOADER, soname="python")), ("app/main.py", b"import os\n")]
    runtime = runtime_of(tmp_path, rows, Cmd=["/opt/bin/python3.9", "/app/main.py"])
    assert not runtime.programs[0].followed
    assert "standard library is not in the image" in unresolved(runtime)


def test_an_interactive_interpreter_is_not_followed(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [], Cmd=["python3"])
    assert not runtime.programs[0].followed


# The application and the distributions that it imports

CLICK = distribution(
    "click", {"click/__init__.py": b"from . import core\n", "click/core.py": b"", "click/__pycache__/core.cpython-311.pyc": b""}
)
PIP = distribution("pip", {"pip/__init__.py": b"", "pip/__main__.py": b""})
RICH = distribution("rich", {"rich/__init__.py": b""})


def test_distributions_are_kept_whole_when_they_are_imported_and_dropped_when_not(tmp_path: Path) -> None:
    rows = [*CLICK, *PIP, *RICH, ("app/main.py", b"import click\n")]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])
    assert distributions(runtime) == {"click"}
    assert {f"{SITE}/click/core.py", f"{SITE}/click/__pycache__/core.cpython-311.pyc"} <= needed(runtime)
    because = next(need.because for need in runtime.needs if need.path == f"{SITE}/click/core.py".encode())
    assert [(step.what, step.path) for step in because][:2] == [
        ("part of the distribution", f"{SITE}/click-1.0.dist-info".encode()),
        ("imported by", b"app/main.py"),
    ]


def test_imports_are_followed_wherever_they_stand(tmp_path: Path) -> None:
    main = b"""
from .nothing import x
from shop import orders
import importlib
def later():
    import rich
importlib.import_module("click")
"""
    rows = [
        *CLICK, *RICH, *PIP,
        ("app/main.py", main),
        ("app/shop/__init__.py", b""),
        ("app/shop/orders.py", b"from . import prices\nfrom .space.deep import thing\n"),
        ("app/shop/prices.py", b"__import__('wheelhouse')\n"),
        ("app/shop/space/deep.py", b""),
        *distribution("wheelhouse", {"wheelhouse.py": b""}),
    ]  # fmt: skip
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])
    assert distributions(runtime) == {"click", "rich", "wheelhouse"}
    assert {"app/shop/orders.py", "app/shop/prices.py", "app/shop/space/deep.py"} <= needed(runtime)


def test_sources_beside_the_program_are_kept_and_its_tests_are_not(tmp_path: Path) -> None:
    rows = [
        ("app/main.py", b""),
        ("app/jobs/nightly.py", b"import click\n"),
        ("app/tests/test_main.py", b"import rich\n"),
        *RICH,
    ]
    runtime = runtime_of(tmp_path, [*rows, *CLICK], Cmd=["python", "main.py"], WorkingDir="/app")
    assert "app/jobs/nightly.py" in needed(runtime)
    assert distributions(runtime) == set()


def test_what_is_not_installed_is_named_unless_the_program_is_prepared_for_it(tmp_path: Path) -> None:
    main = b"import gone\ntry:\n    import uvloop\nexcept ImportError:\n    pass\n"
    runtime = runtime_of(tmp_path, [("app/main.py", main)], Cmd=["python", "/app/main.py"])
    assert "imports gone, which is not in the image" in unresolved(runtime)
    assert "uvloop" not in unresolved(runtime)


def test_names_of_modules_that_are_computed_keep_every_module_of_the_application(tmp_path: Path) -> None:
    rows = [
        ("app/main.py", b"import importlib, sys\nimportlib.import_module(sys.argv[1])\nBACKENDS = ['rich']\n"),
        ("app/plugins/one.py", b"import click\n"),
        *CLICK, *RICH, *PIP,
    ]  # fmt: skip
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "main.py"], WorkingDir="/app")
    assert distributions(runtime) == {"click", "rich"}
    assert "imports modules by names that it computes" in unresolved(runtime)


def test_a_file_with_errors_is_read_by_its_lines(tmp_path: Path) -> None:
    rows = [*CLICK, ("app/main.py", b"import click\nprint 'python 2'\n\x00\xff")]
    assert distributions(runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])) == {"click"}


def test_compressed_layers_give_the_same_needs(tmp_path: Path) -> None:
    rows = [*CLICK, *RICH, ("app/main.py", b"import click\n")]
    plain = runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])
    assert needed(runtime_of(tmp_path, rows, compress=True, Cmd=["python", "/app/main.py"])) == needed(plain)


# What distributions need in turn


def test_requirements_are_kept_by_their_markers_and_extras(tmp_path: Path) -> None:
    requires = [
        "Base_Lib>=2",
        'old-backport; python_version < "3.8"',
        "speedups; sys_platform == 'linux' and platform_machine == 'x86_64'",
        'sphinx; extra == "docs"',
        "server[fast] (>=1)",
    ]
    rows = [
        *distribution("web", {"web/__init__.py": b""}, requires),
        *distribution("base-lib", {"base_lib.py": b""}),
        *distribution("old-backport", {"old_backport.py": b""}),
        *distribution("speedups", {"speedups.py": b""}),
        *distribution("sphinx", {"sphinx.py": b""}),
        *distribution("server", {"server.py": b""}, ['loop; extra == "fast"', 'slow; extra == "other"']),
        *distribution("loop", {"loop.py": b""}),
        *distribution("slow", {"slow.py": b""}),
        ("app/main.py", b"import web\n"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])
    names = {name.replace("_", "-") for path in needed(runtime) for name in [path.rpartition("/")[2].removesuffix(".py")]}
    assert {"base-lib", "speedups", "server", "loop"} <= names
    assert not {"old-backport", "sphinx", "slow"} & names


def test_optional_imports_of_distributions_are_kept_but_tools_are_not(tmp_path: Path) -> None:
    dynamic = b"def find(name):\n    return __import__(name)\n"
    web = b"try:\n    import dotenv\nexcept ImportError:\n    pass\nimport typing as t\n"
    web += b"if t.TYPE_CHECKING:\n    import mypy_only\n"
    rows = [
        *distribution("web", {"web/__init__.py": web, "web/testing.py": b"import pytest\n", "web/find.py": dynamic}),
        *distribution("dotenv", {"dotenv/__init__.py": b""}),
        *distribution("mypy_only", {"mypy_only.py": b""}),
        *distribution("pytest", {"pytest/__init__.py": b""}),
        ("app/main.py", b"import web.find\n"),
    ]  # fmt: skip
    assert distributions(runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])) == {"web", "dotenv"}


def test_modules_that_a_distribution_imports_by_computed_names_are_followed(tmp_path: Path) -> None:
    rows = [
        *distribution("orm", {
            "orm/__init__.py": b"def dialect(name):\n    return __import__('orm.' + name)\n",
            "orm/postgres.py": b"def connect():\n    import psycopg2\n",
        }),
        *distribution("psycopg2", {"psycopg2/__init__.py": b""}),
        ("app/main.py", b"import orm\n"),
    ]  # fmt: skip
    assert distributions(runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])) == {"orm", "psycopg2"}


def test_plugins_of_a_group_that_is_loaded_are_kept(tmp_path: Path) -> None:
    web = b"from importlib.metadata import entry_points\nentry_points(group='web.plugins')\n"
    rows = [
        *distribution("web", {"web/__init__.py": web}),
        *distribution("colours", {"colours.py": b"import click\n"}, entry_points="[web.plugins]\nred = colours:Red\n"),
        *distribution("others", {"others.py": b""}, entry_points="[else.plugins]\nx = others\n"),
        *CLICK,
        ("app/main.py", b"import web\n"),
    ]  # fmt: skip
    assert distributions(runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])) == {"web", "colours", "click"}


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


def test_an_egg_info_without_a_record_names_its_modules(tmp_path: Path) -> None:
    rows = [
        (f"{SITE}/old-1.0-py3.11.egg-info/PKG-INFO", b"Name: old\nVersion: 1.0\n"),
        (f"{SITE}/old-1.0-py3.11.egg-info/top_level.txt", b"oldmodule\n"),
        (f"{SITE}/old-1.0-py3.11.egg-info/requires.txt", b"click>=1\n\n[extra]\nrich\n"),
        (f"{SITE}/oldmodule/__init__.py", b""),
        (f"{SITE}/oldmodule/part.py", b""),
        *CLICK, *RICH,
        ("app/main.py", b"import oldmodule\n"),
    ]  # fmt: skip
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])
    assert {f"{SITE}/oldmodule/part.py", f"{SITE}/old-1.0-py3.11.egg-info/PKG-INFO"} <= needed(runtime)
    assert distributions(runtime) == {"click"}


# What the system has


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


def test_programs_that_the_application_starts_are_needed_too(tmp_path: Path) -> None:
    main = b"import subprocess, os\nsubprocess.run(['ffmpeg', '-i', name])\nos.system('absent --now')\n"
    rows = [("usr/bin/ffmpeg", elf(interpreter=GLIBC_LOADER, soname="ffmpeg")), ("app/main.py", main)]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"])
    assert "usr/bin/ffmpeg" in needed(runtime)
    assert "absent" in unresolved(runtime)


def test_models_that_a_distribution_downloaded_are_kept(tmp_path: Path) -> None:
    rows = [
        *distribution("huggingface_hub", {"huggingface_hub/__init__.py": b""}),
        ("home/app/.cache/huggingface/hub/model.bin", b"weights"),
        ("etc/passwd", b"root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"),
        ("app/main.py", b"import huggingface_hub\n"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"], User="1000")
    assert "home/app/.cache/huggingface/hub/model.bin" in needed(runtime)
