"""An opened image: what every transport gives, and the later rooms read."""

from collections.abc import Callable, Iterable

from msgspec import Struct, field

from layerscope.sources.bytes.blobs import Blob

Progress = Callable[[str, int, int | None], None]
"""``progress(what, done, total)``: called now and then; raises :class:`Cancelled` to stop the work."""

_MOST_PROBLEMS = 50


def silent(_: str, __: int, ___: int | None) -> None:
    """A :data:`Progress` that shows nothing."""


def distinct(problems: Iterable[str]) -> tuple[str, ...]:
    """Each problem once, and the first ones when there are very many."""
    found = tuple(dict.fromkeys(problems))
    if len(found) <= _MOST_PROBLEMS:
        return found
    return (*found[:_MOST_PROBLEMS], f"and {len(found) - _MOST_PROBLEMS:,} more problems like these")


class Platform(Struct, frozen=True):
    """``os/architecture[/variant]`` as in the OCI image specification."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class HistoryEntry(Struct, frozen=True):
    """One entry of the config's ``history``, as found."""

    created_by: str = ""
    comment: str = ""
    author: str = ""
    created: str = ""
    empty_layer: bool = False


class Healthcheck(Struct, frozen=True, kw_only=True):
    """``HEALTHCHECK``: ``test`` begins with NONE, CMD or CMD-SHELL; durations are nanoseconds, 0 when not given."""

    test: tuple[str, ...]
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    start_interval: int = 0
    retries: int = 0

    @property
    def times(self) -> dict[str, int]:
        """The durations by the names of HEALTHCHECK's options."""
        return {
            "interval": self.interval,
            "timeout": self.timeout,
            "start-period": self.start_period,
            "start-interval": self.start_interval,
        }


class Config(Struct, frozen=True, kw_only=True):
    """The image configuration (OCI image-spec, config.md). Lists keep their order; absent is empty.

    ``on_build`` are instructions that a builder carries out in every stage that starts from the image."""

    platform: Platform
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    working_dir: str = ""
    user: str = ""
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    stop_signal: str = ""
    healthcheck: Healthcheck | None = None
    shell: tuple[str, ...] = ()
    on_build: tuple[str, ...] = ()
    created: str = ""
    diff_ids: tuple[str, ...] = ()
    history: tuple[HistoryEntry, ...] = ()

    def environment(self) -> dict[str, str]:
        """ENV as a mapping; a later entry of the same name wins."""
        return dict(entry.partition("=")[::2] for entry in self.env)


class Layer(Struct, frozen=True, kw_only=True):
    """One layer of an image, lowest first.

    ``blob`` is None when the source does not hold the layer's bytes; ``problem`` then says so. ``digest`` and ``media_type``
    are what the manifest says, None where the source has none that does (docker-archive). ``compressed_size`` is the size of a
    compressed layer in bytes as it is stored, as the manifest says where its bytes are not there, None for one stored plain.
    """

    diff_id: str
    blob: Blob | None
    digest: str | None = None
    media_type: str | None = None
    compressed_size: int | None = None
    problem: str = ""


class Image(Struct, frozen=True, kw_only=True):
    """An image that a transport opened.

    ``reference`` is what the user wrote, ``source`` the transport's name, ``engine_size`` what an engine reports (bytes).
    ``repository_tags`` are the names that the source knows the image by. ``problems`` are parts that could not be read.
    """

    reference: str
    source: str
    config: Config
    layers: tuple[Layer, ...]
    manifest_digest: str | None = None
    config_digest: str | None = None
    repository_tags: tuple[str, ...] = ()
    engine_size: int | None = None
    annotations: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
