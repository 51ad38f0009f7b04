"""Installed distributions: what they require, register and name."""

from pathlib import Path

from layerscope.needs.languages.python.distributions import marker_environment
from tests.support.python_images import (
    CLICK,
    RICH,
    SITE,
    distribution,
    distributions,
    needed,
    runtime_of,
)


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


def test_the_markers_of_cpython_on_linux_have_its_names_of_machines() -> None:
    environment = marker_environment("3.12", "arm64")
    asked = ("python_version", "python_full_version", "platform_machine", "sys_platform")
    assert [environment[name] for name in asked] == ["3.12", "3.12.0", "aarch64", "linux"]
    assert marker_environment("3.12", "s390x")["platform_machine"] == "s390x"
