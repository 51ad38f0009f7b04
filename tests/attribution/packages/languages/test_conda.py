"""conda: the files of a package."""

import json

from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record
from tests.support.libraries import recorded


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
    assert recorded(path, json.dumps(record).encode()) == [
        Library(
            system="conda",
            name="flask",
            version="3.0.0",
            paths=(
                path.encode(),
                b"opt/conda/envs/web/bin/flask",
                b"opt/conda/envs/web/lib/python3.11/site-packages/flask/__init__.py",
            ),
            trees=(b"opt/conda/envs/web/lib/python3.11/site-packages/flask",),
        )
    ]
    assert not is_record(b"opt/conda/conda-meta/history")
    assert not is_record(b"srv/my-conda-meta/flask.json")
