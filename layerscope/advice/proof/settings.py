"""The lean image's configuration, out of the instructions of its last stage and the configuration of its base."""

import json
import re
from collections.abc import Callable

from msgspec.structs import replace

from layerscope.advice.carried import nanoseconds
from layerscope.sources.image import Config, Healthcheck

_ASSIGNMENT = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^\s=]+)=("(?:[^"\\]|\\.)*"|\S*)')
_BEHIND = re.compile(r':\$PATH("?)\Z')
_ESCAPED = re.compile(r"\\(.)")
_FLAG = re.compile(r"--(interval|timeout|start-period|retries)=(\S+)\s*")


def settled(base: Config, instructions: tuple[str, ...]) -> Config:
    """``base`` after the ``instructions`` that a recommendation carries over (ENV, LABEL, WORKDIR … CMD), as a builder sets it.

    They are layerscope's own, one a line, so this reads what :mod:`layerscope.advice.quoting` writes and nothing else.
    """
    found = base
    for line in instructions:
        keyword, _, rest = line.partition(" ")
        found = _SETTERS[keyword](found, rest)
    return found


def _env(config: Config, text: str) -> Config:
    values = config.environment()
    for name, value in _assignments(_BEHIND.sub(r"\1", text)):
        values[name] = f"{value}:{values.get('PATH', '')}" if _BEHIND.search(text) else value
    return replace(config, env=tuple(f"{name}={value}" for name, value in values.items()))


def _label(config: Config, text: str) -> Config:
    return replace(config, labels={**config.labels, **dict(_assignments(text))})


def _assignments(text: str) -> list[tuple[str, str]]:
    return [(_unquoted(name), _unquoted(value)) for name, value in _ASSIGNMENT.findall(text)]


def _unquoted(text: str) -> str:
    return _ESCAPED.sub(r"\1", text[1:-1]) if text[:1] == '"' else text


def _words(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text.startswith("[") else ("/bin/sh", "-c", text)


def _health(config: Config, text: str) -> Config:
    if text == "NONE":
        return replace(config, healthcheck=Healthcheck(("NONE",)))
    values = dict(_FLAG.findall(text))
    command = _FLAG.sub("", text).removeprefix("CMD ")
    test = ("CMD", *json.loads(command)) if command.startswith("[") else ("CMD-SHELL", command)
    interval, timeout, start = (nanoseconds(values.get(name, "")) for name in ("interval", "timeout", "start-period"))
    return replace(config, healthcheck=Healthcheck(test, interval, timeout, start, int(values.get("retries", 0))))


def _entrypoint(config: Config, text: str) -> Config:
    return replace(config, entrypoint=_words(text), cmd=())


def _expose(config: Config, text: str) -> Config:
    return replace(config, exposed_ports=tuple(dict.fromkeys((*config.exposed_ports, *text.split()))))


_SETTERS: dict[str, Callable[[Config, str], Config]] = {
    "ENV": _env,
    "LABEL": _label,
    "WORKDIR": lambda config, text: replace(config, working_dir=_unquoted(text)),
    "USER": lambda config, text: replace(config, user=text),
    "EXPOSE": _expose,
    "VOLUME": lambda config, text: replace(config, volumes=tuple(_ESCAPED.sub(r"\1", path) for path in _words(text))),
    "STOPSIGNAL": lambda config, text: replace(config, stop_signal=text),
    "SHELL": lambda config, text: replace(config, shell=_words(text)),
    "HEALTHCHECK": _health,
    "ENTRYPOINT": _entrypoint,
    "CMD": lambda config, text: replace(config, cmd=_words(text)),
}
