"""Which files' contents are picked up in the one pass over a layer, because later rooms read them."""

import re
import sys
from array import array
from collections.abc import Callable, Sequence
from itertools import compress
from operator import itemgetter, or_

from msgspec import Struct

from layerscope.core.limits import JAR_FILE_BYTES, PICKED_FILE_BYTES, RPM_DATABASE_BYTES
from layerscope.core.names import path_bytes

NAMES = {
    b"etc": frozenset(
        b"os-release passwd group ld.so.conf debian_version alpine-release nsswitch.conf supervisord.conf".split()
    ),
    b"usr/lib": frozenset((b"os-release",)),
    b"var/lib/dpkg": frozenset((b"status", b"diversions")),
    b"lib/apk/db": frozenset((b"installed",)),
    b"usr/lib/apk/db": frozenset((b"installed",)),
    b"usr/local/go": frozenset((b"VERSION",)),
    b"opt/java/openjdk": frozenset((b"release",)),
    b"etc/supervisor": frozenset((b"supervisord.conf",)),
}
"""Last components that are wanted in a directory."""

SUFFIXES = {
    b"var/lib/dpkg/info": (b".list",),
    b"var/lib/dpkg/status.d": (b"",),
    b"etc/ld.so.conf.d": (b".conf",),
    b"etc/supervisor/conf.d": (b".conf",),
}
"""Endings of names that are wanted in a directory."""

RPM_DIRECTORIES = frozenset((b"var/lib/rpm", b"usr/lib/sysimage/rpm", b"usr/share/rpm"))
RPM_NAMES = frozenset((b"Packages", b"Packages.db", b"rpmdb.sqlite", b"rpmdb.sqlite-wal"))
"""Directories and names of rpm's database, which is larger than other picked files."""

RECORDS = (
    *(b".dist-info/RECORD", b".dist-info/METADATA", b".egg-info", b".egg-info/PKG-INFO", b"/EGG-INFO/PKG-INFO"),
    *(b".egg-info/installed-files.txt", b".egg-info/top_level.txt"),
    *(b"/poetry.lock", b"/pdm.lock", b"/uv.lock", b"/Pipfile.lock", b"/pyproject.toml"),
    *(b"/package.json", b"package-lock.json", b"/yarn.lock", b"node_modules/.pnpm/lock.yaml", b".deps.json", b".jar"),
    *(b".gemspec", b"/gem.build_complete", b"/Gemfile", b"/Gemfile.lock", b"/gems.rb", b"/gems.locked", b".json"),
)
"""How absolute paths of files end that may tell what a language's package manager installed, or what a project asks for."""

_DIRECTORIES = frozenset((*NAMES, *SUFFIXES, *RPM_DIRECTORIES))
_RECORD_TAILS = frozenset(ending[-4:] for ending in RECORDS)
_PLACED_RECORD = re.compile(
    rb"""(?:.*/)?(?:
        conda-meta/[^/]+\.json | [^/]+\.deps\.json | composer/installed\.json
        | \.?package-lock\.json
        | node_modules/(?:@[^/]+/)?[^/.@][^/]*/package\.json
        | (?:specifications|bundler/gems/[^/]+)/[^/]+\.gemspec
    )""",
    re.VERBOSE | re.DOTALL,
)
"""Where files with endings that many others have (``.json``, ``.gemspec``) are records."""

_REPOSITORIES = (b"/.m2/", b"/.gradle/", b"/.ivy2/", b"/.sbt/", b"/_cacache/")
"""Caches of package managers: what lies there is installed nowhere."""

BUILD_TOOLS = (b"usr/local/go/", b"usr/lib/gcc/", b"usr/libexec/gcc/", b"usr/lib/git-core/")
"""Directories whose ELF files no program of the image is linked to: their facts are read only when asked for."""

SECRETS = (
    *(b"/.env", b".pem", b".key", b".p12", b".pfx", b".jks", b".keystore"),
    *(b"/id_rsa", b"/id_dsa", b"/id_ecdsa", b"/id_ed25519", b"/.git-credentials", b"/.netrc", b"/_netrc"),
    *(b"/.npmrc", b"/.yarnrc.yml", b"/.pypirc", b"/pip.conf", b"/.cargo/credentials", b"/.cargo/credentials.toml"),
    *(b"/.m2/settings.xml", b"/.gem/credentials", b"/.composer/auth.json", b"/composer/auth.json"),
    *(b"/.aws/credentials", b"/.kube/config", b"/.docker/config.json", b"/.dockercfg", b"/.config/gh/hosts.yml"),
    *(b"/application_default_credentials.json", b"/.vault-token", b"/.pgpass"),
)
"""How absolute paths of files end that may hold credentials: of compressed layers' an outline is kept."""

SECRETS_INSIDE = (b"/.env.", b"/.ssh/")
"""What the absolute paths of other such files have in them."""

SECRET_TAILS = frozenset(ending[-4:] for ending in SECRETS)
"""The last four bytes of :data:`SECRETS`: most files are passed over by them alone."""


_SHORT = 2
"""Letters of a name that many paths end in."""

