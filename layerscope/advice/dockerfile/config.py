"""The configuration that the new last stage repeats, because another base drops it."""

import fnmatch
from collections.abc import Callable, Collection
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from layerscope.advice.dockerfile import quoting
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.plan import Plan
from layerscope.advice.remarks import Code, Remark, remark
from layerscope.advice.rules import document
from layerscope.core.names import path_bytes, printable
from layerscope.credentials.spans import MASK
from layerscope.history.instructions import DEFAULT_SHELL
from layerscope.sources.image import Config, Healthcheck
from layerscope.start.launch import entry_launch, healthcheck_launch
from layerscope.start.search import ENGINE_PATH

_UNITS = ((3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"), (1, "ns"))

_LEAST_DURATION = 1_000_000
"""No engine takes less than a millisecond between checks."""

_LIBRARY_PATH = "LD_LIBRARY_PATH"
_NAMED = ("ENV", "LABEL")
_INSTEAD = {
    "ENV": "give it when the container starts (--env-file, or a secret of the orchestrator)",
    "LABEL": "labels are read by everybody, so it has no place in one",
}
_INSTEAD_OF_TEXT = "write it without, and let the program read the credential from its environment or from a mounted file"


class Carried(Struct):
    """``before`` are the instructions in front of the copies (ENV), ``after`` those behind them; ``problems`` what is lost."""

    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)

    def take(self, where: list[str], keyword: str, write: Callable[..., str], *values: Any) -> None:
        """Adds an instruction, or the problem that a Dockerfile cannot or must not say it."""
        try:
            line = f"{keyword} {write(*values)}"
        except quoting.Unwritable as error:
            self.problems.append(remark(Code.UNWRITABLE, keyword=keyword, text=printable(str(error))[:200]))
            return
        if MASK in line:
            setting = f"{keyword} {printable(str(values[0]))}" if keyword in _NAMED else keyword
            instead = _INSTEAD.get(keyword, _INSTEAD_OF_TEXT)
            self.problems.append(remark(Code.CREDENTIAL_IN_CONFIG, setting=setting, instead=instead))
        else:
            where.append(line)


def carry(config: Config, plan: Plan) -> Carried:
    """The instructions that give the new stage the image's own configuration."""
    carried, base = Carried(), plan.base
    targets = tuple(copy.target for copy in plan.copies)
    _carry_environment(carried, _with_library_path(config, plan), base, targets)
    has_shell = base.shell or b"/bin/sh" in targets
    entrypoint, command = _exec_forms(config)
    for name, text in config.labels.items():
        carried.take(carried.after, "LABEL", quoting.label, name, text)
    settings: tuple[tuple[str, Callable[[Any], str], Any], ...] = (
        ("WORKDIR", quoting.path, f"/{config.working_dir.lstrip('/')}" if config.working_dir.strip("/") else ""),
        ("USER", quoting.user, config.user),
        *(("EXPOSE", quoting.port, port) for port in config.exposed_ports),
        ("VOLUME", quoting.volumes, config.volumes),
        ("STOPSIGNAL", quoting.signal, config.stop_signal),
        ("SHELL", quoting.exec_form, config.shell if has_shell else ()),
        ("HEALTHCHECK", _healthcheck, config if config.healthcheck is not None and config.healthcheck.test else None),
        ("ENTRYPOINT", quoting.exec_form, entrypoint),
        ("CMD", quoting.exec_form, command),
    )
    for keyword, write, value in settings:
        if value or (keyword == "ENTRYPOINT" and (base.entrypoint or not base.known)):
            carried.take(carried.after, keyword, write, value)
    if config.on_build:
        carried.problems.append(remark(Code.TRIGGERS_LOST))
    return carried


def _with_library_path(config: Config, plan: Plan) -> Config:
    """The configuration, by which the loader finds the libraries that are copied out of other directories."""
    if not plan.library_path:
        return config
    known = config.environment().get(_LIBRARY_PATH, "").split(":")
    paths = dict.fromkeys((*filter(None, known), *plan.library_path))
    return replace(config, env=(*config.env, f"{_LIBRARY_PATH}={':'.join(paths)}"))


def _carry_environment(carried: Carried, config: Config, base: Candidate, kept: Collection[bytes]) -> None:
    """ENV, without what only builders read and what the base sets itself."""
    builders = document("building.toml")["variables"]
    for name, text in config.environment().items():
        if name == "PATH":
            _carry_path(carried, text, kept, base)
        elif not base.sets(name, text) and not any(fnmatch.fnmatchcase(name, pattern) for pattern in builders):
            carried.take(carried.before, "ENV", quoting.assignment, name, text)


def _carry_path(carried: Carried, text: str, kept: Collection[bytes], base: Candidate) -> None:
    """PATH without directories that nothing is left in; nothing when that is what an engine or the base sets anyway.

    A base that sets its own keeps it, behind the directories that only this image has.
    """
    default = ENGINE_PATH.split(":")
    present = [part for part in dict.fromkeys(text.split(":")) if part in default or _is_left(path_bytes(part), kept)]
    own = tuple(part for part in present if part not in default)
    if own and any(entry.partition("=")[0] == "PATH" for entry in base.env):
        carried.take(carried.before, "ENV", quoting.search_path, own)
    elif own:
        carried.take(carried.before, "ENV", quoting.assignment, "PATH", ":".join(present))


def _is_left(directory: bytes, kept: Collection[bytes]) -> bool:
    """Whether anything that is kept lies in the directory, or the directory in it."""
    inside = directory + b"/"
    return any(path.startswith(inside) or inside.startswith(path + b"/") for path in kept)


def _healthcheck(config: Config) -> str:
    check = config.healthcheck
    if check is None or check.test[0] == "NONE":
        return "NONE"
    options = (("interval", check.interval), ("timeout", check.timeout), ("start-period", check.start_period))
    words = [f"--{name}={duration(value)}" for name, value in options if value >= _LEAST_DURATION]
    words += [f"--retries={check.retries}"] if check.retries > 0 else []
    return " ".join([*words, "CMD", quoting.exec_form(_check_command(check, config))])


def _check_command(check: Healthcheck, config: Config) -> tuple[str, ...]:
    """The command of a HEALTHCHECK, without its shell where it makes no difference."""
    kind, *command = check.test
    if kind not in ("CMD", "CMD-SHELL") or not command:
        raise quoting.Unwritable(" ".join(check.test))
    launch = healthcheck_launch(check, config)
    if launch is not None and launch.exec_form is not None:
        return launch.exec_form
    return (*(config.shell or DEFAULT_SHELL), command[0]) if kind == "CMD-SHELL" else tuple(command)


def _exec_forms(config: Config) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """ENTRYPOINT and CMD, without their shell where it makes no difference."""
    rewritten, start = entry_launch(config).exec_form, len(config.entrypoint)
    if rewritten is None:
        return config.entrypoint, config.cmd
    return (config.entrypoint, rewritten[start:]) if rewritten[:start] == config.entrypoint else (rewritten, ())


def duration(nanoseconds: int) -> str:
    """A duration as Go reads it, in the largest unit that says it exactly: ``30s``, ``1m``, ``1500ms``."""
    size, unit = next((size, unit) for size, unit in _UNITS if nanoseconds % size == 0)
    return f"{nanoseconds // size}{unit}"


def nanoseconds(text: str) -> int:
    """What :func:`duration` wrote, in nanoseconds; 0 for ""."""
    unit = text.lstrip("0123456789")
    return int(text.removesuffix(unit)) * next(size for size, name in _UNITS if name == unit) if text else 0
