"""How Python programs are started: by a file, a module, code, a console script, a server that loads an application."""

from pathlib import Path

import pytest

from layerscope.needs.languages.python.command import Run, interpret
from tests.support.python_images import (
    CLICK,
    PIP,
    distribution,
    distributions,
    gunicorn,
    needed,
    runtime_of,
    script,
    unresolved,
)


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
