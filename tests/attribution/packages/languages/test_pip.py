"""Python's libraries: what pip, uv, setuptools and conda recorded, and which of them only developing needs."""

import json
import os
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

import pytest

from layerscope.attribution.packages.languages.pip import normalized
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record, libraries

SITE = "usr/local/lib/python3.11/site-packages"

FLASK_RECORD = b"""\
../../../bin/flask,sha256=1b7iYJm0ZPYSIKw1PEMRB0PQL7W9LUOkyVdBhfGBJ9w,203
flask-3.0.0.dist-info/INSTALLER,sha256=zuuue4knoyJ-UwPPXg8fezS7VCrXJQrAP7zeNuwvFQg,4
flask-3.0.0.dist-info/METADATA,sha256=02XP69VTiwn5blcRgHcyuSQ2cLTuJFV8FXw2x4QnxKo,3588
flask-3.0.0.dist-info/RECORD,,
flask/__init__.py,sha256=6xMqdVA0FIQ2U1KVaGX3lzNCdXPzoHPaa0hvQCNcfSk,2625
flask/__pycache__/__init__.cpython-311.pyc,,
flask/json/__init__.py,sha256=pdtpoK2b0b1u7Sxbx3feM7VWhsI20l1yGAvbYWxaxvc,5572
flask/py.typed,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0
"""


def told(path: str, content: bytes = b"") -> list[Library]:
    return libraries(path.encode(), content) if is_record(path.encode()) else []


def test_a_record_lists_the_files_of_a_distribution_and_its_scripts() -> None:
    (flask,) = told(f"{SITE}/flask-3.0.0.dist-info/RECORD", FLASK_RECORD)
    assert (flask.system, flask.name, flask.version, flask.development) == ("pip", "flask", "3.0.0", False)
    assert b"usr/local/bin/flask" in flask.paths
    assert f"{SITE}/flask/json/__init__.py".encode() in flask.paths
    assert len(flask.paths) == 8


def test_bytecode_that_was_compiled_later_lies_in_a_tree_of_its_distribution() -> None:
    (flask,) = told(f"{SITE}/flask-3.0.0.dist-info/RECORD", FLASK_RECORD)
    assert flask.trees == (f"{SITE}/flask-3.0.0.dist-info".encode(), f"{SITE}/flask".encode())


def test_a_namespace_directory_belongs_to_none_of_those_who_share_it() -> None:
    record = b"google/api_core/__init__.py,,\ngoogle/api_core/gapic/__init__.py,,\ngoogle_api-2.0-nspkg.pth,,\n"
    (library,) = told(f"{SITE}/google_api_core-2.0.dist-info/RECORD", record)
    assert library.name == "google-api-core"
    assert library.trees[1:] == (f"{SITE}/google/api_core".encode(),)


@pytest.mark.parametrize(
    ("site", "script"),
    [
        ("app/.venv/lib/python3.12/site-packages", "app/.venv/bin/flask"),
        ("root/.local/lib/python3.11/site-packages", "root/.local/bin/flask"),
        ("usr/local/lib/python3.11/dist-packages", "usr/local/bin/flask"),
    ],
)
def test_scripts_of_virtual_environments_user_sites_and_dist_packages(site: str, script: str) -> None:
    (flask,) = told(f"{site}/flask-3.0.0.dist-info/RECORD", FLASK_RECORD)
    assert flask.paths[0].decode() == script


def test_a_target_directory_needs_no_site_packages() -> None:
    (flask,) = told("var/task/flask-3.0.0.dist-info/RECORD", b"bin/flask,,\nflask/__init__.py,,\n")
    assert flask.paths == (b"var/task/bin/flask", b"var/task/flask/__init__.py")
    assert told("flask-3.0.0.dist-info/RECORD", b"flask/__init__.py,,\n")[0].paths == (b"flask/__init__.py",)


