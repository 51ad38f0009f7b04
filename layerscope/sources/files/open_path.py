"""Images that are files or directories: recognised by content, opened by what they are."""

from msgspec.structs import replace

from layerscope.core.errors import ImageError
from layerscope.sources.bytes.blobs import MappedFile
from layerscope.sources.files.directory import open_directory
from layerscope.sources.files.docker_archive import open_docker_archive
from layerscope.sources.files.oci_layout import open_layout
from layerscope.sources.files.recognise import Content, recognise, recognise_file
from layerscope.sources.image import Image, Progress, distinct, silent
from layerscope.sources.reference import Reference

_OPENERS = {
    "docker-archive": open_docker_archive,
    "oci-archive": open_layout,
    "oci": open_layout,
    "dir": open_directory,
}


def open_path(reference: Reference, progress: Progress = silent) -> Image:
    """The image at the reference's path; :class:`ImageError` when its content is not what the transport says."""
    content = recognise(reference.location, progress)
    transport = content.kinds[0] if reference.transport == "path" else reference.transport
    if transport not in content.kinds:
        found = " and ".join(content.kinds)
        raise ImageError(f"{content.store.where} is not {transport}: it is {found}", f"write {content.kinds[0]}: before it")
    return _open(content, transport, reference)


def open_saved(file: MappedFile, reference: Reference) -> Image:
    """The image in an archive that the engine of the reference saved."""
    content = recognise_file(file)
    return replace(_open(content, content.kinds[0], reference), source=reference.transport)


def _open(content: Content, kind: str, reference: Reference) -> Image:
    image = _OPENERS[kind](content.store, kind, reference)
    return replace(image, problems=distinct(filter(None, (content.problem, *image.problems))))
