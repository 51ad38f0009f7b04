"""Which files' contents are picked up in the one pass over a layer, because later rooms read them."""

from dataclasses import dataclass

NAMES_IN = {
    b"etc": frozenset(
        (b"os-release", b"passwd", b"group", b"ld.so.conf", b"debian_version", b"alpine-release", b"nsswitch.conf")
    ),
    b"usr/lib": frozenset((b"os-release",)),
    b"var/lib/dpkg": frozenset((b"status", b"diversions")),
    b"usr/local/go": frozenset((b"VERSION",)),
}
SUFFIXES_IN = {
    b"var/lib/dpkg/info": (b".list",),
    b"var/lib/dpkg/status.d": (b"",),
    b"lib/apk/db": (b"installed",),
    b"usr/lib/apk/db": (b"installed",),
    b"etc/ld.so.conf.d": (b".conf",),
}
LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picks:
    """``names`` are last components that are wanted wherever they lie: what the config's entrypoint and command start."""

    names: frozenset[bytes] = frozenset()

    def wanted_in(self, directory: bytes) -> tuple[frozenset[bytes], tuple[bytes, ...]]:
        """The names and suffixes that are wanted among the files of ``directory``."""
        return NAMES_IN.get(directory, frozenset()) | self.names, SUFFIXES_IN.get(directory, ())
