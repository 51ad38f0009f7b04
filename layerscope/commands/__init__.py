"""The commands: a table of names, each one's module imported only when it runs."""

from importlib import import_module

COMMANDS = {
    "report": "waste report of an image: --format markdown|json, -o FILE",
    "compare": "two images side by side: FAT LEAN, --format text|json|markdown|html, --pods N, --bandwidth RATE",
    "recommend": "stage boundary, COPY --from lines and Dockerfile: -f Dockerfile, --base REF, --keep GLOB",
    "prove": "build the recommendation, run fat and lean, compare what they answer: --http PORT/PATH, --exec CMD, --trace",
    "why": "why a path is kept or dropped",
    "extract": "one file or directory out of the image, -o DEST",
    "rule": "what a rule of the catalogue means",
    "demo": "all of it on an embedded fat and lean pair: no engine, no network",
}
"""What each command is for, in one line. Its module is ``layerscope.commands.<name>``."""

_OVERVIEW = """\
What every byte of a container image is, and the Dockerfile that leaves the rest behind.

usage: layerscope                 choose one of the engine's images, then open it
       layerscope IMAGE           open an image in the terminal app
       layerscope COMMAND …       one of the commands below; `layerscope COMMAND --help` tells more

commands:
{commands}

IMAGE is docker-daemon:NAME, podman:NAME, docker-archive:FILE, oci:DIRECTORY, oci-archive:FILE or dir:DIRECTORY. Without
a transport it is a path that exists, or else a name that a local engine knows. An image that is called like a command
is written docker-daemon:{example}. The embedded images of the demo are demo:fat and demo:lean.

options: --platform OS/ARCH[/VARIANT], --pull, --debug (tracebacks), --version, --help
exit:    0 done, 2 wrong use or an image that cannot be read, 3 a source that cannot be reached
"""


def overview() -> str:
    """The text of ``layerscope --help``."""
    commands = "\n".join(f"  {name:<10} {purpose}" for name, purpose in COMMANDS.items())
    return _OVERVIEW.format(commands=commands, example=next(iter(COMMANDS)))


def run(arguments: list[str]) -> int:
    """Runs the command that ``arguments`` begin with, or else opens the image that they name. Returns the exit code."""
    if arguments and arguments[0] in COMMANDS:
        name, arguments = arguments[0], arguments[1:]
    else:
        name = "open"
    module = import_module(f"layerscope.commands.{name}")
    code: int = module.run(arguments)
    return code
