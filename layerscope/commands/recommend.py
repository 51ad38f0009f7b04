"""``layerscope recommend IMAGE``: stage boundary, COPY --from lines and the Dockerfile."""

import argparse
import difflib
from io import StringIO

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.model import Recommendation
from layerscope.analysis import Analysis
from layerscope.commands.input.arguments import add_dockerfile, add_image, add_output, add_plan, command_parser
from layerscope.commands.input.dockerfile import read_dockerfile
from layerscope.commands.input.loading import Request, load_with_bar
from layerscope.commands.output import format_of, warn, write
from layerscope.commands.problems import tell_problems
from layerscope.core.errors import ImageError, UsageError
from layerscope.core.names import printable
from layerscope.report.wording import visible

_FORMATS = ("text", "json", "dockerfile", "diff")


def run(arguments: list[str]) -> int:
    """Prints or writes the recommendation; 2 when there is no Dockerfile and one was asked for, or parts were unreadable."""
    parser = command_parser("recommend", "Stage boundary, COPY --from lines and the Dockerfile that drops the rest.")
    add_image(parser)
    add_output(parser, _FORMATS)
    add_dockerfile(parser, "improve this Dockerfile, the image's own (- reads it)")
    add_plan(parser)
    options = parser.parse_args(arguments)
    options.format = format_of(options.format, options.output, _FORMATS)
    if options.format == "diff" and options.file is None:
        raise UsageError("--format diff needs the Dockerfile to compare with", "give -f DOCKERFILE")
    before = None if options.file is None else read_dockerfile(options.file)
    asked = RecommendOptions(
        base=options.base,
        keep=tuple(options.keep),
        dockerfile=before,
        dockerfile_name="Dockerfile" if options.file in (None, "-") else printable(options.file),
        target=options.target,
    )
    analysis = load_with_bar(Request.of(options, options=asked))
    write(_render(analysis, options, before), options.output)
    warn(*(visible(doubt.text) for doubt in analysis.recommendation.doubts))
    return tell_problems(analysis.problems)


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
        reason = visible(plan.risks[0].text) if plan.risks else "nothing is known about its program"
        raise ImageError(f"no Dockerfile is recommended: {reason}")
    return plan.dockerfile if plan.dockerfile.endswith("\n") else plan.dockerfile + "\n"


def _difference(before: str, after: str, name: str) -> str:
    """A unified diff, as ``patch -p1`` takes it."""
    shown = "Dockerfile" if name == "-" else name.lstrip("/")
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{shown}", f"b/{shown}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """With their ends, which are line feeds and nothing else."""
    return StringIO(text, newline="\n").readlines()
