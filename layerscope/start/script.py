"""A shell as a command starts it: with a command line or with a script."""

from collections.abc import Mapping
from typing import NamedTuple

from layerscope.start.options import read_options
from layerscope.start.programs import knowledge
from layerscope.start.search import ENGINE_PATH, absolute_path
from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.machine import Machine
from layerscope.start.shell.states import State, Value


class Script(NamedTuple):
    """What a shell is given: the path of a script ("" for a command line), its text (None where it is not known), what it
    calls itself (``$0``), and its arguments."""

    path: str = ""
    text: str | None = None
    name: str = ""
    arguments: tuple[str, ...] = ()


def read_script(words: tuple[str, ...], directory: str, image: ShellImage) -> Script:
    """What a shell with these words (its own name first) is given."""
    line = read_options(words[1:], knowledge().shell)
    if not line.arguments:
        return Script()
    first, *rest = line.arguments
    if line.has(("-c",)):
        return Script("", first, words[0], tuple(rest[1:]))
    path = absolute_path(directory, first)
    return Script(path, image.text(path), path, tuple(rest))


def run_script(script: Script, directory: str, environment: Mapping[str, str], image: ShellImage) -> Machine:
    """Goes through a script; the machine knows afterwards what it could start."""
    variables = {name: Value(text) for name, text in {"PATH": ENGINE_PATH, **environment}.items()}
    machine = Machine(image)
    machine.run(
        script.text or "", State(variables=variables, arguments=script.arguments, name=script.name, directory=directory)
    )
    return machine
