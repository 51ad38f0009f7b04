"""Names of images in registries: ``alpine``, ``ghcr.io/org/app:1.2``, ``127.0.0.1:5000/app@sha256:…``."""

import re
from typing import NamedTuple

from layerscope.core.errors import UsageError
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.sources.manifest import well_formed

HUB = "docker.io"
_HUB_NAMES = ("docker.io", "index.docker.io", "registry-1.docker.io")
_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_NAME = expression(
    r"(?:(?=[^/]*[.:]|localhost/)"  # what looks like a host is none of a repository's parts
    r"(?P<host>(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::(?P<port>[0-9]{1,5}))?)/|(?![^/]*[.:][^/]*/|localhost/))"
    rf"(?P<repository>{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>.+))?"
)


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
    name = _parse(text)
    if name is None:
        raise UsageError(f"{printable(text)!r} is not the name of an image in a registry", "for example ghcr.io/org/app:1.2")
    return name


def could_be_name(text: str) -> bool:
    """Whether a registry could have an image of that name."""
    return _parse(text) is not None


def _parse(text: str) -> ImageName | None:
    found = _NAME.fullmatch(text)
    if found is None or not _is_possible(found):
        return None
    host = HUB if found["host"] in (None, *_HUB_NAMES) else found["host"]
    repository = f"library/{found['repository']}" if host == HUB and "/" not in found["repository"] else found["repository"]
    return ImageName(host, repository, found["tag"] or "latest", found["digest"] or "") if len(repository) < 256 else None


def _is_possible(found: re.Match[str]) -> bool:
    return 0 < int(found["port"] or 1) < 65536 and (found["digest"] is None or well_formed(found["digest"]))
