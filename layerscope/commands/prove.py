"""``layerscope prove IMAGE``: the lean image built, checked, and run beside the fat one."""

import argparse
import re
from pathlib import Path

from layerscope.advice.ground import RecommendOptions
from layerscope.checking.quantities import parse_bytes
from layerscope.commands.input.arguments import Parser, add_destination, add_image, add_plan, command_parser
from layerscope.commands.input.loading import Request, load
from layerscope.commands.output import write
from layerscope.commands.progress import Bar
from layerscope.core.errors import UsageError
from layerscope.core.names import printable
from layerscope.proof.confinement import Confinement, Network, known_capabilities
from layerscope.proof.containers import Probe
from layerscope.proof.model import Proof
from layerscope.proof.prove import prove
from layerscope.report.text.proof import render

_HTTP = re.compile(r"(\d{1,5})(/\S*)?")


def run(arguments: list[str]) -> int:
    """Prints the verdict; 0 when the lean image does what the fat one does, 1 when it does not."""
    parser = command_parser("prove", "Build the recommendation, run fat and lean, compare what they answer.")
    add_image(parser)
    parser.add_argument("--http", metavar="PORT/PATH", action="append", default=[], help="compare a GET (repeatable)")
    parser.add_argument("--exec", metavar="CMD", action="append", default=[], help="compare a command run in both (repeatable)")
    parser.add_argument("--env", metavar="NAME=VALUE", action="append", default=[], help="set in both containers (repeatable)")
    parser.add_argument("--timeout", metavar="SECONDS", type=float, default=30.0, help="how long an answer may take (30)")
    parser.add_argument("--trace", action="store_true", help="add the files that the fat container opens (Linux, root)")
    _add_confinement(parser)
    add_plan(parser)
    add_destination(parser, "write the lean image there, as an OCI archive", default=None)
    options = parser.parse_args(arguments)
    probe = Probe(
        http=tuple(map(_http, options.http)),
        commands=tuple(options.exec),
        environment=tuple(map(_variable, options.env)),
        seconds=options.timeout,
        confinement=_confinement(options),
        trace=options.trace,
    )
    if options.output == "-":
        raise UsageError("-o - is taken: the verdict goes to standard output", "name a file for the lean image")
    output = Path(options.output) if options.output else None
    proof = _proof(options, probe, output)
    write(render(proof), "-")
    return 0 if proof.holds else 1


def _proof(options: argparse.Namespace, probe: Probe, output: Path | None) -> Proof:
    wanted = RecommendOptions(base=options.base, keep=tuple(options.keep))
    with Bar() as bar:
        analysis = load(Request.of(options, options=wanted), bar)
        return prove(analysis, wanted, probe, output, bar)


def _add_confinement(parser: Parser) -> None:
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
    found = _HTTP.fullmatch(text.removeprefix(":"))
    if found is None or not 0 < int(found[1]) < 65536:
        raise UsageError(f"--http {text} is not a port with a path", "for example --http 8080/health")
    return int(found[1]), found[2] or "/"


def _variable(text: str) -> str:
    if "=" not in text.lstrip("="):
        raise UsageError(f"--env {text} is not NAME=VALUE", "for example --env PORT=8081")
    return text