def test_a_path_with_a_comma_is_between_quotes_and_one_may_be_absolute() -> None:
    (library,) = told(f"{SITE}/odd-1.dist-info/RECORD", b'"odd/a,""b"".txt",,\r\n/etc/odd.conf,,\r\nodd/c.txt,,\r\n')
    assert library.paths == (f'{SITE}/odd/a,"b".txt'.encode(), b"etc/odd.conf", f"{SITE}/odd/c.txt".encode())


def test_metadata_alone_tells_of_a_distribution_as_in_a_debian_package() -> None:
    metadata = b"Metadata-Version: 2.1\nName: PyYAML\nVersion: 6.0\n\nVersion: of the description\n"
    (named,) = told("usr/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA", metadata)
    assert named == Library("pip", "pyyaml", "6.0", (), (b"usr/lib/python3/dist-packages/PyYAML-6.0.dist-info",))


def test_an_old_installation_left_its_list_relative_to_the_egg_info() -> None:
    content = b"../six.py\n../__pycache__/six.cpython-311.pyc\nPKG-INFO\n../../../../bin/six tool\n"
    (six,) = told(f"{SITE}/six-1.16.0-py3.11.egg-info/installed-files.txt", content)
    assert (six.name, six.version) == ("six", "1.16.0")
    assert f"{SITE}/six.py".encode() in six.paths
    assert f"{SITE}/six-1.16.0-py3.11.egg-info/PKG-INFO".encode() in six.paths
    assert b"usr/local/bin/six tool" in six.paths


def test_without_a_list_the_top_level_modules_are_the_distribution() -> None:
    (library,) = told(f"{SITE}/PyYAML-6.0.egg-info/top_level.txt", b"_yaml\nyaml\n../etc\n\n")
    assert library.trees == tuple(f"{SITE}/{name}".encode() for name in ("PyYAML-6.0.egg-info", "_yaml", "yaml"))
    assert f"{SITE}/yaml.py".encode() in library.paths


def test_distutils_left_one_file_and_easy_install_a_directory() -> None:
    pkg_info = b"Metadata-Version: 1.0\nName: Mercurial\nVersion: 6.3.2\n"
    path = "usr/lib/python3/dist-packages/mercurial-6.3.2-py3.11.egg-info"
    assert told(path, pkg_info) == [Library("pip", "mercurial", "6.3.2", (path.encode(),))]
    (egg,) = told(f"{SITE}/simplejson-3.17.2-py3.9-linux-x86_64.egg/EGG-INFO/PKG-INFO", b"Name: simplejson\nVersion: 3.17.2\n")
    assert egg.trees == (f"{SITE}/simplejson-3.17.2-py3.9-linux-x86_64.egg".encode(),)


def test_an_egg_info_beside_sources_is_no_library() -> None:
    assert not is_record(b"app/src/shop.egg-info/PKG-INFO")
    assert not is_record(b"app/src/shop.egg-info/top_level.txt")


def test_what_setuptools_carries_along_is_a_part_of_setuptools() -> None:
    assert not is_record(f"{SITE}/setuptools/_vendor/wheel-0.45.1.dist-info/RECORD".encode())


