"""``layerscope compare FAT LEAN``: two images side by side."""

import argparse
from functools import partial
from typing import TYPE_CHECKING

from layerscope.commands.input.arguments import Parser, add_destination, add_opening, command_parser
from layerscope.commands.input.loading import Request, load
from layerscope.commands.open import on_terminal
from layerscope.commands.output import format_of, write
from layerscope.commands.problems import of_both, tell_ended, tell_problems
from layerscope.commands.progress import Bar
from layerscope.report.formats import PAIR, renderer
from layerscope.sources.image import Progress

if TYPE_CHECKING:
    from layerscope.comparison.model import Cluster, Comparison


def run(arguments: list[str]) -> int:
    """Opens both in the app, or prints the comparison; 2 when parts of an image could not be read."""
    options = _parser().parse_args(arguments)
    options.cluster = _cluster(options)
    if options.format is None and options.output == "-" and on_terminal():
        from layerscope.tui.app import run_comparison

        title = f"{options.fat} and {options.lean}"
        return tell_ended(run_comparison(partial(_compare, options, fetch=False), title))
    chosen = format_of(options.format, options.output, PAIR, default="markdown")
    with Bar() as bar:
        comparison = _compare(options, bar)
    write(renderer(PAIR, chosen)(comparison), options.output)
    return tell_problems(of_both(comparison.fat, comparison.lean))


def _parser() -> Parser:
    parser = command_parser("compare", "Two images side by side: what one has and the other has not, to the last byte.")
    kinds = "docker-daemon:NAME, docker://NAME, docker-archive:FILE, oci:DIRECTORY, a path, a name, or demo:fat and demo:lean"
    parser.add_argument("fat", metavar="FAT", help=kinds)
    parser.add_argument("lean", metavar="LEAN", help="the image to compare it with, from the same or any other source")
    add_opening(parser)
    add_destination(parser)
    parser.add_argument("--format", choices=PAIR, help="print instead of opening the app (no terminal: markdown)")
    parser.add_argument("--pods", metavar="N", type=int, default=100, help="pods that run the image (default: 100)")
    parser.add_argument("--nodes", metavar="N", type=int, help="nodes that they run on (default: as many as pods)")
    parser.add_argument("--bandwidth", metavar="RATE", default="1Gbit/s", help="of a node's pull (default: 1Gbit/s)")
    return parser


def _cluster(options: argparse.Namespace) -> "Cluster":
    """The cluster of the impact; one that cannot be is complained about before any image is read."""
    from layerscope.comparison.impact import check_cluster, parse_bandwidth

    return check_cluster(options.pods, options.nodes, parse_bandwidth(options.bandwidth))


def _compare(options: argparse.Namespace, progress: Progress, pull: bool = False, fetch: bool = True) -> "Comparison":
    """Opens, analyses and compares FAT and LEAN, one after the other.

    LEAN is opened first: it is the faster one to read, so that a wrong name is known before FAT was read in vain.
    """
    from layerscope.comparison.compare import compare

    wanted = {"platform": options.platform, "pull": pull or options.pull, "fetch": fetch}
    lean, fat = (
        load(Request(reference=getattr(options, side), **wanted), partial(_report, progress, side)) for side in ("lean", "fat")
    )
    return compare(fat, lean, cluster=options.cluster, progress=progress)


def _report(progress: Progress, side: str, what: str, done: int, total: int | None) -> None:
    """Passes progress on, with the image that it is about."""
    progress(f"{side}: {what}", done, total)
