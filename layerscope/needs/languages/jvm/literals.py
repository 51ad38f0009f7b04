"""What the classes and settings of an application name: paths of the image, and programs where they start others.

The strings of a class are in its constant pool (Java Virtual Machine Specification 4.4.7): a tag, two bytes of length, and the
text. Behind each follows another tag, none of which is a character of a path.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from typing import NamedTuple
from zipfile import ZipFile

from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.layers.jars import damaged_archive
from layerscope.needs.follower import Start
from layerscope.needs.languages.jvm.command import KNOWN, Launch
from layerscope.needs.model import Because, Proof
from layerscope.needs.named.home import home_directory
from layerscope.needs.named.knowledge import is_ambiguous
from layerscope.needs.named.paths import take_named_paths
from layerscope.needs.named.programs import take_named_programs, words_of_line

_STRING = expression(rb"\x01(..)((?:file:)?[\w./~+-][\x20-\x7e]{1,500})", re.DOTALL)
_SETTING = expression(rb"(?:^|[=:>\s\"'])(?:file:)?(/[\w.@+-][\w./@+-]*)", re.MULTILINE)
_SETTINGS = (".properties", ".yml", ".yaml", ".xml", ".conf", ".json")
_LARGEST_JAR = 64 * 1024 * 1024
_LARGEST_FILE = 1024 * 1024
_MOST_BYTES = 64 * 1024 * 1024
_MOST_FILES = 20_000


class _File(NamedTuple):
    """A class or a settings file, by itself or in a jar; ``proof`` begins with the file of the image that has it."""

    name: str
    content: bytes
    proof: Proof

    @property
    def path(self) -> bytes:
        return self.proof[0].path

    @property
    def starts_others(self) -> bool:
        """Whether it is a class that starts programs, by the classes that it names."""
        return any(mark.encode() in self.content for mark in KNOWN.starting)


def take_literals(start: Start, launch: Launch, taken: Iterable[int]) -> None:
    """Takes what the application's own code names: the classes and settings in directories, and in the jar that is run or has
    the main class. ``taken`` are the files of the class path."""
    programs: dict[str, Proof] = {}
    paths: dict[str, Proof] = {}
    for file in _bounded(_files(start, launch, list(taken))):
        texts = _texts(file)
        for text in filter(lambda text: text.startswith(("/", "~/")), texts):
            paths.setdefault(text, file.proof)
        for word in _words(texts) if file.starts_others else ():
            programs.setdefault(word, (Because("a program by this name may be started by", file.path), *file.proof[1:]))
    take_named_programs(start, programs)
    take_named_paths(start, paths, home_directory(start.ledger, start.config))


def _files(start: Start, launch: Launch, taken: list[int]) -> Iterator[_File]:
    ledger = start.ledger
    main = launch.main.replace(".", "/") + ".class"
    for entry in taken:
        name = path_text(ledger.filesystem.paths[entry])
        proof = ledger.proof(entry, "named in")
        if name.endswith((".class", *_SETTINGS)):
            yield _File(name, ledger.content(entry, _LARGEST_FILE), proof)
        elif name.endswith((".jar", ".war")) and ledger.filesystem.sizes[ledger.filesystem.holder(entry)] <= _LARGEST_JAR:
            is_run = name.endswith(launch.jar.lstrip("./")) if launch.jar else False
            yield from _files_in_jar(ledger.content(entry), "" if is_run else main, proof)


def _files_in_jar(content: bytes, main: str, proof: Proof) -> Iterator[_File]:
    """The classes and settings of a jar that has ``main``; of any jar where that is empty. None of a broken one."""
    with suppress(*damaged_archive()), ZipFile(BytesIO(content)) as jar:
        if main and main not in jar.NameToInfo:
            return
        for item in jar.infolist()[:_MOST_FILES]:
            if item.file_size <= _LARGEST_FILE and item.filename.endswith((".class", *_SETTINGS)):
                with suppress(*damaged_archive()):
                    yield _File(item.filename, jar.read(item), proof)


def _bounded(files: Iterator[_File]) -> Iterator[_File]:
    left = _MOST_BYTES
    for file in files:
        left -= len(file.content)
        if left < 0:
            return
        yield file


def _texts(file: _File) -> list[str]:
    """The strings of a class, or the paths in a file of settings."""
    if not file.name.endswith(".class"):
        return [path_text(path) for path in _SETTING.findall(file.content)]
    found = ((int.from_bytes(size, "big"), text) for size, text in _STRING.findall(file.content))
    return [path_text(text[:size].removeprefix(b"file:")) for size, text in found if size <= len(text)]


def _words(texts: list[str]) -> list[str]:
    """The words that may be programs: whole strings, and the first word of command lines."""
    found = [[text] if " " not in text else words_of_line(text)[:1] for text in texts]
    return [word for words in found for word in words if not is_ambiguous(word)]
