"""Makes a prefix that pip filled look as conda leaves one: a record for each package, and the package cache hard-linked to it.

A record, conda-meta/NAME-VERSION-BUILD.json, lists the package's files; pkgs/NAME-VERSION-BUILD/ holds the same files under a
second name, beside info/index.json. Everything that no wheel installed is Python's own.
"""

import json
import os
import platform
import shutil
import sys
from importlib.metadata import distributions
from pathlib import Path

PREFIX = Path(sys.prefix)
SITE = f"lib/python{platform.python_version().rpartition('.')[0]}/site-packages"


def files_of_distributions():
    for distribution in distributions(path=[str(PREFIX / SITE)]):
        found = {os.path.relpath(distribution.locate_file(file), PREFIX) for file in distribution.files or ()}
        name = distribution.metadata["Name"].lower()
        yield name, distribution.version, "pyhd8ed1ab_0", sorted(path for path in found if (PREFIX / path).exists())


def record(name, version, build, paths):
    package = f"{name}-{version}-{build}"
    cached = PREFIX / "pkgs" / package
    for path in paths:
        (cached / path).parent.mkdir(parents=True, exist_ok=True)
        os.link(PREFIX / path, cached / path, follow_symlinks=False)
    index = {"name": name, "version": version, "build": build, "build_number": 0, "subdir": "noarch"}
    (cached / "info").mkdir(exist_ok=True)
    (cached / "info" / "index.json").write_text(json.dumps(index))
    document = {**index, "channel": "conda-forge", "files": paths, "extracted_package_dir": str(cached), "requested_spec": ""}
    (PREFIX / "conda-meta" / f"{package}.json").write_text(json.dumps(document, indent=2))


def main():
    shutil.rmtree(PREFIX / "pkgs", ignore_errors=True)
    (PREFIX / "conda-meta").mkdir(exist_ok=True)
    packages = list(files_of_distributions())
    known = {path for *_, paths in packages for path in paths}
    everything = (str(path.relative_to(PREFIX)) for path in sorted(PREFIX.rglob("*")) if path.is_symlink() or path.is_file())
    rest = [path for path in everything if path not in known and not path.startswith("conda-meta/")]
    packages.append(("python", platform.python_version(), "hab00c5b_0_cpython", rest))
    for package in packages:
        record(*package)
    (PREFIX / "conda-meta" / "history").write_text("==> 2024-01-01 00:00:00 <==\n# cmd: conda install flask gunicorn\n")


main()
