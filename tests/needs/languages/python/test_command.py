"""How Python programs are started, and where the interpreter then looks for modules."""

import tarfile
from pathlib import Path

import pytest

from layerscope.needs.languages.python.command import Run, interpret
from tests.support.archives import link
from tests.support.programs import GLIBC_LOADER, Row, elf
from tests.support.python_images import (
    SITE,
    STANDARD,
    distribution,
    distributions,
    needed,
    runtime_of,
    script,
    unresolved,
)

CLICK = distribution("click", {"click/__init__.py": b""})
PIP = distribution("pip", {"pip/__init__.py": b"", "pip/__main__.py": b""})


def gunicorn(site: str = SITE) -> list[Row]:
    """A server that loads an application and a worker class by their names."""
    files = {
        "gunicorn/__init__.py": b"",
        "gunicorn/app/wsgiapp.py": b"from gunicorn import util\n",
        "gunicorn/util.py": b"import importlib\ndef load(uri):\n    return importlib.import_module(uri)\n",
        "gunicorn/__main__.py": b"from gunicorn.app.wsgiapp import run\n",
    }
    return distribution("gunicorn", files, site=site)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("python", "app.py", "-m", "x"), Run(file="app.py", arguments=("-m", "x"))),
        (("python", "-u", "-X", "dev", "-W", "error", "app.py"), Run(file="app.py")),
        (("python", "-m", "gunicorn", "app:app"), Run(module="gunicorn", arguments=("app:app",))),
        (("python", "-um", "gunicorn", "app:app"), Run(module="gunicorn", arguments=("app:app",))),
        (("python", "-mgunicorn"), Run(module="gunicorn")),
        (("python", "-c", "import os", "x"), Run(code="import os", arguments=("x",))),
        (("python", "-I", "app.py"), Run(file="app.py", isolated=True)),
        (("python", "-Im", "app"), Run(module="app", isolated=True)),
        (("python", "--", "-odd.py"), Run(file="-odd.py")),
        (("python",), Run()),
        (("python", "-m"), Run()),
    ],
)
def test_the_interpreters_own_options_are_told_from_the_programs(words: tuple[str, ...], expected: Run) -> None:
    assert interpret(words) == expected


def test_a_module_is_run_with_its_main(tmp_path: Path) -> None:
    rows = [("srv/shop/__init__.py", b""), ("srv/shop/__main__.py", b"import click\n"), *CLICK, *PIP]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "-m", "shop"], WorkingDir="/srv")
    assert "srv/shop/__main__.py" in needed(runtime)
    assert distributions(runtime) == {"click"}
    assert runtime.programs[0].followed


def test_a_module_that_is_not_there_is_not_followed(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, CLICK, Cmd=["python", "-m", "shop"])
    assert not runtime.programs[0].followed
    assert "runs the module shop, which is not in the image" in unresolved(runtime)


def test_code_of_the_command_line_is_followed(tmp_path: Path) -> None:
    assert distributions(runtime_of(tmp_path, [*CLICK, *PIP], Cmd=["python", "-c", "import click; click.run()"])) == {"click"}


def test_a_console_script_is_followed_through_its_shebang(tmp_path: Path) -> None:
    rows = [
        *distribution("greet", {"greet/cli.py": b"import click\n"}),
        ("usr/local/bin/greet", script("/usr/local/bin/python3.11", "greet.cli")),
        *CLICK,
        *PIP,
    ]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["greet"])
    assert [(program.linkage, program.followed) for program in runtime.programs] == [("script", True)]
    assert distributions(runtime) == {"greet", "click"}


def test_an_entry_point_that_is_looked_up_when_it_runs_is_followed(tmp_path: Path) -> None:
    content = b"#!/usr/local/bin/python3.11\nfrom pkg_resources import load_entry_point\n"
    content += b"load_entry_point('greet==1.0', 'console_scripts', 'greet')()\n"
    rows = [
        *distribution("greet", {"greet/cli.py": b"import click\n"}, entry_points="[console_scripts]\ngreet = greet.cli:main\n"),
        *distribution("setuptools", {"pkg_resources/__init__.py": b""}),
        ("usr/local/bin/greet", content),
        *CLICK,
    ]
    assert distributions(runtime_of(tmp_path, rows, Entrypoint=["greet"])) == {"greet", "click", "setuptools"}


@pytest.mark.parametrize(
    ("command", "environment"),
    [
        (["gunicorn", "--bind", "0.0.0.0:80", "shop.web:create_app()"], []),
        (["gunicorn", "--chdir", "/srv", "shop.web:app"], []),
        (["gunicorn", "--chdir=/srv", "shop.web"], []),
        (["python", "-m", "gunicorn", "shop.web:app"], []),
        (["gunicorn"], ["GUNICORN_CMD_ARGS=--workers 2 shop.web:app"]),
        (["gunicorn", "-c", "/srv/conf.py"], []),
        (["gunicorn", "-c", "python:conf"], []),
    ],
)
def test_a_server_loads_the_application_that_it_is_told(tmp_path: Path, command: list[str], environment: list[str]) -> None:
    rows = [
        *gunicorn(),
        *CLICK,
        *PIP,
        ("usr/local/bin/gunicorn", script("/usr/local/bin/python3.11", "gunicorn.app.wsgiapp", "run")),
        ("srv/shop/web.py", b"import click\n"),
        ("srv/conf.py", b"wsgi_app = 'shop.web:app'\n"),
    ]
    directory = "/" if any("--chdir" in word for word in command) else "/srv"
    environment = ["PATH=/usr/local/bin:/usr/bin:/bin", *environment]
    runtime = runtime_of(tmp_path, rows, Cmd=command, WorkingDir=directory, Env=environment)
    assert distributions(runtime) == {"gunicorn", "click"}
    assert "srv/shop/web.py" in needed(runtime)


