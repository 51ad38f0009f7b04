"""What programs start by their settings: supervisord, runit, s6, cron, make, and those that read a Procfile."""

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, product
from typing import TYPE_CHECKING, NamedTuple

from layerscope.core.expressions import expression
from layerscope.core.tables import read_table
from layerscope.start.makefiles import recipes
from layerscope.start.options import Grammar, read_options
from layerscope.start.programs import base_name
from layerscope.start.search import absolute_path, tidy
from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.states import HOLE, State

if TYPE_CHECKING:
    from configparser import RawConfigParser

_PROCFILE_LINE = expression(r"^[A-Za-z0-9_-]+:[ \t]*(\S[^\n]*)", re.MULTILINE)
_EXPANSION = expression(r"%\((\w+)\)[0-9]*[sd]")
_SECTIONS = ("program:", "eventlistener:", "fcgi-program:", "watcher:")
_ASSIGNMENT = expression(r"\s*[A-Za-z_]\w*\s*=")
_MOST_FILES = 256
_TIMES = 5


class Supervisor(Grammar, frozen=True, kw_only=True):
    """A row of ``supervised.toml``, which says what the fields mean."""

    kind: str
    settings: frozenset[str] = frozenset()
    directories: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    periodic: tuple[str, ...] = ()
    user: bool = False
    scripts: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()


class Supervised(NamedTuple):
    """A program that is kept running or run: its words, directory and user; the directory that belongs to it as a whole, and
    the crontab that names it, if any."""

    words: tuple[str, ...]
    directory: str
    user: str = ""
    service: str = ""
    source: str = ""


class _Asked(NamedTuple):
    """What a supervisor is asked for: its row, the values of its options, its arguments, where and with which variables."""

    row: Supervisor
    named: tuple[str, ...]
    arguments: tuple[str, ...]
    directory: str
    environment: Mapping[str, str]


@cache
def supervisors() -> dict[str, Supervisor]:
    """Reads ``supervised.toml`` once."""
    return read_table(__file__, "supervised.toml", dict[str, Supervisor])


def supervised_by(
    words: tuple[str, ...], directory: str, environment: Mapping[str, str], image: ShellImage
) -> list[Supervised] | None:
    """What a program with these words keeps running; None for one that supervises nothing. Files that it reads are noted in
    the image."""
    row = supervisors().get(base_name(words[0]))
    if row is None:
        return None
    line = read_options(words[1:], row)
    place = tidy(absolute_path(directory, line.value(row.directories) or "."))
    asked = _Asked(row, line.values(row.settings), line.arguments, place, environment)
    found = [Supervised((helper,), directory) for helper in row.helpers]
    return [*found, *_KINDS[row.kind](asked, image)]


def _texts(paths: Iterable[str], image: ShellImage, directory: str) -> Iterator[tuple[str, str]]:
    """The paths and texts of files that are there, each noted."""
    for path in list(paths)[:_MOST_FILES]:
        text = image.text(path)
        if text is not None:
            image.note(path, State.at(directory))
            yield path, text


def _located(asked: _Asked, names: Iterable[str], image: ShellImage) -> list[str]:
    """The paths of files, by their names or patterns."""
    paths = [absolute_path(asked.directory, name) for name in names]
    return list(chain.from_iterable(image.matching(path, "/") if set(path) & set("*?[") else [path] for path in paths))


def _of_ini(asked: _Asked, image: ShellImage) -> Iterator[Supervised]:
    """Programs of an INI file (supervisord, circus) and of those that it includes."""
    names = asked.named or asked.arguments or asked.row.files
    first = next(_texts(_located(asked, names, image), image, asked.directory), None)
    if first is None:
        return
    here = first[0].rpartition("/")[0] or "/"
    main = _parse(first[1])
    included = main.get("include", "files", fallback="").replace("%(here)s", here).split()
    paths = _located(asked._replace(directory=here), included, image)
    for path, parser in [(first[0], main), *((path, _parse(text)) for path, text in _texts(paths, image, here))]:
        values = {"here": path.rpartition("/")[0], **{f"ENV_{name}": text for name, text in asked.environment.items()}}
        yield from _programs_of(parser, values, asked)


