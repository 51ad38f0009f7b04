"""Images of Node.js, npm and what is installed beside them, made by hand."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from layerscope.attribution.attribute import attribute
from layerscope.filesystem.stacking import stack
from layerscope.history.history import read_history
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.needs.model import Runtime
from layerscope.needs.needs import find_needs
from layerscope.sources import open_image
from tests.support.archives import config_json, docker_archive, link
from tests.support.programs import GLIBC_LOADER, Row, elf, layer

LIBRARIES = "usr/lib/x86_64-linux-gnu"


NPM = "usr/local/lib/node_modules/npm"


SHEBANG = b"#!/usr/bin/env node\n"


SYSTEM: list[Row] = [
    ("usr/local/bin/node", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
    ("lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
    (f"{LIBRARIES}/libc.so.6", elf(soname="libc.so.6")),
    (f"{LIBRARIES}/libvips.so.42", elf(soname="libvips.so.42")),
    ("bin/sh", elf(sections={".text": b"shell"})),
    ("usr/bin/env", elf(sections={".text": b"env"})),
    (
        f"{NPM}/package.json",
        json.dumps({"name": "npm", "version": "10.8.2", "bin": {"npm": "bin/npm-cli.js", "npx": "bin/npx-cli.js"}}).encode(),
    ),
    (f"{NPM}/bin/npm-cli.js", SHEBANG),
    (f"{NPM}/bin/npx-cli.js", SHEBANG),
    (f"{NPM}/node_modules/tar/package.json", b'{"name": "tar"}'),
    link("usr/local/bin/npm", f"../lib/{NPM.partition('lib/')[2]}/bin/npm-cli.js"),
    link("usr/local/bin/npx", f"../lib/{NPM.partition('lib/')[2]}/bin/npx-cli.js"),
]


ENVIRONMENT = ["PATH=/usr/local/bin:/usr/bin:/bin", "NODE_VERSION=20.11.1"]


def package(directory: str, manifest: Mapping[str, object] | None = None, **files: bytes) -> list[Row]:
    """A package in a directory: its package.json, index.js and further files."""
    name = directory.rpartition("node_modules/")[2]
    record = {"name": name, "version": "1.0.0", **(manifest or {})}
    rows: list[Row] = [
        (f"{directory}/package.json", json.dumps(record).encode()),
        (f"{directory}/index.js", b"module.exports = 1\n"),
    ]
    return rows + [(f"{directory}/{path}", content) for path, content in files.items()]


def runtime_of(
    directory: Path, rows: Sequence[Row], *, compress: bool = False, made_by: str = "COPY . /", **config: Any
) -> Runtime:
    """What the image of node, npm and these files needs, which an instruction put there; it works in /app."""
    config = {"Env": ENVIRONMENT, "WorkingDir": "/app", **config}
    tars = [layer(SYSTEM), layer(rows)]
    document = config_json(tars, [{"created_by": "ADD rootfs /"}, {"created_by": made_by}], **config)
    stored = [gzip.compress(tar) for tar in tars] if compress else tars
    image = open_image(f"docker-archive:{docker_archive(directory / 'image.tar', stored, document)}")
    indexes = index_layers(image.layers, Picks.of_commands(image.config.entrypoint, image.config.cmd))
    filesystem = stack(indexes)
    history = read_history(image.config, len(tars), {})
    attribution = attribute(filesystem, image.config, history)
    return find_needs(filesystem, Contents(image.layers, indexes), image.config, attribution, history)


def needed(runtime: Runtime) -> set[str]:
    return {need.path.decode() for need in runtime.needs}


def packages(runtime: Runtime) -> set[str]:
    """The directories of packages whose package.json is needed."""
    inside = (need.path.decode() for need in runtime.needs if b"node_modules/" in need.path)
    return {
        path.removesuffix("/package.json").removeprefix("app/node_modules/") for path in inside if path.endswith("package.json")
    }


def unresolved(runtime: Runtime) -> str:
    return "\n".join(item.what for item in runtime.unresolved)


def project(**manifest: object) -> list[Row]:
    return [("app/package.json", json.dumps({"name": "app", **manifest}).encode())]


SERVER: list[Row] = [
    *project(dependencies={"express": "4"}, devDependencies={"typescript": "5"}),
    *package("app/node_modules/express", {"dependencies": {"qs": "6", "@scope/send": "1"}}),
    *package("app/node_modules/qs"),
    *package("app/node_modules/@scope/send", {"optionalDependencies": {"not-installed": "1"}}),
    *package("app/node_modules/@scope/send/node_modules/qs"),
    *package("app/node_modules/typescript", {"bin": {"tsc": "bin/tsc"}}),
    ("app/dist/server.js", b"const express = require('express'); const { health } = require('./health');\n"),
    ("app/dist/health.js", b"exports.health = () => 1;\n"),
    ("app/src/server.ts", b"import express from 'express';\n"),
    ("app/test/server.test.js", b"require('typescript')\n"),
    ("app/package-lock.json", b"{}"),
]
