"""What a plan delivers: COPY lines, and what the prepared stage puts together before it is copied."""

from msgspec import Struct


class Copy(Struct, frozen=True):
    """One COPY --from: absolute paths as bytes, without escapes; ``size`` is the bytes that it brings.

    ``owner`` is ``uid:gid`` where the copy has to say it (a directory made for a user), "" where files keep their own.
    """

    source: bytes
    target: bytes
    size: int
    because: str
    owner: str = ""


class Directory(Struct, frozen=True):
    """A directory that is made in the new image: ``mode`` are its permission bits, ``owner`` its user and group."""

    path: bytes
    mode: int
    owner: tuple[int, int]
    because: str

    @property
    def plain(self) -> bool:
        """Whether any builder makes it like this by itself."""
        return self.mode == 0o755 and self.owner == (0, 0)


class Root(Struct, frozen=True):
    """What the prepared stage puts together in the directory ``place`` before it is copied: the image's own ``paths`` as they
    are (links, hard links), and ``directories``."""

    place: bytes
    paths: tuple[bytes, ...] = ()
    directories: tuple[Directory, ...] = ()

    @property
    def target(self) -> bytes:
        """The absolute path of the directory that it is copied to, with a slash at its end."""
        return b"/".join((b"", *self.place.split(b"-")[1:], b""))

    @property
    def source(self) -> bytes:
        """The absolute path of the directory that is copied, with a slash at its end."""
        return b"/" + self.place + self.target
