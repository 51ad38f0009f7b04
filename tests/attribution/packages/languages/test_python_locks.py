"""Which Python packages only developing needs, by the lock files of four tools."""

import json

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record
from tests.support.libraries import recorded

UV_LOCK = b"""\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "coverage"
version = "7.6.1"
source = { registry = "https://pypi.example.org/simple" }

[[package]]
name = "flask"
version = "3.1.3"
source = { registry = "https://pypi.example.org/simple" }
dependencies = [
    { name = "jinja2" },
]
wheels = [
    { url = "https://files.example.org/flask-3.1.3-py3-none-any.whl", hash = "sha256:bb" },
]

[[package]]
name = "jinja2"
version = "3.1.6"
source = { registry = "https://pypi.example.org/simple" }

[[package]]
name = "orjson"
version = "3.10.0"
source = { registry = "https://pypi.example.org/simple" }

[[package]]
name = "pytest-cov"
version = "7.1.0"
source = { registry = "https://pypi.example.org/simple" }
dependencies = [
    { name = "coverage", extra = ["toml"] },
]

[[package]]
name = "shop"
version = "0.1.0"
source = { editable = "." }
dependencies = [
    { name = "flask" },
]

[package.optional-dependencies]
fast = [
    { name = "orjson" },
]

[package.dev-dependencies]
dev = [
    { name = "flask" },
    { name = "pytest-cov" },
]
web = [
    { name = "werkzeug" },
]

[package.metadata]
requires-dist = [{ name = "flask", specifier = ">=3,<4" }]

[package.metadata.requires-dev]
dev = [{ name = "werkzeug" }]

[[package]]
name = "werkzeug"
version = "3.1.9"
source = { registry = "https://pypi.example.org/simple" }
"""


def test_uv_lock_tells_what_only_groups_for_developing_need() -> None:
    assert recorded("app/uv.lock", UV_LOCK) == [
        Library(system="pip", name="coverage", version="7.6.1", development=True),
        Library(system="pip", name="pytest-cov", version="7.1.0", development=True),
    ]


POETRY_LOCK = b"""\
[[package]]
name = "Flask"
version = "3.0.0"
description = "A simple framework."
groups = ["main", "dev"]
files = [
    {file = "flask-3.0.0-py3-none-any.whl", hash = "sha256:21"},
]

[[package]]
name = "pytest"
version = "8.3.4"
groups = ["dev"]

[[package]]
name = "markdown"
version = "3.7"
groups = ["dev", "docs"]

[[package]]
name = "sentry-sdk"
version = "2.0.0"
groups = ["monitoring"]

[metadata]
lock-version = "2.1"
"""


def test_poetry_lock_names_the_groups_of_each_package() -> None:
    found = recorded("app/poetry.lock", POETRY_LOCK)
    assert {(library.name, library.version) for library in found} == {("pytest", "8.3.4"), ("markdown", "3.7")}
    older = (
        b'[[package]]\nname = "black"\nversion = "22.1"\ncategory = "dev"\n\n[[package]]\nname = "click"\ncategory = "main"\n'
    )
    assert [library.name for library in recorded("app/poetry.lock", older)] == ["black"]


def test_pdm_lock_has_a_package_once_more_for_its_extras() -> None:
    lock = b"""\
[[package]]
name = "django"
version = "3.2.12"
groups = ["default"]

[[package]]
name = "django"
version = "3.2.12"
extras = ["argon2"]
groups = ["dev"]

[[package]]
name = "argon2-cffi"
version = "23.1.0"
groups = ["dev"]
"""
    assert [library.name for library in recorded("srv/pdm.lock", lock)] == ["argon2-cffi"]


def test_pipfile_lock_keeps_what_developing_needs_apart() -> None:
    lock = {
        "_meta": {"sources": []},
        "default": {"flask": {"version": "==3.0.0"}, "shared": {"version": "==1.0"}},
        "develop": {"pytest": {"hashes": [], "version": "==8.3.4"}, "shared": {"version": "==1.0"}, "local": {"path": "."}},
    }
    found = recorded("app/Pipfile.lock", json.dumps(lock).encode())
    assert [(library.name, library.version) for library in found] == [("pytest", "8.3.4"), ("local", "")]


def test_a_lock_file_inside_of_an_installed_library_says_nothing_about_the_image() -> None:
    assert is_record(b"app/uv.lock")
    assert not is_record(b"usr/lib/python3.11/site-packages/shop/uv.lock")
