"""What an engine reads of two images and of their files before anything runs, compared: user, volumes, HEALTHCHECK, stop
signal, and what programs may do."""

from collections.abc import Iterator

from layerscope.advice.model import Recommendation
from layerscope.analysis import Analysis
from layerscope.core.errors import ImageError
from layerscope.core.names import absolute, path_bytes, printable
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.sources.image import Config

_TERM = "SIGTERM"
_SET_ID = 0o6000
_EXECUTABLE = 0o111
_MOST_LINES = 5
_LARGEST_ACCOUNTS = 1024 * 1024
_FILES = (Kind.REGULAR, Kind.HARDLINK)
_NUMBERS = ("interval", "timeout", "start_period", "start_interval", "retries")


def differences_of_settings(fat: Analysis, lean: Analysis, plan: Recommendation) -> tuple[str, ...]:
    """What the lean image has otherwise, a line each. Where a server takes the place of the fat image's own program, as
    ``plan.files`` tells, it comes with its own settings."""
    if plan.files:
        return ()
    rights = tuple(_rights(fat, lean))
    more = (f"and {len(rights) - _MOST_LINES:,} more files like these",) if len(rights) > _MOST_LINES else ()
    return (*_settings(fat.image.config, lean.image.config), *_user(fat, lean), *rights[:_MOST_LINES], *more)


def _settings(fat: Config, lean: Config) -> Iterator[str]:
    if fat.user != lean.user:
        yield _line("USER", fat.user or "root", lean.user or "root")
    if lost := set(map(_place, fat.volumes)) - set(map(_place, lean.volumes)):
        yield f"VOLUME {printable(', '.join(sorted(lost)))}: the lean image has no such volume"
    if _check(fat) != _check(lean):
        yield _line("HEALTHCHECK", _check(fat) or "none", _check(lean) or "none")
    if _signal(fat) != _signal(lean):
        yield _line("STOPSIGNAL", _signal(fat), _signal(lean))


def _line(what: str, before: str, after: str) -> str:
    return f"{what}: {printable(before)} in the fat image, {printable(after)} in the lean one"


def _place(volume: str) -> str:
    return volume.rstrip("/")


def _check(config: Config) -> str:
    """The HEALTHCHECK in one line, "" where there is none."""
    check = config.healthcheck
    if check is None or not check.test or check.test[0] == "NONE":
        return ""
    times = (f"{name} {value}" for name in _NUMBERS if (value := getattr(check, name)))
    return " ".join((*check.test, *times))


def _signal(config: Config) -> str:
    """The stop signal by its whole name."""
    signal = config.stop_signal or _TERM
    named = signal if signal.isdecimal() or signal.startswith("SIG") else f"SIG{signal}"
    return _TERM if named == "15" else named


def _user(fat: Analysis, lean: Analysis) -> Iterator[str]:
    """The number of a user that is given by name: each image has its own list of users."""
    name = fat.image.config.user.partition(":")[0]
    if name in ("", "root") or name.isdecimal() or fat.image.config.user != lean.image.config.user:
        return
    before, after = _number(fat, name), _number(lean, name)
    if before != after:
        yield _line(f"USER {printable(name)}", before or "nobody", after or "nobody")


def _number(analysis: Analysis, name: str) -> str:
    entry = analysis.filesystem.resolve(b"etc/passwd")
    if entry is None:
        return ""
    holder = analysis.filesystem.holder(entry)
    try:
        layer, row = analysis.filesystem.layers[holder], analysis.filesystem.row(holder)
        content = analysis.contents.read(layer, row, _LARGEST_ACCOUNTS)
    except ImageError:
        return ""
    fields = (line.split(b":") for line in content.split(b"\n"))
    return next((item[2].decode(errors="replace") for item in fields if item[0] == path_bytes(name) and len(item) > 2), "")


def _rights(fat: Analysis, lean: Analysis) -> Iterator[str]:
    """What programs that both images have at one path may do: bits that change the user, and capabilities."""
    for path, entry in _programs(fat.filesystem).items():
        found = lean.filesystem.visible.get(path)
        if found is None or lean.filesystem.kinds[found] not in _FILES:
            continue
        if _set_id(fat.filesystem, entry) & ~_set_id(lean.filesystem, found):
            yield f"{absolute(path)}: changes its user in the fat image, not in the lean one"
        elif fat.filesystem.capability(entry) and not lean.filesystem.capability(found):
            yield f"{absolute(path)}: has capabilities in the fat image, none in the lean one"


def _programs(filesystem: Filesystem) -> dict[bytes, int]:
    """The files that can be started, by their paths."""
    return {path: entry for path, entry in filesystem.visible.items() if _is_program(filesystem, entry)}


def _is_program(filesystem: Filesystem, entry: int) -> bool:
    return filesystem.kinds[entry] in _FILES and bool(filesystem.mode(entry) & _EXECUTABLE)


def _set_id(filesystem: Filesystem, entry: int) -> int:
    return filesystem.mode(filesystem.holder(entry)) & _SET_ID
