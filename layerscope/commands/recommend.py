"""``layerscope recommend IMAGE``: stage boundary, COPY --from lines and the Dockerfile."""

import argparse
import difflib
import sys
from io import StringIO
from typing import TYPE_CHECKING

from msgspec.structs import replace

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.model import Recommendation
from layerscope.analysis import Analysis
from layerscope.commands.input.arguments import add_dockerfile, add_image, add_output, add_plan, command_parser
from layerscope.commands.input.dockerfile import read_dockerfile
from layerscope.commands.input.loading import Request, load_with_bar
from layerscope.commands.input.observed import plan_options
from layerscope.commands.input.probe import add_confinement, add_questions, probe_of
from layerscope.commands.output import format_of, warn, write
from layerscope.commands.problems import tell_problems
from layerscope.commands.progress import Bar
from layerscope.core.errors import ImageError, UsageError
from layerscope.core.names import printable
from layerscope.report.wording import visible

if TYPE_CHECKING:
    from layerscope.proof.containers import Probe
    from layerscope.proof.ladder import Evidence

_FORMATS = ("text", "json", "dockerfile", "diff")


def run(arguments: list[str]) -> int:
    """Prints or writes the recommendation; 2 when there is no Dockerfile and one was asked for, or parts were unreadable, 1
    when it was to be proved and is not."""
    parser = command_parser("recommend", "Stage boundary, COPY --from lines and the Dockerfile that drops the rest.")
    add_image(parser)
    add_output(parser, _FORMATS)
    add_dockerfile(parser, "improve this Dockerfile, the image's own (- reads it)")
    add_plan(parser)
    parser.add_argument("--prove", action="store_true", help="build and run it as prove does, and print the verdict too")
    add_questions(parser)
    add_confinement(parser)
    options = parser.parse_args(arguments)
    options.format = format_of(options.format, options.output, _FORMATS)
    if options.format == "diff" and options.file is None:
        raise UsageError("--format diff needs the Dockerfile to compare with", "give -f DOCKERFILE")
    probe = _probe(options)
    before = None if options.file is None else read_dockerfile(options.file)
    asked = replace(
        plan_options(options),
        dockerfile=before,
        dockerfile_name="Dockerfile" if options.file in (None, "-") else printable(options.file),
        target=options.target,
    )
    analysis = load_with_bar(Request.of(options, options=asked))
    evidence = _evidence(analysis, asked, probe)
    if evidence:
        analysis = _with_proved(analysis, evidence)
    write(_render(analysis, options, before), options.output)
    warn(*(visible(doubt.text) for doubt in analysis.recommendation.doubts))
    problems = tell_problems(analysis.problems)
    return (_tell_verdict(evidence, options) if evidence else 0) or problems


def _with_proved(analysis: Analysis, evidence: "tuple[Evidence, ...]") -> Analysis:
    """The analysis with the plan on the lowest rung that was proved."""
    from layerscope.proof.ladder import lowest

    return replace(analysis, recommendation=lowest(evidence).plan)


def _probe(options: argparse.Namespace) -> "Probe | None":
    """What is asked in a proof, None where none is wanted; UsageError for questions without one, or a proof that there is
    not."""
    if not options.prove:
        if options.http or options.exec or options.env or options.trace:
            raise UsageError("--http, --exec, --env and --trace ask containers, which only --prove runs", "give --prove too")
        return None
    if options.file is not None:
        raise UsageError("--prove builds from the image alone, not from a Dockerfile of yours", "leave -f out")
    return probe_of(options)


def _evidence(analysis: Analysis, wanted: RecommendOptions, probe: "Probe | None") -> "tuple[Evidence, ...]":
    """What running says of the recommended plan and of those below it; nothing where no proof is wanted."""
    if probe is None:
        return ()
    from layerscope.proof.ladder import climb_down
    from layerscope.proof.prove import prove

    with Bar() as bar:
        return climb_down(analysis.runtime, wanted, lambda options: prove(analysis, options, probe, progress=bar))


def _tell_verdict(evidence: "tuple[Evidence, ...]", options: argparse.Namespace) -> int:
    """Prints the verdict, behind the recommendation where that is text on standard output. 1 where it is not proved."""
    from layerscope.proof.ladder import lowest
    from layerscope.report.text.proof import render, render_evidence

    proof = lowest(evidence)
    text = render(proof) + render_evidence(evidence)
    if options.format == "text" and options.output == "-":
        write("\n" + text)
    else:
        sys.stderr.write(text)
    return 0 if proof.holds else 1


def _render(analysis: Analysis, options: argparse.Namespace, before: str | None) -> str | bytes:
    if options.format == "json":
        from layerscope.report import document

        return document.render_recommendation(analysis)
    if options.format == "text":
        from layerscope.report.text import recommendation

        return recommendation.render_recommendation(analysis)
    dockerfile = _dockerfile(analysis.recommendation)
    return dockerfile if before is None or options.format == "dockerfile" else _difference(before, dockerfile, options.file)


def _dockerfile(plan: Recommendation) -> str:
    """The Dockerfile alone; ImageError when nothing can honestly be recommended."""
    if not plan.dockerfile:
        raise ImageError(visible(plan.risks[0].text) if plan.risks else "no Dockerfile is recommended, and it is not known why")
    return plan.dockerfile if plan.dockerfile.endswith("\n") else plan.dockerfile + "\n"


def _difference(before: str, after: str, name: str) -> str:
    """A unified diff, as ``patch -p1`` takes it."""
    shown = "Dockerfile" if name == "-" else name.lstrip("/")
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{shown}", f"b/{shown}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """With their ends, which are line feeds and nothing else."""
    return StringIO(text, newline="\n").readlines()
