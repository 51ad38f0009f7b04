"""Where images come from: references, and one way in for every transport."""

import os

from layerscope.core.errors import ImageNotFound, SourceError
from layerscope.core.names import printable
from layerscope.sources.image import Image, Progress, silent
from layerscope.sources.platforms import parse_platform
from layerscope.sources.reference import ENGINES, Reference, parse_reference

__all__ = ["open_image"]


def open_image(
    reference: str,
    *,
    platform: str | None = None,
    pull: bool = False,
    fetch: bool = True,
    progress: Progress | None = None,
) -> Image:
    """Opens the image that ``reference`` names (containers-transports(5)): its config, its history and its layers, which stay
    as they are stored until they are read.

    A name without a transport is a path that exists, else what a local engine has, else what its registry has.
    ``platform`` is ``os/architecture[/variant]``; without it, this machine's where there is a choice. With ``pull`` an engine
    that lacks the image fetches it; without ``fetch`` a registry is not asked for what an engine answers that it lacks.
    ``progress`` is called now and then, and may raise to cancel.

    Raises :class:`UsageError` for a reference that cannot be meant, :class:`ImageError` for
    an image that cannot be read or a directory without one, :class:`SourceError` for a source that cannot be
    reached, its :class:`ImageNotFound` for an engine and :class:`NotInRegistry` for a
    registry that has no such image. What is damaged only in part is opened, with ``problems``.
    """

    wanted = parse_reference(reference, parse_platform(platform) if platform else None)
    report = progress or silent
    if wanted.transport == "local":
        return _open_by_name(wanted, pull, fetch, report)
    if wanted.transport in ENGINES:
        from layerscope.sources.engine.images import open_from_engine

        return open_from_engine(wanted, pull, report)
    if wanted.transport == "docker":
        from layerscope.sources.registry.opening import open_from_registry

        return open_from_registry(wanted, report)
    from layerscope.sources.files.open_path import open_path

    return open_path(wanted, report)


def _open_by_name(wanted: Reference, pull: bool, fetch: bool, progress: Progress) -> Image:
    """What a local engine has under a name, else what its registry has.

    A directory of that name has no image, so it was passed over so far; where no engine has one either, it was meant itself.
    """
    from layerscope.sources.engine.images import open_from_engine

    try:
        return open_from_engine(wanted, pull, progress)
    except SourceError as error:
        failure = error
    lacking = isinstance(failure, ImageNotFound)
    if lacking and pull:
        raise failure
    if os.path.isdir(wanted.location):  # noqa: PTH112
        from layerscope.sources.files.recognise import no_image_in

        also = f", and no local engine {'has an image of that name' if lacking else 'answers'}"
        raise no_image_in(printable(wanted.location), also) from failure
    if lacking and not fetch:
        raise failure
    return _open_elsewhere(wanted, progress, failure)


def _open_elsewhere(wanted: Reference, progress: Progress, failure: SourceError) -> Image:
    """The image out of its registry, after local engines gave ``failure``."""
    from layerscope.sources.registry.names import could_be_name
    from layerscope.sources.registry.opening import open_from_registry

    if not could_be_name(wanted.location):
        raise failure
    try:
        return open_from_registry(wanted, progress)
    except SourceError as error:
        raise type(failure)(f"{failure}; {error}", failure.hint) from error
