"""Scripts gone through on an image of a few files, in which every program is found."""

from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.machine import Machine
from layerscope.start.shell.states import State, Value

FILES = ["/etc/start.d/10-first.sh", "/etc/start.d/20-second.sh", "/etc/start.d/README", "/etc/start.d/more/30-third.sh"]


class Image(ShellImage):
    """An image in which every program is found, and of which nothing is known but the files in one directory."""

    def __init__(self) -> None:
        pass

    def locate(self, word: str, state: State) -> str | None:
        return word

    def source(self, word: str, state: State) -> tuple[str, str] | None:
        return None

    def about(self, option: str, word: str, state: State) -> bool | None:
        return None

    def note(self, word: str, state: State) -> None:
        pass

    def matching(self, pattern: str, directory: str) -> list[str]:
        return []

    def inside(self, word: str, state: State) -> list[str]:
        return [path for path in FILES if path.startswith(word.rstrip("/") + "/")]


def machine_of(script: str, *arguments: str, **environment: str) -> Machine:
    """The machine behind a script."""
    machine = Machine(Image())
    variables = {name: Value(text) for name, text in environment.items()}
    machine.run(script, State(variables=variables, arguments=arguments, name="/entry.sh", directory="/"))
    return machine


def started(script: str, *arguments: str, **environment: str) -> list[str]:
    """The command lines of the programs that a script could start; ``?`` for words that are not known."""
    called = machine_of(script, *arguments, **environment).called.values()
    return [" ".join("?" if word.text is None else word.text for word in call.words) for call in called]


def problems(script: str, *arguments: str) -> list[str]:
    return [f"line {line} {what}" for line, what in machine_of(script, *arguments).problems]
