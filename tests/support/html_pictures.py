"""Pictures of the HTML reports. A browser's fonts differ from machine to machine, so they are not compared byte for byte: each
remembers the hash of the page that it was made from, and is stale when the page is another one.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from layerscope import __version__
from layerscope.analysis import Analysis
from layerscope.comparison.compare import compare
from layerscope.report.html import pair, single
from tests.support.comparisons import demo

WIDTH, HEIGHT = 1280, 1440
"""The first screens, in pixels."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"Comment\0"


def pages(fat: Analysis) -> dict[str, str]:
    """The pages by the names of their pictures."""
    makers: dict[str, Callable[[], str]] = {
        "report": lambda: single.render(fat),
        "comparison": lambda: pair.render(compare(fat, demo("lean"))),
    }
    return {name: make() for name, make in makers.items()}


def stale(found: dict[str, str], folder: Path) -> list[str]:
    """The file names of pictures that are missing or show another page."""
    names = [f"{name}.png" for name, page in found.items() if remembered(folder / f"{name}.png") != fingerprint(page)]
    return names + sorted(path.name for path in folder.glob("*.png") if path.stem not in found)


def draw(found: dict[str, str], folder: Path) -> list[str]:
    """Makes the stale pictures anew, in Chromium; their file names."""
    from tests.support.browser import browser, picture

    names = stale(found, folder)
    with TemporaryDirectory() as place, browser() as driver:
        for name in names:
            target, page = folder / name, Path(place) / f"{Path(name).stem}.html"
            if target.stem not in found:
                target.unlink()
                continue
            page.write_text(found[target.stem], "utf-8")
            target.write_bytes(with_comment(picture(driver, page, WIDTH, height=HEIGHT), fingerprint(found[target.stem])))
    return names


def fingerprint(page: str) -> str:
    """The hash of a page, but for the version of layerscope in it."""
    return "sha256:" + hashlib.sha256(page.replace(f"layerscope {__version__}", "layerscope").encode()).hexdigest()


def with_comment(png: bytes, text: str) -> bytes:
    """The picture with a comment (PNG, §11.3.3.2 tEXt) before its data."""
    assert png.startswith(_SIGNATURE)
    head_end = len(_SIGNATURE) + 25  # the IHDR chunk: length, type, 13 bytes, checksum
    body = b"tEXt" + _KEYWORD + text.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:head_end] + chunk + png[head_end:]


def remembered(path: Path) -> str:
    """The comment in a picture, "" when it or the picture is not there."""
    head = path.read_bytes()[:200] if path.exists() else b""
    _, there, rest = head.partition(b"tEXt" + _KEYWORD)
    return rest[: len("sha256:") + 64].decode("ascii", "replace") if there else ""
