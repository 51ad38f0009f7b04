"""Where the files that a fat container opened are in the lean image: copied, in its base, or replaced by something else."""

from typing import NamedTuple

from layerscope.advice.golang.build import of_c_library
from layerscope.advice.model import Recommendation
from layerscope.core.expressions import expression
from layerscope.core.names import absolute
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Runtime
from layerscope.needs.system.files import system_files

_FILES = (Kind.REGULAR, Kind.HARDLINK)
_LOADER_CACHE = b"etc/ld.so.cache"
_LOCAL_TIME = b"etc/localtime"
_UTC = (b"UTC", b"UCT", b"Universal", b"Zulu", b"GMT")
_AUTHORITIES = b"etc/ssl/certs"
_OWN_AUTHORITIES = b"usr/local/"
_COMPILED = expression(rb"(.*/|)__pycache__/([^/]+)\.cpython-[^/]+\.pyc")


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
    lean = _Lean(filesystem, runtime, plan)
    copied: set[int] = set()
    base: list[bytes] = []
    replaced: dict[bytes, str] = {}
    lost: list[bytes] = []
    for path in dict.fromkeys(opened):
        entry = filesystem.resolve(path)
        if entry is None or filesystem.kinds[entry] not in _FILES:
            continue
        if lean.keeps(entry):
            copied.add(filesystem.holder(entry))
        elif lean.has_in_base(path):
            base.append(path)
        elif reason := lean.replacement(path, entry):
            replaced[path] = reason
        else:
            lost.append(path)
    return Coverage(frozenset(copied), tuple(base), replaced, tuple(lost))


def brings(plan: Recommendation, path: bytes, from_base: bool) -> bool:
    """Whether the lean image has something at a path, its own or, if ``from_base``, the base's."""
    found = plan.tree.find(path.strip(b"/")) if plan.tree is not None else None
    return found is not None and (found.entry is not None or (found.in_base and from_base))


class _Lean:
    """The lean image, asked about one file of the fat one after the other."""

    def __init__(self, filesystem: Filesystem, runtime: Runtime, plan: Recommendation) -> None:
        self._filesystem = filesystem
        self._plan = plan
        self._site = runtime.site if plan.files else None
        self._base = plan.base.reference if plan.base else ""
        self._content = plan.base_content or {}
        self._names = {path.rpartition(b"/")[2] for path in self._content}
        holder = filesystem.holder
        self._kept = set(map(holder, plan.kept))
        self._needed = {holder(need.entry) for need in runtime.needs}
        self._c_library = {holder(need.entry) for need in runtime.needs if of_c_library(need)}
        self._authorities = _authorities(filesystem)
        self._local_time = filesystem.trace(_LOCAL_TIME).entry
        self._replacements = (
            self._by_server,
            self._by_static_build,
            self._by_loader,
            self._by_default_time,
            self._by_own_of_base,
            self._by_bundle,
            self._by_source,
        )

    def keeps(self, entry: int | None) -> bool:
        """Whether the plan copies the content of an entry."""
        return entry is not None and self._filesystem.holder(entry) in self._kept

    def has_in_base(self, path: bytes) -> bool:
        """Whether the base has the path, where /usr is merged into the root directory or not."""
        return any(name in self._content for name in (path, path.removeprefix(b"usr/"), b"usr/" + path))

    def replacement(self, path: bytes, entry: int) -> str:
        """What does in the place of a file, in words; "" when nothing does."""
        return next(filter(None, (reason(path, entry) for reason in self._replacements)), "")

    def _by_server(self, path: bytes, _: int) -> str:
        served = self._site is None or path.startswith(self._site.root + b"/")
        return "" if served else f"{self._base} serves the files instead"

    def _by_static_build(self, _: bytes, entry: int) -> str:
        if self._plan.rebuilt and self._filesystem.holder(entry) in self._c_library:
            return f"{absolute(self._plan.rebuilt)} is built again without the C library"
        return ""

    def _by_loader(self, path: bytes, _: int) -> str:
        return "each base has its own list of libraries, or searches their directories" if path == _LOADER_CACHE else ""

    def _by_default_time(self, path: bytes, entry: int) -> str:
        is_utc = entry == self._local_time and path.rpartition(b"/")[2] in _UTC
        return "without it, local time is UTC as well" if is_utc else ""

    def _by_own_of_base(self, path: bytes, entry: int) -> str:
        in_base = self._plan.base_content is None or path.rpartition(b"/")[2] in self._names
        if in_base and self._filesystem.holder(entry) in self._needed:
            return f"{self._base} has its own in another place"
        return ""

    def _by_bundle(self, path: bytes, entry: int) -> str:
        """A certificate in the lean image's bundle: the image's own has it, a base's only if it is a public one."""
        bundles = [name.encode() for name in system_files().certificates.bundles]
        in_base = not path.startswith(_OWN_AUTHORITIES) and any(map(self.has_in_base, bundles))
        bundled = in_base or any(self.keeps(self._filesystem.resolve(bundle)) for bundle in bundles)
        return "it is part of the bundle of all certificates" if bundled and entry in self._authorities else ""

    def _by_source(self, path: bytes, _: int) -> str:
        compiled = _COMPILED.fullmatch(path)
        source = compiled[1] + compiled[2] + b".py" if compiled else b""
        found = self.has_in_base(source) or self.keeps(self._filesystem.resolve(source))
        return "it is compiled again from its source" if found else ""


def _authorities(filesystem: Filesystem) -> set[int]:
    """The certificates that the directory of the authorities leads to: update-ca-certificates puts the same into the bundle."""
    return {entry for path in filesystem.below(_AUTHORITIES) if (entry := filesystem.resolve(path)) is not None}
