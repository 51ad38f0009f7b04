"""``layerscope report IMAGE``: the waste report."""

from importlib import import_module

from layerscope.commands.arguments import add_image, command_parser
from layerscope.commands.loading import load_with_bar, tell_problems
from layerscope.commands.output import format_of, write

FORMATS = {
    "markdown": "layerscope.report.markdown",
    "json": "layerscope.report.json",
    "html": "layerscope.report.html.single",
    "csv": "layerscope.report.csv",
}
"""Each format's module, whose ``render`` makes the report of an analysis."""


def run(arguments: list[str]) -> int:
    """Prints or writes the report; 2 when parts of the image could not be read."""
    parser = command_parser("report", "Waste report of an image.")
    add_image(parser)
    parser.add_argument("-o", "--output", metavar="FILE", default="-", help="write there instead of standard output (-)")
    parser.add_argument("--format", choices=FORMATS, help="default: what the suffix of FILE says, else markdown")
    parser.add_argument("--thorough", action="store_true", help="compare files of compressed layers by content too")
    options = parser.parse_args(arguments)
    module = FORMATS[format_of(options.format, options.output, FORMATS)]
    analysis = load_with_bar(options, thorough=options.thorough)
    write(import_module(module).render(analysis), options.output)
    return tell_problems(analysis.problems)
