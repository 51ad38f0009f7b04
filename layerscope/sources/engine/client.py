"""One container engine behind the Docker Engine API: Docker's own, or podman, which answers the same API.

The docker SDK is imported when an engine is first asked, never with this module.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import to_builtins

from layerscope.core.errors import ImageNotFound, LayerscopeError, SourceError, UsageError
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.core.work import waited
from layerscope.sources.engine.contexts import context_settings
from layerscope.sources.image import Platform, Progress
from layerscope.sources.json_fields import Fields
from layerscope.sources.registry.origins import Place, place_of

ANSWER_SECONDS = 60
"""How long an engine may think about a question."""

PREPARE_SECONDS = 6 * 3600
"""How long it may stay silent while it prepares a save, or between two pieces of it."""

_PIECE = 2 * 1024 * 1024
_NAME = expression(r"[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,1023}")
_PLATFORM_SINCE = (1, 48)
_UNREACHABLE = {
    FileNotFoundError: ("there is no such socket", "start {}"),
    ConnectionRefusedError: ("nothing listens there", "start {}"),
    PermissionError: ("permission denied", "run it as a member of the docker group"),
}
"""Why an engine cannot be reached, and what to try."""


class Engine:
    """A connection to one engine. ``transport`` is ``docker-daemon`` or ``podman``, ``endpoint`` where it listens.

    ``anonymous`` keeps the user's credentials for registries, with which an engine pulls, from it.
    """

    def __init__(self, transport: str, endpoint: str, api: Any, anonymous: bool = False) -> None:
        self.transport = transport
        self.endpoint = endpoint
        self._api = api
        self._anonymous = anonymous

    @property
    def shown(self) -> str:
        """The engine and its endpoint, for messages."""
        return f"{'podman' if self.transport == 'podman' else 'docker'} at {printable(self.endpoint)}"

    @property
    def client(self) -> Any:
        """The SDK's low-level client, for running containers."""
        return self._api

    @property
    def chooses_platforms(self) -> bool:
        """Whether a save can be asked for one platform of several: API 1.48, and not podman, which ignores it."""
        version = tuple(int(part) for part in str(self._api.api_version).split(".") if part.isdecimal())
        return self.transport != "podman" and version >= _PLATFORM_SINCE

    def close(self) -> None:
        """Closes the connections."""
        self._api.close()

    def images(self) -> list[dict[str, Any]]:
        """The engine's images, as its API lists them."""
        with self._translate_errors("list its images"):
            return [image for image in self._api.images() if isinstance(image, dict)]

    def inspect(self, name: str) -> dict[str, Any]:
        """What the engine says about an image. Raises :class:`ImageNotFound` when it lacks it."""
        if not _NAME.fullmatch(name):
            raise UsageError(f"{printable(name)!r} is neither an image name nor a path that exists", "for example alpine:3.19")
        from docker.errors import NotFound

        try:
            with self._translate_errors(f"inspect {name}"):
                return dict(self._api.inspect_image(name))
        except NotFound:
            raise ImageNotFound(f"{self.shown} has no image {name}", "add --pull, or check the name") from None

    def pull(self, name: str, platform: Platform | None, progress: Progress) -> None:
        """Lets the engine pull an image; ``progress`` sums the bytes over its layers."""
        from docker.errors import NotFound

        arguments: dict[str, Any] = {"platform": str(platform)} if platform else {}
        if self._anonymous:
            arguments["auth_config"] = {}
        hint = "no credentials go to it without TLS; use ssh:// or TLS" if self._anonymous else "check the name"
        layers: dict[str, tuple[int, int]] = {}
        try:
            with self._translate_errors(f"pull {name}"):
                for event in self._api.pull(name, stream=True, decode=True, **arguments):
                    if message := event.get("error"):
                        raise SourceError(f"{self.shown} could not pull {name}: {printable(str(message))}", hint)
                    _add(layers, Fields(event, "", []))
                    done, total = map(sum, zip((0, 0), *layers.values(), strict=True))
                    progress(f"pulling {name}", done, total or None)
        except NotFound as error:
            raise ImageNotFound(f"{self.shown} could not pull {name}: {_reason(error)}", hint) from None

    def save(self, image: str, platform: Platform | None, progress: Progress, total: int | None) -> Iterator[bytes]:
        """The pieces of the archive that the engine saves of an image. ``total`` is about how many bytes it will have."""
        parameters = {"platform": json.dumps(_as_json(platform))} if platform else None
        url = self._api._url("/images/{0}/get", image)
        limits = (ANSWER_SECONDS, PREPARE_SECONDS)
        what = f"saving from {self.transport}"
        with self._translate_errors("save the image"):
            response = waited(
                lambda: self._api._get(url, params=parameters, stream=True, timeout=limits),
                lambda: progress(f"{what}: the engine is preparing", 0, total),
            )
            with response:
                self._api._raise_for_status(response)
                done = reported = 0
                for piece in response.iter_content(_PIECE, decode_unicode=False):
                    yield piece
                    done += len(piece)
                    if done - reported >= _PIECE:
                        reported = done
                        progress(what, done, max(total, done) if total else None)

    @contextmanager
    def asked(self, doing: str) -> Iterator[None]:
        """Turns every error of the SDK into a :class:`SourceError` that says what the engine could not do."""
        from docker.errors import NotFound

        try:
            with self._translate_errors(doing):
                yield
        except NotFound as error:
            raise self._failure(doing, error) from error

    @contextmanager
    def _translate_errors(self, doing: str) -> Iterator[None]:
        """As :meth:`asked`, but leaves a NotFound to the caller, who knows what was not found."""
        from docker.errors import DockerException, NotFound
        from requests.exceptions import RequestException
        from urllib3.exceptions import HTTPError

        try:
            yield
        except (LayerscopeError, NotFound):
            raise
        except (DockerException, RequestException, HTTPError, OSError, ValueError) as error:
            raise self._failure(doing, error) from error

    def _failure(self, doing: str, error: Exception) -> SourceError:
        return SourceError(f"{self.shown} could not {doing}: {_reason(error)}", "see the engine's log, or try again")


