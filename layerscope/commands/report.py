"""``layerscope report IMAGE``: the waste report."""

import argparse
from collections.abc import Callable

from layerscope.analysis import Analysis
from layerscope.commands.arguments import add_image, add_output, command_parser
from layerscope.commands.dockerfile import locate, read_dockerfile
from layerscope.commands.loading import load_with_bar, tell_problems
from layerscope.commands.output import write
from layerscope.errors import UsageError


def run(arguments: list[str]) -> int:
    """Prints or writes the report; 2 when parts of the image could not be read."""
    parser = command_parser("report", "Waste report of an image.")
    add_image(parser)
    add_output(parser, tuple(_WRITERS))
    parser.add_argument("--thorough", action="store_true", help="compare files of compressed layers by content too")
    parser.add_argument("-f", "--file", metavar="DOCKERFILE", help="for sarif: findings at its lines (- reads it)")
    parser.add_argument(
        "--target", metavar="STAGE", default="", help="the stage of it that makes the image (default: the last)"
    )
    options = parser.parse_args(arguments)
    if options.file is not None and options.format != "sarif":
        raise UsageError("-f is for --format sarif, whose findings have lines", "leave it out")
    options.dockerfile = None if options.file is None else read_dockerfile(options.file)
    analysis = load_with_bar(options, thorough=options.thorough)
    write(_WRITERS[options.format](analysis, options), options.output)
    return tell_problems(analysis.problems)


def _markdown(analysis: Analysis, _: argparse.Namespace) -> str:
    from layerscope.report import markdown

    return markdown.render(analysis)


def _json(analysis: Analysis, _: argparse.Namespace) -> bytes:
    from layerscope.report import json

    return json.render(analysis)


def _sarif(analysis: Analysis, options: argparse.Namespace) -> bytes:
    from layerscope.report import sarif

    return sarif.render(analysis, locate(analysis, options.file, options.dockerfile, options.target))


_WRITERS: dict[str, Callable[[Analysis, argparse.Namespace], str | bytes]] = {
    "markdown": _markdown,
    "json": _json,
    "sarif": _sarif,
}
"""How each format is written, the default first."""
