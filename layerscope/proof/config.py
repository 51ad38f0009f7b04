"""The lean image's configuration, out of the instructions of its last stage and the configuration of its base."""

from collections.abc import Callable

from msgspec.structs import replace

from layerscope.advice.dockerfile.config import nanoseconds
from layerscope.dockerfile.expansion import expand
from layerscope.dockerfile.model import Instruction
from layerscope.dockerfile.read import read
from layerscope.sources.image import Config, Healthcheck


def settled(base: Config, instructions: tuple[str, ...]) -> Config:
    """``base`` after the ``instructions`` that a recommendation carries over (ENV, LABEL … CMD), as a builder sets it."""
    found = base
    for item in read("\n".join(instructions)).instructions if instructions else ():
        found = _SETTERS[item.keyword](found, item)
    return found


def _env(config: Config, item: Instruction) -> Config:
    values = config.environment()
    values |= {expand(name, {}): expand(raw, values) for name, raw in item.assignments}
    return replace(config, env=tuple(f"{name}={value}" for name, value in values.items()))


def _label(config: Config, item: Instruction) -> Config:
    values = config.environment()
    return replace(
        config, labels={**config.labels, **{expand(name, values): expand(raw, values) for name, raw in item.assignments}}
    )


def _value(config: Config, item: Instruction) -> str:
    return expand(item.arguments.text, config.environment())


def _volume(config: Config, item: Instruction) -> Config:
    values = config.environment()
    return replace(config, volumes=tuple(expand(path, values) for path in item.exec_form or ()))


def _words(item: Instruction) -> tuple[str, ...]:
    return item.exec_form if item.exec_form is not None else ("/bin/sh", "-c", item.arguments.text)


def _health(config: Config, item: Instruction) -> Config:
    kind, _, command = item.arguments.text.partition(" ")
    if kind == "NONE":
        return replace(config, healthcheck=Healthcheck(("NONE",)))
    test = ("CMD", *item.exec_form) if item.exec_form is not None else ("CMD-SHELL", command)
    interval, timeout, start = (nanoseconds(item.flag(name)) for name in ("interval", "timeout", "start-period"))
    return replace(config, healthcheck=Healthcheck(test, interval, timeout, start, int(item.flag("retries") or 0)))


def _entrypoint(config: Config, item: Instruction) -> Config:
    return replace(config, entrypoint=_words(item), cmd=())


def _expose(config: Config, item: Instruction) -> Config:
    ports = (expand(word.text, config.environment()) for word in item.words)
    return replace(config, exposed_ports=tuple(dict.fromkeys((*config.exposed_ports, *ports))))


_SETTERS: dict[str, Callable[[Config, Instruction], Config]] = {
    "ENV": _env,
    "LABEL": _label,
    "WORKDIR": lambda config, item: replace(config, working_dir=_value(config, item)),
    "USER": lambda config, item: replace(config, user=_value(config, item)),
    "EXPOSE": _expose,
    "VOLUME": _volume,
    "STOPSIGNAL": lambda config, item: replace(config, stop_signal=_value(config, item)),
    "SHELL": lambda config, item: replace(config, shell=_words(item)),
    "HEALTHCHECK": _health,
    "ENTRYPOINT": _entrypoint,
    "CMD": lambda config, item: replace(config, cmd=_words(item)),
}
