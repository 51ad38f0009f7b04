"""Names of images in registries: ``alpine``, ``ghcr.io/org/app:1.2``, ``127.0.0.1:5000/app@sha256:…``."""

import re
from typing import NamedTuple

from layerscope.core.errors import UsageError
from layerscope.core.names import printable
from layerscope.sources.manifest import well_formed

HUB = "docker.io"
_HUB_NAMES = ("docker.io", "index.docker.io", "registry-1.docker.io")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?")
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


class ImageName(NamedTuple):
    """An image in a registry. ``host`` is the registry as people write it, with its port; ``digest`` is "" where only the
    ``tag`` says which image is meant."""

    host: str
    repository: str
    tag: str
    digest: str

    @property
    def reference(self) -> str:
        """What asks the registry for it: the digest, else the tag."""
        return self.digest or self.tag

    def __str__(self) -> str:
        return f"{self.host}/{self.repository}" + (f"@{self.digest}" if self.digest else f":{self.tag}")


def parse_name(text: str) -> ImageName:
    """Takes a name apart as engines do: without a host it is Docker Hub's, without a tag ``latest``.

    Raises :class:`UsageError` for what no registry could have.
    """
    rest, at, digest = text.partition("@")
    host, slash, path = rest.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, path = HUB, rest
    if host in _HUB_NAMES:
        host = HUB
    before, _, last = path.rpartition("/")
    last, colon, tag = last.partition(":")
    repository = f"{before}/{last}" if before else last
    if host == HUB and "/" not in repository:
        repository = f"library/{repository}"
    well = _HOST.fullmatch(host) and _REPOSITORY.fullmatch(repository) and len(repository) < 256
    port = host.rpartition("]")[2].partition(":")[2]
    if (
        not well
        or (port and not 0 < int(port) < 65536)
        or (colon and not _TAG.fullmatch(tag))
        or (at and not well_formed(digest))
    ):
        raise UsageError(f"{printable(text)!r} is no name of an image in a registry", "for example ghcr.io/org/app:1.2")
    return ImageName(host, repository, tag or "latest", digest)
