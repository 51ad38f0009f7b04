"""``layerscope why IMAGE PATH``: why this path is kept or dropped."""

from layerscope.commands.arguments import add_image, add_output, command_parser
from layerscope.commands.loading import load_with_bar, tell_problems
from layerscope.commands.output import write


def run(arguments: list[str]) -> int:
    """Prints or writes the answer; 2 when no layer has anything at that path."""
    parser = command_parser("why", "Why a path is kept or dropped: its owner, the proof, and what each layer did to it.")
    add_image(parser)
    parser.add_argument("path", metavar="PATH", help="absolute path in the image, escapes as layerscope shows them")
    add_output(parser, ("text",))
    options = parser.parse_args(arguments)
    analysis = load_with_bar(options)
    from layerscope.advice.why import explain
    from layerscope.report import explanation

    found = explain(
        options.path,
        analysis.filesystem,
        analysis.attribution,
        analysis.runtime,
        analysis.recommendation,
        analysis.history,
    )
    write(explanation.render(found), options.output)
    return tell_problems(analysis.problems)
