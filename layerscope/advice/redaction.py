"""Credentials in the configuration and the history of an image, masked before anything else reads them.

Builders record ENV, build arguments and the text of every instruction as they are. :func:`redacted` is the one place where
that is undone: what comes after it (instructions, reports, the recommended Dockerfile, the terminal app) only ever sees
``NAME=•••``.
"""

from collections.abc import Iterator
from itertools import chain

from layerscope.advice.model import Leak
from layerscope.advice.rules import document
from layerscope.sources.image import Image


def redacted(image: Image) -> tuple[Image, tuple[Leak, ...]]:
    """The image with the credentials in its configuration, history and annotations masked, and where they were."""
    texts = tuple(_texts(image))
    if not _may_hold_credentials("\n".join(texts)):
        return image, ()
    from layerscope.advice.masking import masked  # its patterns take milliseconds to compile, and most images need none

    return masked(image, texts)


def _may_hold_credentials(text: str) -> bool:
    """Whether one of the names or beginnings occurs that every credential has; if not, nothing has to be searched."""
    known = document("secrets.toml")
    plain = text.upper().replace("-", "_").replace(".", "_")
    return (
        any(name.strip("*") in plain for name in known["names"]["secret"])
        or any(part in text for token in known["token"] for part in token["has"])
        or ("://" in text and "@" in text)
        or ("curl" in text and "-u" in text)
    )


def _texts(image: Image) -> Iterator[str]:
    """Every text of an image that may hold a credential."""
    config = image.config
    yield from (f"ENV {entry}" for entry in config.env)
    yield from (entry.created_by for entry in config.history)
    yield from (f"LABEL {name}={text}" for name, text in config.labels.items())
    yield from chain(config.entrypoint, config.cmd, config.healthcheck.test if config.healthcheck else ())
