"""The configuration that the new last stage repeats, because another base drops it."""

import fnmatch
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import filterfalse
from typing import Any

from msgspec import Struct, field

from layerscope.advice.dockerfile import quoting
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

_DEFAULT_PATH = ENGINE_PATH.split(":")
_LIBRARY_PATH = "LD_LIBRARY_PATH"
_NAMED = ("ENV", "LABEL")
_INSTEAD = {
    "ENV": "give it when the container starts (--env-file, or a secret of the orchestrator)",
    "LABEL": "labels are read by everybody, so it has no place in one",
}
_INSTEAD_OF_TEXT = "write it without, and let the program read the credential from its environment or from a mounted file"


_Setting = tuple[str, Callable[..., str], tuple[Any, ...]]
"""The keyword of an instruction, what writes its value, and the value."""


class Carried(Struct):
    """``before`` are the instructions in front of the copies (ENV), ``after`` those behind them; ``problems`` what is lost."""

    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)

    def take(self, keyword: str, write: Callable[..., str], value: tuple[Any, ...]) -> None:
        """Adds an instruction, or the problem that a Dockerfile cannot or must not say it."""
        try:
            line = f"{keyword} {write(*value)}"
        except quoting.Unwritable as error:
            self.problems.append(remark(Code.UNWRITABLE, keyword=keyword, text=printable(str(error))[:200]))
            return
        if MASK in line:
            setting = f"{keyword} {printable(str(value[0]))}" if keyword in _NAMED else keyword
            instead = _INSTEAD.get(keyword, _INSTEAD_OF_TEXT)
            self.problems.append(remark(Code.CREDENTIAL_IN_CONFIG, setting=setting, instead=instead))
        else:
            (self.before if keyword == "ENV" else self.after).append(line)


def carry(config: Config, plan: Plan) -> Carried:
    """The instructions that give the new stage the image's own configuration."""
    carried = Carried()
    for setting in (*_environment(config, plan), *_settings(config, plan)):
        carried.take(*setting)
    carried.problems += _lost(config, plan)
    return carried


def _lost(config: Config, plan: Plan) -> Iterator[Remark]:
    """What is not carried, or otherwise than the image has it."""
    check = _check(config)
    if config.shell not in ((), DEFAULT_SHELL) and not _keeps_shell(config, plan):
        yield remark(Code.SHELL_LOST, shell=printable(" ".join(config.shell))[:200])
    if check is not None and _writes_shell_form(check) and not _in_shell(check, config, plan):
        yield remark(Code.CHECK_WITHOUT_SHELL, command=printable(check.test[1])[:200])
    if config.on_build:
        yield remark(Code.TRIGGERS_LOST)


def _environment(config: Config, plan: Plan) -> Iterator[_Setting]:
    """ENV, without what only builders read and what the base sets itself."""
    for name, text in _variables(config, plan).items():
        if name == "PATH":
            yield from _search_path(text, plan)
        elif not plan.base.sets(name, text) and not _is_for_builders(name):
            yield "ENV", quoting.assignment, (name, text)


def _variables(config: Config, plan: Plan) -> dict[str, str]:
    """The variables of the image, with the directories that the loader has to search."""
    environment = config.environment()
    if plan.library_path:
        known = filter(None, environment.get(_LIBRARY_PATH, "").split(":"))
        environment[_LIBRARY_PATH] = ":".join(dict.fromkeys((*known, *plan.library_path)))
    return environment


def _is_for_builders(variable: str) -> bool:
    return any(map(partial(fnmatch.fnmatchcase, variable), document("building.toml")["variables"]))


def _search_path(text: str, plan: Plan) -> Iterator[_Setting]:
    """PATH without directories that nothing is left in; nothing when that is what an engine or the base sets anyway.

    A base that sets its own keeps it, behind the directories that only this image has.
    """
    present = list(filter(partial(_is_searched, plan), dict.fromkeys(text.split(":"))))
    own = tuple(filterfalse(_DEFAULT_PATH.__contains__, present))
    if own and plan.base.sets_path:
        yield "ENV", quoting.search_path, (own,)
    elif own:
        yield "ENV", quoting.assignment, ("PATH", ":".join(present))