def _parse(text: str) -> "RawConfigParser":
    import configparser

    parser = configparser.RawConfigParser(strict=False, inline_comment_prefixes=(";", "#"), allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        parser.clear()
    return parser


def _programs_of(parser: "RawConfigParser", values: dict[str, str], asked: _Asked) -> Iterator[Supervised]:
    for section in filter(lambda name: name.startswith(_SECTIONS), parser.sections()):
        known = {**values, "program_name": section.partition(":")[2], "process_num": "0"}
        given = {name: _expand(text or "", known) for name, text in parser.items(section)}
        words = _split(f"{given.get('command', '') or given.get('cmd', '')} {given.get('args', '')}")
        if words:
            place = given.get("directory", "") or given.get("working_dir", "") or "."
            yield Supervised(words, tidy(absolute_path(asked.directory, place)), given.get("user", ""))


def _expand(text: str, known: Mapping[str, str]) -> str:
    return _EXPANSION.sub(lambda found: known.get(found[1], HOLE), text)


def _split(line: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(line))
    except ValueError:
        return tuple(line.split())


def _of_procfile(asked: _Asked, image: ShellImage) -> Iterator[Supervised]:
    """The lines of a Procfile."""
    for path, text in _texts(_located(asked, asked.named or asked.row.files, image), image, asked.directory):
        for line in _PROCFILE_LINE.findall(text):
            yield Supervised(("sh", "-c", line), path.rpartition("/")[0] or "/")


def _of_directory(asked: _Asked, image: ShellImage) -> Iterator[Supervised]:
    """The services of a directory, each with its scripts (runit, s6)."""
    places = (*asked.arguments, *asked.row.files)[:1]
    for place, script in product(places, asked.row.scripts):
        root = tidy(absolute_path(asked.directory, place))
        for path in image.matching(f"{root}/{script}", "/"):
            yield Supervised((path,), path.rpartition("/")[0], service=path.removesuffix("/" + base_name(script)))


def _of_crontab(asked: _Asked, image: ShellImage) -> Iterator[Supervised]:
    """The lines of crontabs: those of the system name a user, those of users do not."""
    row = asked.row
    paths = _located(asked, asked.arguments or (*row.files, *row.personal), image)
    personal = frozenset(_located(asked, row.personal, image))
    for path, text in _texts(paths, image, asked.directory):
        for line in text.splitlines():
            if command := _command_of(line, row.user and path not in personal):
                yield Supervised(("sh", "-c", command), asked.directory, source=path)
    for path in _located(asked, row.periodic, image):
        yield Supervised((path,), "/", source=path)


def _command_of(line: str, has_user: bool) -> str:
    """The command of a line of a crontab, "" where it has none."""
    before = has_user + (1 if line.startswith("@") else _TIMES)
    fields = line.split(None, before)
    is_other = line.lstrip().startswith("#") or _ASSIGNMENT.match(line) is not None
    return "" if is_other or len(fields) <= before or "run-parts" in line else fields[-1].replace("\\%", "%")


def _of_makefile(asked: _Asked, image: ShellImage) -> Iterator[Supervised]:
    """The recipes that make's goals lead to."""

    def read(name: str) -> str | None:
        return next((text for _, text in _texts([absolute_path(asked.directory, name)], image, asked.directory)), None)

    there = (name for name in asked.row.files if image.text(absolute_path(asked.directory, name)) is not None)
    names = asked.named or tuple(there)[:1]
    for recipe in recipes(names, asked.arguments, asked.environment, read):
        yield Supervised((recipe.shell, "-c", recipe.line), asked.directory)


_KINDS: dict[str, Callable[[_Asked, ShellImage], Iterator[Supervised]]] = {
    "ini": _of_ini,
    "procfile": _of_procfile,
    "directory": _of_directory,
    "crontab": _of_crontab,
    "makefile": _of_makefile,
}
