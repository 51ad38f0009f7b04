"""The commands: a table of names, each one's module imported only when it runs."""

import sys
from importlib import import_module

COMMANDS = {
    "report": "waste report of an image: --format markdown|json|html|sarif|csv, --against LEAN, -o FILE",
    "compare": "two images side by side: FAT LEAN, --format text|json|markdown|html, --pods N, --bandwidth RATE",
    "recommend": "stage boundary, COPY --from lines and Dockerfile: -f Dockerfile, --base REF, --keep GLOB",
    "prove": "build the recommendation, run fat and lean, compare what they answer: --http PORT/PATH, --exec CMD, --trace",
    "why": "why a path is kept or dropped",
    "check": "gate for CI: PASS, FAIL or SKIP for each rule: --max-waste 10%, --forbid toolchain, --format junit|sarif|…",
    "extract": "one file or directory out of the image, -o DEST",
    "rule": "what a rule of the catalogue means",
    "demo": "all of it on an embedded fat and lean pair: no engine, no network",
}
"""What each command is for, in one line. Its module is ``layerscope.commands.<name>``."""

_OVERVIEW = """\
What every byte of a container image is, and the Dockerfile that keeps what the program needs.

usage: layerscope                 choose one of the engine's images, then open it
       layerscope IMAGE           open an image in the terminal app
       layerscope COMMAND …       one of the commands below; `layerscope COMMAND --help` tells more

commands:
{commands}

IMAGE is docker-daemon:NAME, podman:NAME, docker://NAME (in a registry), docker-archive:FILE, oci:DIRECTORY,
oci-archive:FILE or dir:DIRECTORY. Without a transport it is a path that exists, else what a local engine has, else
what its registry has. An image that is called like a command is written docker-daemon:{example}. The embedded images
of the demo are demo:fat and demo:lean.

options: --platform OS/ARCH[/VARIANT], --pull, --debug (tracebacks), --version, --help
exit:    0 done, 1 a check failed, 2 wrong use or an image that cannot be read, 3 a source that cannot be reached
"""


def overview() -> str:
    """The text of ``layerscope --help``."""
    commands = "\n".join(f"  {name:<10} {purpose}" for name, purpose in COMMANDS.items())
    return _OVERVIEW.format(commands=commands, example=next(iter(COMMANDS)))


def _check_command(arguments: list[str]) -> None:
    """Complains about a misspelt command: only a command has more words than one."""
    words = [word for before, word in zip(["", *arguments], arguments, strict=False) if word[:1] != "-" != before[:1]]
    if len(words) < 2:
        return
    from difflib import get_close_matches

    from layerscope.core.errors import UsageError
    from layerscope.core.names import printable

    if near := get_close_matches(words[0], COMMANDS, n=1):
        raise UsageError(f"there is no command {printable(words[0])}", f"perhaps {near[0]}; layerscope --help lists them")


def run(arguments: list[str]) -> int:
    """Runs the command that ``arguments`` begin with, or else opens the image that they name. Returns the exit code."""
    if arguments and arguments[0] in COMMANDS:
        name, arguments = arguments[0], arguments[1:]
    else:
        _check_command(arguments)
        name = "open"
    module = import_module(f"layerscope.commands.{name}")
    code: int = module.run(arguments)
    _tell_refusal()
    return code


def _tell_refusal() -> None:
    """Writes on standard error why the cache was not used, after a command that would have used it."""
    entries = sys.modules.get("layerscope.core.cache.entries")
    if entries is not None and (reason := entries.refusal()):
        sys.stderr.write(f"layerscope: the cache is not used: {reason}; LAYERSCOPE_CACHE names another place, or is off\n")
