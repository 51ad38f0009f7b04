"""Platforms: what was asked for, what this machine is, and whether an image fits."""

import os

from layerscope.core.errors import UsageError
from layerscope.core.names import printable
from layerscope.sources.image import Platform

_MACHINES = {
    "x86_64": ("amd64", ""),
    "amd64": ("amd64", ""),
    "aarch64": ("arm64", ""),
    "arm64": ("arm64", ""),
    "armv7l": ("arm", "v7"),
    "armv6l": ("arm", "v6"),
    "i686": ("386", ""),
    "i386": ("386", ""),
    "ppc64le": ("ppc64le", ""),
    "s390x": ("s390x", ""),
    "riscv64": ("riscv64", ""),
    "loongarch64": ("loong64", ""),
    "mips64": ("mips64le", ""),
}
_DEFAULT_VARIANT = {"arm64": "v8", "arm": "v7", "amd64": "v1"}


def parse_platform(text: str) -> Platform:
    """``os/architecture[/variant]`` or a bare architecture (``arm64``, ``x86_64``); :class:`UsageError` for anything else."""
    parts = text.strip().lower().split("/")
    if not all(parts) or len(parts) > 3:
        raise UsageError(f"{printable(text)} is not a platform", "write os/architecture[/variant], for example linux/arm64")
    if len(parts) == 1:
        parts = ["linux", *parts]
    architecture, variant = _MACHINES.get(parts[1], (parts[1], ""))
    return Platform(parts[0], architecture, parts[2] if len(parts) == 3 else variant)


def this_machine() -> Platform:
    """The platform of images that run here: Linux on this machine's processor."""
    machine = os.uname().machine.lower()
    architecture, variant = _MACHINES.get(machine, (machine, ""))
    return Platform("linux", architecture, variant)


def fits(wanted: Platform, found: Platform) -> bool:
    """Whether ``found`` is what ``wanted`` asks for. A variant that is not written is the architecture's usual one."""
    if (wanted.os, wanted.architecture) != (found.os, found.architecture):
        return False
    if not wanted.variant:
        return True
    return wanted.variant == (found.variant or _DEFAULT_VARIANT.get(found.architecture, ""))
