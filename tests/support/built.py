"""What a recommended Dockerfile builds, read from its text alone: the few instructions that ours have, without any content.

It knows nothing of how the text came about, so that it can judge what the plan says of itself.
"""

import re
import shlex
from collections.abc import Mapping

from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

Node = int | bytes | None
"""A file (the entry of its content in the image), the target of a symbolic link, None for a directory."""

System = dict[bytes, Node]

ABSENT = -2


def system_of(filesystem: Filesystem) -> System:
    """The image's own file system."""
    found: System = {}
    for path, entry in filesystem.visible.items():
        for depth, byte in enumerate(path):
            if byte == ord("/"):
                found.setdefault(path[:depth], None)
        kind = filesystem.kinds[entry]
        link = filesystem.link(entry) if kind == Kind.SYMLINK else None
        found[path] = None if kind == Kind.DIRECTORY else filesystem.holder(entry) if link is None else link
    return found


def real(system: Mapping[bytes, Node], path: bytes, last: bool = True, hops: int = 40) -> bytes:
    """A path without links; what is not there keeps its name. A circle leads to b"?"."""
    done: list[bytes] = []
    pending = [part for part in path.split(b"/") if part]
    while pending:
        part = pending.pop(0)
        if part in (b".", b".."):
            done = done[:-1] if part == b".." else done
            continue
        done.append(part)
        node = system.get(b"/".join(done))
        if isinstance(node, bytes) and (pending or last):
            hops -= 1
            if not hops:
                return b"?"
            done = [] if node.startswith(b"/") else done[:-1]
            pending = [name for name in node.split(b"/") if name] + pending
    return b"/".join(done)


def found_at(system: Mapping[bytes, Node], path: bytes) -> Node:
    """What a path leads to, :data:`ABSENT` for nothing."""
    where = real(system, path)
    return system.get(where, ABSENT) if where else None


def built(dockerfile: str, image: System, base: System) -> System:
    """The file system of the last stage."""
    stages: dict[str, System] = {}
    current: System = {}
    name = ""
    for line in re.sub(r"\\\n", " ", dockerfile).splitlines():
        keyword, *words = shlex.split(line, comments=True) or [""]
        if keyword == "FROM":
            current = dict(base if len(words) == 1 else image)
            name = words[-1]
            stages[name] = current
        elif keyword == "RUN":
            _run(words, current)
        elif keyword == "COPY":
            _copy(words, stages, image, current)
    return current


def _run(words: list[str], system: System) -> None:
    while "&&" in words:
        at = words.index("&&")
        _command(words[:at], system)
        words = words[at + 1 :]
    _command(words, system)


def _command(words: list[str], system: System) -> None:
    name, *arguments = words
    paths = [word.encode().strip(b"/") for word in arguments if word.startswith("/")]
    if name == "rm":
        for path in paths:
            for known in [known for known in system if known == path or known.startswith(path + b"/")]:
                del system[known]
    elif name == "mkdir":
        _make(system, paths[0])
    elif name == "install":
        for path in paths:
            _make(system, path)
    elif name == "cp":
        *sources, place = paths
        for source in sources:
            assert source in system, f"cp: {source!r} is not there"
            assert system[source] is not None, f"cp: {source!r} is a directory"
            _make(system, (place + b"/" + source).rpartition(b"/")[0])
            system[place + b"/" + source] = system[source]
    else:
        assert name in ("cd", "strip"), name


def _make(system: System, path: bytes) -> None:
    parts = path.split(b"/")
    for depth in range(1, len(parts) + 1):
        assert system.setdefault(b"/".join(parts[:depth]), None) is None, path


def _copy(words: list[str], stages: dict[str, System], image: System, system: System) -> None:
    options = [word for word in words if word.startswith("--")]
    source, target = (word.encode() for word in words[len(options) :])
    origin = stages.get(next(option for option in options if option.startswith("--from="))[7:], image)
    start = real(origin, source)
    assert start == b"" or start in origin, f"COPY: {source!r} is not there"
    place = real(system, target)
    if start and origin[start] is not None:
        if b"/" in place:
            _make(system, place.rpartition(b"/")[0])
        assert system.get(place, 0) is not None, f"COPY: {target!r} is a directory"
        system[place] = origin[start]
        return
    if place:
        _make(system, place)
    inside = start + b"/" if start else b""
    for path in sorted(path for path in origin if path.startswith(inside)):
        there = (place + b"/" if place else b"") + path[len(inside) :]
        node = origin[path]
        if node is None:
            assert system.get(there) is None, f"COPY: {there!r} is no directory"
        else:
            assert system.get(there, 0) is not None, f"COPY: {there!r} is a directory"
        system[there] = node
