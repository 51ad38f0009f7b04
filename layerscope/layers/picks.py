"""Which files' contents are picked up in the one pass over a layer, because later rooms read them."""

from msgspec import Struct

from layerscope.limits import PICKED_FILE_BYTES

NAMES = {
    b"etc": frozenset(
        (b"os-release", b"passwd", b"group", b"ld.so.conf", b"debian_version", b"alpine-release", b"nsswitch.conf")
    ),
    b"usr/lib": frozenset((b"os-release",)),
    b"var/lib/dpkg": frozenset((b"status", b"diversions")),
    b"lib/apk/db": frozenset((b"installed",)),
    b"usr/lib/apk/db": frozenset((b"installed",)),
    b"usr/local/go": frozenset((b"VERSION",)),
}
"""Last components that are wanted in a directory."""

SUFFIXES = {
    b"var/lib/dpkg/info": (b".list",),
    b"var/lib/dpkg/status.d": (b"",),
    b"etc/ld.so.conf.d": (b".conf",),
}
"""Endings of names that are wanted in a directory."""

BUILD_TOOLS = (b"usr/local/go/", b"usr/lib/gcc/", b"usr/libexec/gcc/", b"usr/lib/git-core/")
"""Directories whose ELF files no program of the image is linked to: their facts are read only when asked for."""


class Picks(Struct, frozen=True):
    """``programs`` are last components of what the config starts: the scripts among them are kept, wherever they lie."""

    programs: frozenset[bytes] = frozenset()

    @classmethod
    def of_commands(cls, *commands: tuple[str, ...]) -> "Picks":
        """The picks for an image that is started by these argument lists (ENTRYPOINT, CMD, HEALTHCHECK)."""
        words = " ".join(word for command in commands for word in command).split()
        names = (word.strip("\"';&|()").rpartition("/")[2].encode("utf-8", "surrogateescape") for word in words)
        return cls(frozenset(name for name in names if name))

    def has(self, directory: bytes) -> bool:
        """Whether files directly in this directory are picked by name."""
        return directory in NAMES or directory in SUFFIXES

    def wants(self, path: bytes, size: int) -> bool:
        """Whether the content of this file is kept whole."""
        directory, _, name = path.rpartition(b"/")
        return size <= PICKED_FILE_BYTES and (
            name in NAMES.get(directory, ()) or (directory in SUFFIXES and name.endswith(SUFFIXES[directory]))
        )
