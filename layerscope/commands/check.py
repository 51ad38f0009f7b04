"""``layerscope check IMAGE``: the gate for CI."""

import argparse
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from layerscope.checking.catalogue import LIMITS, RULES
from layerscope.checking.check import check
from layerscope.checking.files import defaults, find_settings
from layerscope.checking.model import Verdict
from layerscope.checking.settings import Settings, from_table, read_ignore
from layerscope.commands.input.arguments import Parser, add_dockerfile, add_image, add_output, command_parser
from layerscope.commands.input.dockerfile import locate, read_dockerfile
from layerscope.commands.input.loading import Request, load_with_bar
from layerscope.commands.output import format_of, warn, write
from layerscope.commands.problems import tell_problems
from layerscope.core.errors import UsageError
from layerscope.core.names import printable
from layerscope.report.checking import text as text_report
from layerscope.report.checking.wording import summary_line
from layerscope.report.formats import CHECK, renderer

if TYPE_CHECKING:
    from layerscope.report.sarif.located import Located

_METAVARS = {("ratio",): "X", ("bytes",): "B", ("bytes", "share"): "B|P%"}
_SUMMARY = "GITHUB_STEP_SUMMARY"
_WITHOUT_REFUSALS = ("sarif", "gitlab")
"""Formats that have no place for what was refused."""


def run(arguments: list[str]) -> int:
    """Prints the outcome of each rule, or writes it to a file and says on standard error how it ended: 0 when none fails, 1
    when one does, 2 when parts of an image could not be read."""
    options = _parser().parse_args(arguments)
    options.format = format_of(options.format, options.output, CHECK)
    settings = _settings(options)
    text = None if options.file is None else read_dockerfile(options.file)
    request = Request.of(options)
    analysis = load_with_bar(request)
    reference = load_with_bar(replace(request, reference=settings.against)) if settings.against else None
    verdict = check(analysis, settings, date.today(), reference)  # an ignore ends with the user's own day
    located = locate(analysis, options.file, text, options.target)
    write(_render(verdict, options, located), options.output)
    if options.output != "-":  # "exit 1" alone would be of no use in a log
        sys.stderr.write(f"{summary_line(verdict)}; see {printable(options.output)}\n")
    if options.format in _WITHOUT_REFUSALS:
        warn(*verdict.refused)
    _summarise(verdict, options)
    of_reference = (f"against: {problem}" for problem in (reference.problems if reference else ()))
    return tell_problems((*analysis.problems, *of_reference)) or (0 if verdict.passed else 1)


def _parser() -> Parser:
    parser = command_parser(
        "check",
        "PASS, FAIL or SKIP for each rule that is set here, in .layerscope.toml, pyproject.toml or .dive-ci; 1 when one fails.",
    )
    add_image(parser)
    add_output(parser, tuple(CHECK))
    asked = parser.add_argument_group("rules", "A size is 20MB or 20MiB, a share 10%; off switches a rule off.")
    for identity in LIMITS:
        rule = RULES[identity]
        asked.add_argument(f"--{identity}", metavar=_METAVARS[rule.units], help=rule.meaning)
    asked.add_argument("--against", metavar="REF", help="the reference image of --max-growth")
    asked.add_argument(
        "--forbid", metavar="LIST", action="append", default=[], help="categories, rules, components, paths (repeatable)"
    )
    asked.add_argument(
        "--secrets", choices=("on", "off"), help="whether a credential fails (on); no file of the checkout can say off"
    )
    asked.add_argument(
        "--ignore",
        metavar="WHAT=REASON",
        action="append",
        default=[],
        help="a rule, component or path glob, and why; with ,until=YYYY-MM-DD for a while (repeatable)",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="settings to trust: the checkout's files may add rules to them, but change, switch off and ignore nothing; "
        "with locked = true in it they do not count at all",
    )
    parser.add_argument("--no-config", action="store_true", help="no file of the checkout counts")
    add_dockerfile(parser, "name its lines (- reads it)")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    """The files' settings with the command line's on top."""
    named = None if options.config is None else Path(options.config)
    if named is not None and not named.is_file():
        raise UsageError(f"there is no file {printable(str(named))}", "name the file with the settings")
    found = find_settings(Path.cwd(), named, not options.no_config, _given(options))
    growth = found.limits.get("max-growth")
    if growth is None and options.against is not None:
        raise UsageError("--against needs to know how much the image may grow", "give --max-growth, for example 5%")
    if growth is None or growth.limit is None:
        return defaults(replace(found, against=""))
    if options.max_growth is not None and not found.against:
        raise UsageError("--max-growth needs an image to compare with", "name it with --against")
    return defaults(found)


def _given(options: argparse.Namespace) -> Settings:
    """What the command line says."""
    given = [(key, getattr(options, key.replace("-", "_"))) for key in (*LIMITS, "against", "secrets")]
    given += [("forbid", text) for text in options.forbid]
    found = Settings()
    for key, value in given:
        if value is not None:
            found = found.under(from_table({key: value}, f"--{key}", show_key=False))
    return found.under(Settings(ignore=tuple(read_ignore(text, "--ignore") for text in options.ignore)))


def _render(verdict: Verdict, options: argparse.Namespace, located: "Located | None") -> str | bytes:
    if options.format == "text":
        return text_report.render(verdict, located, colour=options.output == "-" and _has_colours())
    return renderer(CHECK, options.format)(verdict, located)


def _has_colours() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _summarise(verdict: Verdict, options: argparse.Namespace) -> None:
    """Adds to the summary of GitHub's job, where there is one. What the gate says does not depend on it."""
    path = os.environ.get(_SUMMARY)
    if options.format != "github" or not path:
        return
    from layerscope.report.checking.github import summary

    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(summary(verdict) + "\n")
    except OSError as error:
        warn(f"the job's summary cannot be written: {error.strerror or error}")
