"""How the containers of a proof are asked, and what they may do, as the command line says it."""

import argparse
import math
from urllib.parse import quote

from layerscope.checking.quantities import parse_bytes
from layerscope.commands.input.arguments import Parser
from layerscope.core.errors import UsageError
from layerscope.core.expressions import expression
from layerscope.core.names import printable
from layerscope.proof.confinement import Confinement, Network, known_capabilities
from layerscope.proof.containers import Probe

_HTTP = expression(r"([0-9]{1,5})(/\S*)?")
_PATH = "/%?&=+,;:@!$'()*~[]"
"""What is sent in a path as it is written; everything else becomes %XX."""
_MOST_SECONDS = 86_400.0


def add_questions(parser: Parser) -> None:
    """Adds what both containers are asked."""
    parser.add_argument("--http", metavar="PORT/PATH", action="append", default=[], help="compare a GET (repeatable)")
    parser.add_argument("--exec", metavar="CMD", action="append", default=[], help="compare a command run in both (repeatable)")
    parser.add_argument("--env", metavar="NAME=VALUE", action="append", default=[], help="set in both containers (repeatable)")
    parser.add_argument("--timeout", metavar="SECONDS", default="30", help="how long an answer may take (30)")
    parser.add_argument("--trace", action="store_true", help="add the files that the fat container opens (Linux, root)")


def add_confinement(parser: Parser) -> None:
    """Adds what both containers may do."""
    group = parser.add_argument_group(
        "confinement",
        "Both containers get no network but their own loopback, the capability NET_BIND_SERVICE and, where the image's user is "
        "root, CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID and SETUID, no new privileges, 1,024 processes and 2 GiB of memory.",
    )
    networks = [network.value for network in Network]
    group.add_argument("--network", choices=networks, default=networks[0], help="host: this machine's own network")
    group.add_argument("--cap-add", metavar="NAME", action="append", default=[], help="grant a capability too (repeatable)")
    group.add_argument("--allow-new-privileges", action="store_true", help="let setuid programs and file capabilities act")
    group.add_argument(
        "--read-only", action="store_true", help="the image's files read-only, /tmp and /run empty and gone after"
    )
    group.add_argument("--memory", metavar="SIZE", default="2GiB", help="memory of a container, without swap (2GiB)")


def probe_of(options: argparse.Namespace) -> Probe:
    """The questions and the confinement of a parsed command line."""
    return Probe(
        http=tuple(map(_http, options.http)),
        commands=tuple(options.exec),
        environment=tuple(map(_variable, options.env)),
        seconds=_seconds(options.timeout),
        confinement=_confinement(options),
        trace=options.trace,
    )


def _confinement(options: argparse.Namespace) -> Confinement:
    try:
        memory = parse_bytes(options.memory)
    except ValueError as error:
        raise UsageError(f"--memory {printable(options.memory)} {error}", "for example --memory 4GiB") from None
    return Confinement(
        network=Network(options.network),
        capabilities=tuple(map(_capability, options.cap_add)),
        new_privileges=options.allow_new_privileges,
        read_only=options.read_only,
        memory=memory,
    )


def _capability(text: str) -> str:
    name = text.upper().removeprefix("CAP_")
    if name not in known_capabilities():
        raise UsageError(
            f"--cap-add {printable(text)} is not a capability", "for example --cap-add NET_RAW; see capabilities(7)"
        )
    return name


def _http(text: str) -> tuple[int, str]:
    """Port and path, written as a browser sends it: a letter that a request cannot hold as %XX, nothing behind a #."""
    found = _HTTP.fullmatch(text.removeprefix(":"))
    if found is None or not 0 < int(found[1]) < 65536:
        raise UsageError(f"--http {printable(text)} is not a port with a path", "for example --http 8080/health")
    path = (found[2] or "/").partition("#")[0]
    return int(found[1]), quote(path, safe=_PATH, errors="surrogateescape")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _MOST_SECONDS:
        raise UsageError(f"--timeout {printable(text)} is no number of seconds", "for example --timeout 60")
    return seconds


def _variable(text: str) -> str:
    if "=" not in text.lstrip("="):
        raise UsageError(f"--env {printable(text)} is not NAME=VALUE", "for example --env PORT=8081")
    return text
