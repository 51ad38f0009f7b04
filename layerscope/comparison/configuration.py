"""The configurations of two images, key by key, in the words of a Dockerfile."""

import json
from collections.abc import Iterable, Iterator

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
    yield from ((f"ENV {name}", text) for name, text in config.environment().items())
    yield from ((f"LABEL {name}", text) for name, text in config.labels.items())
    words = (("WORKDIR", config.working_dir), ("USER", config.user), ("STOPSIGNAL", config.stop_signal))
    yield from ((key, text) for key, text in words if text)
    if config.exposed_ports:
        yield "EXPOSE", " ".join(sorted(config.exposed_ports))
    if config.volumes:
        yield "VOLUME", _list(sorted(config.volumes))
    lists = (("SHELL", config.shell), ("ENTRYPOINT", config.entrypoint), ("CMD", config.cmd))
    yield from ((key, _list(entries)) for key, entries in lists if entries)
    if config.healthcheck is not None:
        yield "HEALTHCHECK", _healthcheck(config.healthcheck)


def _list(words: Iterable[str]) -> str:
    """The form in brackets, which says where each argument ends."""
    return json.dumps(list(words), ensure_ascii=False)


def _healthcheck(check: Healthcheck) -> str:
    if check.test[:1] == ("NONE",):
        return "NONE"
    options = (("interval", check.interval), ("timeout", check.timeout), ("start-period", check.start_period))
    words = [f"--{name}={duration(nanoseconds)}" for name, nanoseconds in options if nanoseconds]
    words += [f"--retries={check.retries}"] if check.retries else []
    if check.test[:1] == ("CMD-SHELL",):
        words += ["CMD", *check.test[1:]]
    elif check.test:
        words += ["CMD", _list(check.test[1:])]
    return " ".join(words)