def _is_searched(plan: Plan, directory: str) -> bool:
    """Whether every engine searches the directory, or anything that is copied lies in it, or it in that."""
    inside = path_bytes(directory) + b"/"
    copied = any(target.startswith(inside) or inside.startswith(target.rstrip(b"/") + b"/") for target in plan.targets)
    return copied or directory in _DEFAULT_PATH


def _settings(config: Config, plan: Plan) -> Iterator[_Setting]:
    """All but ENV, in the order in which people write it."""
    yield from (("LABEL", quoting.label, label) for label in config.labels.items())
    for keyword, write, value in _values(config, plan):
        if value or (keyword == "ENTRYPOINT" and plan.base.may_have_entrypoint):
            yield keyword, write, (value,)


def _values(config: Config, plan: Plan) -> list[tuple[str, Callable[..., str], Any]]:
    """What each instruction would say, nothing where it says nothing."""
    entrypoint, command = _exec_forms(config)
    return [
        ("WORKDIR", quoting.path, config.working_dir.strip("/") and f"/{config.working_dir.lstrip('/')}"),
        ("USER", quoting.user, config.user),
        *(("EXPOSE", quoting.port, port) for port in config.exposed_ports),
        *(("VOLUME", quoting.volumes, (volume,)) for volume in config.volumes),
        ("STOPSIGNAL", quoting.signal, config.stop_signal),
        ("SHELL", quoting.exec_form, config.shell if _keeps_shell(config, plan) else ()),
        ("HEALTHCHECK", lambda _: _healthcheck(config, plan), config.healthcheck and config.healthcheck.test),
        ("ENTRYPOINT", quoting.exec_form, entrypoint),
        ("CMD", quoting.exec_form, command),
    ]


def _healthcheck(config: Config, plan: Plan) -> str:
    check = _check(config)
    if check is None:
        return "NONE"
    words = [f"--{name}={duration(value)}" for name, value in check.times.items() if value >= _LEAST_DURATION]
    words += [f"--retries={check.retries}"] if check.retries > 0 else []
    return " ".join([*words, "CMD", _check_command(check, config, plan)])


def _check(config: Config) -> Healthcheck | None:
    """The image's HEALTHCHECK; None where it has none, or says NONE."""
    check = config.healthcheck
    return check if check is not None and check.test and check.test[0] != "NONE" else None


def _check_command(check: Healthcheck, config: Config, plan: Plan) -> str:
    kind, *command = check.test
    if kind not in ("CMD", "CMD-SHELL") or not command:
        raise quoting.Unwritable(" ".join(check.test))
    if _in_shell(check, config, plan):
        return quoting.shell_form(command[0])
    plain = tuple(command) if kind == "CMD" else (*(config.shell or DEFAULT_SHELL), command[0])
    return quoting.exec_form(_check_alone(check, config) or plain)


def _in_shell(check: Healthcheck, config: Config, plan: Plan) -> bool:
    """Whether a check can stay a line for the new image's shell, as it is the image's."""
    if not _writes_shell_form(check):
        return False
    if config.shell in ((), DEFAULT_SHELL) and plan.has_shell:
        return True
    return _check_alone(check, config) is None and _keeps_shell(config, plan)


def _writes_shell_form(check: Healthcheck) -> bool:
    """Whether a check is a line for a shell that a Dockerfile can say as one."""
    with suppress(quoting.Unwritable):
        return check.test[0] == "CMD-SHELL" and bool(quoting.shell_form(" ".join(check.test[1:2])))
    return False


def _check_alone(check: Healthcheck, config: Config) -> tuple[str, ...] | None:
    """A check without its shell, which it does not need; None where it does."""
    launch = healthcheck_launch(check, config)
    return launch.exec_form if launch is not None else None


def _keeps_shell(config: Config, plan: Plan) -> bool:
    """Whether the new image has the shell that SHELL names, as far as it is known: it has one, or its check needs that one."""
    check = _check(config)
    return plan.has_shell or (check is not None and _writes_shell_form(check) and _check_alone(check, config) is None)


def _exec_forms(config: Config) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """ENTRYPOINT and CMD."""
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
