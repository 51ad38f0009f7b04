"""Which texts are names of images: the grammar of distribution/reference, as far as all engines agree on it."""

import re

from layerscope.core.expressions import expression

_HOST = r"(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|[a-z0-9-]+(?:\.[a-z0-9-]+)*(?=:\d))(?::\d{1,5})?"
_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_NAME = expression(
    rf"(?:{_HOST}/)?(?P<path>{_PART}(?:/{_PART})*)(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?\Z",
    re.ASCII,
)
_IDENTITY = expression(r"[0-9a-f]{64}\Z")
_LONGEST = 512


def is_image_name(text: str) -> bool:
    """Whether every engine takes the text as an image's name, with or without a tag and a digest, and as nothing else."""
    found = _NAME.match(text) if len(text) <= _LONGEST else None
    return found is not None and not _IDENTITY.match(found["path"])
