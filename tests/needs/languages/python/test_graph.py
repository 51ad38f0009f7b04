"""The import graph: which modules and distributions a program reaches."""

from pathlib import Path

from tests.support.python_images import (
    CLICK,
    PIP,
    RICH,
    SITE,
    distribution,
    distributions,
    needed,
    runtime_of,
    unresolved,
)


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
