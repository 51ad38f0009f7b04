"""Where images come from: references, and one way in for every transport."""

import os
from typing import TYPE_CHECKING

from layerscope.core.errors import ImageError, ImageNotFound, SourceError, UsageError
from layerscope.core.names import printable
from layerscope.sources.image import Image, Platform, Progress

if TYPE_CHECKING:
    from layerscope.sources.reference import Reference

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
    as they are stored until somebody reads them.

    A name without a transport is a path that exists, else what a local engine has, else what its registry has.
    ``platform`` is ``os/architecture[/variant]``; without it, this machine's where there is a choice. With ``pull`` an engine
    that lacks the image fetches it; without ``fetch`` a registry is not asked for what an engine answers that it lacks.
    ``progress`` is called now and then, and may raise to cancel.

    Raises :class:`UsageError` for a reference that cannot be meant, :class:`ImageError` for
    an image that cannot be read or a directory without one, :class:`SourceError` for a source that cannot be
    reached, its :class:`ImageNotFound` for an engine and :class:`NotInRegistry` for a
    registry that has no such image. What is damaged only in part is opened, with ``problems``.
    """
    from layerscope.sources.platforms import parse_platform
    from layerscope.sources.reference import parse_reference

    wanted = parse_platform(platform) if platform else None
    parsed = parse_reference(reference)
    if parsed.transport in ("docker-daemon", "podman", "local"):
        from layerscope.sources.engine.images import open_from_engine

        try:
            return open_from_engine(parsed, wanted, pull=pull, progress=progress)
        except SourceError as error:
            if parsed.transport != "local" or (isinstance(error, ImageNotFound) and pull):
                raise
            if os.path.isdir(parsed.location):  # noqa: PTH112
                raise _only_a_directory(parsed.location, error) from error
            if isinstance(error, ImageNotFound) and not fetch:
                raise
            return _open_elsewhere(parsed, wanted, progress, error)
    if parsed.transport == "docker":
        from layerscope.sources.registry.opening import open_from_registry

        return open_from_registry(parsed, wanted, progress)
    from layerscope.sources.files.open_path import open_path

    return open_path(parsed, wanted, progress)


def _only_a_directory(name: str, error: SourceError) -> ImageError:
    """A directory without an image does not hide an engine's image of its name; where there is none, it was meant itself."""
    from layerscope.sources.files.recognise import no_image_in

    besides = "has an image of that name" if isinstance(error, ImageNotFound) else "answers"
    return no_image_in(printable(name), f", and no local engine {besides}")


def _open_elsewhere(reference: "Reference", platform: Platform | None, progress: Progress | None, before: SourceError) -> Image:
    """The image out of its registry, as no local engine has it; ``before`` is what they said."""
    from layerscope.sources.registry.names import parse_name
    from layerscope.sources.registry.opening import open_from_registry

    try:
        parse_name(reference.location)
    except UsageError:
        raise before from None
    try:
        return open_from_registry(reference, platform, progress)
    except SourceError as error:
        raise type(before)(f"{before}; {error}", before.hint) from error
