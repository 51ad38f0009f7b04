"""What of mapped files is in this process's memory."""

import sys
from pathlib import Path

import pytest

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which mapped pages are in memory")


def resident(inode: int) -> int:
    """Bytes of the mapped file with that inode that are in this process's memory."""
    found, counting = 0, False
    for line in Path("/proc/self/smaps").read_text(errors="replace").splitlines():
        first, *rest = line.split(maxsplit=5)
        if not first.endswith(":"):
            counting = rest[3] == str(inode)
        elif counting and first == "Rss:":
            found += int(rest[0]) * 1024
    return found
