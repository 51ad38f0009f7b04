"""``layerscope report IMAGE``: the waste report."""

import argparse

from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.commands.input.arguments import add_dockerfile, add_image, add_output, command_parser
from layerscope.commands.input.dockerfile import locate, read_dockerfile
from layerscope.commands.input.loading import Request, load, load_with_bar
from layerscope.commands.output import format_of, write
from layerscope.commands.problems import of_both, tell_problems
from layerscope.commands.progress import Bar
from layerscope.core.errors import UsageError
from layerscope.report.formats import IMAGE, PAIR, renderer

AGAINST = ("markdown", "json", "html")
"""The formats of a comparison that are reports, the default first."""


def run(arguments: list[str]) -> int:
    """Prints or writes the report; 2 when parts of the image could not be read."""
    parser = command_parser("report", "Waste report of an image.")
    add_image(parser)
    add_output(parser, tuple(IMAGE))
    parser.add_argument("--against", metavar="LEAN", help="report on the gap to this leaner image instead (no csv, no sarif)")
    parser.add_argument("--thorough", action="store_true", help="compare files of compressed layers by content too")
    add_dockerfile(parser, "for sarif: findings at its lines (- reads it)")
    options = parser.parse_args(arguments)
    return _report(options) if options.against is None else _report_against(options)


def _report(options: argparse.Namespace) -> int:
    chosen = format_of(options.format, options.output, IMAGE)
    if options.file is not None and chosen != "sarif":
        raise UsageError("-f is for --format sarif, whose findings have lines", "leave it out")
    dockerfile = None if options.file is None else read_dockerfile(options.file)
    analysis = load_with_bar(Request.of(options, thorough=options.thorough))
    write(_render(chosen, analysis, options, dockerfile), options.output)
    return tell_problems(analysis.problems)


def _render(chosen: str, analysis: Analysis, options: argparse.Namespace, dockerfile: str | None) -> str | bytes:
    located = (locate(analysis, options.file, dockerfile, options.target),) if chosen == "sarif" else ()
    return renderer(IMAGE, chosen)(analysis, *located)


def _report_against(options: argparse.Namespace) -> int:
    """The report on the image beside a leaner one."""
    if options.format is not None and options.format not in AGAINST:
        raise UsageError(f"there is no {options.format} of two images", f"take one of {', '.join(AGAINST)}")
    chosen = format_of(options.format, options.output, AGAINST)
    from layerscope.comparison.compare import compare

    request = Request.of(options, thorough=options.thorough)
    with Bar() as bar:
        lean = load(replace(request, reference=options.against), bar)
        fat = load(request, bar)
        comparison = compare(fat, lean, progress=bar)
    write(renderer(PAIR, chosen)(comparison), options.output)
    return tell_problems(of_both(fat, lean))
