"""How a question reaches a container that is in no network of this machine."""

import ctypes
import os
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from layerscope.core.errors import SourceError
from layerscope.proof.confinement import Network
from layerscope.sources.engine.cleaning import labels
from layerscope.sources.engine.client import Engine, engine_errors

Connect = Callable[[int], socket.socket]
"""A connection to a TCP port of a container's loopback; OSError when none comes about."""

_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of setns(2)."""

_SECONDS = 5.0
_MOST_READ = 1024 * 1024
_LOOPBACK = "127.0.0.1"
_DRIVER_OPTIONS = {
    "com.docker.network.bridge.enable_ip_masquerade": "false",
    "com.docker.network.bridge.enable_icc": "false",
    "com.docker.network.bridge.host_binding_ipv4": _LOOPBACK,
}
"""A bridge whose containers get no answer from outside and do not see each other; what listens on all of this machine's
addresses they can still reach, its loopback not."""


class Reach(StrEnum):
    """Nothing is asked over a network; in the container's own namespace, which has a loopback and nothing else; through a
    port of a bridge network; on this machine's own network."""

    NONE = "none"
    NAMESPACE = "namespace"
    BRIDGE = "bridge"
    HOST = "host"


class OutOfSight(Exception):
    """The container runs, but no process of this machine is known to be its own."""


def ways(engine: Engine, network: Network, asks: bool) -> tuple[Reach, ...]:
    """How containers of the engine can be reached, the best way first. ``asks`` says whether there is a question for a
    network. Raises :class:`SourceError` for an engine of another machine, whose ports are not here."""
    if asks and not _is_near(engine.endpoint):
        raise SourceError(
            f"the containers of {engine.shown} cannot be asked over HTTP: it is on another machine",
            "ask with --exec, or run layerscope there",
        )
    if network is Network.HOST:
        return (Reach.HOST,)
    if not asks:
        return (Reach.NONE,)
    return (Reach.NAMESPACE, Reach.BRIDGE) if _can_enter() else (Reach.BRIDGE,)


def network_mode(reach: Reach, run: str) -> str:
    """The engine's name for the network of a container that is reached that way."""
    return {Reach.HOST: "host", Reach.BRIDGE: _bridge_name(run)}.get(reach, "none")


def make_bridge(engine: Engine, run: str) -> None:
    """Makes the bridge network of one run, labelled. Raises :class:`SourceError` where the engine cannot."""
    try:
        engine.client.create_network(
            _bridge_name(run), driver="bridge", options=_DRIVER_OPTIONS, labels=labels(run), check_duplicate=True
        )
    except engine_errors() as error:
        raise SourceError(
            f"{engine.shown} has no bridge network, and a container's own one can be entered by root on the same machine only",
            "run it as root, or let the containers use this machine's network with --network host",
        ) from error


@contextmanager
def door(engine: Engine, reach: Reach, identity: str) -> Iterator[Connect]:
    """How to connect to a container that was just started. Raises :class:`OutOfSight`."""
    state = engine.client.inspect_container(identity)
    if not state["State"].get("Running"):
        yield _refuse
    elif reach is Reach.HOST:
        yield _connect
    elif reach is Reach.BRIDGE:
        published = state["NetworkSettings"]["Ports"]
        yield lambda port: _connect(_host_port(published, port))
    else:
        namespace = _namespace(identity, int(state["State"].get("Pid", 0)))
        try:
            yield lambda port: _connect(port, _socket_in(namespace))
        finally:
            os.close(namespace)


def _is_near(endpoint: str) -> bool:
    place = urlsplit(endpoint)
    return place.scheme in ("unix", "http+unix", "npipe") or place.hostname in ("localhost", _LOOPBACK, "::1")


def _can_enter() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0


def _bridge_name(run: str) -> str:
    return f"layerscope-proof-{run}"


def _refuse(port: int) -> socket.socket:
    raise ConnectionRefusedError(f"nothing listens on port {port}: the container ended")


def _connect(port: int, unconnected: socket.socket | None = None) -> socket.socket:
    connection = unconnected or socket.socket()
    try:
        connection.settimeout(_SECONDS)
        connection.connect((_LOOPBACK, port))
    except OSError:
        connection.close()
        raise
    return connection


def _host_port(ports: dict[str, Any], port: int) -> int:
    bindings = ports.get(f"{port}/tcp") or ()
    found = next((binding for binding in bindings if binding.get("HostIp") == _LOOPBACK), None)
    if found is None:
        raise ConnectionRefusedError(f"port {port} is not published")
    return int(found["HostPort"])


def _namespace(identity: str, process: int) -> int:
    """The network namespace of a container's process, open. The process is held while it is looked at, so that its number
    cannot become another one's."""
    try:
        directory = os.open(f"/proc/{process}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            named = any(identity.encode() in _read(directory, name) for name in ("cgroup", "mountinfo"))
            namespace = os.open("ns/net", os.O_RDONLY | os.O_CLOEXEC, dir_fd=directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise OutOfSight(str(error)) from error
    if not named or os.path.samestat(os.fstat(namespace), os.stat("/proc/self/ns/net")):  # noqa: PTH116 - beside an open one
        os.close(namespace)
        raise OutOfSight(f"process {process} is not the container's, or in this machine's network")
    return namespace


def _read(directory: int, name: str) -> bytes:
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=directory)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_MOST_READ)


def _socket_in(namespace: int) -> socket.socket:
    """A TCP socket that is in the namespace, whichever thread uses it. The thread that makes it ends: it stays in the namespace
    that it entered."""

    def enter() -> socket.socket:
        if ctypes.CDLL(None, use_errno=True).setns(namespace, _NEW_NETWORK):
            raise OutOfSight(os.strerror(ctypes.get_errno()))
        return socket.socket()

    with ThreadPoolExecutor(1, "namespace") as pool:
        return pool.submit(enter).result()
