"""The files by which package managers of languages know what they installed, written for made-up images."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

File = tuple[str, bytes]
"""A path without leading slash, and its content."""


class Installed(NamedTuple):
    """A library, the absolute paths that belong to it, and whether only developing needs it.

    ``needs`` are requirements as a wheel's METADATA writes them (``flask``, ``pytest ; extra == 'dev'``).
    """

    name: str
    version: str
    paths: Sequence[str]
    development: bool = False
    needs: Sequence[str] = ()


def records(system: str, libraries: Sequence[Installed]) -> list[File]:
    """The records of all libraries of one package manager (``pip``, ``npm``, ``gem`` …) in an image."""
    return list(_WRITERS[system](libraries))


def _before(path: str, place: str) -> str:
    """What lies in front of the last ``place`` in a path, "" when it is not there."""
    return path.rpartition(place)[0].lstrip("/")


def _pip(libraries: Sequence[Installed]) -> Iterator[File]:
    for name, version, paths, _, needs in libraries:
        for site in dict.fromkeys(found for path in paths if (found := _site(path))):
            above = site.split("/")
            record = f"{site}/{name.replace('-', '_')}-{version}.dist-info"
            prefix = "/".join(above[:-3])
            listed = [_relative(path, above) for path in paths if path.startswith((f"/{site}/", f"/{prefix}/bin/"))]
            lines = (f"{path},sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,7" for path in listed)
            yield f"{record}/RECORD", "".join(f"{line}\n" for line in lines).encode()
            requirements = "".join(f"Requires-Dist: {need}\n" for need in needs)
            yield f"{record}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requirements}".encode()


def _site(path: str) -> str:
    """The site-packages that a path lies in, "" for none."""
    return next((found + kind for kind in ("/site-packages", "/dist-packages") if (found := _before(path, kind))), "")


def _relative(path: str, above: list[str]) -> str:
    parts = path.strip("/").split("/")
    shared = next((n for n, pair in enumerate(zip(parts, above, strict=False)) if pair[0] != pair[1]), len(above))
    return "/".join([".."] * (len(above) - shared) + parts[shared:])


def _conda(libraries: Sequence[Installed]) -> Iterator[File]:
    prefix = "opt/conda"
    for name, version, paths, _, _ in libraries:
        files = [path.lstrip("/").removeprefix(prefix + "/") for path in paths]
        document = {"name": name, "version": version, "build": "0", "files": files}
        yield f"{prefix}/conda-meta/{name}-{version}-0.json", json.dumps(document).encode()


def _npm(libraries: Sequence[Installed]) -> Iterator[File]:
    locks: dict[str, dict[str, object]] = {}
    of_pnpm: dict[str, list[Installed]] = {}
    for library in libraries:
        for place in dict.fromkeys(_npm_place(path, library.name) for path in library.paths):
            document = {"name": library.name, "version": library.version}
            yield f"{place}/package.json", json.dumps(document).encode()
            root = place.partition("/node_modules/")[0]
            if "/.pnpm/" in place:
                of_pnpm.setdefault(root, []).append(library)
            elif not root.startswith("usr/local/lib"):
                dev = {"dev": True} if library.development else {}
                locks.setdefault(root, {})[place.removeprefix(root + "/")] = {"version": library.version, **dev}
    for root, packages in locks.items():
        yield f"{root}/node_modules/.package-lock.json", json.dumps({"lockfileVersion": 3, "packages": packages}).encode()
    for root, installed in of_pnpm.items():
        yield f"{root}/node_modules/.pnpm/lock.yaml", _pnpm_lock(installed).encode()


def _npm_place(path: str, name: str) -> str:
    """The directory of a package: the last node_modules/NAME of a path."""
    return f"{_before(path + '/', f'/node_modules/{name}/')}/node_modules/{name}"


def _pnpm_lock(libraries: Sequence[Installed]) -> str:
    def wanted(development: bool) -> str:
        found = [library for library in libraries if library.development == development]
        return "".join(
            f"      {item.name}:\n        specifier: {item.version}\n        version: {item.version}\n" for item in found
        )

    return (
        f"lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n{wanted(False)}    devDependencies:\n{wanted(True)}"
    )


def _gem(libraries: Sequence[Installed]) -> Iterator[File]:
    for name, version, paths, _, _ in libraries:
        home = next(filter(None, (_before(path, place) for path in paths for place in ("/gems/", "/specifications/"))))
        stub = f"# -*- encoding: utf-8 -*-\n# stub: {name} {version} ruby lib\n\n"
        body = f'Gem::Specification.new do |s|\n  s.name = "{name}".freeze\n  s.version = "{version}"\nend\n'
        yield f"{home}/specifications/{name}-{version}.gemspec", (stub + body).encode()


def _composer(libraries: Sequence[Installed]) -> Iterator[File]:
    vendor = next(_before(path, f"/{item.name}/") for item in libraries for path in item.paths)
    packages = [{"name": item.name, "version": item.version, "install-path": f"../{item.name}"} for item in libraries]
    document = {"packages": packages, "dev": True, "dev-package-names": [item.name for item in libraries if item.development]}
    yield f"{vendor}/composer/installed.json", json.dumps(document).encode()


def _jar(libraries: Sequence[Installed]) -> Iterator[File]:
    """A jar is its own record."""
    yield from ()


_WRITERS: dict[str, Callable[[Sequence[Installed]], Iterator[File]]] = {
    "pip": _pip,
    "conda": _conda,
    "npm": _npm,
    "gem": _gem,
    "composer": _composer,
    "jar": _jar,
}
