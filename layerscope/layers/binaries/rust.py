"""The crates of a Rust program.

cargo-auditable writes them into the section ``.dep-v0``: JSON, compressed by zlib. Without it, the messages of panics name the
source files of many crates that came from a registry, with their versions.
"""

import zlib
from collections.abc import Iterable
from typing import Literal

import msgspec

from layerscope.core.expressions import expression
from layerscope.core.limits import BINARY_PACKAGES, BUILD_INFORMATION_BYTES
from layerscope.core.names import path_text
from layerscope.layers.binaries.model import Module

_REGISTRY = b"cargo/registry/"
_CRATE = expression(
    rb"(?:src/[^/\0]{1,128}/)?"
    rb"([0-9A-Za-z_-]{1,64})-([0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}(?:[+-][0-9A-Za-z.+-]{1,64})?)/"
)
_COMMENT = expression(rb"rustc version ([0-9][^ \0]{0,64})")
_SOURCES = expression(rb"/(?:rustc/([0-9a-f]{40})|rustc-([0-9][^/\0]{0,64}))/library/")
_MOST_MESSAGES = 200_000


class _Crate(msgspec.Struct):
    name: str
    version: str = ""
    kind: Literal["build", "runtime"] = "runtime"
    root: bool = False


class _Audit(msgspec.Struct):
    packages: list[_Crate]


def audited(section: bytes) -> tuple[str, tuple[Module, ...]] | None:
    """The root crate and all crates that are linked in, by name, from the content of ``.dep-v0``; None when it is damaged."""
    try:
        text = zlib.decompressobj().decompress(section, BUILD_INFORMATION_BYTES)
        crates = msgspec.json.decode(text, type=_Audit).packages[:BINARY_PACKAGES]
    except (zlib.error, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    linked = [crate for crate in crates if crate.kind == "runtime"]
    root = next((crate.name for crate in linked if crate.root), "")
    return root, _modules((crate.name, crate.version) for crate in linked)


def named_in_panics(content: bytes) -> tuple[Module, ...]:
    """The crates whose source files a program's panic messages name: some, seldom all."""
    found: set[tuple[str, str]] = set()
    position = 0
    for _ in range(_MOST_MESSAGES):
        position = content.find(_REGISTRY, position) + len(_REGISTRY)
        if position < len(_REGISTRY):
            break
        if match := _CRATE.match(content, position):
            found.add((match[1].decode(), match[2].decode()))
    return _modules(found)


def is_rust(content: bytes) -> bool:
    """Whether a program is linked to Rust's standard library, whose messages name its sources."""
    return _SOURCES.search(content) is not None


def compiler(comment: bytes, content: bytes) -> str:
    """``rustc 1.75.0`` from ``.comment``, else the version or commit that messages of the standard library name; "" if none."""
    stated = _COMMENT.search(comment)
    if stated:
        return f"rustc {path_text(stated[1])}"
    named = _SOURCES.search(content)
    if named is None:
        return ""
    commit, version = named.groups()
    return f"rustc at commit {commit[:12].decode()}" if commit else f"rustc {path_text(version)}"


def _modules(crates: Iterable[tuple[str, str]]) -> tuple[Module, ...]:
    return tuple(Module(name, version) for name, version in sorted(set(crates)))