@pytest.mark.parametrize(
    ("direct_url", "own"),
    [
        ({"url": "file:///app", "dir_info": {"editable": True}}, True),
        ({"url": "file:///app", "dir_info": {}}, True),
        ({"url": "file:///wheels/shop-1.0-py3-none-any.whl", "archive_info": {}}, False),
        ({"url": "https://example.org/shop.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}, False),
        ({"dir_info": "no object"}, False),
    ],
)
def test_what_was_installed_from_a_directory_is_the_application_itself(direct_url: object, own: bool) -> None:
    found = told(f"{SITE}/shop-1.0.dist-info/direct_url.json", json.dumps(direct_url).encode())
    assert [(library.name, library.own) for library in found] == ([("shop", True)] if own else [])


@pytest.mark.parametrize(
    ("spelling", "normal"), [("Flask_SQLAlchemy", "flask-sqlalchemy"), ("zope.interface", "zope-interface"), ("a__b", "a-b")]
)
def test_spellings_of_one_name_are_one_library(spelling: str, normal: str) -> None:
    assert normalized(spelling) == normal
    assert told(f"{SITE}/{spelling}-1.0.dist-info/RECORD", b"x.py,,\n")[0].name == normal


def test_the_files_are_those_that_importlib_finds() -> None:
    site = Path(sysconfig.get_path("purelib"))
    compared = 0
    for distribution in distributions(path=[str(site)]):
        record = next(iter(site.glob(f"*-{distribution.version}.dist-info/RECORD")), None)
        files = distribution.files
        directory = Path(str(distribution.locate_file(""))) / f"{distribution._path.name}"  # type: ignore[attr-defined]
        if record is None or files is None or not (directory / "RECORD").exists():
            continue
        (library,) = libraries(os.fsencode(directory / "RECORD")[1:], (directory / "RECORD").read_bytes())
        expected = {os.path.normpath(distribution.locate_file(file)) for file in files}
        assert {"/" + os.fsdecode(path) for path in library.paths} == expected
        assert library.name == normalized(distribution.metadata["Name"])
        assert library.version == distribution.version
        compared += 1
    if not compared:
        pytest.skip("no distributions with a RECORD are installed here")


def test_conda_lists_files_relative_to_its_environment() -> None:
    record = {
        "build": "py311h_0",
        "channel": "https://conda.example.org/main/linux-64",
        "depends": ["python >=3.11,<3.12.0a0"],
        "files": ["bin/flask", "lib/python3.11/site-packages/flask/__init__.py"],
        "link": {"source": "/opt/conda/pkgs/flask-3.0.0-py311h_0", "type": 1},
        "name": "flask",
        "paths_data": {"paths": [{"_path": "bin/flask", "path_type": "hardlink"}], "paths_version": 1},
        "version": "3.0.0",
    }
    path = "opt/conda/envs/web/conda-meta/flask-3.0.0-py311h_0.json"
    assert told(path, json.dumps(record).encode()) == [
        Library(
            "conda",
            "flask",
            "3.0.0",
            (
                path.encode(),
                b"opt/conda/envs/web/bin/flask",
                b"opt/conda/envs/web/lib/python3.11/site-packages/flask/__init__.py",
            ),
            (b"opt/conda/envs/web/lib/python3.11/site-packages/flask",),
        )
    ]
    assert not is_record(b"opt/conda/conda-meta/history")
    assert not is_record(b"srv/my-conda-meta/flask.json")


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
    assert told("app/uv.lock", UV_LOCK) == [
        Library("pip", "coverage", "7.6.1", development=True),
        Library("pip", "pytest-cov", "7.1.0", development=True),
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
    found = told("app/poetry.lock", POETRY_LOCK)
    assert {(library.name, library.version) for library in found} == {("pytest", "8.3.4"), ("markdown", "3.7")}
    older = (
        b'[[package]]\nname = "black"\nversion = "22.1"\ncategory = "dev"\n\n[[package]]\nname = "click"\ncategory = "main"\n'
    )
    assert [library.name for library in told("app/poetry.lock", older)] == ["black"]


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
    assert [library.name for library in told("srv/pdm.lock", lock)] == ["argon2-cffi"]


def test_pipfile_lock_keeps_what_developing_needs_apart() -> None:
    lock = {
        "_meta": {"sources": []},
        "default": {"flask": {"version": "==3.0.0"}, "shared": {"version": "==1.0"}},
        "develop": {"pytest": {"hashes": [], "version": "==8.3.4"}, "shared": {"version": "==1.0"}, "local": {"path": "."}},
    }
    found = told("app/Pipfile.lock", json.dumps(lock).encode())
    assert [(library.name, library.version) for library in found] == [("pytest", "8.3.4"), ("local", "")]


def test_a_lock_file_inside_of_an_installed_library_says_nothing_about_the_image() -> None:
    assert is_record(b"app/uv.lock")
    assert not is_record(f"{SITE}/shop/uv.lock".encode())
