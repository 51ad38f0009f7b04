"""Where the files that a fat container opened are in the lean image: copied, in its base, or replaced by something else."""

import re
from typing import NamedTuple

from layerscope.advice.golang.build import of_c_library
from layerscope.advice.model import Recommendation
from layerscope.core.names import absolute
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Runtime
from layerscope.needs.system import system_files

_FILES = (Kind.REGULAR, Kind.HARDLINK)
_LOADER_CACHE = b"etc/ld.so.cache"
_LOCAL_TIME = b"etc/localtime"
_UTC = (b"UTC", b"UCT", b"Universal", b"Zulu", b"GMT")
_AUTHORITIES = b"etc/ssl/certs"
_OWN_AUTHORITIES = b"usr/local/"
_COMPILED = re.compile(rb"(.*/|)__pycache__/([^/]+)\.cpython-[^/]+\.pyc")


class Coverage(NamedTuple):
    """Opened files by what becomes of them, each path as the filesystem stores paths. ``copied`` are entries that the plan
    brings, ``base`` paths that its base has, ``replaced`` paths with the reason why something else does in their place, and
    ``lost`` the rest: the lean image lacks them."""

    copied: frozenset[int]
    base: tuple[bytes, ...]
    replaced: dict[bytes, str]
    lost: tuple[bytes, ...]


def cover(filesystem: Filesystem, runtime: Runtime, plan: Recommendation, opened: tuple[bytes, ...]) -> Coverage:
    """Sorts the files that a container of the image opened; what is no file of the image is left out."""
    ground = _Ground(filesystem, runtime, plan)
    copied: set[int] = set()
    base: list[bytes] = []
    replaced: dict[bytes, str] = {}
    lost: list[bytes] = []
    for path in dict.fromkeys(opened):
        entry = filesystem.resolve(path)
        if entry is None or filesystem.kinds[entry] not in _FILES:
            continue
        if filesystem.holder(entry) in ground.kept:
            copied.add(filesystem.holder(entry))
        elif ground.in_base(path):
            base.append(path)
        elif reason := ground.replacement(path, entry):
            replaced[path] = reason
        else:
            lost.append(path)
    return Coverage(frozenset(copied), tuple(base), replaced, tuple(lost))


class _Ground:
    """What opened files are compared with."""

    def __init__(self, filesystem: Filesystem, runtime: Runtime, plan: Recommendation) -> None:
        self.kept = {filesystem.holder(entry) for entry in plan.kept}
        self._filesystem = filesystem
        self._site = runtime.site if plan.files else None
        self._base = plan.base.reference if plan.base else ""
        self._content = plan.base_content
        self._names = {path.rpartition(b"/")[2] for path in plan.base_content or ()}
        self._needed = {filesystem.holder(need.entry) for need in runtime.needs}
        loaded = runtime.needs if plan.rebuilt else ()
        self._c_library = {filesystem.holder(need.entry) for need in loaded if of_c_library(need)}
        self._rebuilt = plan.rebuilt
        self._authorities = _authorities(filesystem)
        self._local_time = filesystem.trace(_LOCAL_TIME).entry

    def in_base(self, path: bytes) -> bool:
        """Whether the base has the path, where /usr is merged into the root directory or not."""
        return bool(self._content) and any(
            name in (self._content or {}) for name in (path, path.removeprefix(b"usr/"), b"usr/" + path)
        )

    def replacement(self, path: bytes, entry: int) -> str:
        """What does in the place of a file, in words; "" when nothing does."""
        if self._site is not None and not path.startswith(self._site.root + b"/"):
            return f"{self._base} serves the files instead"
        if self._filesystem.holder(entry) in self._c_library:
            return f"{absolute(self._rebuilt)} is built again without the C library"
        if path == _LOADER_CACHE:
            return "each base has its own list of libraries, or searches their directories"
        if entry == self._local_time and path.rpartition(b"/")[2] in _UTC:
            return "without it, local time is UTC as well"
        if self._filesystem.holder(entry) in self._needed and (
            self._content is None or path.rpartition(b"/")[2] in self._names
        ):
            return f"{self._base} has its own in another place"
        if entry in self._authorities and self._has_bundle(path):
            return "it is part of the bundle of all certificates"
        compiled = _COMPILED.fullmatch(path)
        if compiled is not None:
            source = compiled[1] + compiled[2] + b".py"
            found = self._filesystem.resolve(source)
            if self.in_base(source) or (found is not None and self._filesystem.holder(found) in self.kept):
                return "it is compiled again from its source"
        return ""

    def _has_bundle(self, path: bytes) -> bool:
        """Whether a certificate is in the lean image's bundle: the image's own has it, a base's only if it is a public one."""
        bundles = [name.encode() for name in system_files().certificates.bundles]
        own = [entry for name in bundles if (entry := self._filesystem.resolve(name)) is not None]
        if any(self._filesystem.holder(entry) in self.kept for entry in own):
            return True
        return any(map(self.in_base, bundles)) and not path.startswith(_OWN_AUTHORITIES)


def _authorities(filesystem: Filesystem) -> set[int]:
    """The certificates that the directory of the authorities leads to: update-ca-certificates puts the same into the bundle."""
    return {entry for path in filesystem.below(_AUTHORITIES) if (entry := filesystem.resolve(path)) is not None}