_PACKAGE_RECORDS = b"dpkg/status.d/"
_NAMED_TAILS = SECRET_TAILS.union(
    *({name[-4:] for name in names} for names in (*NAMES.values(), RPM_NAMES)),
    (ending[-4:] for endings in SUFFIXES.values() for ending in endings),
)
"""The last four bytes of what is wanted by its name or ending in some directory; all of :data:`_PACKAGE_RECORDS` is."""


def may_hold_secrets(path: bytes) -> bool:
    """Whether a file of that path, without its leading slash, is judged by its content."""
    if path[-4:] in SECRET_TAILS and (b"/" + path).endswith(SECRETS):
        return True
    return any((b"/" + path).find(part) >= 0 for part in SECRETS_INSIDE)


def which_may_hold_secrets(paths: Sequence[bytes]) -> list[int]:
    """The positions of all such paths: as :func:`may_hold_secrets`, for many."""
    found = list(compress(range(len(paths)), map(SECRET_TAILS.__contains__, map(itemgetter(slice(-4, None)), paths))))
    found = [position for position in found if (b"/" + paths[position]).endswith(SECRETS)]
    everything = b"\0/".join((b"", *paths))
    if any(everything.find(part) >= 0 for part in SECRETS_INSIDE):
        return sorted({*found, *(position for position, path in enumerate(paths) if may_hold_secrets(path))})
    return found


def is_record(path: bytes) -> bool:
    """Whether a file of that path, without its leading slash, tells of libraries or of a project that uses some."""
    if path[-4:] not in _RECORD_TAILS or not (b"/" + path).endswith(RECORDS):
        return False
    if path.endswith((b".json", b".gemspec")) and _PLACED_RECORD.fullmatch(path) is None:
        return path.rpartition(b"/")[2] == b"package.json" and b"node_modules/" not in path
    return not any((b"/" + path).find(place) >= 0 for place in _REPOSITORIES)


class Picks(Struct, frozen=True):
    """``programs`` are last components of what the config starts: the scripts among them are kept, wherever they lie."""

    programs: frozenset[bytes] = frozenset()

    @classmethod
    def of_commands(cls, *commands: tuple[str, ...]) -> "Picks":
        """The picks for an image that is started by these argument lists (ENTRYPOINT, CMD, HEALTHCHECK)."""
        words = " ".join(word for command in commands for word in command).split()
        names = {word.strip("\"';&|()").rpartition("/")[2] for word in words}
        return cls(frozenset(path_bytes(name) for name in names if name))

    def wants(self, path: bytes, size: int) -> bool:
        """Whether the content of this file is kept, told by its path and size alone."""
        directory, _, name = path.rpartition(b"/")
        if name in NAMES.get(directory, ()) or (directory in SUFFIXES and name.endswith(SUFFIXES[directory])):
            return size <= PICKED_FILE_BYTES
        if directory in RPM_DIRECTORIES and name in RPM_NAMES:
            return size <= RPM_DATABASE_BYTES
        return is_record(path) and size <= (JAR_FILE_BYTES if name.endswith(b".jar") else PICKED_FILE_BYTES)

    def sieve(self) -> Callable[[Sequence[bytes]], list[int]]:
        """Finds the positions of names, as tar headers have them, whose files may be picked, hold secrets or be shared
        libraries: quick, and never one too few."""
        tails, short = _NAMED_TAILS | self._tails(), tuple(b"/" + name for name in self.programs if len(name) <= _SHORT)

        def possible(names: Sequence[bytes]) -> list[int]:
            found = []
            for position, field in enumerate(names):
                end = field.find(0)
                path = field[:end] if end >= 0 else field
                hidden = path.find(b"/.") >= 0 or (path[:1] == b"." and path[:2] != b"./")
                placed = path.find(b".so") >= 0 or path.find(_PACKAGE_RECORDS) >= 0
                if path[-4:] in tails or hidden or placed or (short and (b"/" + path).endswith(short)):
                    found.append(position)
            return found

        return possible

    def packed_tails(self) -> bytes:
        """The four bytes that such names end in, as :data:`layerscope.layers.scan.scan` takes them."""
        tails = (tail for tail in _NAMED_TAILS | self._tails() if len(tail) == 4)
        return array("I", sorted(int.from_bytes(tail, sys.byteorder) for tail in tails)).tobytes()

    def _tails(self) -> frozenset[bytes]:
        """The last four bytes of records of libraries, and of programs whose names are not too short for it."""
        names = (name for name in self.programs if len(name) > _SHORT)
        return _RECORD_TAILS.union(*({name[-4:], (b"/" + name)[-4:]} for name in names))

    def candidates(self, paths: Sequence[bytes], parents: Sequence[int], directories: Sequence[bytes]) -> list[int]:
        """The positions of paths that may be picked, in a layer's columns; ``wants`` and the content decide on each.

        A program's name of one or two letters is not looked for.
        """
        wanted = {number for number, directory in enumerate(directories) if directory in _DIRECTORIES}
        tails = self._tails()
        by_tail = map(tails.__contains__, map(itemgetter(slice(-4, None)), paths))
        by_directory = map(wanted.__contains__, parents)
        return list(compress(range(len(paths)), map(or_, by_tail, by_directory)))
