"""``layerscope prove IMAGE``: the lean image built, checked, and run beside the fat one."""

import argparse
from pathlib import Path

from layerscope.commands.input.arguments import add_destination, add_image, add_plan, command_parser
from layerscope.commands.input.loading import Request, load
from layerscope.commands.input.observed import Observed, plan_options
from layerscope.commands.input.probe import add_confinement, add_questions, probe_of
from layerscope.commands.output import write
from layerscope.commands.progress import Bar
from layerscope.core.errors import UsageError
from layerscope.proof.containers import Probe
from layerscope.proof.model import Proof
from layerscope.proof.prove import prove
from layerscope.report.text.proof import render


def run(arguments: list[str]) -> int:
    """Prints the verdict; 0 when the lean image does what the fat one does, 1 when it does not."""
    parser = command_parser("prove", "Build the recommendation, run fat and lean, compare what they answer.")
    add_image(parser)
    add_questions(parser)
    parser.add_argument("--observed-out", metavar="FILE", help="write there what running showed to be needed")
    add_confinement(parser)
    add_plan(parser)
    add_destination(parser, "write the lean image there, as an OCI archive", default=None)
    options = parser.parse_args(arguments)
    probe = probe_of(options)
    if options.output == "-":
        raise UsageError("-o - is taken: the verdict goes to standard output", "name a file for the lean image")
    output = Path(options.output) if options.output else None
    proof = _proof(options, probe, output)
    write(render(proof), "-")
    if options.observed_out:
        write(observed(proof).text(), options.observed_out)
    return 0 if proof.holds else 1


def _proof(options: argparse.Namespace, probe: Probe, output: Path | None) -> Proof:
    wanted = plan_options(options)
    with Bar() as bar:
        analysis = load(Request.of(options, options=wanted), bar)
        return prove(analysis, wanted, probe, output, bar)


def observed(proof: Proof) -> Observed:
    """What running showed to be needed."""
    trace = proof.trace
    missed = (*(trace.missed if trace else ()), *proof.added)
    return Observed(trace.paths if trace else (), tuple(dict.fromkeys(missed)))
