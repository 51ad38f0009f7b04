"""Compressed stretches of files, inflated from one end to the other; and archives that are compressed as a whole."""

from collections.abc import Iterator

from layerscope.core.errors import ImageError, LimitError
from layerscope.sources.bytes.blobs import WINDOW, Blob, MappedFile
from layerscope.sources.bytes.compression import Used, ignore, inflate
from layerscope.sources.bytes.spool import Spool
from layerscope.sources.image import Progress


def inflate_blob(blob: Blob, used: Used | None = None) -> Iterator[memoryview]:
    """What is inside ``blob``, as :func:`inflate` gives it; stored bytes that were read leave this process's memory."""
    since = 0
    try:
        for piece in inflate(blob.view(), blob.form, used or ignore):
            yield piece
            since += len(piece)
            if since >= WINDOW:
                blob.file.forget(blob.offset, blob.size)
                since = 0
    finally:
        blob.file.forget(blob.offset, blob.size)


def inflate_to_file(file: MappedFile, progress: Progress) -> tuple[MappedFile, str]:
    """``file`` inflated once to a temporary file without a name, and why it is incomplete: "" when it is whole. What came
    before the damage is kept."""
    problem = ""
    with Spool(f"{file.name} without its compression") as spool:
        try:
            for piece in inflate_blob(Blob.of_mapped(file)):
                spool.write(piece)
                progress(f"inflating {file.name}", spool.size, None)
        except LimitError as error:
            raise LimitError(f"{file.name}: {error}") from error
        except ImageError as error:
            problem = f"{file.name}: {error}"
        return spool.mapped(file.name), problem
