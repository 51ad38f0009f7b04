"""The programs that an image starts, one from the next: through wrappers, shells, scripts, package managers and supervisord.

Only what was kept of scripts while layers were indexed is read, so that this is known before anything else of an image.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

import msgspec

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text
from layerscope.filesystem.merged import Filesystem
from layerscope.sources.image import Config
from layerscope.start.programs import base_name, knowledge, script_of_manager
from layerscope.start.search import ENGINE_PATH, absolute_path, files_at, places, shebang
from layerscope.start.supervised import Supervised, supervised_by, supervisors
from layerscope.start.wrappers import behind_wrapper

_MOST_STARTED = 64
_DEEPEST = 8
_SCRIPT_BYTES = 64 * 1024
_SUPERVISED = expression(r"^command[ \t]*=[ \t]*([^\n]*)", re.MULTILINE)
_SUPERVISOR = b"etc/supervisor"


class Started(NamedTuple):
    """A program that is started, by its words in a directory; ``entry`` is its file, None where the image does not have it.

    ``hands_over`` says that it only starts others, as tini and a shell do. ``is_named`` is False for tools that a script calls:
    they are neither written as a path nor what the script hands the container to.
    """

    words: tuple[str, ...]
    directory: str
    entry: int | None = None
    hands_over: bool = False
    is_named: bool = True


class Follower:
    """Follows commands; ``started`` are the programs in their order. ``is_program`` says whether a name is a program's,
    wherever that may lie: it finds the program among the arguments of one that starts others."""

    def __init__(self, filesystem: Filesystem, config: Config, is_program: Callable[[str], bool]) -> None:
        self._filesystem = filesystem
        self._config = config
        self._environment = config.environment()
        self._is_program = is_program
        self._directory = config.working_dir or "/"
        self._seen: dict[tuple[tuple[str, ...], str], Started] = {}

    @property
    def started(self) -> tuple[Started, ...]:
        """The programs that were found so far."""
        return tuple(self._seen.values())

    def follow(self, words: tuple[str, ...]) -> None:
        """Follows a command of the config."""
        self._follow(Started(words, self._directory), 0)

    def find(self, word: str, directory: str = "") -> int | None:
        """The file that a command's first word names, in the working directory or PATH."""
        search = self._environment.get("PATH", ENGINE_PATH)
        candidates = places(word, absolute_path("/", directory or self._directory), search) if word else []
        return next((entry for _, entry in files_at(self._filesystem, candidates)), None)

    def is_script(self, entry: int) -> bool:
        """Whether a file is known to be a script."""
        return bool(shebang(self._content(entry)))

    def _follow(self, command: Started, depth: int) -> None:
        key = command.words, command.directory
        if not command.words or depth >= _DEEPEST or len(self._seen) >= _MOST_STARTED or key in self._seen:
            return
        entry = self.find(command.words[0], command.directory)
        name = base_name(command.words[0])
        self._seen[key] = command._replace(entry=entry, hands_over=knowledge().hands_over(name))
        for following in self._following(self._seen[key], name):
            self._follow(following._replace(is_named=following.is_named and command.is_named), depth + 1)

    def _following(self, command: Started, name: str) -> Iterator[Started]:
        """What a program starts."""
        known = knowledge()
        if name in known.shells:
            yield from self._of_shell(command)
        elif name in known.wrappers:
            yield command._replace(words=behind_wrapper(command.words).words)
        elif name in known.starters:
            yield command._replace(words=self._behind_starter(command))
        elif name in supervisors() and (supervised := self._supervised(command)):
            yield from (command._replace(words=item.words, directory=item.directory) for item in supervised)
        else:
            yield from (command._replace(words=("sh", "-c", line)) for line in self._lines(command, name))
            yield from self._of_script(command)

    def _supervised(self, command: Started) -> list[Supervised]:
        """What a supervisor keeps running, as far as its settings were kept."""
        from layerscope.start.shell.image import ShellImage

        image = ShellImage(self._filesystem, self._text, self._config.volumes)
        return supervised_by(command.words, command.directory, self._environment, image) or []

    def _of_script(self, command: Started) -> Iterator[Started]:
        """The interpreter of a script."""
        if command.entry is not None and (interpreter := shebang(self._content(command.entry))):
            path = "/" + path_text(self._filesystem.paths[command.entry])
            yield command._replace(words=(*interpreter, path, *command.words[1:]))

    def _of_shell(self, command: Started) -> Iterator[Started]:
        """What a shell starts: the script that it is given, and what that calls."""
        from layerscope.start.script import read_script, run_script
        from layerscope.start.shell.image import ShellImage

        image = ShellImage(self._filesystem, self._text, self._config.volumes)
        script = read_script(command.words, command.directory, image)
        if script.path:
            yield command._replace(words=(script.path, *script.arguments))
        for call in run_script(script, command.directory, self._environment, image).called.values() if script.text else ():
            first, *rest = (word.known for word in call.words)
            named = call.replaces or "/" in first
            yield Started((call.path or first, *rest), call.directory, is_named=named)

    def _behind_starter(self, command: Started) -> tuple[str, ...]:
        """The words from the first on that is a program."""
        _, *words = command.words
        for position, word in enumerate(words):
            if not word.startswith("-") and (self._is_program(word) or self.find(word, command.directory) is not None):
                return tuple(words[position:])
        return ()

    def _lines(self, command: Started, name: str) -> list[str]:
        """The command lines that a package manager or supervisord runs."""
        if name == "supervisord":
            return self._supervisor_lines()
        script = script_of_manager(name, command.words[1:])
        line = self._package_scripts(command.directory).get(script) if script else None
        return [line] if line else []

    def _package_scripts(self, directory: str) -> dict[str, str]:
        """The ``scripts`` of the package.json in a directory."""
        entry = self._filesystem.trace(path_bytes(f"{directory}/package.json")).entry
        try:
            content = self._content(entry) if entry is not None else b"{}"
            scripts = msgspec.json.decode(content, type=dict[str, msgspec.Raw]).get("scripts", b"{}")
            return msgspec.json.decode(scripts, type=dict[str, str])
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return {}

    def _supervisor_lines(self) -> list[str]:
        """The command lines that the configuration of supervisord lists."""
        filesystem = self._filesystem
        paths = [_SUPERVISOR + b"d.conf", *(path for path in filesystem.below(_SUPERVISOR) if path.endswith(b".conf"))]
        entries = [entry for path in paths if (entry := filesystem.visible.get(path)) is not None]
        texts = (self._content(entry).decode("utf-8", "replace") for entry in entries)
        return list(chain.from_iterable(map(_SUPERVISED.findall, texts)))

    def _text(self, entry: int) -> str | None:
        content = self._content(entry)
        return content.decode("utf-8", "replace") if content else None

    def _content(self, entry: int) -> bytes:
        """What was kept of a file, b"" when nothing was."""
        return (self._filesystem.content(entry) or b"")[:_SCRIPT_BYTES]
