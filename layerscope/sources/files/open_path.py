"""Images that are files or directories: recognised by content, opened by what they are."""

from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.sources.bytes.blobs import MappedFile
from layerscope.sources.files.directory import open_directory
from layerscope.sources.files.docker_archive import open_docker_archive
from layerscope.sources.files.oci_layout import open_layout
from layerscope.sources.files.recognise import Content, recognise, recognise_file
from layerscope.sources.image import Image, Platform, Progress
from layerscope.sources.problems import told
from layerscope.sources.reference import Reference

_OPENERS = {
    "docker-archive": open_docker_archive,
    "oci-archive": open_layout,
    "oci": open_layout,
    "dir": open_directory,
}


def open_path(reference: Reference, platform: Platform | None, progress: Progress | None = None) -> Image:
    """The image at the reference's path; :class:`ImageError` when its content is not what the transport says."""
    content = recognise(reference.location, progress)
    return _open(content, _kind(content, reference.transport), reference, platform)


def open_saved(file: MappedFile, reference: Reference, source: str, platform: Platform | None) -> Image:
    """The image in an archive that an engine saved; ``source`` is the engine's transport."""
    content = recognise_file(file)
    return replace(_open(content, content.kinds[0], reference, platform), source=source)


def _kind(content: Content, transport: str) -> str:
    if transport == "path":
        return content.kinds[0]
    if transport not in content.kinds:
        found = " and ".join(content.kinds)
        raise ImageError(f"{content.store.where} is no {transport}: it is {found}", f"write {content.kinds[0]}: before it")
    return transport


def _open(content: Content, kind: str, reference: Reference, platform: Platform | None) -> Image:
    image = _OPENERS[kind](content.store, kind, reference, platform)
    return replace(image, problems=told((*content.problems, *image.problems)))
