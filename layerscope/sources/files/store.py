"""Where the files of an image lie: in a tar, or in a directory. Both find them by name."""

import os
import stat
from pathlib import Path
from typing import Protocol

from layerscope.core.errors import ImageError
from layerscope.core.names import printable
from layerscope.sources.bytes.blobs import Blob, MappedFile
from layerscope.sources.files.outer_tar import Members, normalised


class Store(Protocol):
    """Finds the files of an image. ``where`` names it in messages."""

    @property
    def where(self) -> str: ...

    def find(self, name: str) -> Blob | None:
        """The file of that name, through links; None when there is none."""


class TarStore:
    """The members of a tar, and what went wrong while they were listed."""

    __slots__ = ("members", "where")

    def __init__(self, members: Members, where: str) -> None:
        self.members = members
        self.where = where

    def find(self, name: str) -> Blob | None:
        """The member of that name."""
        return self.members.find(name)


class FolderStore:
    """The files below a directory. Links are followed wherever they lead: layouts are kept together with them."""

    __slots__ = ("_root", "where")

    def __init__(self, root: Path) -> None:
        self._root = root
        self.where = printable(os.fsencode(root))

    def find(self, name: str) -> Blob | None:
        """The regular file of that name; :class:`ImageError` when it is there and cannot be opened."""
        path = self._root / normalised(name)
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                return None
            return Blob.of_mapped(MappedFile.open(path), printable(name))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ImageError(f"{printable(os.fsencode(path))} cannot be read: {reason}") from error
