"""``layerscope prove IMAGE``: the lean image built, checked, and run beside the fat one."""

import argparse
import re
from pathlib import Path

from layerscope.advice.proof.running import Probe
from layerscope.advice.recommend import RecommendOptions
from layerscope.commands.arguments import add_destination, add_image, command_parser
from layerscope.commands.loading import load
from layerscope.commands.output import write
from layerscope.commands.progress import Bar
from layerscope.errors import UsageError
from layerscope.proving import Proof, prove
from layerscope.report.proof import render

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
    parser.add_argument("--base", metavar="REF", help="the last stage's base, instead of the best one")
    parser.add_argument("--keep", metavar="GLOB", action="append", default=[], help="absolute paths to keep too (repeatable)")
    add_destination(parser, "write the lean image there, as an OCI archive", default=None)
    options = parser.parse_args(arguments)
    probe = Probe(tuple(map(_http, options.http)), tuple(options.exec), tuple(map(_variable, options.env)), options.timeout)
    if options.output == "-":
        raise UsageError("-o - is taken: the verdict goes to standard output", "name a file for the lean image")
    output = Path(options.output) if options.output else None
    proof = _proof(options, probe, output)
    write(render(proof), "-")
    return 0 if proof.holds else 1


def _proof(options: argparse.Namespace, probe: Probe, output: Path | None) -> Proof:
    wanted = RecommendOptions(base=options.base, keep=tuple(options.keep))
    with Bar() as bar:
        analysis = load(options, bar, wanted=wanted)
        return prove(analysis, wanted, probe, output=output, trace=options.trace, progress=bar)


def _http(text: str) -> tuple[int, str]:
    found = _HTTP.fullmatch(text.removeprefix(":"))
    if found is None or not 0 < int(found[1]) < 65536:
        raise UsageError(f"--http {text} is no port with a path", "for example --http 8080/health")
    return int(found[1]), found[2] or "/"


def _variable(text: str) -> str:
    if "=" not in text.lstrip("="):
        raise UsageError(f"--env {text} is no NAME=VALUE", "for example --env PORT=8081")
    return text
