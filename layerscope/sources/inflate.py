"""An archive that is compressed as a whole, inflated once to a temporary file without a name."""

from layerscope.errors import ImageError, LimitError
from layerscope.sources.blobs import MappedFile
from layerscope.sources.compression import inflate
from layerscope.sources.image import Progress
from layerscope.sources.spool import Spool


def inflate_to_file(file: MappedFile, how: str, progress: Progress | None = None) -> tuple[MappedFile, str]:
    """``file`` inflated, and why it is incomplete: "" when it is whole. What came before the damage is kept."""
    problem = ""
    with Spool(f"{file.name} without its compression") as spool:
        try:
            for piece in inflate(file.view(), how):
                spool.write(piece)
                if progress:
                    progress(f"inflating {file.name}", spool.size, None)
        except LimitError as error:
            raise LimitError(f"{file.name}: {error}") from error
        except ImageError as error:
            problem = f"{file.name}: {error}"
        return spool.mapped(file.name), problem
