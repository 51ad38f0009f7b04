"""What a script finds in the image that it runs in: programs, other scripts, files."""

import fnmatch
from collections.abc import Callable, Iterable

from layerscope.core.names import path_bytes, path_text
from layerscope.filesystem.merged import Filesystem, Traced
from layerscope.layers.index import Kind
from layerscope.start.search import ENGINE_PATH, absolute_path, files_at, is_executable, places, tidy
from layerscope.start.shell.knowledge import knowledge
from layerscope.start.shell.states import State

_FILES = (Kind.REGULAR, Kind.HARDLINK)


class ShellImage:
    """Answers a script's questions. ``read`` gives the text of a file, None where it is not known. In ``volumes`` a container
    may have other files than the image. ``looked_at`` are the paths of files that the script asks for, as it has them."""

    def __init__(self, filesystem: Filesystem, read: Callable[[int], str | None], volumes: Iterable[str] = ()) -> None:
        self._filesystem = filesystem
        self._read = read
        self._changing = tuple(path_bytes(tidy(place)[1:]) + b"/" for place in (*knowledge().changing, *volumes))
        self.looked_at: dict[str, None] = {}

    def locate(self, word: str, state: State) -> str | None:
        """The path of a program by its word."""
        found = files_at(self._filesystem, self._places(word, state))
        return next((path for path, entry in found if is_executable(self._filesystem, entry)), None)

    def text(self, path: str) -> str | None:
        """The text of a script, None where it is not known."""
        return next((self._read(entry) for _, entry in files_at(self._filesystem, [path])), None)

    def source(self, word: str, state: State) -> tuple[str, str] | None:
        """The path and text of a script that ``.`` reads: found in PATH, or in the working directory."""
        texts = ((path, self.text(path)) for path in (*self._places(word, state), absolute_path(state.directory, word)))
        return next(((path, text) for path, text in texts if text is not None), None)

    def about(self, option: str, word: str, state: State) -> bool | None:
        """``test -f`` and its like; None where a container may have other files."""
        traced = self._trace(word, state.directory)
        self.note(word, state)
        test = _TESTS.get(option)
        if test is None or (traced.path + b"/").startswith(self._changing):
            return None
        if traced.entry is None and not self._filesystem.has_below(traced.path):
            return False
        return test(self._filesystem, traced)

    def note(self, word: str, state: State) -> None:
        """Notes a file that a script reads, or asks for."""
        if _is_file(self._filesystem, self._trace(word, state.directory)):
            self.looked_at[absolute_path(state.directory, word)] = None

    def matching(self, pattern: str, directory: str) -> list[str]:
        """The paths that a pattern means, in the order of the shell; directories may be links."""
        found = [""]
        for part in tidy(absolute_path(directory, pattern))[1:].split("/"):
            found = [f"{place}/{name}" for place in found for name in self._names(place, part)]
        return found

    def _names(self, place: str, pattern: str) -> list[str]:
        """The names in a directory that a part of a pattern means."""
        filesystem = self._filesystem
        traced = filesystem.trace(path_bytes(place)[1:])
        if not set(pattern) & set("*?["):
            inside = filesystem.trace(path_bytes(f"{place}/{pattern}"))
            return [pattern] if inside.entry is not None or filesystem.has_below(inside.path) else []
        names = map(path_text, filesystem.children(traced.path))
        return [
            name for name in names if fnmatch.fnmatchcase(name, pattern) and name.startswith(".") <= pattern.startswith(".")
        ]

    def inside(self, word: str, state: State) -> list[str]:
        """The files below a directory."""
        filesystem = self._filesystem
        directory = self._trace(word, state.directory).path
        below = filesystem.below(directory) if directory else []
        return ["/" + path_text(path) for path in below if filesystem.kinds[filesystem.visible[path]] in _FILES]

    def _places(self, word: str, state: State) -> list[str]:
        return places(word, state.directory, state.text("PATH") or ENGINE_PATH)

    def _trace(self, word: str, directory: str) -> Traced:
        return self._filesystem.trace(path_bytes(absolute_path(directory, word)))


def _is_there(_filesystem: Filesystem, _traced: Traced) -> bool:
    return True


def _is_directory(filesystem: Filesystem, traced: Traced) -> bool:
    return traced.entry is None or filesystem.kinds[traced.entry] == Kind.DIRECTORY


def _is_file(filesystem: Filesystem, traced: Traced) -> bool:
    return traced.entry is not None and filesystem.kinds[traced.entry] in _FILES


def _may_be_executed(filesystem: Filesystem, traced: Traced) -> bool:
    return traced.entry is not None and is_executable(filesystem, traced.entry)


def _has_content(filesystem: Filesystem, traced: Traced) -> bool:
    return traced.entry is not None and filesystem.sizes[filesystem.holder(traced.entry)] > 0


def _is_link(_filesystem: Filesystem, traced: Traced) -> bool | None:
    return None if traced.links else False


_TESTS: dict[str, Callable[[Filesystem, Traced], bool | None]] = {
    **dict.fromkeys(("-e", "-r"), _is_there),
    **dict.fromkeys(("-h", "-L"), _is_link),
    "-d": _is_directory,
    "-f": _is_file,
    "-s": _has_content,
    "-x": _may_be_executed,
}
"""The tests of files, for what is there."""