def engine_errors() -> tuple[type[Exception], ...]:
    """What :attr:`Engine.client` raises when the engine refuses something."""
    from docker.errors import APIError

    return (APIError,)


def connect(transport: str) -> Engine:
    """The engine of a transport: ``docker-daemon`` where DOCKER_HOST or the docker context says, ``podman`` at its socket.

    Raises :class:`SourceError` when none answers there.
    """
    settings = _podman_settings() if transport == "podman" else _docker_settings()
    endpoint = settings.get("base_url") or "unix:///var/run/docker.sock"
    from docker import APIClient
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    ssh = {"use_ssh_client": True} if endpoint.startswith("ssh://") else {}
    try:
        api = APIClient(version="auto", timeout=ANSWER_SECONDS, **settings, **ssh)
    except (DockerException, RequestException, OSError, ValueError) as error:
        name = "podman" if transport == "podman" else "docker"
        reason, hint = _why_unreachable(error, name)
        raise SourceError(f"{name} at {printable(endpoint)} cannot be reached: {reason}", hint) from error
    return Engine(transport, endpoint, api, anonymous=_confine(api))


def _confine(api: Any) -> bool:
    """Keeps what is sent along with a request for the engine alone. Whether the engine is to know no credentials: ``tcp://``
    without TLS is the user's choice, but everyone on the way to another machine could read them."""
    api.max_redirects = 0
    if not api.base_url.startswith("http://"):
        return False
    if _is_here(urlsplit(api.base_url).hostname or ""):
        api.trust_env = False  # a proxy would be another machine
        return False
    api._set_auth_headers = _no_headers
    return True


def _no_headers(_: object) -> None:
    """Stands for what the SDK adds to a build: all credentials that it knows."""


def _is_here(host: str) -> bool:
    """Whether all addresses of a host are this machine's own."""
    try:
        found = {place_of(str(address[0])) for *_, address in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return found == {Place.MACHINE}


def _docker_settings() -> dict[str, Any]:
    """Base URL and TLS as the docker command would choose them: DOCKER_HOST, then the context."""
    from docker.utils import kwargs_from_env

    try:
        settings = dict(kwargs_from_env())
        return settings if "base_url" in settings else {**context_settings(), **settings}
    except SourceError:
        raise
    except Exception as error:  # the SDK raises bare exceptions for certificates
        hint = "check DOCKER_HOST, DOCKER_CONTEXT and DOCKER_CERT_PATH"
        raise SourceError(f"docker's settings cannot be used: {_reason(error)}", hint) from error


def _podman_settings() -> dict[str, Any]:
    """Podman's socket: CONTAINER_HOST, the user's, then the system's."""
    if host := os.environ.get("CONTAINER_HOST"):
        return {"base_url": host}
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    sockets = [Path(runtime, "podman/podman.sock"), Path("/run/podman/podman.sock")]
    for path in sockets:
        if path.exists():
            return {"base_url": f"unix://{path}"}
    message = f"podman cannot be reached: there is no socket at {' or '.join(map(str, sockets))}"
    raise SourceError(message, "start it with systemctl --user start podman.socket, or set CONTAINER_HOST")


def _as_json(platform: Platform) -> dict[str, str]:
    return {key: value for key, value in to_builtins(platform).items() if value}


def _add(layers: dict[str, tuple[int, int]], event: Fields) -> None:
    """Adds what an event of a pull says to the bytes done and in all of each layer."""
    layer, status, detail = event.text("id"), event.text("status"), event.fields("progressDetail")
    if status == "Downloading" and "total" in detail:
        layers[layer] = (detail.number("current"), detail.number("total"))
    elif status in ("Download complete", "Pull complete") and layer in layers:
        layers[layer] = (layers[layer][1], layers[layer][1])


def _reason(error: BaseException) -> str:
    """The part of an exception of the SDK that says something."""
    explanation = getattr(error, "explanation", None)
    found = explanation or _system_error(error) or error
    if isinstance(found, OSError) and found.strerror:
        found = found.strerror
    return printable(str(found).strip() or type(error).__name__)


def _system_error(error: object, depth: int = 0) -> OSError | None:
    """The error of the operating system inside an exception that wraps it several times."""
    if isinstance(error, OSError) and error.errno:
        return error
    if not isinstance(error, BaseException) or depth > 8:
        return None
    inner = [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
    return next((found for item in inner if (found := _system_error(item, depth + 1))), None)


def _why_unreachable(error: BaseException, name: str) -> tuple[str, str]:
    """The reason and what to try."""
    cause = _system_error(error)
    reason, hint = next(
        (known for kind, known in _UNREACHABLE.items() if isinstance(cause, kind)), (_reason(error), "check that {} runs")
    )
    return reason, f"{hint.format(name)}, or open a saved image: docker-archive:FILE"
