"""``layerscope report IMAGE``: the waste report."""

from layerscope.commands.arguments import add_image, add_output, command_parser
from layerscope.commands.loading import load_with_bar, tell_problems
from layerscope.commands.output import write


def run(arguments: list[str]) -> int:
    """Prints or writes the report; 2 when parts of the image could not be read."""
    parser = command_parser("report", "Waste report of an image.")
    add_image(parser)
    add_output(parser, ("markdown", "json"))
    parser.add_argument("--thorough", action="store_true", help="compare files of compressed layers by content too")
    options = parser.parse_args(arguments)
    analysis = load_with_bar(options, thorough=options.thorough)
    if options.format == "json":
        from layerscope.report import json

        write(json.render(analysis), options.output)
    else:
        from layerscope.report import markdown

        write(markdown.render(analysis), options.output)
    return tell_problems(analysis.problems)
