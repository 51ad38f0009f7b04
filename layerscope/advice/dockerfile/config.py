"""The configuration that the new last stage repeats, because another base drops it."""

import fnmatch
from collections.abc import Callable
from enum import StrEnum
from functools import cache

from msgspec import Struct, field

from layerscope.advice.dockerfile import quoting
from layerscope.advice.plan.base import Candidate
from layerscope.core.names import path_bytes, printable
from layerscope.core.tables import read_table
from layerscope.credentials.spans import MASK
from layerscope.history.instructions import DEFAULT_SHELL
from layerscope.sources.image import Config
from layerscope.start.launch import entry_launch, healthcheck_launch
from layerscope.start.search import ENGINE_PATH

_UNITS = ((3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"), (1, "ns"))

_LEAST_DURATION = 1_000_000
"""No engine takes less than a millisecond between checks."""

_NAMED = ("ENV", "LABEL")
_INSTEAD = {
    "ENV": "give it when the container starts (--env-file, or a secret of the orchestrator)",
    "LABEL": "labels are read by everybody, so it has no place in one",
}
_INSTEAD_OF_TEXT = "write it without, and let the program read the credential from its environment or from a mounted file"


class Lost(StrEnum):
    """What of an image's configuration the new stage cannot have."""

    ON_BUILD = "on-build"


_LOST = {
    Lost.ON_BUILD: "ONBUILD is left out: an image that starts from this one would run its instructions, for which most of what"
    " they need is gone; let such images start from the whole image"
}


class Carried(Struct):
    """``before`` are the instructions in front of the copies (ENV), ``after`` those behind them; ``problems`` what is lost."""

    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def take(self, where: list[str], keyword: str, write: Callable[..., str], *values: object) -> None:
        """Adds an instruction, or the problem that a Dockerfile cannot or must not say it."""
        try:
            line = f"{keyword} {write(*values)}"
        except quoting.Unwritable as error:
            self.problems.append(f"{keyword} is left out, as a Dockerfile cannot hold it: {printable(str(error))[:200]}")
            return
        if MASK in line:
            named = f"{keyword} {printable(str(values[0]))}" if keyword in _NAMED else keyword
            self.problems.append(f"{named} is left out, as it holds a credential: {_INSTEAD.get(keyword, _INSTEAD_OF_TEXT)}")
        else:
            where.append(line)


@cache
def _builders() -> tuple[str, ...]:
    return tuple(read_table(__file__, "environment.toml", dict[str, list[str]])["builders"])


def carry(config: Config, base: Candidate, kept: tuple[bytes, ...], has_shell: bool) -> Carried:
    """The instructions that give the new stage the image's own configuration.

    ``kept`` are the paths that the stage has besides its base's, with a leading slash: a directory on PATH without any of them
    is dropped. ``has_shell`` says whether the new stage has a /bin/sh.
    """
    carried = Carried()
    after = carried.after
    for name, text in config.environment().items():
        if name == "PATH":
            _carry_path(carried, text, kept, base)
        elif base.sets(name, text) or any(fnmatch.fnmatchcase(name, pattern) for pattern in _builders()):
            continue
        else:
            carried.take(carried.before, "ENV", quoting.assignment, name, text)
    for name, text in config.labels.items():
        carried.take(after, "LABEL", quoting.label, name, text)
    if config.working_dir.strip("/"):
        carried.take(after, "WORKDIR", quoting.path, f"/{config.working_dir.lstrip('/')}")
    if config.user:
        carried.take(after, "USER", quoting.user, config.user)
    for port in config.exposed_ports:
        carried.take(after, "EXPOSE", quoting.port, port)
    if config.volumes:
        carried.take(after, "VOLUME", quoting.volumes, config.volumes)
    if config.stop_signal:
        carried.take(after, "STOPSIGNAL", quoting.signal, config.stop_signal)
    if config.shell and has_shell:
        carried.take(after, "SHELL", quoting.exec_form, config.shell)
    if config.healthcheck is not None and config.healthcheck.test:
        carried.take(after, "HEALTHCHECK", _healthcheck, config)
    _commands(carried, config, base)
    carried.problems += [_LOST[lost] for lost in losses(config)]
    return carried


def losses(config: Config) -> tuple[Lost, ...]:
    """What of a configuration no new stage can have."""
    return (Lost.ON_BUILD,) if config.on_build else ()


def _carry_path(carried: Carried, text: str, kept: tuple[bytes, ...], base: Candidate) -> None:
    """PATH without directories that nothing is left in; nothing when that is what an engine or the base sets anyway.

    A base that sets its own keeps it, behind the directories that only this image has.
    """
    default = ENGINE_PATH.split(":")
    parts = [
        part
        for part in dict.fromkeys(text.split(":"))
        if part in default or any(_together(path_bytes(part), path) for path in kept)
    ]
    own = [part for part in parts if part not in default]
    if own and any(entry.partition("=")[0] == "PATH" for entry in base.env):
        carried.take(carried.before, "ENV", quoting.search_path, tuple(own))
    elif own:
        carried.take(carried.before, "ENV", quoting.assignment, "PATH", ":".join(parts))


def _together(directory: bytes, kept: bytes) -> bool:
    """Whether what is kept lies in the directory, or the directory in what is kept."""
    return kept.startswith(directory + b"/") or (directory + b"/").startswith(kept + b"/")


def _healthcheck(config: Config) -> str:
    check = config.healthcheck
    if check is None or check.test[0] == "NONE":
        return "NONE"
    if check.test[0] not in ("CMD", "CMD-SHELL") or len(check.test) < 2:
        raise quoting.Unwritable(" ".join(check.test))
    options = (("interval", check.interval), ("timeout", check.timeout), ("start-period", check.start_period))
    words = [f"--{name}={duration(value)}" for name, value in options if value >= _LEAST_DURATION]
    words += [f"--retries={check.retries}"] if check.retries > 0 else []
    launch = healthcheck_launch(check, config)
    command = check.test[1:]
    if launch is not None and launch.exec_form is not None:
        command = launch.exec_form
    elif check.test[0] == "CMD-SHELL":
        command = (*(config.shell or DEFAULT_SHELL), command[0])
    return " ".join([*words, "CMD", quoting.exec_form(command)])


def duration(nanoseconds: int) -> str:
    """A duration as Go reads it, in the largest unit that says it exactly: ``30s``, ``1m``, ``1500ms``."""
    size, unit = next((size, unit) for size, unit in _UNITS if nanoseconds % size == 0)
    return f"{nanoseconds // size}{unit}"


def nanoseconds(text: str) -> int:
    """What :func:`duration` wrote, in nanoseconds; 0 for ""."""
    unit = text.lstrip("0123456789")
    return int(text.removesuffix(unit)) * next(size for size, name in _UNITS if name == unit) if text else 0


def _commands(carried: Carried, config: Config, base: Candidate) -> None:
    """ENTRYPOINT and CMD, without their shell where it makes no difference."""
    entrypoint, command = config.entrypoint, config.cmd
    rewritten = entry_launch(config).exec_form
    if rewritten is not None:
        at = len(entrypoint)
        if entrypoint and rewritten[:at] == entrypoint:
            command = rewritten[at:]
        elif entrypoint:
            entrypoint, command = rewritten, ()
        else:
            command = rewritten
    if entrypoint or base.entrypoint or not base.known:
        carried.take(carried.after, "ENTRYPOINT", quoting.exec_form, entrypoint)
    if command:
        carried.take(carried.after, "CMD", quoting.exec_form, command)
