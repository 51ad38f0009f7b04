"""Java archives by what they say of themselves: of megabytes of classes, the few lines that name the library are kept.

Format: PKWARE's APPNOTE.TXT, Oracle's "JAR File Specification", Apache Maven Archiver.
"""

from layerscope.core.expressions import expression

_WANTED = expression(r"META-INF/(?:MANIFEST\.MF|maven/[^/]+/[^/]+/pom\.properties)")
_MEMBERS = 100_000
_PARTS = 500
_PART_BYTES = 256 * 1024


def damaged_archive() -> tuple[type[Exception], ...]:
    """What :mod:`zipfile` raises for archives that are damaged, encrypted, or packed in a way that it does not know."""
    from zipfile import BadZipFile
    from zlib import error

    return BadZipFile, KeyError, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, OverflowError, error


def jar_names(content: bytes) -> bytes:
    """An archive with just the manifest and Maven's coordinates of ``content``; b"" when that is no archive."""
    from io import BytesIO
    from zipfile import ZipFile

    reduced = BytesIO()
    try:
        with ZipFile(BytesIO(content)) as archive, ZipFile(reduced, "w") as kept:
            for member in [member for member in archive.infolist()[:_MEMBERS] if _WANTED.fullmatch(member.filename)][:_PARTS]:
                with archive.open(member) as part:
                    kept.writestr(member.filename, part.read(_PART_BYTES))
    except damaged_archive():
        return b""
    return reduced.getvalue()
