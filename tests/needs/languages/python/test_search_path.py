"""Where a Python interpreter looks for modules."""

from pathlib import Path

import pytest

from layerscope.needs.languages.python.search_path import Place, Use, paths_of
from tests.support.archives import link
from tests.support.programs import GLIBC_LOADER, elf
from tests.support.python_images import (
    CLICK,
    PIP,
    SITE,
    STANDARD,
    distribution,
    distributions,
    gunicorn,
    needed,
    runtime_of,
    script,
)


def test_the_directories_of_a_use_come_in_the_order_of_the_search_path() -> None:
    uses = {b"app": Use.APPLICATION, b"lib": Use.STANDARD, b"site": Use.SITE, b"more": Use.APPLICATION}
    places = [Place(path, use) for path, use in uses.items()]
    assert paths_of(places, Use.APPLICATION) == [b"app", b"more"]
    assert paths_of(places, Use.SITE, Use.STANDARD) == [b"lib", b"site"]


def test_a_virtual_environment_is_its_own_site_and_hides_the_systems(tmp_path: Path) -> None:
    site = "opt/venv/lib/python3.11/site-packages"
    rows = [
        ("opt/venv/pyvenv.cfg", b"home = /usr/local/bin\ninclude-system-site-packages = false\nversion = 3.11.4\n"),
        link("opt/venv/bin/python", "python3"),
        link("opt/venv/bin/python3", "/usr/local/bin/python3"),
        *gunicorn(site),
        *distribution("click", {"click/__init__.py": b""}, site=site, version="8.0"),
        *CLICK,
        ("opt/venv/bin/gunicorn", script("/opt/venv/bin/python", "gunicorn.app.wsgiapp", "run")),
        ("srv/web.py", b"import click\n"),
    ]
    config = {"Cmd": ["gunicorn", "web:app"], "WorkingDir": "/srv", "Env": ["PATH=/opt/venv/bin:/usr/local/bin:/bin"]}
    kept = needed(runtime_of(tmp_path, rows, **config))
    assert {"opt/venv/pyvenv.cfg", "opt/venv/bin/python", "opt/venv/bin/python3", f"{site}/click/__init__.py"} <= kept
    assert f"{STANDARD}/os.py" in kept
    assert f"{SITE}/click/__init__.py" not in kept


def test_a_virtual_environment_may_include_the_systems_site(tmp_path: Path) -> None:
    rows = [
        ("opt/venv/pyvenv.cfg", b"home = /usr/local/bin\ninclude-system-site-packages = TRUE\n"),
        link("opt/venv/bin/python", "/usr/local/bin/python3"),
        *CLICK,
        ("srv/web.py", b"import click\n"),
    ]
    assert "click" in distributions(runtime_of(tmp_path, rows, Cmd=["/opt/venv/bin/python", "/srv/web.py"]))


def test_what_pip_installed_into_a_target_is_found_by_pythonpath(tmp_path: Path) -> None:
    rows = [
        *gunicorn("srv/deps"),
        *distribution("click", {"click/__init__.py": b"", "bin/click": b""}, site="srv/deps"),
        *distribution("rich", {"rich/__init__.py": b""}, site="srv/deps"),
        ("srv/web.py", b"import click\n"),
    ]
    environment = ["PATH=/usr/local/bin", "PYTHONPATH=/srv/deps"]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "-m", "gunicorn", "web:app"], WorkingDir="/srv", Env=environment)
    assert distributions(runtime) == {"gunicorn", "click"}
    assert "srv/deps/bin/click" not in needed(runtime)


@pytest.mark.parametrize(("user", "found"), [("app", True), ("1000:1000", True), ("root", False)])
def test_the_users_own_site_is_that_of_the_user_who_runs(tmp_path: Path, user: str, found: bool) -> None:
    rows = [
        *distribution("click", {"click/__init__.py": b""}, site="home/app/.local/lib/python3.11/site-packages"),
        ("etc/passwd", b"root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"),
        ("etc/group", b"app:x:1000:\n"),
        ("srv/web.py", b"import click\n"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/srv/web.py"], User=user)
    assert ("click" in distributions(runtime)) == found


@pytest.mark.parametrize("finder", [False, True])
def test_an_editable_installation_leads_to_its_sources(tmp_path: Path, finder: bool) -> None:
    mapping = b"MAPPING: dict[str, str] = {'words': '/src/words'}\n"
    files = {"__editable__.words-1.pth": b"import __editable___words_finder; __editable___words_finder.install()\n" if finder
             else b"/src\n"}  # fmt: skip
    files |= {"__editable___words_finder.py": mapping} if finder else {}
    rows = [*distribution("words", files), ("src/words/__init__.py", b"import click\n"), *CLICK, *PIP]
    runtime = runtime_of(tmp_path, [*rows, ("srv/web.py", b"import words\n")], Cmd=["python", "/srv/web.py"])
    assert {"src/words/__init__.py", f"{SITE}/__editable__.words-1.pth"} <= needed(runtime)
    assert distributions(runtime) == {"words", "click"}


def test_debians_interpreter_has_its_own_directories(tmp_path: Path) -> None:
    rows = [
        ("usr/bin/python3.11", elf(interpreter=GLIBC_LOADER, soname="python")),
        link("usr/bin/python3", "python3.11"),
        ("usr/lib/python3.11/os.py", b""),
        ("usr/lib/python3.11/encodings/__init__.py", b""),
        link("usr/lib/python3.11/sitecustomize.py", "/etc/python3.11/sitecustomize.py"),
        ("etc/python3.11/sitecustomize.py", b""),
        ("usr/lib/python3/dist-packages/yaml/__init__.py", b""),
        ("usr/lib/python3/dist-packages/PyYAML-6.0.egg-info", b"Name: PyYAML\nVersion: 6.0\n"),
        ("usr/lib/python3/dist-packages/apt/__init__.py", b""),
        *distribution("click", {"click/__init__.py": b""}, site="usr/local/lib/python3.11/dist-packages"),
        ("srv/web.py", b"import yaml, click\n"),
    ]
    kept = needed(runtime_of(tmp_path, rows, Cmd=["/usr/bin/python3", "/srv/web.py"]))
    assert {"usr/lib/python3.11/os.py", "etc/python3.11/sitecustomize.py"} <= kept
    assert "usr/lib/python3/dist-packages/yaml/__init__.py" in kept
    assert "usr/local/lib/python3.11/dist-packages/click/__init__.py" in kept
    assert f"{STANDARD}/os.py" not in kept


def test_a_module_that_a_line_of_a_pth_file_imports_is_needed_with_what_it_imports(tmp_path: Path) -> None:
    rows = [
        (f"{SITE}/_virtualenv.pth", b"import _virtualenv\n"),
        (f"{SITE}/_virtualenv.py", b"import _helper\n"),
        (f"{SITE}/_helper.py", b""),
        (f"{SITE}/_other.py", b""),
        ("srv/web.py", b""),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/srv/web.py"])
    assert {f"{SITE}/_virtualenv.py", f"{SITE}/_helper.py"} <= needed(runtime)
    assert f"{SITE}/_other.py" not in needed(runtime)
