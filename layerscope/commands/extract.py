"""``layerscope extract IMAGE PATH``: one file or directory out of the image."""

import sys
from pathlib import Path

from layerscope.analysis import problems_of
from layerscope.commands.input.arguments import add_image, command_parser
from layerscope.commands.input.loading import Request, open_reference
from layerscope.commands.output import warn
from layerscope.commands.problems import tell_problems, telling_damage
from layerscope.commands.progress import Bar
from layerscope.core.errors import UsageError
from layerscope.core.names import parse, printable
from layerscope.credentials.files import holds_credential
from layerscope.extraction import extract, place_of, read_file
from layerscope.filesystem.stacking import stack
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks

_LEFT_OUT_SHOWN = 10


def run(arguments: list[str]) -> int:
    """Writes it to disk, or one file to standard output for ``-o -``."""
    parser = command_parser("extract", "One file or directory of the final filesystem, written to disk.")
    add_image(parser)
    parser.add_argument("path", metavar="PATH", help="absolute path in the image, escapes as layerscope shows them")
    parser.add_argument("-o", "--output", metavar="DEST", help="its new name, a directory to put it into, or - (default: .)")
    parser.add_argument("--force", action="store_true", help="replace what exists")
    options = parser.parse_args(arguments)
    path = parse(options.path)
    destination = Path(options.output) if options.output else None
    if options.output != "-":
        place_of(path, destination, options.force)
    with Bar() as bar:
        image = open_reference(Request.of(options), bar)
        if image.source == "demo":
            raise UsageError("the demo has no file contents to extract", "name an image of your own")
        indexes = index_layers(image.layers, Picks(), bar, holds_credential)
    filesystem = stack(indexes)
    problems = problems_of(image, indexes)
    with telling_damage(problems, indexes):
        if options.output == "-":
            for piece in read_file(filesystem, image.layers, path):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return tell_problems(problems)
        result = extract(filesystem, image.layers, path, destination, options.force)
    _tell(result.left_out)
    sys.stderr.write(f"{result.files:,} file{'' if result.files == 1 else 's'} in {printable(str(result.where))}\n")
    return tell_problems(problems)


def _tell(left_out: tuple[str, ...]) -> None:
    warn(*(f"left out: {line}" for line in left_out[:_LEFT_OUT_SHOWN]))
    if len(left_out) > _LEFT_OUT_SHOWN:
        warn(f"left out: {len(left_out) - _LEFT_OUT_SHOWN} more")
