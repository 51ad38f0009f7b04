"""The lean image's configuration, from the instructions of its last stage and the configuration of its base."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from layerscope.advice.dockerfile.config import nanoseconds
from layerscope.dockerfile.expansion import expand
from layerscope.dockerfile.model import Instruction
from layerscope.dockerfile.read import read
from layerscope.sources.image import Config, Healthcheck


def config_after(base: Config, instructions: tuple[str, ...]) -> Config:
    """``base`` after the ``instructions`` that a recommendation keeps (ENV, LABEL … CMD), as a builder sets it."""
    config = base
    for item in read("\n".join(instructions)).instructions if instructions else ():
        config = replace(config, **_CHANGES[item.keyword](config, item))
    return config


def _assignments(config: Config, item: Instruction) -> dict[str, str]:
    values = config.environment()
    return {expand(name, values): expand(raw, values) for name, raw in item.assignments}


def _environment(config: Config, item: Instruction) -> tuple[str, ...]:
    values = config.environment() | _assignments(config, item)
    return tuple(f"{name}={value}" for name, value in values.items())


def _text(config: Config, item: Instruction) -> str:
    return expand(item.arguments.text, config.environment())


def _ports(config: Config, item: Instruction) -> tuple[str, ...]:
    ports = (expand(word.text, config.environment()) for word in item.words)
    return tuple(dict.fromkeys((*config.exposed_ports, *ports)))


def _volumes(config: Config, item: Instruction) -> tuple[str, ...]:
    return tuple(expand(path, config.environment()) for path in item.exec_form or ())


def _command(item: Instruction) -> tuple[str, ...]:
    return item.exec_form if item.exec_form is not None else ("/bin/sh", "-c", item.arguments.text)


def _healthcheck(item: Instruction) -> Healthcheck:
    kind, _, command = item.arguments.text.partition(" ")
    if kind == "NONE":
        return Healthcheck(test=("NONE",))
    test = ("CMD", *item.exec_form) if item.exec_form is not None else ("CMD-SHELL", command)
    times = {name.replace("-", "_"): nanoseconds(item.flag(name)) for name in Healthcheck(test=test).times}
    return Healthcheck(test=test, retries=int(item.flag("retries") or 0), **times)


_CHANGES: dict[str, Callable[[Config, Instruction], dict[str, Any]]] = {
    "ENV": lambda config, item: {"env": _environment(config, item)},
    "LABEL": lambda config, item: {"labels": config.labels | _assignments(config, item)},
    "WORKDIR": lambda config, item: {"working_dir": _text(config, item)},
    "USER": lambda config, item: {"user": _text(config, item)},
    "EXPOSE": lambda config, item: {"exposed_ports": _ports(config, item)},
    "VOLUME": lambda config, item: {"volumes": _volumes(config, item)},
    "STOPSIGNAL": lambda config, item: {"stop_signal": _text(config, item)},
    "SHELL": lambda _, item: {"shell": _command(item)},
    "HEALTHCHECK": lambda _, item: {"healthcheck": _healthcheck(item)},
    "ENTRYPOINT": lambda _, item: {"entrypoint": _command(item), "cmd": ()},
    "CMD": lambda _, item: {"cmd": _command(item)},
}
"""The fields of the configuration that each instruction sets."""
