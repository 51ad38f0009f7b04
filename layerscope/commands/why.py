"""``layerscope why IMAGE PATH``: why this path is kept or dropped."""

from layerscope.commands.input.arguments import add_image, add_output, command_parser
from layerscope.commands.input.loading import Request, load_with_bar
from layerscope.commands.output import format_of, write
from layerscope.commands.problems import tell_problems, telling_damage


def run(arguments: list[str]) -> int:
    """Prints or writes the answer; 2 when no layer has anything at that path."""
    parser = command_parser(
        "why", "Why a path is kept or dropped: its owner, the proof, what each layer did to it, and what is inside a program."
    )
    add_image(parser)
    parser.add_argument("path", metavar="PATH", help="absolute path in the image, escapes as layerscope shows them")
    add_output(parser, ("text",))
    options = parser.parse_args(arguments)
    format_of(options.format, options.output, ("text",))
    analysis = load_with_bar(Request.of(options))
    from layerscope.advice.why import explain, look_inside
    from layerscope.report.text import explanation

    with telling_damage(analysis.problems, analysis.filesystem.indexes):
        found = explain(options.path, analysis.ground, analysis.recommendation)
    inside = look_inside(found.path, analysis.filesystem, analysis.contents)
    write(explanation.render(found, inside), options.output)
    return tell_problems(analysis.problems)
