"""``layerscope report IMAGE``: the waste report."""

import argparse
from importlib import import_module

from layerscope.commands.arguments import add_image, command_parser
from layerscope.commands.loading import load, load_with_bar, tell_problems
from layerscope.commands.output import format_of, write
from layerscope.commands.progress import Bar
from layerscope.errors import UsageError

FORMATS = {
    "markdown": "layerscope.report.markdown",
    "json": "layerscope.report.json",
    "html": "layerscope.report.html.single",
    "csv": "layerscope.report.csv",
}
"""Each format's module, whose ``render`` makes the report of an analysis."""

AGAINST = {
    "markdown": "layerscope.report.comparison_markdown",
    "json": "layerscope.report.comparison_document",
    "html": "layerscope.report.html.pair",
}
"""The same for a comparison."""


def run(arguments: list[str]) -> int:
    """Prints or writes the report; 2 when parts of the image could not be read."""
    parser = command_parser("report", "Waste report of an image.")
    add_image(parser)
    parser.add_argument("-o", "--output", metavar="FILE", default="-", help="write there instead of standard output (-)")
    parser.add_argument("--format", choices=FORMATS, help="default: what the suffix of FILE says, else markdown")
    parser.add_argument("--against", metavar="LEAN", help="report on the gap to this leaner image instead (no csv)")
    parser.add_argument("--thorough", action="store_true", help="compare files of compressed layers by content too")
    options = parser.parse_args(arguments)
    return _report(options) if options.against is None else _report_against(options)


def _report(options: argparse.Namespace) -> int:
    module = FORMATS[format_of(options.format, options.output, FORMATS)]
    analysis = load_with_bar(options, thorough=options.thorough)
    write(import_module(module).render(analysis), options.output)
    return tell_problems(analysis.problems)


def _report_against(options: argparse.Namespace) -> int:
    """The report on the image beside a leaner one."""
    chosen = format_of(options.format, options.output, AGAINST)
    if chosen not in AGAINST:
        raise UsageError(f"there is no {chosen} of two images", f"take one of {', '.join(AGAINST)}")
    from layerscope.comparison.compare import compare

    with Bar() as bar:
        fat = load(options, bar, thorough=options.thorough)
        lean = load(argparse.Namespace(**{**vars(options), "image": options.against}), bar, thorough=options.thorough)
        comparison = compare(fat, lean, progress=bar)
    write(import_module(AGAINST[chosen]).render(comparison), options.output)
    return tell_problems(fat.problems + lean.problems)
