"""Scripts gone through on an image of a few files, in which every program is found."""

from layerscope.start.shell.builtins import Image
from layerscope.start.shell.machine import Machine
from layerscope.start.shell.states import State, Value

FILES = ["/etc/start.d/10-first.sh", "/etc/start.d/20-second.sh", "/etc/start.d/README", "/etc/start.d/more/30-third.sh"]
IMAGE = Image(
    locate=lambda word, _state: word,
    source=lambda _word, _state: None,
    about=lambda _option, _word, _state: None,
    matching=lambda _pattern, _directory: [],
    inside=lambda place, _state: [path for path in FILES if path.startswith(place.rstrip("/") + "/")],
)


def machine_of(script: str, *arguments: str, **environment: str) -> Machine:
    """The machine behind a script."""
    machine = Machine(IMAGE)
    variables = {name: Value(text) for name, text in environment.items()}
    machine.run(script, State(variables, arguments, "/entry.sh", "/"))
    return machine


def started(script: str, *arguments: str, **environment: str) -> list[str]:
    """The command lines of the programs that a script could start; ``?`` for words that are not known."""
    called = machine_of(script, *arguments, **environment).called.values()
    return [" ".join("?" if word.text is None else word.text for word in call.words) for call in called]


def problems(script: str, *arguments: str) -> list[str]:
    return [f"line {line} {what}" for line, what in machine_of(script, *arguments).problems]
