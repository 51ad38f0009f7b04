"""What a proof's containers may do and use: little, and both the same, because a stranger's image runs in them."""

from enum import StrEnum
from functools import cache
from typing import Any

from msgspec import Struct

from layerscope.core.tables import read_table
from layerscope.sources.image import Config

_PROCESSES = 1024
_LOG = {"max-size": "4m", "max-file": "2"}
"""How much of what a container writes the engine keeps on disk."""

_SCRATCH = {"/tmp": "size=256m", "/run": "size=64m"}  # noqa: S108 - directories of the container
HOST_NAME = "layerscope"


class Network(StrEnum):
    """Which network the containers are in: one without a way out, or this machine's own."""

    ISOLATED = "isolated"
    HOST = "host"


class Confinement(Struct, frozen=True, kw_only=True):
    """What the user allows. ``capabilities`` are granted beside those that the image's user needs; ``new_privileges`` lets
    setuid programs and file capabilities act; ``read_only`` mounts the image's files read-only, with empty /tmp and /run that
    vanish; ``memory`` is in bytes, without swap."""

    network: Network = Network.ISOLATED
    capabilities: tuple[str, ...] = ()
    new_privileges: bool = False
    read_only: bool = False
    memory: int = 2 * 1024**3


def capabilities(config: Config, wanted: Confinement) -> tuple[str, ...]:
    """The capabilities of a container of the image, without ``CAP_``, sorted; an image chooses none except by its user."""
    table = _table()
    root = table["root"] if _is_root(config.user) else []
    return tuple(sorted({*table["always"], *root, *wanted.capabilities}))


def known_capabilities() -> frozenset[str]:
    """The names of capabilities(7), without ``CAP_``."""
    return frozenset(_table()["known"])


def limits(config: Config, wanted: Confinement) -> dict[str, Any]:
    """What the engine is asked to hold a container to: the SDK's words for a host configuration.

    There are no devices, no mounts except the image's own anonymous volumes, and the engine's own filter of system calls stays.
    """
    found: dict[str, Any] = {
        "cap_drop": ["ALL"],
        "cap_add": list(capabilities(config, wanted)),
        "mem_limit": wanted.memory,
        "memswap_limit": wanted.memory,
        "pids_limit": _PROCESSES,
        "ulimits": [{"name": "core", "soft": 0, "hard": 0}],
        "log_config": {"type": "json-file", "config": _LOG},
    }
    if not wanted.new_privileges:
        found["security_opt"] = ["no-new-privileges"]
    if wanted.read_only:
        found |= {"read_only": True, "tmpfs": _SCRATCH}
    if wanted.network is Network.ISOLATED:
        found["extra_hosts"] = {HOST_NAME: "127.0.0.1"}
    return found


def _is_root(user: str) -> bool:
    name = user.partition(":")[0]
    return name in ("", "root") or (name.isdecimal() and int(name) == 0)


@cache
def _table() -> dict[str, list[str]]:
    return read_table(__file__, "capabilities.toml", dict[str, list[str]])
