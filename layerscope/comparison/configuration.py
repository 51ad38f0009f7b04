"""The configurations of two images, key by key, in the words of a Dockerfile."""

import json
from collections.abc import Iterable, Iterator, Mapping

from layerscope.advice.dockerfile.config import duration
from layerscope.comparison.model import ConfigPair
from layerscope.sources.image import Config, Healthcheck

_ORDER = ("ENV", "LABEL", "WORKDIR", "USER", "EXPOSE", "VOLUME", "STOPSIGNAL", "SHELL", "HEALTHCHECK", "ENTRYPOINT", "CMD")


def compare_configs(fat: Config, lean: Config) -> tuple[ConfigPair, ...]:
    """Every key of either side, equal ones too; each variable of ENV and each label is a key."""
    one, other = dict(_instructions(fat)), dict(_instructions(lean))
    keys = sorted(one.keys() | other.keys(), key=lambda key: (_ORDER.index(key.partition(" ")[0]), key))
    return tuple(ConfigPair(key, one.get(key), other.get(key)) for key in keys)


def _instructions(config: Config) -> Iterator[tuple[str, str]]:
    """What the configuration says, by key; what it leaves out has no key."""
    yield from _named("ENV", config.environment())
    yield from _named("LABEL", config.labels)
    ports = " ".join(sorted(config.exposed_ports))
    words = {"WORKDIR": config.working_dir, "USER": config.user, "EXPOSE": ports, "STOPSIGNAL": config.stop_signal}
    yield from ((key, text) for key, text in words.items() if text)
    lists = {"VOLUME": sorted(config.volumes), "SHELL": config.shell, "ENTRYPOINT": config.entrypoint, "CMD": config.cmd}
    yield from ((key, _list(entries)) for key, entries in lists.items() if entries)
    if config.healthcheck is not None:
        yield "HEALTHCHECK", _healthcheck(config.healthcheck)


def _named(instruction: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """An instruction with a name and a value, once for each name."""
    return ((f"{instruction} {name}", value) for name, value in values.items())


def _list(words: Iterable[str]) -> str:
    """The form in brackets, which says where each argument ends."""
    return json.dumps(list(words), ensure_ascii=False)


def _healthcheck(check: Healthcheck) -> str:
    return "NONE" if check.test[:1] == ("NONE",) else " ".join((*_options(check), *_command(check.test)))


def _options(check: Healthcheck) -> Iterator[str]:
    yield from (f"--{name}={duration(nanoseconds)}" for name, nanoseconds in check.times.items() if nanoseconds)
    if check.retries:
        yield f"--retries={check.retries}"


def _command(test: tuple[str, ...]) -> tuple[str, ...]:
    """What a check runs, in a shell or by itself; nothing where it is the base's."""
    match test:
        case ("CMD-SHELL", *script):
            return "CMD", *script
        case (_, *arguments):
            return "CMD", _list(arguments)
    return ()