def test_worker_classes_are_loaded_by_name(tmp_path: Path) -> None:
    rows = [
        *gunicorn(),
        *distribution("uvicorn", {"uvicorn/workers.py": b"import uvicorn.config\n", "uvicorn/config.py": b"import h11\n"}),
        *distribution("h11", {"h11/__init__.py": b""}),
        ("usr/local/bin/gunicorn", script("/usr/local/bin/python3.11", "gunicorn.app.wsgiapp", "run")),
        ("srv/web.py", b""),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "web:app"], WorkingDir="/srv")
    assert distributions(runtime) == {"gunicorn", "uvicorn", "h11"}


@pytest.mark.parametrize("environment", [[], ["FLASK_APP=shop"], ["FLASK_APP=shop.py:create"]])
def test_flask_finds_its_application_by_a_variable_or_by_its_usual_name(tmp_path: Path, environment: list[str]) -> None:
    name = "shop" if environment else "app"
    rows = [
        *distribution("flask", {"flask/__init__.py": b"", "flask/cli.py": b""}),
        *CLICK,
        ("usr/local/bin/flask", script("/usr/local/bin/python3.11", "flask.cli")),
        (f"srv/{name}.py", b"import click\n"),
    ]
    environment = ["PATH=/usr/local/bin", *environment]
    assert "click" in distributions(runtime_of(tmp_path, rows, Cmd=["flask", "run"], WorkingDir="/srv", Env=environment))


def test_django_is_followed_through_its_settings(tmp_path: Path) -> None:
    django = {
        "django/__init__.py": b"",
        "django/core/management/__init__.py": b"from importlib import import_module\ndef load(name): import_module(name)\n",
        "django/contrib/admin/__init__.py": b"",
    }
    rows = [
        *distribution("Django", django),
        *distribution("djangorestframework", {"rest_framework/__init__.py": b""}),
        *distribution("whitenoise", {"whitenoise/middleware.py": b""}),
        *distribution("black", {"black/__init__.py": b""}),
        *CLICK,
        ("app/manage.py", b"import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n"
         b"from django.core.management import execute_from_command_line\n"),
        ("app/site1/settings.py", b"INSTALLED_APPS = ['django.contrib.admin', 'rest_framework', 'poll']\n"
         b"MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\n"),
        ("app/poll/models.py", b"import click\n"),
    ]  # fmt: skip
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "manage.py", "runserver"], WorkingDir="/app")
    assert distributions(runtime) == {"Django", "djangorestframework", "whitenoise", "click"}


# Where modules are looked for


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


def test_packages_that_are_linked_into_a_site_are_followed_to_where_they_are(tmp_path: Path) -> None:
    rows = [
        link(f"{SITE}/words", "/src/words"),
        ("src/words/__init__.py", b"from . import more\n"),
        ("src/words/more.py", b"import click\n"),
        *CLICK,
        ("srv/web.py", b"import words\n"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/srv/web.py"])
    assert {f"{SITE}/words", "src/words/more.py"} <= needed(runtime)
    assert distributions(runtime) == {"click"}


# What is odd


def test_hostile_and_damaged_files_end_in_a_partial_result(tmp_path: Path) -> None:
    deep = "(" * 5000
    rows: list[Row] = [
        ("srv/web.py", b"import a, b, c, click\nimport " + b".".join([b"x"] * 5000) + b"\n"),
        ("srv/a.py", deep.encode()),
        ("srv/b.py", b"\xff\xfe\x00import click"),
        ("srv/c.py", b"x = '" + b"y" * 1_000_000),
        (f"{SITE}/bad-1.dist-info/RECORD", b"../../../../../../../../etc/shadow,,\n\xff,\n,,\n\"unclosed"),
        (f"{SITE}/bad-1.dist-info/METADATA", b"Name: bad\nRequires-Dist: ;;;\nRequires-Dist: bad[bad]; extra ==\n"
         b"Requires-Dist: click; (((\n"),
        (f"{SITE}/bad-1.dist-info/entry_points.txt", b"[\n]\n= = =\n[x]\ny\n"),
        (f"{SITE}/loop.pth", b"/srv\nloop\n../../..\nimport os; os.system('x')\nimport __editable___gone\n\xff\xfe\n"),
        link(f"{SITE}/circle", "circle"),
        link("srv/click", "click", tarfile.SYMTYPE),
        *CLICK,
    ]  # fmt: skip
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "web.py"], WorkingDir="/srv")
    assert runtime.programs[0].followed
    assert {"srv/a.py", "srv/b.py", "srv/c.py"} <= needed(runtime)


def test_a_zip_archive_with_a_program_inside_is_not_followed(tmp_path: Path) -> None:
    rows = [("srv/app.pyz", b"#!/usr/bin/env python3\nPK\x03\x04rest")]
    runtime = runtime_of(tmp_path, rows, Cmd=["python3", "/srv/app.pyz"])
    assert not runtime.programs[0].followed
    assert "zip archive" in unresolved(runtime)
