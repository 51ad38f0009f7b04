"""pip, setuptools and their kin: the files of a distribution, by any of its records."""

import os
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

import pytest

from layerscope.attribution.packages.languages.pip import normalized
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record, libraries
from tests.support.libraries import recorded

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


def test_a_record_lists_the_files_of_a_distribution_and_its_scripts() -> None:
    (flask,) = recorded(f"{SITE}/flask-3.0.0.dist-info/RECORD", FLASK_RECORD)
    assert (flask.system, flask.name, flask.version, flask.development) == ("pip", "flask", "3.0.0", False)
    assert b"usr/local/bin/flask" in flask.paths
    assert f"{SITE}/flask/json/__init__.py".encode() in flask.paths
    assert len(flask.paths) == 8


def test_bytecode_that_was_compiled_later_lies_in_a_tree_of_its_distribution() -> None:
    (flask,) = recorded(f"{SITE}/flask-3.0.0.dist-info/RECORD", FLASK_RECORD)
    assert flask.trees == (f"{SITE}/flask-3.0.0.dist-info".encode(), f"{SITE}/flask".encode())


def test_a_namespace_directory_belongs_to_none_of_those_who_share_it() -> None:
    record = b"google/api_core/__init__.py,,\ngoogle/api_core/gapic/__init__.py,,\ngoogle_api-2.0-nspkg.pth,,\n"
    (library,) = recorded(f"{SITE}/google_api_core-2.0.dist-info/RECORD", record)
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
    (flask,) = recorded(f"{site}/flask-3.0.0.dist-info/RECORD", FLASK_RECORD)
    assert flask.paths[0].decode() == script


def test_a_target_directory_needs_no_site_packages() -> None:
    (flask,) = recorded("var/task/flask-3.0.0.dist-info/RECORD", b"bin/flask,,\nflask/__init__.py,,\n")
    assert flask.paths == (b"var/task/bin/flask", b"var/task/flask/__init__.py")
    assert recorded("flask-3.0.0.dist-info/RECORD", b"flask/__init__.py,,\n")[0].paths == (b"flask/__init__.py",)


def test_a_path_with_a_comma_is_between_quotes_and_one_may_be_absolute() -> None:
    (library,) = recorded(f"{SITE}/odd-1.dist-info/RECORD", b'"odd/a,""b"".txt",,\r\n/etc/odd.conf,,\r\nodd/c.txt,,\r\n')
    assert library.paths == (f'{SITE}/odd/a,"b".txt'.encode(), b"etc/odd.conf", f"{SITE}/odd/c.txt".encode())


def test_metadata_alone_tells_of_a_distribution_as_in_a_debian_package() -> None:
    metadata = b"Metadata-Version: 2.1\nName: PyYAML\nVersion: 6.0\n\nVersion: of the description\n"
    (named,) = recorded("usr/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA", metadata)
    assert named == Library(
        system="pip", name="pyyaml", version="6.0", paths=(), trees=(b"usr/lib/python3/dist-packages/PyYAML-6.0.dist-info",)
    )


def test_an_old_installation_left_its_list_relative_to_the_egg_info() -> None:
    content = b"../six.py\n../__pycache__/six.cpython-311.pyc\nPKG-INFO\n../../../../bin/six tool\n"
    (six,) = recorded(f"{SITE}/six-1.16.0-py3.11.egg-info/installed-files.txt", content)
    assert (six.name, six.version) == ("six", "1.16.0")
    assert f"{SITE}/six.py".encode() in six.paths
    assert f"{SITE}/six-1.16.0-py3.11.egg-info/PKG-INFO".encode() in six.paths
    assert b"usr/local/bin/six tool" in six.paths


def test_without_a_list_the_top_level_modules_are_the_distribution() -> None:
    (library,) = recorded(f"{SITE}/PyYAML-6.0.egg-info/top_level.txt", b"_yaml\nyaml\n../etc\n\n")
    assert library.trees == tuple(f"{SITE}/{name}".encode() for name in ("PyYAML-6.0.egg-info", "_yaml", "yaml"))
    assert f"{SITE}/yaml.py".encode() in library.paths


def test_distutils_left_one_file_and_easy_install_a_directory() -> None:
    pkg_info = b"Metadata-Version: 1.0\nName: Mercurial\nVersion: 6.3.2\n"
    path = "usr/lib/python3/dist-packages/mercurial-6.3.2-py3.11.egg-info"
    assert recorded(path, pkg_info) == [Library(system="pip", name="mercurial", version="6.3.2", paths=(path.encode(),))]
    (egg,) = recorded(
        f"{SITE}/simplejson-3.17.2-py3.9-linux-x86_64.egg/EGG-INFO/PKG-INFO", b"Name: simplejson\nVersion: 3.17.2\n"
    )
    assert egg.trees == (f"{SITE}/simplejson-3.17.2-py3.9-linux-x86_64.egg".encode(),)


def test_an_egg_info_beside_sources_is_no_library() -> None:
    assert not is_record(b"app/src/shop.egg-info/PKG-INFO")
    assert not is_record(b"app/src/shop.egg-info/top_level.txt")


def test_what_setuptools_carries_along_is_a_part_of_setuptools() -> None:
    assert not is_record(f"{SITE}/setuptools/_vendor/wheel-0.45.1.dist-info/RECORD".encode())


@pytest.mark.parametrize(
    ("spelling", "normal"), [("Flask_SQLAlchemy", "flask-sqlalchemy"), ("zope.interface", "zope-interface"), ("a__b", "a-b")]
)
def test_spellings_of_one_name_are_one_library(spelling: str, normal: str) -> None:
    assert normalized(spelling) == normal
    assert recorded(f"{SITE}/{spelling}-1.0.dist-info/RECORD", b"x.py,,\n")[0].name == normal


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
